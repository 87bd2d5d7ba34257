"""The handle of one job: looked at, waited for and cancelled from any thread."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import time
from collections.abc import Callable, Generator
from concurrent.futures import Future, wait
from contextlib import suppress
from datetime import UTC, datetime
from threading import RLock
from typing import Literal, TypeVar

from inpaint_nb.edit import (
    Ended,
    JobEvent,
    Notice,
    Preview,
    Progress,
    Queued,
    Request,
    Result,
    Submitted,
    moment_words,
)
from inpaint_nb.errors import JobError, JobTimeout
from inpaint_nb.jobs.key import Key

Status = Literal["waiting", "submitting", "queued", "running", "done", "failed", "cancelled"]
Listener = Callable[[JobEvent], object]
Told = TypeVar("Told")

# A wait wakes this often, so that a kernel interrupt is seen at once on every platform and in every loop.
TICK_SECONDS = 0.1

log = logging.getLogger(__name__)


class Job:
    """One request on its way: `result()` and `await job` wait for it, and interrupting either cancels it.

    Every method may be called from any thread. The names that begin with an underscore belong to the engine.
    `recorded` is when the run was asked for whose record this job brings back, in UTC; None for a job that runs.
    """

    def __init__(
        self,
        job_id: str,
        provider: str,
        request: Request,
        *,
        remote_id: str | None = None,
        key: Key | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_engine_thread: Callable[[], bool] = lambda: False,
    ) -> None:
        self.id = job_id
        self.provider = provider
        self.request = request
        self.key = key or Key()
        self.created = datetime.now(UTC)
        self.recorded: datetime | None = None
        self._lock = RLock()
        self._pid = os.getpid()
        self._clock = clock
        self._on_engine_thread = on_engine_thread
        self._began: float | None = None
        self._seconds: float | None = None
        self._status: Status = "waiting"
        self._progress: float | None = None
        self._stage = ""
        self._remote_id = remote_id
        self._events: list[JobEvent] = []
        self._listeners: list[Listener] = []
        self._shown: Result | None = None
        self._viewers: list[Callable[[Result], object]] = []
        self._cancel_asked = False
        self._stop: Callable[[], object] | None = None
        self._outcome: Future[Result] = Future()  # known before the listeners hear of the end
        self._over: Future[Result] = Future()  # known after; this is what waits wake on

    def __repr__(self) -> str:
        progress = "" if self._progress is None else f" {self._progress:.0%}"
        return f"<Job {self.id[:8]} {self.provider} {self.status}{progress}>"

    @property
    def status(self) -> Status:
        """Where the job is, in one word; "done", "failed" and "cancelled" are final."""
        return self._status

    @property
    def progress(self) -> float | None:
        """From 0 to 1, or None while nobody knows."""
        return self._progress

    @property
    def stage(self) -> str:
        """What the provider does just now, in its words; empty where it does not say."""
        return self._stage

    @property
    def remote_id(self) -> str | None:
        """The provider's own id of the job, once it is known."""
        return self._remote_id

    @property
    def when(self) -> str:
        """Whether it runs live or is brought back, and when it was asked for, in words."""
        return moment_words(self.recorded or self.created, is_recorded=self.recorded is not None)

    @property
    def repeat(self) -> int:
        """Which of several equal requests this is, from 0."""
        return self.key.repeat

    @property
    def events(self) -> tuple[JobEvent, ...]:
        """What happened so far, in order; of the previews only the newest is kept."""
        with self._lock:
            return tuple(self._events)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know and what stopped nobody."""
        return tuple(event.text for event in self.events if isinstance(event, Notice))

    @property
    def seconds(self) -> float:
        """How long the provider has worked, or worked, on it; 0 while the job waits for its turn."""
        if self._seconds is not None:
            return self._seconds
        return 0.0 if self._began is None else self._clock() - self._began

    def done(self) -> bool:
        """True once the job has ended in a result, an error or a cancel."""
        return self._outcome.done()

    def result(self, timeout: float | None = None) -> Result:
        """The result, after waiting for it; a kernel interrupt cancels the job.

        Raises the job's one error, or JobTimeout after `timeout` seconds: then the job goes on. Inside an
        `on_event` callback it never waits: it answers there only once the job has ended.
        """
        self._until_over(timeout)
        return self._outcome.result()

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """The job's error or None, after waiting for the end as `result` does."""
        self._until_over(timeout)
        return self._outcome.exception()

    def cancel(self) -> None:
        """Ask the job to stop, at its next pause; asking twice, or after the end, changes nothing."""
        with self._lock:
            if self._cancel_asked or self.done():
                return
            self._cancel_asked = True
            stop = self._stop
        if stop is not None:
            stop()

    def on_event(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(event)` for every event from now on; returns the function that ends this.

        The engine's thread calls, so a listener is quick and never waits. The last event is `Ended`; by then
        `result()` answers at once, and whoever waits for the job wakes only after every listener was told. A
        listener that fails is logged and harms nobody. Earlier events are in `events`.
        """
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._forget(listener)

    def on_result(self, viewer: Callable[[Result], object]) -> None:
        """Call `viewer(result)` as soon as there is a result, before it is recorded; at once where there is one.

        For showing it: `on_event`, and whoever waits with `result()`, hear of it when it is on disk. The engine's
        thread calls. A result that came from the store is heard of there alone.
        """
        with self._lock:
            self._viewers.append(viewer)
            shown = self._shown
        if shown is not None:
            viewer(shown)

    def __await__(self) -> Generator[object, None, Result]:
        return self._awaited().__await__()

    async def _awaited(self) -> Result:
        self._check_process()
        woken = asyncio.Event()
        loop = asyncio.get_running_loop()
        self._over.add_done_callback(lambda _: _tell(loop, woken))
        try:
            while not self._over.done():
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), TICK_SECONDS)
        except (asyncio.CancelledError, KeyboardInterrupt):
            self.cancel()
            raise
        return self._over.result()

    def _until_over(self, timeout: float | None) -> None:
        try:
            if self._on_engine_thread():
                self._refuse_to_wait()
            else:
                self._check_process()
                self._wait(timeout)
        except KeyboardInterrupt:
            self.cancel()
            raise

    def _wait(self, timeout: float | None) -> None:
        end = math.inf if timeout is None else time.monotonic() + timeout
        while not self._over.done():
            left = min(TICK_SECONDS, end - time.monotonic())
            if left <= 0:
                raise JobTimeout(
                    f"The job is still {self._status} after {timeout:g} s.",
                    "It goes on: call result() again, or cancel().",
                )
            wait([self._over], left)

    def _refuse_to_wait(self) -> None:
        if not self._outcome.done():
            raise JobError(
                "result() cannot wait on the engine's own thread: the job would wait for itself.",
                "In an on_event callback wait for the Ended event, then call result().",
            )

    def _check_process(self) -> None:
        if self._pid != os.getpid() and not self._over.done():
            raise JobError(
                "This job belongs to the process that started it.",
                "Start a job here, or wait for this one where it was started.",
            )

    def _forget(self, listener: Listener) -> None:
        with self._lock, suppress(ValueError):
            self._listeners.remove(listener)

    def _runs_by(self, stop: Callable[[], object]) -> None:
        with self._lock:
            self._stop = stop
            asked = self._cancel_asked
        if asked:
            stop()

    def _submitting(self) -> None:
        self._began = self._clock()
        self._status = "submitting"

    def _publish(self, event: JobEvent) -> None:
        with self._lock:
            if self.done() and not isinstance(event, Ended):
                return  # from a story that would not be cancelled and was left to itself
            self._take_in(event)
            listeners = tuple(self._listeners)
        for listener in listeners:
            _call(listener, event)

    def _take_in(self, event: JobEvent) -> None:
        match event:
            case Submitted(remote_id):
                self._status, self._remote_id = "queued", remote_id or self._remote_id
            case Queued():
                self._status = "queued"
            case Progress(stage, fraction):
                self._status, self._stage, self._progress = "running", stage, fraction
            case Preview():
                self._status = "running"
                self._events = [old for old in self._events if not isinstance(old, Preview)]
        self._events.append(event)

    def _show(self, result: Result) -> None:
        with self._lock:
            self._shown, viewers = result, tuple(self._viewers)
        for viewer in viewers:
            _call(viewer, result)

    def _end(self, status: Literal["done", "failed", "cancelled"], outcome: Result | BaseException) -> None:
        with self._lock:
            self._seconds = self.seconds
            self._status = status
            self._progress = 1.0 if status == "done" else self._progress
            _settle(self._outcome, outcome)
        self._publish(Ended(status))
        _settle(self._over, outcome)
        with self._lock:
            self._listeners.clear()
            self._viewers.clear()
            self._stop = None


def _settle(future: Future[Result], outcome: Result | BaseException) -> None:
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _tell(loop: asyncio.AbstractEventLoop, woken: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop that waited may be closed by now
        loop.call_soon_threadsafe(woken.set)


def _call(listener: Callable[[Told], object], told: Told) -> None:
    try:
        listener(told)
    except Exception:
        log.exception("A listener of a job failed on %s", type(told).__name__)
