"""Live, cached and replay: what runs, what is brought back, and what is said of both."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from photos import noise
from PIL import Image
from replays import BOX, HOLE, SIZE, fox, pixels
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, NotRecorded, ProviderError, SettingsError, settings
from inpaint_nb.edit import Result
from inpaint_nb.jobs import ENGINE, Place
from inpaint_nb.jobs.repeats import Repeats
from inpaint_nb.providers import register_provider
from inpaint_nb.store import open_store

pytestmark = pytest.mark.usefixtures("account", "again")


# ---------------------------------------------------------------------- which mode


def test_a_call_goes_before_the_kernel_and_that_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Argument, click, `use_mode`, INPAINT_NB_MODE, live: the first that says anything is the mode."""
    assert inp.mode() == "live"
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    assert inp.mode() == "replay"
    monkeypatch.setattr(settings, "_used_mode", None)
    inp.use_mode("cached")
    assert (inp.mode(), inp.mode("replay")) == ("cached", "replay")
    with settings.by_hand():
        assert (inp.mode(), inp.mode("replay")) == ("live", "replay")
    inp.use_mode(None)
    assert inp.mode() == "replay"


def test_an_unknown_mode_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong word is the caller's error in a call, and a setting's in the environment."""
    with pytest.raises(InputError, match=r"mode cannot be 'reply'.*\n.*'live', 'cached', 'replay'"):
        fox(mode="reply")
    with pytest.raises(InputError):
        inp.use_mode("reply")
    monkeypatch.setenv("INPAINT_NB_MODE", "reply")
    with pytest.raises(SettingsError, match="INPAINT_NB_MODE cannot be 'reply'"):
        fox()


# ---------------------------------------------------------------------- cached


def test_an_equal_request_is_brought_back_when_cached(account: Account, again: Callable[[], None]) -> None:
    """The same picture, mask, prompt, provider, parameters and number: the recorded result, and it says so."""
    live = fox()
    again()
    job = inp.imagine("a fox", provider="studio", mode="cached")
    back = job.result(timeout=10)
    assert len(account.asked) == 1
    assert [image.tobytes() for image in back.images] == [image.tobytes() for image in live.images]
    assert (live.is_recorded, back.is_recorded, job.recorded, job.id) == (
        False,
        True,
        live.created,
        live.job_id,
    )
    assert live.when.startswith("run live on ")
    assert back.when == live.when.replace("run live", "recorded") == job.when
    assert len(open_store().records()) == 1


def test_what_differs_runs_when_cached(account: Account, again: Callable[[], None]) -> None:
    """Another prompt, another number among equal requests: a run of its own."""
    fox()
    fox(mode="cached")  # the second of two equal requests
    inp.imagine("a cat", provider="studio", mode="cached").result(timeout=10)
    assert len(account.asked) == 3
    again()
    assert [fox(mode="cached").repeat for _ in range(2)] == [0, 1]
    assert len(account.asked) == 3


def test_any_difference_of_an_edit_makes_it_another_request() -> None:
    """Picture, mask, prompt, count, seed and feather each count; a mask painted in another way does not."""
    photo = noise(SIZE)
    same_mask = Mask.rectangle((48, 32), (8, 8, 16, 20)) | Mask.rectangle((48, 32), (16, 8, 24, 20))
    asked = [
        (photo, HOLE, "", {}),
        (noise(SIZE), HOLE, "", {}),
        (photo, ~HOLE, "", {}),
        (photo, HOLE, "hat", {}),
    ]
    asked += [(photo, HOLE, "", how) for how in ({"count": 2}, {"seed": 5}, {"feather_px": 3})]
    done = [
        inp.inpaint(image, mask, prompt, repeat=0, **how).result(timeout=60)
        for image, mask, prompt, how in asked
    ]
    again = [
        inp.inpaint(image, mask, prompt, repeat=0, mode="replay", **how).result(timeout=60)
        for image, mask, prompt, how in asked
    ]
    assert [one.job_id for one in again] == [one.job_id for one in done]
    other = inp.inpaint(photo, same_mask, repeat=0, mode="replay").result(timeout=60)
    assert other.job_id == done[0].job_id


def test_the_seed_that_was_used_brings_a_run_back_too() -> None:
    """The code of a result, which names the seed that the engine chose, is answered by the result's own record."""
    photo = noise(SIZE)
    first = [inp.inpaint(photo, HOLE).result(timeout=60) for _ in range(3)][2]
    code = first.code().replace("image = ...", "image = photo")
    assert "repeat=2" in code
    inp.use_mode("replay")
    try:
        names: dict[str, object] = {"photo": photo}
        exec(code, names)
    finally:
        inp.use_mode(None)
    result = names["result"]
    assert isinstance(result, Result)
    assert (result.job_id, result.is_recorded, result.seed) == (first.job_id, True, first.seed)


