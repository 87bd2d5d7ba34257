"""One daemon thread with an event loop and an HTTP client of its own, started when it is first needed."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

from inpaint_nb.http import Client, Pause, Timing

T = TypeVar("T")

log = logging.getLogger(__name__)


class LoopThread:
    """The loop that runs every job, and what belongs to it. A daemon, so it never delays an exit."""

    def __init__(self, pause: Pause = asyncio.sleep, timing: Timing | None = None) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.loop.set_exception_handler(_log_forgotten)
        self.http = Client(pause=pause, timing=timing)
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self.loop.run_forever, name="inpaint-nb", daemon=True)
        self._thread.start()

    @property
    def is_usable(self) -> bool:
        """False once the thread has died, and in a forked child, which has no such thread."""
        return self._thread.is_alive() and self.pid == os.getpid()

    @property
    def is_here(self) -> bool:
        """Whether the caller runs on this thread."""
        return threading.current_thread() is self._thread

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work()` as a task; any thread may ask."""
        self.loop.call_soon_threadsafe(self._keep, work)

    def ask(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run the coroutine; any thread may ask, and the answer is for any thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def slot(self, name: str, limit: int) -> asyncio.Semaphore:
        """The turns of the provider `name`, which takes `limit` jobs at a time. On this thread only."""
        return self._slots.setdefault(name, asyncio.Semaphore(limit))

    def close(self, tidy_seconds: float) -> None:
        """Cancel what runs, close the client and end the thread.

        A task that does not let itself be cancelled keeps the thread, which then ends with the process.
        """
        if not self.ask(self._tidy(tidy_seconds)).result():
            return
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _keep(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self.loop.create_task(work())
        self._tasks.add(task)  # the loop itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)

    async def _tidy(self, seconds: float) -> bool:
        """Whether everything on the loop has ended."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        stuck = (await asyncio.wait(others, timeout=seconds))[1] if others else ()
        await self.http.aclose()
        return not stuck


async def settled(future: Future[T]) -> T:
    """What the future of another thread brings. A cancelled wait leaves the future's work alone."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake(_: Future[T]) -> None:
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(mark, woken)

    future.add_done_callback(wake)
    await woken
    return future.result()


def mark(future: asyncio.Future[None]) -> None:
    """Set the future, if it is not set or cancelled already."""
    if not future.done():
        future.set_result(None)


def _log_forgotten(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    log.error("%s", context.get("message", "An error nobody waited for"), exc_info=error)
