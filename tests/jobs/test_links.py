"""The relatives of results that were really run: found again, also after a restart and after a deletion."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from stories import SIZE, Story
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Result, StoreError
from inpaint_nb.edit import EditRequest, Event, Finished
from inpaint_nb.edit.wear import WORN, tells_of_wear
from inpaint_nb.jobs import submit
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import open_store

LEFT = Mask.rectangle(SIZE, (0, 0, 12, 16))
MIDDLE = Mask.rectangle(SIZE, (6, 0, 18, 16))


class Painting(Story):
    """Paints in a colour that it never used before."""

    name = "painting"
    shade = 0

    async def run(self, request: EditRequest, http: object) -> Event:
        made = []
        for _ in range(request.count):
            Painting.shade += 1
            made.append(
                Image.new("RGB", request.image.size, (Painting.shade % 256, Painting.shade // 256, 9))
            )
        yield Finished(tuple(made))


@pytest.fixture(autouse=True)
def painting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Providers that can be found by name again, as a restarted kernel would."""
    monkeypatch.setattr(registry, "_registered", {})
    register_provider(Painting)


def edit(image: Image.Image, mask: Mask = LEFT, prompt: str = "a fox", **settings: object) -> Result:
    return submit(image, mask, prompt, **{"provider": Painting(), **settings}).result(timeout=10)


def white() -> Image.Image:
    return Image.new("RGB", SIZE, "white")


def test_parents_and_children_find_each_other() -> None:
    """A result knows what it was made from and what was made of any of its pictures, the oldest first."""
    first = edit(white(), count=2)
    second, third = edit(first.images[1]), edit(first.images[0])
    assert second.parent_result is not None
    assert second.parent_result.job_id == third.parent_result.job_id == first.job_id
    assert [child.job_id for child in first.children] == [second.job_id, third.job_id]
    assert (first.parent_result, second.children) == (None, [])
    assert first.parent_result is None


def test_a_recalled_result_has_the_same_relatives() -> None:
    """What the store gives back knows its relatives like what was just made."""
    first = edit(white())
    second = edit(first.image, MIDDLE)
    back = inp.history()[second.job_id]
    assert isinstance(back, Result)
    assert back.parent_result is not None
    assert back.parent_result.job_id == first.job_id
    assert (back.generations == second.generations).all()
    assert back.root.tobytes() == white().tobytes()


def test_each_pixel_knows_its_run() -> None:
    """The newest run whose mask was over a pixel made it; the original's pixels were made by none."""
    first = edit(white())
    second = edit(first.image, MIDDLE)
    assert second.generations[0, [0, 8, 14, 20]].tolist() == [1, 2, 1, 0]
    assert second.origin(8, 0) is second
    maker = second.origin(0, 0)
    assert maker is not None
    assert maker.job_id == first.job_id
    assert second.origin(20, 0) is None


def test_generations_read_no_picture() -> None:
    """Masks are enough: with the files of all pictures gone, the numbers are the same."""
    last = edit(edit(edit(white()).image, MIDDLE).image)
    before = last.generations
    for path in open_store().files.folder.rglob("*.png"):
        path.unlink()
    assert (last.generations == before).all()
    assert before.max() == 3
    with pytest.raises(StoreError):
        last.origin(14, 0)


def test_lineage_outlives_deleted_pictures() -> None:
    """Of a deleted run the mask still counts, but it gives no result; with everything deleted the line begins later."""
    first = edit(white())
    second = edit(first.image, MIDDLE)
    third = edit(second.image)
    inp.history().delete(second.job_id)
    assert third.generations.max() == 3
    assert first.children == []
    with pytest.raises(StoreError, match="no result"):
        assert third.parent_result
    inp.history().delete(second.job_id, everything=True)
    assert third.parent_result is None
    assert third.generations.max() == 1


