"""Jobs that are no edits: first pictures, buttons, pictures by id; and the chain of all of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from studio import SHEET, SIZE, Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, OutcomeUnknown, ProviderError
from inpaint_nb.edit import Capabilities, EditRequest, FetchRequest, Finished, RemotePicture, Result
from inpaint_nb.jobs import fetch, imagine, resume, submit
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import Record, open_store

BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio with an account of its own, findable by name during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    register_provider(Studio)
    return Studio.account


def record_of(result: Result) -> Record:
    return open_store().record(result.job_id)


def test_a_first_picture_is_made_from_a_prompt() -> None:
    """The candidates come with their buttons and what they cost, and all of it is on disk."""
    result = imagine("a fox", provider="studio").result(timeout=10)
    assert (len(result.images), result.grid, result.actions, result.cost) == (4, True, SHEET, 4.0)
    record = record_of(result)
    assert (record.kind, record.prompt, record.parent, record.mask) == ("imagine", "a fox", None, None)
    assert (record.remote_id, record.actions, record.grid) == ("job-1", SHEET, True)
    assert [open_store().picture(name).tobytes() for name in record.raw] == [
        image.tobytes() for image in result.raw
    ]


def test_the_chain_from_a_prompt_to_an_edited_picture(account: Account) -> None:
    """imagine → upscale → edit → upscale: each step asks about the one before it, by id."""
    first = imagine("a fox", provider="studio").result(timeout=10)
    large = first.upscale(1).result(timeout=10)
    assert (large.image.getpixel((0, 0)), large.parent) == ((0, 128, 0), first.images[1])
    edited = inp.inpaint(large, BOX, "a hat", provider="studio").result(timeout=10)
    last = edited.upscale(2).result(timeout=10)
    asked = account.asked[2]
    assert isinstance(asked, EditRequest)
    assert asked.remote == RemotePicture("studio", "job-2", None, ("Paint", "Zoom"))
    assert [request.ref for request in account.asked] == [
        each.job_id for each in (first, large, edited, last)
    ]
    assert last.parent is large.image
    assert last.report is not None
    assert last.report.changed_outside == 0
    assert (last.image.getpixel((0, 0)), last.image.getpixel((8, 8))) == ((0, 128, 0), (0, 0, 255))


def test_a_button_is_checked_before_it_is_pressed(account: Account) -> None:
    """A label that is not there, and the one that needs a mask, are refused; nothing is sent."""
    first = imagine("a fox", provider="studio").result(timeout=10)
    with pytest.raises(InputError, match="There are U1, U2"):
        first.press("Zoom")
    large = first.upscale(0).result(timeout=10)
    with pytest.raises(InputError, match=r"needs a mask.*\n.*open"):
        large.press("Paint")
    assert len(account.asked) == 2


def test_a_picture_is_known_by_its_pixels(account: Account) -> None:
    """A picture of a result, taken out and copied, is still the one that lives at the provider."""
    large = imagine("a fox", provider="studio").result(timeout=10).upscale(0).result(timeout=10)
    job = submit(large.image.copy(), BOX, provider="studio")
    assert isinstance(job.request, EditRequest)
    assert job.request.remote == large.remote_picture()
    job.result(timeout=10)
    changed = large.image.copy()
    changed.putpixel((0, 0), (1, 2, 3))
    with pytest.raises(InputError, match="imagine → upscale → paint"):
        submit(changed, BOX, provider="studio")
    assert len(account.asked) == 3


def test_a_candidate_must_be_brought_out_before_it_is_edited() -> None:
    """A tile of a sheet names the button that makes it a picture of its own."""
    first = imagine("a fox", provider="studio").result(timeout=10)
    with pytest.raises(InputError, match=r"upscale\(2\)"):
        submit(first.images[2], BOX, provider="studio")


def test_a_picture_of_one_provider_is_any_picture_to_another() -> None:
    """What lives at the studio is edited by the local engine like everything else."""
    large = imagine("a fox", provider="studio").result(timeout=10).upscale(0).result(timeout=10)
    job = inp.inpaint(large, BOX, provider="local")
    assert isinstance(job.request, EditRequest)
    assert job.request.remote is None
    job.result(timeout=30)


def test_a_job_that_ran_already_is_fetched(account: Account) -> None:
    """Its pictures and buttons come without being paid again; an unknown id ends in the provider's words."""
    first = imagine("a fox", provider="studio").result(timeout=10)
    again = inp.fetch("job-1", provider="studio").result(timeout=10)
    assert [image.tobytes() for image in again.images] == [image.tobytes() for image in first.images]
    assert (again.actions, again.remote_id, record_of(again).kind) == (SHEET, "job-1", "fetch")
    assert again.upscale(3).result(timeout=10).image.getpixel((0, 0)) == (255, 255, 0)
    assert isinstance(fetch("nobody", provider="studio").exception(timeout=10), ProviderError)


def test_the_code_of_a_chain_gives_the_same_pictures(account: Account) -> None:
    """Running the code of the last step pays for that step alone, and for edits it started from."""
    first = imagine("a fox", provider="studio").result(timeout=10)
    edited = inp.inpaint(first.upscale(1).result(timeout=10), BOX, provider="studio").result(timeout=10)
    last = edited.upscale(2).result(timeout=10)
    account.asked.clear()
    names: dict[str, Result] = {}
    exec(last.code(), names)
    assert names["result"].image.tobytes() == last.image.tobytes()
    assert [type(request).__name__ for request in account.asked] == [
        "FetchRequest",
        "EditRequest",
        "PressRequest",
    ]


