"""The engine: turns, deadlines, endings, and what it leaves behind."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from stories import (
    MASK,
    Empty,
    Failing,
    Gated,
    Hanging,
    OneAtATime,
    Paid,
    Silent,
    Story,
    Stubborn,
    Talkative,
    picture,
    run,
)

from inpaint_nb.edit import Ended
from inpaint_nb.errors import InpaintError, InputError, JobCancelled, JobFailed, OutcomeUnknown, SettingsError
from inpaint_nb.jobs import Engine, submit
from inpaint_nb.masks import Mask
from inpaint_nb.store import open_store


@pytest.fixture
def hurried() -> Iterator[Engine]:
    """An engine that gives a story, and a goodbye, almost no time."""
    engine = Engine(deadline_seconds=0.05, tidy_seconds=0.05)
    yield engine
    engine.close()


def test_importing_starts_no_thread() -> None:
    """The package can be imported, and an engine made, without a thread of ours."""
    code = "import threading, inpaint_nb, inpaint_nb.jobs as j; j.Engine(); print(threading.active_count())"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "1\n"
    )


def test_a_story_without_an_end_is_a_failure() -> None:
    """A provider that stops without Finished gives JobFailed that says so."""
    assert "without a result" in str(run(Silent()).exception(timeout=10))


def test_finishing_without_pictures_is_a_failure() -> None:
    """A provider that finishes with nothing gives JobFailed that says so."""
    error = run(Empty()).exception(timeout=10)
    assert isinstance(error, JobFailed)
    assert "without any picture" in error.message


def test_a_story_that_tries_to_end_the_program_only_fails() -> None:
    """SystemExit in a provider becomes JobFailed, and the engine runs on."""
    assert isinstance(run(Failing(SystemExit(1))).exception(timeout=10), JobFailed)
    assert run(Story()).result(timeout=10)


def test_the_deadline_ends_a_free_job_as_failed(hurried: Engine) -> None:
    """A story that says nothing more is given up, in words."""
    error = run(Hanging(), engine=hurried).exception(timeout=10)
    assert isinstance(error, JobFailed)
    assert "did not finish within 0.05 s" in error.message


def test_the_deadline_ends_a_paid_job_as_unknown(hurried: Engine) -> None:
    """What may have been paid is never called a plain failure; the error names the id to look for."""

    class PaidHanging(Hanging):
        name = "paid-hanging"
        capabilities = Paid.capabilities

    error = run(PaidHanging(), engine=hurried).exception(timeout=10)
    assert isinstance(error, OutcomeUnknown)
    assert "remote-5" in error.hint


def test_a_timeout_inside_a_story_is_its_own(hurried: Engine) -> None:
    """A TimeoutError that the provider raises is not mistaken for the deadline."""
    error = TimeoutError("theirs")
    assert run(Failing(error)).exception(timeout=10) is error


def test_a_story_that_will_not_be_cancelled_is_left_behind(hurried: Engine) -> None:
    """The job ends as cancelled even where its story swallows the cancel."""
    provider = Stubborn()
    job = run(provider, engine=hurried)
    provider.reached.result(timeout=10)
    job.cancel()
    with pytest.raises(JobCancelled):
        job.result(timeout=10)
    provider.gate.set_result(None)
    hurried.close()
    assert job.events[-1] == Ended("cancelled")
    assert job.status == "cancelled"


def test_a_provider_gets_no_more_jobs_at_once_than_it_takes() -> None:
    """`concurrency` bounds the stories that run; the others wait for their turn and all end."""
    provider = OneAtATime()
    jobs = [run(provider) for _ in range(20)]
    assert all(job.result(timeout=20) for job in jobs)
    assert provider.most == 1


def test_a_waiting_job_can_be_cancelled() -> None:
    """A job that waits for its turn ends at once and takes no turn."""

    class GatedOne(Gated):
        name = "gated-one"
        capabilities = OneAtATime.capabilities

    provider = GatedOne()
    first = run(provider)
    provider.reached.result(timeout=10)
    second = run(provider)
    assert second.status == "waiting"
    assert second.seconds == 0
    second.cancel()
    with pytest.raises(JobCancelled):
        second.result(timeout=10)
    provider.open()
    assert first.result(timeout=10)


def test_seconds_come_from_the_injected_clock() -> None:
    """A job's time is told by the engine's clock, from its submission on."""
    ticks = iter(range(100))
    engine = Engine(clock=lambda: float(next(ticks)))
    job = run(Story(), engine=engine)
    result = job.result(timeout=10)
    assert result.seconds >= 1
    assert result.seconds == int(result.seconds)
    engine.close()


def test_closing_waits_for_no_stubborn_story(hurried: Engine) -> None:
    """An engine closes even while a story swallows its cancel, and the job has ended."""
    provider = Stubborn()
    job = run(provider, engine=hurried)
    provider.reached.result(timeout=10)
    hurried.close()
    with pytest.raises(JobCancelled):
        job.result(timeout=10)
    provider.gate.set_result(None)


def test_closing_the_engine_ends_its_jobs() -> None:
    """Nobody waits for ever on an engine that was closed; the next job starts it anew."""
    engine, provider = Engine(), Gated()
    job = run(provider, engine=engine)
    provider.reached.result(timeout=10)
    engine.close()
    with pytest.raises(JobCancelled):
        job.result(timeout=10)
    assert run(Story(), engine=engine).result(timeout=10)
    engine.close()
    engine.close()


def test_run_answers_from_the_loop() -> None:
    """`run` gives sync code what a coroutine brings, its errors included, on the engine's thread."""
    engine = Engine()

    async def where() -> str:
        return threading.current_thread().name

    async def fails() -> None:
        raise ValueError("no")

    assert engine.run(where()) == "inpaint-nb"
    with pytest.raises(ValueError, match="no"):
        engine.run(fails())

    async def within() -> None:
        engine.run(where())

    with pytest.raises(InpaintError, match="own thread"):
        engine.run(within())
    engine.close()


