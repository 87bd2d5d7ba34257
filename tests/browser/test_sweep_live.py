"""A sweep's grid in a real page: it fills in live, a failed cell is run again alone, rows and columns are swapped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab import NEXT_FRAME, JupyterLab, Notebook, wait_until
from playwright.sync_api import Locator

pytestmark = pytest.mark.browser

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
EASEL = """\
%load_ext inpaint_nb
import asyncio, os, tempfile, threading
os.environ["INPAINT_NB_STORE"] = tempfile.mkdtemp()  # a test finds nothing that another one made
import inpaint_nb as inp
from PIL import Image
from inpaint_nb.edit import Capabilities, Finished, Progress, Submitted

gate, storms = threading.Event(), {"refused": True}
COLOURS = ["#c0392b", "#2980b9", "#27ae60", "#f39c12"]

class Easel:
    name = "easel"
    capabilities = Capabilities(note="paints one colour", concurrency=4, price="free")
    async def run(self, request, http):
        yield Submitted()
        yield Progress("painting", 0.4)
        while not gate.is_set():
            await asyncio.sleep(0.02)
        if "storm" in request.prompt and storms["refused"]:
            raise inp.JobFailed("<b>no storms</b> & no rain", "Ask for sunshine.")
        yield Finished((Image.new("RGB", request.image.size, COLOURS[request.seed % 4]),))
    def resume(self, remote_id, request, http):
        return self.run(request, http)

inp.register_provider(Easel)
photo = inp.sample()
hat = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))"""
SWEEP = """\
sweep = inp.sweep(
    photo, masks=hat, providers="easel", seeds=[1, 2, 3, 4],
    prompts=["a <i>quiet</i> sea", "a storm over the harbour, with very much to say about every single wave", "fog"],
)"""
SHOWING = 1


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, lab: JupyterLab) -> Iterator[str]:
    """JupyterLab's theme."""
    lab.theme(request.param)
    yield request.param
    lab.theme("light")


def shown(notebook: Notebook) -> Locator:
    """The grid, after its cell has been run."""
    notebook.run(0)
    notebook.run(SHOWING)
    grid = notebook.cell(SHOWING).locator(".inb-sweep")
    grid.locator(".inb-cell").nth(11).wait_for()
    return grid


def cells(grid: Locator, status: str) -> int:
    """How many cells of the page say that they have this status."""
    return grid.locator(f'.inb-cell[data-status="{status}"]').count()


def finish(notebook: Notebook, grid: Locator) -> None:
    """Let the provider go on, and wait until the page shows the end of every cell."""
    notebook.value("gate.set()")
    ended = lambda: cells(grid, "done") + cells(grid, "failed") == 12  # noqa: E731 (one line says it)
    wait_until(ended, "every cell has ended", notebook.page)


def order(grid: Locator) -> list[str]:
    """The numbers of the cells as they stand on the page, row after row."""
    return list(grid.locator(".inb-cell").evaluate_all("cells => cells.map(cell => cell.dataset.number)"))


def look(grid: Locator) -> dict[str, Any]:
    """What an eye would mind."""
    grid.page.evaluate(NEXT_FRAME)
    return dict(grid.evaluate(LOOKS))


def test_the_grid_fills_in_live(open_notebook: Callable[..., Notebook], theme: str, tmp_path: Path) -> None:
    """Cost and number stand there first; cells wait, run and end; every text can be read in both themes."""
    notebook = open_notebook(EASEL, SWEEP, viewport={"width": 1300, "height": 2100})
    grid = shown(notebook)
    assert grid.locator(".inb-summary").inner_text() == "12 runs: 3 prompts × 4 seeds; free"
    wait_until(lambda: cells(grid, "running") > 0, "a cell runs", notebook.page)
    assert "painting 40 %" in grid.locator('.inb-cell[data-status="running"]').first.inner_text()
    assert cells(grid, "done") == 0
    notebook.screenshot(tmp_path / f"running-{theme}.png", SHOWING)
    found = look(grid)
    assert (found["faint"], found["nameless"]) == ([], [])
    finish(notebook, grid)
    assert (cells(grid, "done"), cells(grid, "failed")) == (8, 4)
    images = grid.locator(".inb-cell-image")
    wait_until(lambda: images.count() == 8, "the pictures are shown", notebook.page)
    assert images.first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 200
    assert "8 of 12 done · 4 failed" in grid.locator(".inb-overall").inner_text()
    notebook.screenshot(tmp_path / f"done-{theme}.png", SHOWING)
    found = look(grid)
    assert (found["faint"], found["nameless"], found["outside"]) == ([], [], [])
    for status in ("done", "failed"):
        grid.locator(f'.inb-cell[data-status="{status}"]').first.click(position={"x": 4, "y": 4})
        large = grid.locator("dialog.inb-large")
        wait_until(
            lambda here=large: "sweep.result(" in here.inner_text(), "the request is shown", notebook.page
        )
        notebook.screenshot(tmp_path / f"{status}-large-{theme}.png")
        found = look(large)
        assert (found["faint"], found["nameless"], found["outside"]) == ([], [], [])
        notebook.page.keyboard.press("Escape")