def test_a_lost_answer_is_looked_up_and_the_job_adopted(account: Account) -> None:
    """The job that arrived is found by its ref and followed; the request is not sent again."""
    job = imagine("a fox", provider=Studio(loses=1))
    assert len(job.result(timeout=10).images) == 4
    assert (len(account.asked), job.remote_id) == (1, "job-1")
    assert any("found at 'studio'" in notice for notice in job.notices)


def test_a_lost_answer_of_a_job_that_is_not_found_ends_unknown(account: Account) -> None:
    """Where the history does not show it the error is the provider's own, and nothing is sent again."""
    error = imagine("a fox", provider=Studio(loses=1, hides=True)).exception(timeout=10)
    assert isinstance(error, OutcomeUnknown)
    assert error.message == "The line was cut."
    assert len(account.asked) == 1


def test_a_provider_without_masks_changes_the_whole_picture_where_nothing_is_masked() -> None:
    """An empty mask there means everything, a painted one is what the answer is laid over."""

    class Maskless(Studio):
        name = "maskless"
        capabilities = Capabilities(note="", takes_mask=False)

    job = submit(Image.new("RGB", SIZE), Mask.empty(SIZE), provider=Maskless())
    assert job.result(timeout=10).mask == Mask.full(SIZE)


def test_no_key_of_a_configured_provider_is_recorded() -> None:
    """The options that another kernel needs are in the store, the key is not."""
    result = imagine("a fox", provider=Studio(desk="south")).result(timeout=10)
    assert record_of(result).options == {"desk": "south"}
    store = open_store()
    store.close()
    written = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert b"south" in written
    assert b"sk-very-secret" not in written


# Runs jobs of the studio up to where {end} says, then dies without a word.
KILLED = """
import os, sys
sys.path[:0] = {paths!r}
from concurrent.futures import Future
from studio import Studio
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.edit import Submitted
from inpaint_nb.jobs import fetch, imagine, submit

class Dies(Studio):
    dies = False
    async def run(self, request, http):
        async for event in super().run(request, http):
            if self.dies and isinstance(event, Submitted):
                if {told}:
                    yield event
                os._exit(9)
            yield event

studio = Dies(desk="south")
first = imagine("a fox", provider=studio, store={store!r}).result(timeout=30)
large = first.upscale(1).result(timeout=30) if {step!r} in ("edit", "candidate") else None
mask = inp.Mask.rectangle({size!r}, (4, 4, 12, 12))
edit = lambda: submit(large.image, mask, "a hat", provider=studio, store={store!r}, feather_px=1)
edited = edit().result(timeout=30) if {step!r} == "candidate" else None
Dies.dies = True
if {step!r} == "imagine":
    job = imagine("an owl", provider=studio, store={store!r})
elif {step!r} == "press":
    job = first.upscale(2)
elif {step!r} == "fetch":
    job = fetch("job-1", provider=studio, store={store!r})
elif {step!r} == "candidate":
    job = edited.upscale(0)
else:
    job = edit()
job.result(timeout=30)
"""


def killed_at(step: str, store: Path, *, told: bool) -> Record:
    """The record of the last job of a process that died once the provider had it, and said so or not."""
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    code = KILLED.format(paths=paths, step=step, told=told, store=str(store), size=SIZE)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 9, done.stderr
    (record,) = open_store(store).orphans()
    return record


def rebuilt(account: Account, record: Record) -> Finished:
    """What the studio of the dead process had made; its memory was its own."""
    count = 1 if record.kind == "press" else 4
    tiles = tuple(Image.new("RGB", SIZE, "purple") for _ in range(count))
    made = Finished(tiles, remote={"id": record.remote_id or "job-9"}, actions=SHEET, grid=count > 1)
    account.made[record.remote_id or "job-9"] = made
    return made


@pytest.mark.parametrize("step", ["imagine", "press", "fetch", "edit", "candidate"])
def test_every_kind_of_job_is_picked_up_by_its_remote_id(
    step: str, store_folder: Path, account: Account
) -> None:
    """After a kill another kernel goes on with the same request, options included, and sends nothing again."""
    record = killed_at(step, store_folder, told=True)
    assert record.remote_id is not None
    rebuilt(account, record)
    (job,) = resume()
    result = job.result(timeout=10)
    assert job.request.ref == job.id == record.id
    assert all(isinstance(request, FetchRequest) for request in account.asked)
    assert (record.options, open_store().record(record.id).status) == ({"desk": "south"}, "done")
    if step in ("edit", "candidate"):
        assert result.prompt == "a hat"
        assert result.image.getpixel((0, 0)) == (0, 128, 0)
        assert result.image.getpixel((8, 8)) == (128, 0, 128)
    else:
        assert result.mask is None


@pytest.mark.parametrize(("is_there", "ends"), [(True, "done"), (False, "failed")])
def test_a_job_whose_id_nobody_heard_is_looked_up(
    is_there: bool, ends: str, store_folder: Path, account: Account
) -> None:
    """A kill between sending and answer: the job is found by its ref and adopted, or its outcome is unknown."""
    record = killed_at("imagine", store_folder, told=False)
    assert (record.remote_id, record.status) == (None, "submitting")
    rebuilt(account, record)
    if is_there:
        account.refs[record.id] = "job-9"
    (job,) = resume()
    error = job.exception(timeout=10)
    assert isinstance(error, OutcomeUnknown) is not is_there
    assert (job.status, account.asked) == (ends, [])


def test_a_configured_provider_may_be_handed_to_resume(store_folder: Path, account: Account) -> None:
    """Where its key is known only here, the provider itself goes on with its jobs."""
    record = killed_at("imagine", store_folder, told=True)
    rebuilt(account, record)
    del registry._registered["studio"]
    assert resume() == []
    (job,) = resume(provider=Studio(desk="west"))
    assert job.result(timeout=10)
