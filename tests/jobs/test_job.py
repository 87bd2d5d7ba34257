"""The handle of a job: what it tells, how it is waited for, how it is cancelled."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import Future

import pytest
from stories import Failing, Gated, Hanging, Story, Talkative, run

from inpaint_nb.edit import Ended, Finished, JobEvent, Notice, Preview, Progress, Queued, Submitted
from inpaint_nb.errors import JobCancelled, JobError, JobFailed, JobTimeout


def test_a_job_ends_in_a_composited_result() -> None:
    """The result has the provider's pixels inside the mask and the parent's outside."""
    result = run(Story()).result(timeout=10)
    assert result.image.getpixel((6, 6)) == (255, 0, 0)
    assert result.image.getpixel((0, 0)) == (255, 255, 255)
    assert result.report.changed_outside == 0
    assert result.report.raw_changed_outside > 0


def test_a_job_tells_every_event_in_order() -> None:
    """Events are the provider's, then the end; of the previews only the newest is kept."""
    job = run(Talkative())
    job.result(timeout=10)
    kinds = [type(event) for event in job.events]
    assert kinds == [Submitted, Queued, Progress, Preview, Notice, Progress, Finished, Ended]
    assert job.events[-1] == Ended("done")


def test_a_done_job_remembers_what_it_was_told() -> None:
    """Status, remote id, stage, progress, notices and seconds stay after the end."""
    job = run(Talkative())
    result = job.result(timeout=10)
    assert (job.status, job.remote_id, job.stage, job.progress) == ("done", "remote-1", "almost", 1.0)
    assert job.notices == result.notes == ("slow today",)
    assert job.seconds == job.seconds
    assert (result.cost, result.actions, result.seed, result.job_id) == (3.0, ("U1", "V1"), 11, job.id)


def test_a_running_job_tells_where_it_is() -> None:
    """Status, stage and progress follow the story while it runs."""
    provider = Gated()
    job = run(provider)
    provider.reached.result(timeout=10)
    assert (job.status, job.stage, job.progress, job.done()) == (
        "running",
        "waiting for the gate",
        0.5,
        False,
    )
    assert repr(job) == f"<Job {job.id[:8]} gated running 50%>"
    provider.open()
    job.result(timeout=10)


def test_a_wait_that_runs_out_leaves_the_job_alone() -> None:
    """`result(timeout)` raises JobTimeout, a TimeoutError, and the job still ends in its result."""
    provider = Gated()
    job = run(provider)
    provider.reached.result(timeout=10)
    with pytest.raises(TimeoutError, match="still running") as caught:
        job.result(timeout=0)
    assert isinstance(caught.value, JobTimeout)
    with pytest.raises(JobTimeout):
        job.exception(timeout=0)
    provider.open()
    assert job.result(timeout=10).image


def test_cancel_reaches_the_story_and_the_waiter() -> None:
    """A cancelled job ends as "cancelled", its story sees CancelledError, and result() raises JobCancelled."""
    provider = Gated()
    job = run(provider)
    provider.reached.result(timeout=10)
    job.cancel()
    job.cancel()
    with pytest.raises(JobCancelled):
        job.result(timeout=10)
    assert job.status == "cancelled"
    assert provider.closed.result(timeout=10) == "cancelled"
    assert isinstance(job.exception(), JobCancelled)


def test_cancel_before_the_first_step_counts() -> None:
    """A job cancelled right after it was submitted is cancelled, whatever it was doing."""
    job = run(Hanging())
    job.cancel()
    with pytest.raises(JobCancelled):
        job.result(timeout=10)


def test_cancel_after_the_end_changes_nothing() -> None:
    """A done job stays done."""
    job = run(Story())
    result = job.result(timeout=10)
    job.cancel()
    assert job.status == "done"
    assert job.result() is result


def test_a_failed_job_raises_its_one_error() -> None:
    """The provider's typed error is what result() raises and exception() returns."""
    error = JobFailed("the machine is on fire", "wait")
    job = run(Failing(error))
    assert job.exception(timeout=10) is error
    assert job.status == "failed"
    with pytest.raises(JobFailed, match="on fire"):
        job.result()


def test_a_bug_in_a_provider_keeps_its_traceback() -> None:
    """An error that is not ours comes out as it was raised."""
    job = run(Failing(ZeroDivisionError("a bug")))
    error = job.exception(timeout=10)
    assert type(error) is ZeroDivisionError
    assert error.__traceback__ is not None


def test_a_job_can_be_awaited_in_any_loop() -> None:
    """`await job` gives the result in a loop that is not the engine's."""

    async def main() -> tuple[int, int]:
        first, second = await asyncio.gather(run(Story()), run(Story(), count=2))
        return len(first.images), len(second.images)

    assert asyncio.run(main()) == (1, 2)


def test_a_cancelled_await_cancels_the_job() -> None:
    """Cancelling the task that awaits the job cancels the job itself."""
    provider = Gated()
    job = run(provider)

    async def main() -> None:
        waiter = asyncio.ensure_future(job)
        await asyncio.wrap_future(provider.reached)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter

    asyncio.run(main())
    with pytest.raises(JobCancelled):
        job.result(timeout=10)


def test_listeners_hear_everything_up_to_the_end() -> None:
    """A listener hears each event once, the last one is Ended, and result() answers inside it."""
    provider, heard, results = Gated(), [], []
    job = run(provider)

    def listen(event: JobEvent) -> None:
        heard.append(event)
        if isinstance(event, Ended):
            results.append(job.result())

    provider.reached.result(timeout=10)
    job.on_event(listen)
    provider.open()
    result = job.result(timeout=10)
    assert [type(event) for event in heard] == [Finished, Ended]
    assert results == [result]


def test_an_unsubscribed_listener_hears_nothing_more() -> None:
    """The function that on_event returns ends the listening, and may be called twice."""
    provider, heard = Gated(), []
    job = run(provider)
    provider.reached.result(timeout=10)
    stop = job.on_event(heard.append)
    stop()
    stop()
    provider.open()
    job.result(timeout=10)
    assert heard == []


def test_a_failing_listener_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is logged, and the other listeners and the job go on."""
    provider, heard = Gated(), []
    job = run(provider)
    provider.reached.result(timeout=10)
    job.on_event(lambda event: heard[99])
    job.on_event(heard.append)
    with caplog.at_level(logging.ERROR, logger="inpaint_nb.jobs.job"):
        provider.open()
        job.result(timeout=10)
    assert heard[-1] == Ended("done")
    assert "A listener of a job failed on Finished" in caplog.text


def test_result_refuses_to_wait_on_the_engine_thread() -> None:
    """In a callback result() of an unfinished job raises at once instead of waiting for itself."""
    provider, refused = Gated(), Future()
    job = run(provider)
    provider.reached.result(timeout=10)

    def listen(event: JobEvent) -> None:
        if isinstance(event, Finished):
            try:
                job.result()
            except JobError as error:
                refused.set_result(error)

    job.on_event(listen)
    provider.open()
    job.result(timeout=10)
    assert "engine's own thread" in str(refused.result(timeout=10))


def test_many_threads_may_wait_for_one_job() -> None:
    """Every waiting thread gets the same result."""
    provider, results = Gated(), []
    job = run(provider)
    threads = [threading.Thread(target=lambda: results.append(job.result(timeout=10))) for _ in range(8)]
    for thread in threads:
        thread.start()
    provider.open()
    for thread in threads:
        thread.join()
    assert results == [job.result()] * 8