def test_equal_pictures_belong_to_the_newest_run_before() -> None:
    """Where two runs made the same picture, its children are those of the one that was there last."""

    class Constant(Painting):
        async def run(self, request: EditRequest, http: object) -> Event:
            yield Finished((Image.new("RGB", SIZE, "red"),))

    first = edit(white(), provider=Constant())
    early = edit(first.image)
    again = edit(white(), provider=Constant())
    late = edit(first.image)
    assert [child.job_id for child in first.children] == [early.job_id]
    assert [child.job_id for child in again.children] == [late.job_id]


def test_from_root_runs_all_masks_on_the_original() -> None:
    """One run with the union of the masks, this result's prompt and settings, on the untouched picture."""
    first = edit(white(), prompt="a fox", source="'photo.jpg'")
    last = edit(first.image, MIDDLE, "a hen", seed=7, count=2, feather_px=2)
    again = inp.history()[last.job_id].from_root().result(timeout=10)
    assert again.parent is not None
    assert again.parent.tobytes() == white().tobytes()
    assert (again.prompt, again.seed, again.mask) == ("a hen", 7, LEFT | MIDDLE)
    assert (again.request.count, again.request.feather_px, again.source) == (2, 2, "'photo.jpg'")
    assert (again.generations.max(), again.parent_result) == (1, None)
    assert "from_root" not in " ".join(again.notes)


def test_wear_is_noted_once() -> None:
    """The run that makes it too much says so in its notes, which are kept; those after it are silent."""
    image, told = white(), []
    for _ in range(WORN + 2):
        result = edit(image)
        image = result.image
        told.append([note for note in result.notes if tells_of_wear(note)])
    assert [len(notes) for notes in told] == [0] * (WORN - 1) + [1, 0, 0]
    assert open_store().records()[WORN - 1].notes == tuple(told[WORN - 1])


def test_masks_side_by_side_wear_nothing() -> None:
    """Many runs are no reason for a word where each changes another place."""
    image = white()
    for number in range(WORN + 1):
        result = edit(image, Mask.rectangle(SIZE, (4 * number, 0, 4 * number + 4, 16)))
        image = result.image
        assert result.notes == ()


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio with an account of its own."""
    monkeypatch.setattr(Studio, "account", Account())
    register_provider(Studio)
    return Studio.account


def test_buttons_and_fetches_lead_to_the_job_that_they_are_about(account: Account) -> None:
    """A pressed result is the parent, though no picture says so; a fetch of it makes nothing anew."""
    sheet = inp.imagine("a fox", provider=Studio()).result(timeout=10)
    one = sheet.upscale(2).result(timeout=10)
    fetched = inp.fetch(str(one.remote_id), provider=Studio()).result(timeout=10)
    painted = submit(fetched.image, LEFT, "a hen", provider=Studio()).result(timeout=10)
    line = [result.job_id for result in (sheet, one, fetched, painted)]
    assert open_store().lineage.line(painted.job_id) == line
    assert painted.generations[0, [0, 20]].tolist() == [3, 2]
    assert painted.root.tobytes() == one.image.tobytes()
    maker = painted.origin(20, 0)
    assert maker is not None
    assert maker.job_id == one.job_id
    brought = painted.upscale(0).result(timeout=10)
    assert brought.parent_result is not None
    assert brought.parent_result.job_id == painted.job_id
    assert brought.mask == LEFT
    with pytest.raises(InputError, match="no mask"):
        sheet.from_root()
    assert [child.job_id for child in sheet.children] == [one.job_id]


def test_a_result_that_was_not_recorded_knows_itself(tmp_path: Path) -> None:
    """Where the store could not be written, a result still knows what its own run did."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    result = edit(white(), store=blocked / "store")
    assert any("not recorded" in note for note in result.notes)
    assert (result.parent_result, result.children, result.generations.max()) == (None, [], 1)
    assert result.origin(0, 0) is result
    assert result.root.tobytes() == white().tobytes()
