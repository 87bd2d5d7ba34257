"""The engine's time: pauses between questions, deadlines, and what a cancel reaches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from dataclasses import replace

import pytest
from stories import FREE, Story, picture, run

from inpaint_nb.edit import (
    Capabilities,
    Event,
    FetchRequest,
    Finished,
    Notice,
    Preview,
    Progress,
    Queued,
    Submitted,
)
from inpaint_nb.errors import JobCancelled, JobFailed, OutcomeUnknown, ProviderError
from inpaint_nb.http import Client
from inpaint_nb.jobs import Engine
from inpaint_nb.secret import Secret
from inpaint_nb.store import open_store

PAID = Capabilities(note="costs", price="1 credit", keeps_pictures=True, poll_seconds=(3.0, 5.0))


class Pauses:
    """A pause that takes no time, or that never ends, and remembers how long it should have been."""

    def __init__(self, *, is_endless: bool = False) -> None:
        self.asked: list[float] = []
        self.begun = threading.Event()
        self._is_endless = is_endless

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self.begun.set()
        await asyncio.sleep(3600 if self._is_endless else 0)


class Polled(Story):
    """Says the events that it was given, then finishes."""

    name = "polled"
    capabilities = PAID

    def __init__(self, *events: Event) -> None:
        self.events = events

    async def run(self, request: object, http: Client) -> AsyncIterator[Event]:
        for event in self.events:
            yield event
        yield Finished((picture("red"),))


class Running(Story):
    """Has a job at the provider that does not end, and can be told to cancel it."""

    name = "running"
    capabilities = PAID

    def __init__(self, answer: BaseException | None = None, remote_id: str | None = "remote-9") -> None:
        self.answer, self.remote_id = answer, remote_id
        self.reached: Future[None] = Future()
        self.cancelled: list[str] = []

    async def run(self, request: object, http: Client) -> AsyncIterator[Event]:
        if self.remote_id:
            yield Submitted(self.remote_id)
        self.reached.set_result(None)
        await asyncio.sleep(3600)
        yield Progress()

    async def cancel(self, remote_id: str, http: Client) -> None:
        self.cancelled.append(remote_id)
        if self.answer is not None:
            raise self.answer
        assert isinstance(http, Client)


class Deaf(Running):
    """Does not answer when told to cancel."""

    async def cancel(self, remote_id: str, http: Client) -> None:
        await asyncio.sleep(3600)


@pytest.fixture
def engine_with():
    """Engines of this test, closed at its end."""
    engines = []

    def make(**settings):
        engines.append(Engine(**settings))
        return engines[-1]

    yield make
    for engine in engines:
        engine.close()


def cancelled(engine, provider):
    """The error of a job that is cancelled once its provider works on it."""
    job = run(provider, engine=engine)
    provider.reached.result(20)
    job.cancel()
    error = job.exception(20)
    assert type(error) is JobCancelled
    assert job.status == "cancelled"
    return error


def test_the_engine_waits_between_questions(engine_with):
    """After each Queued and Progress it waits, at first the first time, then longer, up to the second."""
    pauses = Pauses()
    events = [Submitted("r"), Queued(3), Queued(2), *[Progress("drawing", n / 10) for n in range(4)]]
    job = run(Polled(*events), engine=engine_with(pause=pauses))
    job.result(20)
    assert pauses.asked == pytest.approx([3, 3.6, 4.32, 5, 5, 5])


def test_what_comes_with_an_answer_is_not_waited_for(engine_with):
    """Previews and notices belong to the same answer, so nothing waits after them."""
    pauses = Pauses()
    events = [Submitted("r"), Preview(picture("gray")), Notice("slow"), Progress("drawing")]
    run(Polled(*events), engine=engine_with(pause=pauses)).result(20)
    assert pauses.asked == [3]


def test_a_provider_that_tells_by_itself_is_not_slowed(engine_with):
    """Without `poll_seconds` there is no pause at all."""
    pauses = Pauses()
    provider = Polled(*[Progress("drawing")] * 5)
    provider.capabilities = replace(PAID, poll_seconds=None)
    run(provider, engine=engine_with(pause=pauses)).result(20)
    assert pauses.asked == []


def test_a_cancel_does_not_wait_for_the_pause(engine_with):
    """A job that waits for its next question is cancelled at once."""
    pauses = Pauses(is_endless=True)
    job = run(Polled(Progress("drawing")), engine=engine_with(pause=pauses))
    assert pauses.begun.wait(20)
    job.cancel()
    assert isinstance(job.exception(20), JobCancelled)


def test_a_provider_has_its_own_deadline(engine_with):
    """`deadline_seconds` goes before the engine's; a paid job that runs into it has an unknown outcome."""
    paid, free = Running(), Running()
    paid.capabilities = replace(PAID, deadline_seconds=0.1)
    free.capabilities = replace(FREE, deadline_seconds=0.1)
    engine = engine_with(deadline_seconds=3600)
    error = run(paid, engine=engine).exception(20)
    assert isinstance(error, OutcomeUnknown)
    assert "remote-9" in error.hint
    assert isinstance(run(free, engine=engine).exception(20), JobFailed)


