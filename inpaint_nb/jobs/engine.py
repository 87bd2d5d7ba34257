"""The engine: every job on one background loop, so that no busy kernel and no slow provider stops another."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import wait
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, TypeVar

from inpaint_nb.edit import Capabilities, FetchRequest, Presser, PressRequest, Request
from inpaint_nb.errors import InpaintError
from inpaint_nb.http import Client, Pause, Timing
from inpaint_nb.jobs.adoption import adopt, run_or_adopt
from inpaint_nb.jobs.farewell import Farewell
from inpaint_nb.jobs.job import TICK_SECONDS, Job
from inpaint_nb.jobs.journal import Journal
from inpaint_nb.jobs.loop import LoopThread
from inpaint_nb.jobs.run import Run, Story, unknown
from inpaint_nb.providers import Provider, check_request, options_of
from inpaint_nb.store import Record, Store

T = TypeVar("T")

DEADLINE_SECONDS = 3600.0  # for one story, from its first line; the wait for a turn does not count
CALL_OFF_SECONDS = (
    30.0  # until a provider has answered that a job is cancelled; its rate limit may make that wait
)
TIDY_SECONDS = 5.0  # what a cancelled story may take to say goodbye to its provider


class Engine:
    """Starts jobs; making one starts nothing, the first job starts its thread. Any thread may ask.

    `clock` tells how long jobs take; `pause` waits between two questions to a provider, and between two tries;
    `timing` says how long an answer may take.
    After a fork the child's engine starts anew, with nothing to do.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        deadline_seconds: float = DEADLINE_SECONDS,
        tidy_seconds: float = TIDY_SECONDS,
        call_off_seconds: float = CALL_OFF_SECONDS,
        pause: Pause = asyncio.sleep,
        timing: Timing | None = None,
    ) -> None:
        self._clock = clock
        self._pause = pause
        self._timing = timing
        self._deadline_seconds = deadline_seconds
        self._tidy_seconds = tidy_seconds
        self._call_off_seconds = call_off_seconds
        self._lock = threading.Lock()
        self._thread: LoopThread | None = None
        _engines.add(self)

    def submit(self, provider: Provider, request: Request, *, store: Store, source: str = "") -> Job:
        """The job of one request, journalled first and started as soon as the provider has a turn for it."""
        known = request.remote_id if isinstance(request, FetchRequest) else None
        request = replace(request, ref=uuid.uuid4().hex)
        job = self._job(request.ref, provider.name, request, known)
        self._start(job, provider, lambda http: run_or_adopt(provider, request, http), store, source)
        return job

    def resume(self, provider: Provider, request: Request, record: Record, *, store: Store) -> Job:
        """The job of a record whose process has ended, in the middle of the story or from its start.

        It is run from the start only where that cannot be paid twice; otherwise it ends in OutcomeUnknown.
        """
        job = self._job(record.id, provider.name, request, record.remote_id)
        story = _story_again(provider, request, record)
        self._start(job, provider, story, store, record.source, record)
        return job

    def presser(self, provider: Provider, store: Store) -> Presser:
        """The function behind `Result.press` for results of this provider, in this store."""

        def press(request: PressRequest, source: str) -> Job:
            check_request(request, provider)
            return self.submit(provider, request, store=store, source=source)

        return press

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

    def _job(self, job_id: str, provider: str, request: Request, remote_id: str | None = None) -> Job:
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
        record: Record | None = None,
    ) -> None:
        capabilities = provider.capabilities
        must_record = capabilities.price != "free" and not isinstance(job.request, FetchRequest)
        options = options_of(provider)
        run = Run(
            job,
            story,
            capabilities,
            Journal(store, job, source=source, must_record=must_record, options=options, record=record),
            source=source,
            presser=self.presser(provider, store) if capabilities.presses else None,
            deadline_seconds=capabilities.deadline_seconds or self._deadline_seconds,
            tidy_seconds=self._tidy_seconds,
            pause=self._pause,
            farewell=Farewell(provider, self._call_off_seconds),
        )
        thread = self._running()
        thread.start(lambda: run.through(thread.http, _turn(thread, provider.name, capabilities)))

    def _running(self) -> LoopThread:
        with self._lock:
            if self._thread is None or not self._thread.is_usable:
                self._thread = LoopThread(self._pause, self._timing)
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


def _story_again(provider: Provider, request: Request, record: Record) -> Story:
    remote_id = record.remote_id
    if remote_id is not None and not isinstance(request, FetchRequest):
        return lambda http: provider.resume(remote_id, request, http)
    may_be_sent = record.status == "waiting"  # it has never been
    if may_be_sent or provider.capabilities.repeatable or isinstance(request, FetchRequest):
        return lambda http: run_or_adopt(provider, request, http)
    lost = unknown(provider.name, None, "the kernel that sent it ended before an answer came")
    return lambda http: adopt(provider, request, lost, http)


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_the_parent() -> None:
    for engine in tuple(_engines):
        engine._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget_the_parent)
