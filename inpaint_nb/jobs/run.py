"""One job from its first line in the journal to its last: the provider's story, walked and paced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Literal

from inpaint_nb.edit import (
    Capabilities,
    Event,
    Finished,
    Links,
    Notice,
    Opinions,
    Pending,
    Presser,
    Progress,
    Result,
)
from inpaint_nb.errors import InpaintError, JobCancelled, JobError, JobFailed, OutcomeUnknown
from inpaint_nb.http import Client, Pause
from inpaint_nb.jobs.farewell import Farewell
from inpaint_nb.jobs.job import Job
from inpaint_nb.jobs.journal import Journal
from inpaint_nb.jobs.loop import mark
from inpaint_nb.jobs.pace import Pace
from inpaint_nb.secret import scrub, without_keys
from inpaint_nb.workers import offload

Story = Callable[[Client], AsyncIterator[Event]]
LONGEST_STAGE = 100  # characters


class Run:
    """The work behind one `Job`, on the engine's thread."""

    def __init__(
        self,
        job: Job,
        story: Story,
        capabilities: Capabilities,
        journal: Journal,
        *,
        source: str,
        presser: Presser | None,
        deadline_seconds: float,
        tidy_seconds: float,
        pause: Pause,
        farewell: Farewell,
        links: Links[Result, Pending] | None = None,
        opinions: Opinions | None = None,
        look_back: Callable[[], str] = str,
    ) -> None:
        self._job = job
        self._story = story
        self._capabilities = capabilities
        self._journal = journal
        self._source = source
        self._presser = presser
        self._deadline_seconds = deadline_seconds
        self._tidy_seconds = tidy_seconds
        self._pace = Pace(capabilities.poll_seconds, pause)
        self._farewell = farewell
        self._links = links
        self._opinions = opinions
        self._look_back = look_back  # what is to be said of the runs before this one
        journal.tell = job._publish

    async def through(self, http: Client, turn: AbstractAsyncContextManager[object]) -> None:
        """Do the job to its end, whatever that is, and say so; raises nothing of its own."""
        try:
            outcome = await self._outcome(self._work(http, turn))
            if isinstance(outcome, JobCancelled):
                outcome = JobCancelled(outcome.message, await self._farewell.said(self._job, http))
            status = _status(outcome)
            if isinstance(outcome, Result):
                self._job._show(outcome)  # nobody who looks at it waits for the disk
            await self._journal.end(outcome, status)
        except asyncio.CancelledError:
            self._job._end("cancelled", JobCancelled("The engine was closed."))
            raise
        if isinstance(outcome, Result) and outcome.notes != self._job.notices:
            outcome = replace(outcome, notes=self._job.notices)  # told while the end was written
        self._job._end(status, outcome)

    async def _outcome(self, work: Coroutine[Any, Any, Result]) -> Result | BaseException:
        """What became of the work. A cancelled story may tidy up, for a while; then it is left to itself."""
        loop = asyncio.get_running_loop()
        over: asyncio.Future[None] = loop.create_future()
        task = loop.create_task(work)
        task.add_done_callback(lambda done: mark(over))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # even when left to itself

        def stop() -> None:
            task.cancel()
            loop.call_later(self._tidy_seconds, mark, over)

        self._job._runs_by(lambda: loop.call_soon_threadsafe(stop))
        await over
        return self._read(task)

    def _read(self, task: asyncio.Task[Result]) -> Result | BaseException:
        error = None if not task.done() or task.cancelled() else task.exception()
        if task.done() and not task.cancelled() and error is None:
            return task.result()
        if error is not None and not self._job._cancel_asked:
            return _cleaned(error)
        return JobCancelled("The job was cancelled.")

    async def _work(self, http: Client, turn: AbstractAsyncContextManager[object]) -> Result:
        await self._journal.begin()
        async with turn:
            self._job._submitting()
            await self._journal.submitting()
            finished = await self._in_time(self._walk(http))
        if words := await offload(self._look_back):
            self._job._publish(Notice(words))
        return await offload(self._compose, finished)

    async def _in_time(self, walk: Coroutine[Any, Any, Finished]) -> Finished:
        try:
            async with asyncio.timeout(self._deadline_seconds) as deadline:
                return await walk
        except TimeoutError as error:
            if deadline.expired():
                raise self._too_late() from error
            raise

    async def _walk(self, http: Client) -> Finished:
        story = self._story(http)
        try:
            async for told in story:
                event = _harmless(told)
                self._job._publish(event)
                await self._journal.note(event)
                if isinstance(event, Finished):
                    return self._with_pictures(event)
                await self._pace.after(event)
        except (KeyboardInterrupt, SystemExit) as error:  # they would end the thread of every job
            raise JobFailed(f"{self._job.provider!r} tried to end the program.") from error
        finally:
            if isinstance(story, AsyncGenerator):
                await story.aclose()
        raise JobFailed(f"{self._job.provider!r} ended without a result and without saying why.")

    def _with_pictures(self, finished: Finished) -> Finished:
        if not finished.images:
            raise JobFailed(f"{self._job.provider!r} finished without any picture.")
        return finished

    def _compose(self, finished: Finished) -> Result:
        return Result.compose(
            self._job.request,
            finished,
            self._job.provider,
            remote_id=self._job.remote_id,
            seconds=self._job.seconds,
            notes=self._job.notices,
            job_id=self._job.id,
            source=self._source,
            is_kept=self._capabilities.keeps_pictures,
            created=self._job.created,
            identity=self._job.key.identity,
            repeat=self._job.repeat,
            presser=self._presser,
            links=self._links,
            opinions=self._opinions,
        )

    def _too_late(self) -> JobError:
        name, seconds = self._job.provider, f"{self._deadline_seconds:g} s"
        if self._capabilities.price == "free":
            return JobFailed(
                f"{name!r} did not finish within {seconds}.", "Run it again, or use a smaller picture."
            )
        return unknown(name, self._job.remote_id, f"no end came within {seconds}")


def unknown(provider: str, remote_id: str | None, why: str) -> OutcomeUnknown:
    """The error for a job that may have been done and paid for: it is never sent again by itself."""
    known_as = f"It is known there as {remote_id}." if remote_id else "No id of it is known here."
    return OutcomeUnknown(
        f"{provider!r} may have done and charged this job: {why}.",
        f"Look it up in your account there before you run it again. {known_as}",
    )


def _harmless(event: Event) -> Event:
    """The event with its foreign text in one short line without keys."""
    match event:
        case Progress(stage):
            return replace(event, stage=scrub(stage, LONGEST_STAGE))
        case Notice(text):
            return replace(event, text=without_keys(text))
    return event


def _cleaned(error: BaseException) -> BaseException:
    """The same error without a key in what it says."""
    if isinstance(error, InpaintError):
        error.message, error.hint = without_keys(error.message), without_keys(error.hint)
        error.args = (error.message, error.hint, *error.args[2:])
    return error


def _status(outcome: Result | BaseException) -> Literal["done", "failed", "cancelled"]:
    if isinstance(outcome, Result):
        return "done"
    return "cancelled" if isinstance(outcome, JobCancelled) else "failed"
