"""The engine: every job on one background loop, so that no busy kernel and no slow provider stops another."""

from __future__ import annotations

import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import wait
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar

from inpaint_nb.edit import Capabilities, EditRequest
from inpaint_nb.errors import InpaintError
from inpaint_nb.http import Client
from inpaint_nb.jobs.job import TICK_SECONDS, Job
from inpaint_nb.jobs.journal import Journal
from inpaint_nb.jobs.loop import LoopThread
from inpaint_nb.jobs.run import Run, Story, unknown
from inpaint_nb.providers import Provider
from inpaint_nb.store import Record, Store

T = TypeVar("T")

DEADLINE_SECONDS = 3600.0  # for one story, from its first line; the wait for a turn does not count
TIDY_SECONDS = 5.0  # what a cancelled story may take to say goodbye to its provider


class Engine:
    """Starts jobs; making one starts nothing, the first job starts its thread. Any thread may ask.

    `clock` tells how long jobs take. After a fork the child's engine starts anew, with nothing to do.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        deadline_seconds: float = DEADLINE_SECONDS,
        tidy_seconds: float = TIDY_SECONDS,
    ) -> None:
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._tidy_seconds = tidy_seconds
        self._lock = threading.Lock()
        self._thread: LoopThread | None = None
        _engines.add(self)

    def submit(self, provider: Provider, request: EditRequest, *, store: Store, source: str = "") -> Job:
        """The job of one request, journalled first and started as soon as the provider has a turn for it."""
        job = self._job(uuid.uuid4().hex, provider.name, request)
        self._start(job, provider, lambda http: provider.run(request, http), store, source)
        return job

    def resume(self, provider: Provider, request: EditRequest, record: Record, *, store: Store) -> Job:
        """The job of a record whose process has ended, in the middle of the story or from its start.

        It is run from the start only where that cannot be paid twice; otherwise it ends in OutcomeUnknown.
        """
        job = self._job(record.id, provider.name, request, record.remote_id)
        story = _story_again(provider, request, record)
        self._start(job, provider, story, store, record.source, record.parent)
        return job

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine brings, run on the engine's loop; a kernel interrupt cancels it.

        Not for the engine's own thread: there it would wait for itself.
        """
        thread = self._running()
        if thread.is_here:
            work.close()
            raise InpaintError("The engine's own thread cannot wait for the engine.")
        future = thread.ask(work)
        try:
            while not future.done():
                wait([future], TICK_SECONDS)
        except KeyboardInterrupt:
            future.cancel()
            raise
        return future.result()

    @property
    def http(self) -> Client:
        """The HTTP client of the engine's loop, for use on that loop only."""
        return self._running().http

    def close(self) -> None:
        """Cancel every job and end the thread; the next job starts a new one."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None and thread.is_usable:
            thread.close(self._tidy_seconds)

    def _job(self, job_id: str, provider: str, request: EditRequest, remote_id: str | None = None) -> Job:
        return Job(
            job_id,
            provider,
            request,
            remote_id=remote_id,
            clock=self._clock,
            on_engine_thread=self._is_here,
        )

    def _start(
        self,
        job: Job,
        provider: Provider,
        story: Story,
        store: Store,
        source: str,
        parent: str | None = None,
    ) -> None:
        capabilities = provider.capabilities
        must_record = capabilities.price != "free"
        run = Run(
            job,
            story,
            capabilities,
            Journal(store, job, source=source, must_record=must_record, parent=parent),
            source=source,
            deadline_seconds=self._deadline_seconds,
            tidy_seconds=self._tidy_seconds,
        )
        thread = self._running()
        thread.start(lambda: run.through(thread.http, _turn(thread, provider.name, capabilities)))

    def _running(self) -> LoopThread:
        with self._lock:
            if self._thread is None or not self._thread.is_usable:
                self._thread = LoopThread()
            return self._thread

    def _is_here(self) -> bool:
        thread = self._thread
        return thread is not None and thread.is_here

    def _after_fork(self) -> None:
        self._lock = threading.Lock()  # another thread of the parent may have held it
        self._thread = None


def _turn(thread: LoopThread, name: str, capabilities: Capabilities) -> AbstractAsyncContextManager[object]:
    limit = capabilities.concurrency
    return nullcontext() if limit is None else thread.slot(name, limit)


def _story_again(provider: Provider, request: EditRequest, record: Record) -> Story:
    remote_id = record.remote_id
    if remote_id is not None:
        return lambda http: provider.resume(remote_id, request, http)
    if provider.capabilities.repeatable or record.status == "waiting":  # waiting: it was never sent
        return lambda http: provider.run(request, http)
    return _lost(provider.name)


def _lost(name: str) -> Story:
    def story(http: Client) -> Any:
        raise unknown(name, None, "the kernel that sent it ended before an answer came")

    return story


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_the_parent() -> None:
    for engine in tuple(_engines):
        engine._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget_the_parent)