def test_a_failed_cell_says_why_and_is_run_again_alone(open_notebook: Callable[..., Notebook]) -> None:
    """The error stands there in letters; its button, or R, runs that one cell and no other."""
    notebook = open_notebook(EASEL, SWEEP)
    grid = shown(notebook)
    finish(notebook, grid)
    failed = grid.locator('.inb-cell[data-status="failed"]').first
    number = int(str(failed.get_attribute("data-number")))
    assert "<b>no storms</b> & no rain" in failed.inner_text()
    assert failed.locator("b").count() == 0
    jobs = notebook.value("len(inp.history())")
    notebook.value("storms.update(refused=False)")
    failed.locator(".inb-again").click()
    wait_until(
        lambda: (cells(grid, "done"), cells(grid, "failed")) == (9, 3), "that cell is done", notebook.page
    )
    image = grid.locator(f'.inb-cell[data-number="{number}"] .inb-cell-image')
    wait_until(lambda: image.count() == 1, "its picture is shown", notebook.page)
    assert notebook.value(f"len(inp.history()), sweep.state({number}).status") == (jobs + 1, "done")
    failed.focus()
    notebook.page.keyboard.press("r")
    wait_until(
        lambda: (cells(grid, "done"), cells(grid, "failed")) == (10, 2), "R runs one, too", notebook.page
    )


def test_rows_and_columns_are_swapped_and_chosen(open_notebook: Callable[..., Notebook]) -> None:
    """Swap turns the grid and Python knows; what Python sets, the page shows; headings say all on the focus."""
    notebook = open_notebook(EASEL, SWEEP)
    grid = shown(notebook)
    finish(notebook, grid)
    assert order(grid) == [str(number) for number in range(12)]
    grid.locator(".inb-swap").click()
    turned = [str(4 * row + column) for column in range(4) for row in range(3)]
    assert order(grid) == turned
    notebook.wait_for_value("sweep.rows == ('seed',) and sweep.columns == ('prompt',)", "Python knows")
    head = grid.locator('.inb-heading[role="columnheader"]').nth(1)
    head.focus()
    tip = grid.locator(".inb-tip")
    tip.wait_for()
    assert tip.inner_text().endswith("very much to say about every single wave")
    notebook.value("sweep.lay_out(columns=['prompt', 'seed'])")
    wait_until(
        lambda: grid.locator('.inb-heading[role="columnheader"]').count() == 12, "one row", notebook.page
    )
    grid.locator(".inb-rows").select_option(label="prompt")
    notebook.wait_for_value("sweep.rows == ('prompt',) and sweep.columns == ('seed',)", "Python knows")
    assert order(grid) == [str(number) for number in range(12)]


