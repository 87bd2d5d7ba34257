"""Waiting for a sweep: it gives way to an interrupt at once, on every platform and in every loop."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from inpaint_nb.errors import JobError, JobTimeout
from inpaint_nb.jobs.job import TICK_SECONDS
from inpaint_nb.sweep.board import Listener

OUR_THREADS = "inpaint-nb"  # all their names begin so


def wait_until(
    is_over: Callable[[], bool],
    pause: Callable[[float], object],
    timeout: float | None,
    said: Callable[[], str],
) -> None:
    """Return when it is over; `pause` waits for so many seconds or less, and `said` tells how far it is.

    Raises JobTimeout after `timeout` seconds, and JobError where a thread of ours would wait for itself.
    """
    end = math.inf if timeout is None else time.monotonic() + timeout
    while not is_over():
        _refuse_our_threads()
        left = end - time.monotonic()
        if left <= 0:
            raise JobTimeout(
                f"The sweep goes on after {timeout:g} s: {said()}.", "Call wait() again, or cancel()."
            )
        pause(min(TICK_SECONDS, left))


async def awaited_until(
    is_over: Callable[[], bool], on_change: Callable[[Listener], Callable[[], None]]
) -> None:
    """The same in a loop; `on_change` registers who is told when the whole has changed."""
    woken, loop = asyncio.Event(), asyncio.get_running_loop()
    forget = on_change(lambda cell: None if cell else _wake(loop, woken))
    try:
        while not is_over():
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), TICK_SECONDS)
            woken.clear()
    finally:
        forget()


def _refuse_our_threads() -> None:
    if threading.current_thread().name.startswith(OUR_THREADS):
        raise JobError(
            "A sweep cannot be waited for in its own listener: it would wait for itself.",
            "Look at state(cell), or wait in another thread.",
        )


def _wake(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop that waited may be closed by now
        loop.call_soon_threadsafe(woken.set)