def test_what_cannot_be_asked_is_refused_before_anything_is_recorded() -> None:
    """InputError and SettingsError come from submit itself, and the store stays unmade."""
    with pytest.raises(InputError):
        submit(picture(), Mask.empty(picture().size), provider=Story())
    with pytest.raises(InputError):
        submit(picture(), MASK, provider=Story(), nonsense=1)
    with pytest.raises(InputError):
        submit(picture(), "mask", provider=Story())
    with pytest.raises(SettingsError):
        submit(picture(), MASK, provider="nobody")
    assert not open_store().folder.exists()


def test_an_exit_with_jobs_pending_is_prompt_and_silent() -> None:
    """A script that ends with jobs pending, asleep and computing, ends at once and says nothing."""
    code = """
import asyncio, sys, time
from PIL import Image
from inpaint_nb.edit import Capabilities, Submitted
from inpaint_nb.jobs import submit
from inpaint_nb.masks import Mask
from inpaint_nb.workers import offload

class Slow:
    name = "slow"
    capabilities = Capabilities(note="slow", price="free")
    async def run(self, request, http):
        yield Submitted(None)
        await (asyncio.sleep(60) if request.prompt else offload(time.sleep, 60))
    resume = run

image = Image.new("RGB", (8, 8))
jobs = [submit(image, Mask.full(image.size), prompt, provider=Slow()) for prompt in ("a", "")]
while any(job.status != "queued" for job in jobs):
    time.sleep(0.01)
print(time.time())
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_has_an_engine_of_its_own() -> None:
    """After a fork new jobs run in the child, and the parent's pending job refuses instead of hanging."""
    provider = Gated()
    pending = run(provider)
    provider.reached.result(timeout=10)
    child = os.fork()
    if child == 0:
        works = run(Story()).result(timeout=20).report.changed_outside == 0
        refuses = "belongs to the process" in str(_error_of(pending))
        os._exit(0 if works and refuses else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    provider.open()
    assert pending.result(timeout=10)


def _error_of(job: object) -> object:
    try:
        return job.result(timeout=5)
    except InpaintError as error:
        return error


def test_two_hundred_waiting_jobs_share_one_thread() -> None:
    """Jobs that only wait are all in flight at once, on one thread of the engine."""
    engine, before = Engine(), _engine_threads()
    providers = [Gated() for _ in range(200)]
    jobs = [run(provider, engine=engine) for provider in providers]
    for provider in providers:
        provider.reached.result(timeout=30)
    assert _engine_threads() - before == 1
    for provider in providers:
        provider.open()
    assert {job.result(timeout=30) and job.status for job in jobs} == {"done"}
    engine.close()


def _engine_threads() -> int:
    return sum(thread.name == "inpaint-nb" for thread in threading.enumerate())


def test_jobs_may_be_awaited_on_the_engine_itself() -> None:
    """A coroutine on the engine's loop may await a job: nothing is blocked by that."""
    engine = Engine()

    async def both() -> list[int]:
        results = await asyncio.gather(run(Story(), engine=engine), run(Talkative(), engine=engine))
        return [len(result.images) for result in results]

    assert engine.run(both()) == [1, 1]
    engine.close()