def test_keys_go_from_cell_to_cell_and_open_one(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    """Arrows move, Enter shows a cell large with its request, Escape leads back, Use opens the editor on it."""
    notebook = open_notebook(EASEL, SWEEP)
    grid = shown(notebook)
    finish(notebook, grid)
    page, focused = notebook.page, "cell => cell === document.activeElement"
    first = grid.locator('.inb-cell[data-number="0"]')
    first.focus()
    assert grid.locator('.inb-body [tabindex="0"]').count() == 1
    for key, number in (
        ("ArrowRight", 1),
        ("ArrowDown", 5),
        ("End", 7),
        ("ArrowDown", 11),
        ("ArrowLeft", 10),
    ):
        page.keyboard.press(key)
        assert grid.locator(f'.inb-cell[data-number="{number}"]').evaluate(focused), key
    page.keyboard.press("Enter")
    large = grid.locator("dialog.inb-large")
    code = large.locator(".inb-large-code")
    wait_until(lambda: "sweep.result(" in code.inner_text(), "the request is shown", page)
    assert code.inner_text() == "sweep.result(prompt='fog', seed=3)"
    assert notebook.value(f"{code.inner_text()}.image.size") == (600, 400)
    wait_until(
        lambda: large.locator("img").evaluate("image => image.naturalWidth") == 600,
        "the picture is large",
        page,
    )
    notebook.screenshot(tmp_path / "large.png")
    page.keyboard.press("Escape")
    assert grid.locator('.inb-cell[data-number="10"]').evaluate(focused)
    page.keyboard.press("Enter")
    large.locator(".inb-use").click()
    notebook.cell(SHOWING).locator(".inb-surface").wait_for()
    assert notebook.value("sweep.session.image == sweep.results[10].image")


def test_a_page_loaded_anew_shows_everything(open_notebook: Callable[..., Notebook]) -> None:
    """After a reload with the kernel alive, all cells and their pictures are back."""
    notebook = open_notebook(EASEL, SWEEP)
    finish(notebook, shown(notebook))
    notebook.reload()
    grid = notebook.cell(SHOWING).locator(".inb-sweep")
    wait_until(lambda: grid.locator(".inb-cell-image").count() == 8, "the pictures are back", notebook.page)
    assert (cells(grid, "done"), cells(grid, "failed")) == (8, 4)


def test_cancel_stops_what_has_not_been_sent(open_notebook: Callable[..., Notebook]) -> None:
    """After Cancel every cell is over, none is sent any more, and Go on takes it up again."""
    notebook = open_notebook(EASEL, SWEEP)
    grid = shown(notebook)
    wait_until(lambda: cells(grid, "running") > 0, "a cell runs", notebook.page)
    grid.locator(".inb-cancel").click()
    wait_until(lambda: cells(grid, "cancelled") == 12, "all is cancelled", notebook.page)
    assert notebook.value("sweep.done")
    grid.locator(".inb-start").click()
    finish(notebook, grid)
    assert (cells(grid, "done"), cells(grid, "failed")) == (8, 4)


def test_running_the_cell_again_finds_everything_recorded(open_notebook: Callable[..., Notebook]) -> None:
    """The second run of the cell shows one grid, whose done cells say that they are recorded and when."""
    notebook = open_notebook(EASEL, SWEEP)
    finish(notebook, shown(notebook))
    notebook.run(SHOWING)
    grid = notebook.cell(SHOWING).locator(".inb-sweep")
    finish(notebook, grid)
    assert grid.count() == 1
    recorded = grid.locator('.inb-cell[data-status="done"][data-recorded]')
    wait_until(lambda: recorded.count() == 8, "eight are recorded", notebook.page)
    assert recorded.first.inner_text().startswith("recorded 20")


MANY = """\
many = inp.sweep(
    photo.resize((120, 80)), providers="easel", seeds=range(40), masks=inp.Mask.full((120, 80)),
    prompts=[f"picture {number}" for number in range(25)],
)"""
FRAME_MS = 50  # three of a 60 Hz display, on a machine that runs the kernel and the server too
FRAMES = """() => {
    window.gaps = [];
    let before = performance.now();
    const step = (now) => {
        window.gaps.push(now - before);
        before = now;
        window.frames = requestAnimationFrame(step);
    };
    window.frames = requestAnimationFrame(step);
}"""


def test_a_thousand_cells_fill_in_smoothly(open_notebook: Callable[..., Notebook]) -> None:
    """At most ten messages a second bring a thousand cells with their pictures, and the page keeps drawing."""
    notebook = open_notebook(EASEL.replace("concurrency=4", "concurrency=100"), MANY)
    moments: list[float] = []

    def count(frame: str | bytes) -> None:
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        if '"type": "update"' in text and '"method": "custom"' in text:
            moments.append(time.monotonic())

    notebook.page.on("websocket", lambda socket: socket.on("framereceived", count))
    notebook.reload()  # so that the socket is one that is listened to
    notebook.run(0)
    notebook.value("gate.set()")
    notebook.page.evaluate(FRAMES)
    notebook.run(SHOWING)
    grid = notebook.cell(SHOWING).locator(".inb-sweep")
    wait_until(lambda: cells(grid, "done") == 1000, "every cell is done", notebook.page, 150)
    images = grid.locator(".inb-cell-image")
    wait_until(lambda: images.count() == 1000, "every picture is there", notebook.page, 60)
    gaps = sorted(
        notebook.page.evaluate("() => { cancelAnimationFrame(window.frames); return window.gaps; }")
    )
    assert gaps[len(gaps) // 2] < FRAME_MS, "every other frame is late"
    assert len(moments) <= 10 * (moments[-1] - moments[0]) + 2
    grid.locator('.inb-cell[data-number="0"]').focus()
    notebook.page.keyboard.press("Control+End")
    last = grid.locator('.inb-cell[data-number="999"]')
    assert last.evaluate("cell => cell === document.activeElement")
    wait_until(lambda: last.locator("img").evaluate("image => image.complete"), "it is drawn", notebook.page)


THREE_AXES = """\
cup = inp.Mask.ellipse(photo.size, (240, 60, 380, 180))
sweep = inp.sweep(
    photo, masks={"hat": hat, "cup": cup}, providers="easel", seeds=[1, 2, 3], prompts=["sea", "fog"],
)"""


def test_a_third_axis_makes_a_grid_for_each_of_its_values(
    open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    """Chosen one by one, rows and columns leave the masks over: two grids under their names, in a narrow page too."""
    notebook = open_notebook(EASEL, THREE_AXES, viewport={"width": 760, "height": 1700})
    grid = shown(notebook)
    finish(notebook, grid)
    grid.locator(".inb-rows").select_option(label="prompt")
    grid.locator(".inb-columns").select_option(label="seed")
    notebook.wait_for_value("sweep.layout.pages == ('mask',)", "Python knows")
    titles = grid.locator(".inb-page-title")
    assert [title.split(" (")[0] for title in titles.all_inner_texts()] == ["mask: hat", "mask: cup"]
    assert order(grid) == [str(number) for number in range(12)]
    found = look(grid)
    assert (found["faint"], found["nameless"], found["outside"]) == ([], [], [])
    notebook.screenshot(tmp_path / "pages.png", SHOWING)
    grid.locator('.inb-cell[data-number="5"]').focus()
    for _ in range(2):  # over the headings of the second grid
        notebook.page.keyboard.press("ArrowDown")
    assert grid.locator('.inb-cell[data-number="8"]').evaluate("cell => cell === document.activeElement")