def test_a_cancel_reaches_the_provider(engine_with):
    """Cancelling a job asks its provider to stop it, and says that it agreed."""
    provider = Running()
    error = cancelled(engine_with(), provider)
    assert provider.cancelled == ["remote-9"]
    assert "agreed" in error.hint


def test_a_cancel_that_the_provider_refuses(engine_with):
    """Where the provider does not agree, the user reads its words and that the job may count."""
    error = cancelled(engine_with(), Running(ProviderError("Job is done already.")))
    assert "Job is done already" in error.hint
    assert "remote-9 may still run, and count" in error.hint


def test_a_cancel_that_breaks_is_still_a_cancel(engine_with):
    """A provider that fails in an unforeseen way while cancelling does not keep the job from ending."""
    error = cancelled(engine_with(), Running(ZeroDivisionError("oops")))
    assert "may still run, and count" in error.hint


def test_a_cancel_does_not_wait_for_ever(engine_with):
    """A provider that does not answer is left alone after a while."""
    error = cancelled(engine_with(call_off_seconds=0.2), Deaf())
    assert "did not answer in time" in error.hint


def test_a_request_on_its_way_may_count(engine_with):
    """Cancelled before the provider named the job, a paid request may have arrived, and the error says so."""
    provider = Running(remote_id=None)
    error = cancelled(engine_with(), provider)
    assert provider.cancelled == []
    assert "may run there, and count" in error.hint


def test_a_free_job_leaves_nothing_to_say(engine_with):
    """A free job that nobody can find again is cancelled without a warning."""
    provider = Running(remote_id=None)
    provider.capabilities = FREE
    assert cancelled(engine_with(), provider).hint == ""


def test_looking_at_a_job_does_not_cancel_it(engine_with):
    """Cancelling the fetch of a job that ran before stops the looking, not the job."""
    provider = Running()
    engine = engine_with()
    job = engine.submit(provider, FetchRequest("remote-9"), store=open_store())
    provider.reached.result(20)
    job.cancel()
    error = job.exception(20)
    assert isinstance(error, JobCancelled)
    assert (provider.cancelled, error.hint) == ([], "")


def test_no_key_is_told_or_stored(engine_with, store_folder):
    """Keys in a provider's texts are taken out of events, errors and the store."""
    key = "sk-0123456789abcdef"
    plain = Secret("a-key-without-a-form")

    class Leaky(Running):
        async def run(self, request: object, http: Client) -> AsyncIterator[Event]:
            yield Submitted("r")
            yield Notice(f"using {key}")
            yield Progress(f"drawing with\n{plain.reveal()}")
            raise ProviderError(f"bad key {plain.reveal()}", f"not {key}", 401, "id")

    job = run(Leaky(), engine=engine_with(pause=Pauses()))
    error = job.exception(20)
    assert (error.status, error.request_id) == (401, "id")
    stored = b"".join(path.read_bytes() for path in store_folder.rglob("*") if path.is_file())
    for text in (repr(job.events), str(error), repr(error), repr(stored)):
        assert "[key removed]" in text
        assert key not in text
        assert plain.reveal() not in text
