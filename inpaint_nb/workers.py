"""Our own worker threads, so that nothing slow runs on an event loop.

They are daemons: unlike those of `ThreadPoolExecutor`, which `asyncio.to_thread` uses too, nobody waits for
them when Python exits.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MAX_WORKERS = max(4, os.cpu_count() or 1)  # a few more than two cores: a long job must not hold up a repaint


async def offload(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """What `function(*args)` returns or raises, run on a worker thread.

    When the await is cancelled, work that has not begun is skipped, and the outcome of work that has is
    dropped. Any event loop may await it.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    _POOL.submit(lambda: _run(loop, future, lambda: function(*args)))
    return await future


def begin(work: Callable[[], None]) -> None:
    """Starts `work()` on a worker thread; nobody waits for it, so it must tell of its own end and errors."""
    _POOL.submit(work)


def _run(loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], work: Callable[[], T]) -> None:
    if future.cancelled():
        return
    settle: Callable[[], None]
    try:
        settle = partial(future.set_result, work())
    except BaseException as error:  # noqa: BLE001 (whatever it is, it belongs to whoever awaits)
        settle = partial(future.set_exception, _settable(error))
    _deliver(loop, future, settle)


def _settable(error: BaseException) -> BaseException:
    """The error, or one that says so where a future refuses it and would never be done."""
    if not isinstance(error, StopIteration):
        return error
    wrapped = RuntimeError(f"work on a worker thread raised {error!r}")
    wrapped.__cause__ = error
    return wrapped


def _deliver(loop: asyncio.AbstractEventLoop, future: asyncio.Future[T], settle: Callable[[], None]) -> None:
    def settle_if_wanted() -> None:
        if not future.done():
            settle()

    try:
        loop.call_soon_threadsafe(settle_if_wanted)
    except RuntimeError:  # the loop was closed while we worked: nobody waits any more
        return


class _Pool:
    """Daemon threads that take work from one queue; where none is free a new one starts, up to a limit."""

    def __init__(self) -> None:
        self.start_afresh()

    def start_afresh(self) -> None:
        """Forget every thread and all work: the state of a new process, where no thread survives a fork."""
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._workers = 0
        self._free = 0  # workers that wait, less the work that is queued for them

    def submit(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._free <= 0 and self._workers < MAX_WORKERS:
                self._start_worker()
            self._free -= 1
            self._queue.put(work)

    def _start_worker(self) -> None:
        threading.Thread(target=self._serve, name=f"inpaint-nb-worker-{self._workers}", daemon=True).start()
        self._workers += 1
        self._free += 1

    def _serve(self) -> None:
        queue = self._queue
        while True:
            work = queue.get()
            work()
            del work  # or the last result stays alive while the worker waits
            with self._lock:
                self._free += 1


_POOL = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOL.start_afresh)
