"""Picking up what another kernel left: which jobs, how, and never twice."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stories import FREE, Gated, Paid, Story, picture, run

from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Submitted
from inpaint_nb.errors import OutcomeUnknown
from inpaint_nb.http import Client
from inpaint_nb.jobs import resume
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import Record, open_store

# Runs one job of the provider NAME up to where it hangs, then dies without a word.
KILLED = """
import os, sys
sys.path.insert(0, {tests!r})
import test_resume, stories
provider = test_resume.{cls}()
job = stories.run(provider, seed=4, feather_px=1)
provider.reached.result(timeout=30)
print(job.id, flush=True)
os._exit(9)
"""


class Remote(Gated):
    """Hangs when it is run; when it is resumed it finishes at once."""

    name = "remote"
    capabilities = Capabilities(note="keeps jobs", price="1 credit")

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        assert (remote_id, request.seed, request.feather_px) == ("remote-2", 4, 1)
        yield Finished((picture("red"),))


class Nameless(Gated):
    """Hangs before it knows any remote id."""

    name = "nameless"
    capabilities = Capabilities(note="costs", price="1 credit")
    asked = 0

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        type(self).asked += 1
        async for event in super().run(request, http):
            if not isinstance(event, Submitted):
                yield event


class Repeatable(Story):
    """Hangs in the process that is killed, finishes elsewhere."""

    name = "repeatable"
    capabilities = Capabilities(note="free", price="free", repeatable=True)


class RepeatableHanging(Nameless):
    name = "repeatable"
    capabilities = FREE


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers of this file, findable by name, during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    for cls in (Remote, Nameless, Repeatable):
        register_provider(cls)
    Nameless.asked = 0


def left_behind(cls: str) -> Record:
    """The record of a job whose process was killed while it ran."""
    code = KILLED.format(tests=str(Path(__file__).parent), cls=cls)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 9, done.stderr
    return open_store().record(done.stdout.strip())


def test_a_job_with_a_remote_id_is_resumed_there() -> None:
    """The story goes on from the remote id, with the request as it was asked, and ends in the record."""
    record = left_behind("Remote")
    (job,) = resume()
    assert job.id == record.id
    assert job.result(timeout=10).image.getpixel((8, 8)) == (255, 0, 0)
    assert open_store().record(record.id).status == "done"
    assert resume() == []


def test_a_job_of_unknown_outcome_is_never_sent_again() -> None:
    """Without a remote id a job that may have been paid ends in OutcomeUnknown, on disk too."""
    record = left_behind("Nameless")
    (job,) = resume()
    assert isinstance(job.exception(timeout=10), OutcomeUnknown)
    assert open_store().record(record.id).error_type == "OutcomeUnknown"
    assert Nameless.asked == 0
    assert resume() == []


def test_a_repeatable_job_is_run_again() -> None:
    """What costs nothing and harms nobody is simply run again."""
    left_behind("RepeatableHanging")
    (job,) = resume()
    assert job.result(timeout=10).report.changed_outside == 0


def test_a_job_that_was_never_sent_is_sent() -> None:
    """A job that still waited for its turn when its kernel died cannot have been paid: it is run."""
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import stories
class One(stories.Gated):
    name = "paid"
    capabilities = stories.Capabilities(note="costs", price="1 credit", concurrency=1)
provider = One()
first = stories.run(provider)
provider.reached.result(timeout=30)
second = stories.run(provider)
from inpaint_nb.store import open_store
while len(open_store().records()) < 2:
    pass
print(second.id, flush=True)
os._exit(9)
"""
    register_provider(Paid)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    jobs = {job.id: job for job in resume()}
    assert jobs.pop(done.stdout.strip()).result(timeout=10)
    assert [job.exception(timeout=10) for job in jobs.values()] == [None]


def test_the_jobs_of_a_living_kernel_are_left_alone() -> None:
    """Neither one's own pending jobs nor those of another living process are picked up."""
    provider = Gated()
    job = run(provider)
    provider.reached.result(timeout=10)
    assert resume() == []
    code = "from inpaint_nb.jobs import resume; print(resume())"
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert other.stdout == "[]\n"
    provider.open()
    assert job.result(timeout=10)


def test_what_cannot_be_picked_up_stays_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A job of a provider that is not installed here stays unfinished, and the log says why."""
    record = left_behind("Remote")
    del registry._registered["remote"]
    with caplog.at_level(logging.WARNING, logger="inpaint_nb.jobs.submit"):
        assert resume() == []
    assert "no provider 'remote'" in caplog.text
    register_provider(Remote)
    assert [job.id for job in resume()] == [record.id]
