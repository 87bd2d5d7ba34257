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
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from inpaint_nb import settings
from inpaint_nb.edit import Capabilities, FetchRequest, Presser, PressRequest, Request
from inpaint_nb.edit.asked import picture_of
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.http import Client, Pause, Timing
from inpaint_nb.jobs.adoption import run_or_adopt
from inpaint_nb.jobs.answer import Answer, cached, missing, recorded
from inpaint_nb.jobs.entries import key_of
from inpaint_nb.jobs.farewell import Farewell
from inpaint_nb.jobs.job import TICK_SECONDS, Job
from inpaint_nb.jobs.journal import Journal
from inpaint_nb.jobs.key import Key
from inpaint_nb.jobs.links import wear_note
from inpaint_nb.jobs.loop import LoopThread
from inpaint_nb.jobs.opinions import StoredOpinions
from inpaint_nb.jobs.recall import links_of, picture, recall
from inpaint_nb.jobs.repeats import counted
from inpaint_nb.jobs.run import Run, Story
from inpaint_nb.jobs.running import Running
from inpaint_nb.jobs.stories import story_again
from inpaint_nb.providers import Provider, check_request, options_of, real
from inpaint_nb.store import Record, Store

T = TypeVar("T")
Approve = Callable[[Provider, Request], None]

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
        self._jobs = Running()
        _engines.add(self)

    def submit(
        self,
        provider: Provider,
        request: Request,
        *,
        store: Store,
        source: str = "",
        repeat: int | None = None,
        mode: str | None = None,
        digest: str | None = None,
        approve: Approve | None = None,
    ) -> Job:
        """The job of one request, journalled first and started as soon as the provider has a turn for it.

        In the other modes than "live" the job is answered from the store, where that has a record. `repeat` is which of
        several equal requests it is, counted where nothing is given; `digest` that of its picture, where it is known;
        `approve` is asked before anything is sent, and may raise. Raises NotRecorded where replay finds nothing.
        """
        key = key_of(provider.name, request, digest)
        key = replace(key, repeat=counted(store, key.identity, repeat))
        used = settings.mode(mode)
        if used != "live" and (job := self._known(used, provider, request, key, store, source)) is not None:
            return job
        return self._sent(real(provider), request, key, store, source, approve)

    def running(self, store: Store, identity: str, repeat: int) -> Job | None:
        """The job of this process that asks this and has not ended, if there is one."""
        return self._jobs.get(store.folder, Key(None, identity, repeat))

    def _sent(
        self,
        provider: Provider,
        request: Request,
        key: Key,
        store: Store,
        source: str,
        approve: Approve | None,
    ) -> Job:
        if approve is not None:
            approve(provider, request)
        known = request.remote_id if isinstance(request, FetchRequest) else None
        request = replace(request, ref=uuid.uuid4().hex)
        job = self._job(request.ref, provider.name, request, key, known)
        self._start(job, provider, lambda http: run_or_adopt(provider, request, http), store, source)
        return job

    def _known(
        self, mode: str, provider: Provider, request: Request, key: Key, store: Store, source: str
    ) -> Job | None:
        """The job that needs no new run; None where a cached one must be run. Raises NotRecorded in replay."""
        record = recorded(store, key) if mode == "replay" else cached(store, key)
        if record is not None:
            return self._answered(provider, request, key, record, store, source)
        if mode == "replay":
            raise missing(store, provider.name, request, key, source)
        return self._unfinished(provider, request, key, store)

    def _answered(
        self, provider: Provider, request: Request, key: Key, record: Record, store: Store, source: str
    ) -> Job:
        """The job that brings back what is recorded; the request's own picture is used, not read again."""
        job = self._job(record.id, provider.name, request, key, record.remote_id)
        answer = Answer(
            job,
            record,
            partial(picture, store, record, picture_of(request)),
            lambda pictures: recall(
                store, record, self, request=request, source=source, provider=provider, pictures=pictures
            ),
        )
        self._running().start(answer.through)
        return job

    def _unfinished(self, provider: Provider, request: Request, key: Key, store: Store) -> Job | None:
        """The job of an equal request that is on its way: in this process, or left there by one that ended."""
        if (job := self._jobs.get(store.folder, key)) is not None:
            return job
        with suppress(StoreError):
            left = store.find_unfinished(key.identity, key.repeat)
            if left is not None and not store.is_alive(left) and store.claim(left):
                return self.resume(real(provider), replace(request, ref=left.id), left, store=store)
        return None

    def resume(self, provider: Provider, request: Request, record: Record, *, store: Store) -> Job:
        """The job of a record whose process has ended, in the middle of the story or from its start.

        It is run from the start only where that cannot be paid twice; otherwise it ends in OutcomeUnknown.
        """
        key = Key(record.parent, record.identity, record.repeat)
        job = self._job(record.id, provider.name, request, key, record.remote_id)
        story = story_again(provider, request, record)
        self._start(job, provider, story, store, record.source, record)
        return job

    def presser(self, provider: Provider, store: Store) -> Presser:
        """The function behind `Result.press` for results of this provider, in this store."""

        def press(
            request: PressRequest,
            source: str,
            *,
            repeat: int | None = None,
            mode: str | None = None,
            approve: Approve | None = None,
        ) -> Job:
            check_request(request, provider)
            return self.submit(
                provider, request, store=store, source=source, repeat=repeat, mode=mode, approve=approve
            )

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

    def _job(
        self, job_id: str, provider: str, request: Request, key: Key, remote_id: str | None = None
    ) -> Job:
        return Job(
            job_id,
            provider,
            request,
            remote_id=remote_id,
            key=key,
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
            links=links_of(store, self, lambda: provider),
            opinions=StoredOpinions(store),
            look_back=lambda: wear_note(store, job.id),
        )
        self._jobs.add(store.folder, job)
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


_engines: weakref.WeakSet[Engine] = weakref.WeakSet()


def _forget_the_parent() -> None:
    for engine in tuple(_engines):
        engine._after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing forks
    os.register_at_fork(after_in_child=_forget_the_parent)