def test_a_request_that_is_on_its_way_is_joined_when_cached(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cell that runs again while its job runs gets that job, and pays nothing twice."""
    cell = iter([Place("cell", "1"), Place("cell", "2")])
    monkeypatch.setattr("inpaint_nb.jobs.repeats.REPEATS", Repeats(lambda: next(cell)))
    held = Held()
    register_provider(Held)
    first = inp.inpaint(noise(SIZE), HOLE, provider=held, mode="cached")
    session = inp.Session(first.request.image, mask=HOLE, provider=held, mode="cached")
    second = session.run()
    assert second is first
    assert ENGINE.running(open_store(), first.key.identity, 0) is first
    held.open()
    assert first.result(timeout=10) is second.result(timeout=10)
    assert ENGINE.running(open_store(), first.key.identity, 0) is None


def test_a_record_whose_pictures_are_gone_is_run_again_when_cached(account: Account) -> None:
    """What cannot be brought back whole is run; in replay it is an error."""
    live = fox(repeat=0)
    open_store().files.remove(open_store().record(live.job_id).composited[2])
    with pytest.raises(inp.StoreError, match="no readable picture"):
        fox(repeat=0, mode="replay")
    assert not fox(repeat=0, mode="cached").is_recorded
    assert len(account.asked) == 2


def test_a_job_of_a_dead_kernel_is_taken_up_when_cached(tmp_path: Path, store_folder: Path) -> None:
    """A request that an ended process left on its way is picked up, not sent a second time."""
    script = tmp_path / "leaves.py"
    script.write_text(LEAVES, encoding="utf-8")
    subprocess.run([sys.executable, str(script)], check=True, cwd=Path(__file__).parent, timeout=60)
    (left,) = open_store().orphans()
    with pytest.raises(NotRecorded, match="has not ended"):
        inp.inpaint(Image.new("RGB", (48, 32), "navy"), HOLE, provider="local", mode="replay", repeat=0)
    job = inp.inpaint(Image.new("RGB", (48, 32), "navy"), HOLE, provider="local", mode="cached", repeat=0)
    assert job.id == left.id
    assert job.result(timeout=60).repeat == 0
    assert len(open_store().records()) == 1


LEAVES = """
import os
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.edit import Submitted
image = Image.new("RGB", (48, 32), "navy")
job = inp.inpaint(image, inp.Mask.rectangle((48, 32), (8, 8, 24, 20)), provider="local", repeat=0)
job.on_event(lambda event: os._exit(0) if isinstance(event, Submitted) else None)
if any(isinstance(event, Submitted) for event in job.events):
    os._exit(0)
job.result()
"""


# ---------------------------------------------------------------------- replay


def test_replay_brings_a_whole_chain_back_and_asks_nobody(
    account: Account, again: Callable[[], None]
) -> None:
    """imagine → upscale → edit → upscale → fetch: every step is answered, each result leads to the next."""

    def chain() -> list[Result]:
        first = inp.imagine("a fox", provider="studio").result(timeout=10)
        large = first.upscale(1).result(timeout=10)
        edited = inp.inpaint(large, BOX, "a hat", provider="studio").result(timeout=10)
        last = edited.upscale(2).result(timeout=10)
        fetched = inp.fetch(large.remote_id, provider="studio").result(timeout=10)
        return [first, large, edited, last, fetched]

    live = chain()
    count = len(account.asked)
    records = [(record.id, record.status) for record in open_store().records()]
    account.made.clear()
    again()
    inp.use_mode("replay")
    try:
        back = chain()
    finally:
        inp.use_mode(None)
    assert [pixels(result) for result in back] == [pixels(result) for result in live]
    assert [result.job_id for result in back] == [result.job_id for result in live]
    assert all(result.is_recorded for result in back)
    assert len(account.asked) == count
    assert [(record.id, record.status) for record in open_store().records()] == records


def test_a_missing_record_names_the_request_and_the_way_on(store_folder: Path) -> None:
    """The error says prompt, provider, picture, mask, number and store; and that a live run would record it."""
    photo = noise(SIZE)
    inp.inpaint(photo, HOLE, "a hat", seed=7).result(timeout=60)
    with pytest.raises(NotRecorded) as refused:
        inp.inpaint(photo, HOLE, "a hat", seed=7, repeat=3, mode="replay")
    message, hint = refused.value.message, refused.value.hint
    for told in ("'a hat'", "'local'", "12.50% masked", "seed=7", "repeat=3", str(store_folder)):
        assert told in message
    assert "mode='live'" in hint
    assert "INPAINT_NB_STORE" in hint
    assert "recorded up to repeat=0" in hint
    assert isinstance(refused.value, InputError)


def test_a_missing_record_of_a_file_names_the_file(tmp_path: Path) -> None:
    """Where the picture has a name, the error has it too."""
    noise(SIZE).save(tmp_path / "photo.png")
    with pytest.raises(NotRecorded, match=r"photo\.png"):
        inp.inpaint(tmp_path / "photo.png", HOLE, mode="replay")


def test_deleted_pictures_are_told_of() -> None:
    """A run whose pictures were taken away is not there to be replayed, and the error says since when."""
    live = fox(repeat=0)
    open_store().delete(live.job_id)
    with pytest.raises(NotRecorded, match="pictures were deleted on 20"):
        fox(repeat=0, mode="replay")


def test_a_recorded_failure_fails_again(account: Account) -> None:
    """The error that the run ended in is raised in replay, in the same words; cached runs again."""
    with pytest.raises(ProviderError) as failed:
        inp.fetch("job-9", provider="studio", repeat=0).result(timeout=10)
    job = inp.fetch("job-9", provider="studio", repeat=0, mode="replay")
    with pytest.raises(ProviderError) as again:
        job.result(timeout=10)
    assert (again.value.message, job.status) == (failed.value.message, "failed")
    assert len(account.asked) == 1
    with pytest.raises(ProviderError):
        inp.fetch("job-9", provider="studio", repeat=0, mode="cached").result(timeout=10)
    assert len(account.asked) == 2


def test_the_picture_in_hand_is_used() -> None:
    """A result that is brought back is about the very picture that was handed in, not about a copy of it."""
    session = inp.Session(noise(SIZE), mask=HOLE)
    session.run(repeat=0).result(timeout=60)
    session.run(repeat=0, mode="replay").result(timeout=60)
    assert session.result is not None
    assert session.result.is_recorded
    assert session.result.parent is session.image


def test_the_notices_of_the_run_come_back() -> None:
    """What the user was told then is told again, and how long it took is how long it took then."""
    photo = Image.new("RGB", (48, 32), "navy")
    live = inp.inpaint(photo, HOLE, count=2, repeat=0).result(timeout=60)
    job = inp.inpaint(photo, HOLE, count=2, repeat=0, mode="replay")
    assert job.result(timeout=60).notes == live.notes == job.notices != ()
    assert job.seconds == live.seconds


def test_what_is_brought_back_costs_nothing(account: Account, again: Callable[[], None]) -> None:
    """It counts nothing in `spent`, and no limit refuses it; what is run live then counts again."""
    live = inp.Chain(provider="studio")
    live.imagine("a fox").result(timeout=10)
    assert live.spent == 4
    again()
    chain = inp.Chain(provider="studio", spending_limit=0, mode="replay")
    chain.imagine("a fox").result(timeout=10)
    assert chain.spent == 0
    with pytest.raises(InputError, match="limit of 0"):
        chain.imagine("a fox", mode="live")


def test_resume_picks_nothing_up_in_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """In replay nothing is sent, so nothing goes on either."""
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    assert inp.resume() == []


class Held(Studio):
    """A provider that takes any picture and finishes when it is let go."""

    name = "held"
    capabilities = inp.edit.Capabilities(note="a test", price="free")

    def __init__(self) -> None:
        self._gate = threading.Event()

    def open(self) -> None:
        self._gate.set()

    async def run(self, request: object, http: object) -> object:  # type: ignore[override]
        yield inp.edit.Submitted("held-1")
        await asyncio.get_running_loop().run_in_executor(None, self._gate.wait)
        yield inp.edit.Finished((Image.new("RGB", (48, 32), "red"),))
