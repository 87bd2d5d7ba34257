"""A sweep as one picture: where the cells stand, what stands beside them, and what stands for what failed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops
from sweeping import LEFT, RIGHT, Painter, run, swept

from inpaint_nb.errors import InputError
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import open_store
from inpaint_nb.sweep import Place, Sweep
from inpaint_nb.sweep.lettering import lettering
from inpaint_nb.sweep.paper import Paper
from inpaint_nb.sweep.picture import fitted

COLORS = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0)}
CELL = (48, 32)  # the picture of 24 × 16, twice as large


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The painter, findable by name."""
    monkeypatch.setattr(registry, "_registered", {})
    register_provider(Painter)


def paper_of(sweep: Sweep, title: str = "") -> Paper:
    """The paper that `grid(cell_px=48)` draws on."""
    return Paper(sweep.layout, CELL, title, lettering(12, "abc"))


def inside(grid: Image.Image, corner: tuple[int, int], x: int, y: int) -> object:
    """The colour of a pixel of the original picture, in the cell at `corner`."""
    return grid.getpixel((corner[0] + 2 * x + 1, corner[1] + 2 * y + 1))


def test_every_cell_stands_where_its_labels_say() -> None:
    """Each cell's own colour inside its mask, the parent's outside, at the place of its row and column."""
    sweep = run(masks={"left": LEFT, "right": RIGHT}, prompts=["red", "blue", "lime"], providers=Painter())
    sweep.lay_out(rows="prompt", columns="mask")
    grid = sweep.grid(cell_px=48, title="")
    paper = paper_of(sweep)
    assert grid.size == paper.size
    for cell in sweep.cells:
        corner = paper.corner(sweep.layout.place(cell))
        is_left = cell.mask is LEFT
        assert inside(grid, corner, 5 if is_left else 18, 5) == COLORS[cell.prompt]
        assert inside(grid, corner, 18 if is_left else 5, 5) == (255, 255, 255)


def test_rows_and_columns_of_one_grid_leave_the_sweep_as_it_is() -> None:
    """The picture may be laid out otherwise than the view."""
    sweep = run(prompts=["red", "blue"], seeds=[1, 2, 3], providers=Painter())
    before = sweep.layout
    wide = sweep.grid(rows="prompt", columns="seed", cell_px=48)
    high = sweep.grid(rows="seed", columns="prompt", cell_px=48)
    assert wide.width > high.width
    assert wide.height < high.height
    assert sweep.layout == before


def test_other_axes_stand_on_pages_below_one_another() -> None:
    """Each page has its heading, and every cell is there."""
    sweep = run(masks=[LEFT, RIGHT], prompts=["red", "blue"], seeds=[1, 2], providers=Painter())
    sweep.lay_out(rows="prompt", columns="seed")
    grid, paper = sweep.grid(cell_px=48, title=""), paper_of(sweep)
    assert sweep.layout.size == (2, 2, 2)
    second = paper.corner(Place(1, 0, 0))
    assert inside(grid, second, 18, 5) == (255, 0, 0)
    above = grid.crop((0, second[1] - 60, grid.width, second[1]))
    assert (0x22, 0x22, 0x22) in {color for _, color in above.getcolors(above.width * above.height)}


def test_there_are_words_beside_the_rows_and_above_the_columns() -> None:
    """Dark ink on white where the labels are."""
    sweep = run(prompts=["red", "blue"], seeds=[1, 2], providers=Painter())
    grid, paper = sweep.grid(cell_px=48, title=""), paper_of(sweep)
    left, top = paper.corner(Place(0, 0, 0))
    for part in (grid.crop((0, top, left, top + 32)), grid.crop((left, 0, left + 48, top))):
        assert part.convert("L").getextrema()[0] < 100


def test_a_cell_without_a_picture_says_why() -> None:
    """The error's words stand in its place, on grey."""
    sweep = run(prompts=["red", "fail"], providers=Painter())
    grid, paper = sweep.grid(cell_px=48, title=""), paper_of(sweep)
    corner = paper.corner(sweep.layout.place(sweep.cells[1]))
    cell = grid.crop((*corner, corner[0] + 48, corner[1] + 32))
    assert cell.getpixel((1, 1)) == (0xEE, 0xEE, 0xEE)
    assert cell.convert("L").getextrema()[0] < 100


def test_a_sweep_of_one_cell_is_a_grid_too() -> None:
    """Without axes there are no labels but the title."""
    grid = run(prompts="red", providers=Painter()).grid(cell_px=48)
    assert COLORS["red"] in {color for _, color in grid.getcolors(grid.width * grid.height)}


def test_candidates_share_their_cell() -> None:
    """Four pictures of one cell stand in it two by two."""
    from inpaint_nb.edit import Finished

    class Four(Painter):
        name = "painter"

        async def run(self, request, http):  # type: ignore[no-untyped-def]
            colors = ("red", "blue", "lime", "black")
            yield Finished(tuple(Image.new("RGB", (24, 16), color) for color in colors))

    sweep = run(masks=LEFT, prompts="four", providers=Four())
    corner = paper_of(sweep).corner(Place(0, 0, 0))
    grid = sweep.grid(cell_px=48, title="")
    corners = [grid.getpixel((corner[0] + x + 5, corner[1] + y + 5)) for y in (0, 16) for x in (0, 24)]
    assert corners == [(255, 0, 0), (0, 0, 255), (0, 255, 0), (0, 0, 0)]


def test_a_quick_grid_is_made_of_small_copies() -> None:
    """It looks the same but for their quality, and needs no whole picture."""
    sweep = run(prompts=["red", "blue"], providers=Painter())
    whole, quick = sweep.grid(cell_px=48), sweep.grid(cell_px=48, quick=True)
    assert whole.size == quick.size
    assert max(high for _, high in ImageChops.difference(whole, quick).getextrema()) < 120
    for path in (open_store().folder / "files").rglob("*.png"):
        path.unlink()
    assert sweep.grid(cell_px=48, quick=True).tobytes() == quick.tobytes()
    assert sweep.grid(cell_px=48).tobytes() != whole.tobytes()


def test_long_prompts_are_wrapped_and_cut_off() -> None:
    """No line is wider than its place, and what does not fit ends in …."""
    words = lettering(12, "abc")
    lines = words.lines("a fox asleep on the chair by the window " * 10, 150, 4)
    assert len(lines) == 4
    assert lines[-1].endswith("…")
    assert max(map(words.width, lines)) <= 150
    assert words.lines("one\ntwo", 150, 4) == ["one", "two"]
    assert "".join(words.lines("x" * 100, 50, 99)) == "x" * 100


@pytest.mark.parametrize("prompt", ["狐", "лиса", "αλεπού", "🦊", "a\x00b", "شعلب"])
def test_any_script_can_be_a_label(prompt: str) -> None:
    """Where no font has the letters, boxes stand for them; nothing fails."""
    assert swept(prompts=[prompt, "red"], providers=Painter()).grid(cell_px=48).width > 48


@pytest.mark.parametrize("cell_px", [0, 31, 5000, 48.5, True])
def test_cells_have_a_possible_size(cell_px: object) -> None:
    """Anything else is refused."""
    with pytest.raises(InputError, match="cell_px must be"):
        swept(providers=Painter()).grid(cell_px=cell_px)  # type: ignore[arg-type]


def test_a_picture_too_large_to_make_is_refused() -> None:
    """The error says how large it would be, and what to do."""
    with pytest.raises(InputError, match="pixels"):
        swept(prompts="red", seeds=range(1000), providers=Painter()).grid(cell_px=1024)


def test_a_font_that_is_none_is_refused(tmp_path: Path) -> None:
    """With its name."""
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    with pytest.raises(InputError, match=r"broken\.ttf"):
        swept(prompts=["red", "blue"], providers=Painter()).grid(font=broken)


def test_a_picture_is_fitted_whole() -> None:
    """Large ones are reduced, icons enlarged in whole steps, both in the middle, and transparent parts are white."""
    assert fitted(Image.new("RGB", (100, 50), "red"), (40, 40)).getpixel((20, 1)) == (255, 255, 255)
    assert fitted(Image.new("RGB", (100, 50), "red"), (40, 40)).getpixel((20, 20)) == (255, 0, 0)
    assert fitted(Image.new("L", (4, 4), 0), (10, 10)).getpixel((1, 1)) == (0, 0, 0)
    assert fitted(Image.new("RGBA", (4, 4)), (10, 10)).getpixel((5, 5)) == (255, 255, 255)
