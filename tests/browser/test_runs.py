"""From paint to pictures in a real page: run, cancel, undo, reload, run the cell again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from editor import SHOW, SHOWING, Editor, stroke_code
from lab import FRONT_ENDS, JupyterLab, wait_until

pytestmark = pytest.mark.browser

LINE = [(100.0, 100.0), (150.5, 120.25), (200.0, 180.0)]
ENDLESS_PROVIDER = """\
inp.sample()
import asyncio
from inpaint_nb.edit import Capabilities, Progress, Submitted

class Endless:
    name = "endless"
    capabilities = Capabilities(note="never ends", takes_seed=False)
    async def run(self, request, http):
        yield Submitted("1")
        yield Progress("waiting", 0.25)
        await asyncio.Event().wait()
    def resume(self, remote_id, request, http):
        return self.run(request, http)

inp.register_provider(Endless)"""


def run_to_the_end(editor: Editor) -> None:
    """Paint, press Run and wait until the page says that it is done."""
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.button("Run").click()
    editor.part('.inb-status[data-state="done"]').wait_for()


def test_painted_run_and_used(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    """After Run the next cell has the pictures; outside the mask every byte is the photograph's."""
    compare = (
        "import numpy as np\nbefore, after = np.asarray(photo), np.asarray(session.images[0])\n"
        "outside = session.mask.to_array() == 0\n"
        "same = bool((before[outside] == after[outside]).all())\n"
        "changed = bool((before[~outside] != after[~outside]).any())"
    )
    editor = open_editor("inp.sample()", SHOW, compare)
    run_to_the_end(editor)
    editor.notebook.run(2)
    assert editor.notebook.value("same, changed, session.result.report.changed_outside") == (True, True, 0)
    thumbnail = editor.part(".inb-thumb-image").last
    wait_until(lambda: thumbnail.evaluate("image => image.naturalWidth > 0"), "the result shows", editor.page)
    editor.part(".inb-use").last.click()
    editor.notebook.wait_for_value("session.image is session.images[0]", "the result is the picture to edit")


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_page_reload_keeps_the_work(open_editor: Callable[..., Editor], front_end: str) -> None:
    """After a reload with the kernel alive, picture and mask are back, and a stroke is added to the mask."""
    editor = open_editor(front_end=front_end)
    clean = editor.picture_at(LINE[0])
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.notebook.reload()
    editor.wait()
    wait_until(lambda: editor.picture_at(LINE[0]) != clean, "the mask is back", editor.page)
    more = [(300.0, 100.0), (310.0, 200.0)]
    editor.stroke(more)
    editor.wait_for_masks(2)
    radius = editor.radius
    assert editor.mask_equals(f"{stroke_code(LINE, radius)} | {stroke_code(more, radius)}")
    wait_until(lambda: editor.ink_at(more[0])[3] == 0, "Python has drawn the stroke", editor.page)


def test_cancel_ends_the_run(open_editor: Callable[..., Editor]) -> None:
    """A run shows its stage, Cancel ends it, and the next run can be started."""
    editor = open_editor(ENDLESS_PROVIDER, SHOW.replace("photo", "photo -P endless"))
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.button("Run").click()
    status = editor.part(".inb-status")
    wait_until(lambda: "waiting · 25 %" in status.inner_text(), "stage and per cent", editor.page)
    assert editor.button("Run").is_disabled()
    editor.button("Cancel").click()
    editor.part('.inb-status[data-state="cancelled"]').wait_for()
    assert editor.notebook.value("session.job.status") == "cancelled"
    wait_until(lambda: editor.button("Run").is_enabled(), "Run can be pressed again", editor.page)


def test_cancel_works_while_a_cell_waits_for_the_job(open_editor: Callable[..., Editor]) -> None:
    """A cell that blocks in `result()` ends with the job's own error when Cancel is clicked above it."""
    waits = (
        "try:\n    session.job.result()\nexcept inp.JobCancelled as error:\n    ended = type(error).__name__"
    )
    editor = open_editor(ENDLESS_PROVIDER, SHOW.replace("photo", "photo -P endless"), waits)
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.button("Run").click()
    wait_until(lambda: "waiting" in editor.part(".inb-status").inner_text(), "the job runs", editor.page)
    before = editor.notebook.start(2)
    assert editor.notebook.is_running(2)
    editor.button("Cancel").click()
    editor.notebook.finish(2, before)
    assert editor.notebook.value("ended, session.job.status") == ("JobCancelled", "cancelled")


def test_compare_shows_the_parent_while_it_is_held(open_editor: Callable[..., Editor]) -> None:
    """Holding Compare swaps the thumbnail for its parent at once, by mouse and by key; letting go swaps back."""
    editor = open_editor()
    run_to_the_end(editor)
    images = editor.part(".inb-thumb-image")
    wait_until(lambda: images.count() == 2, "the result is shown", editor.page)
    original, result = (images.nth(number).get_attribute("src") for number in (0, 1))
    compare = editor.part(".inb-compare").last
    compare.hover()
    for press, release in (
        (editor.page.mouse.down, editor.page.mouse.up),
        (lambda: editor.page.keyboard.down("Space"), lambda: editor.page.keyboard.up("Space")),
    ):
        press()
        assert images.nth(1).get_attribute("src") == original
        assert compare.get_attribute("aria-pressed") == "true"
        held = editor.page.evaluate("performance.now()")
        editor.page.wait_for_function(
            "since => performance.now() - since > 400", arg=held
        )  # shorter is a click
        release()
        assert images.nth(1).get_attribute("src") == result
    assert not editor.part(".inb-cmp").is_visible()


def test_a_saved_notebook_shows_its_result_without_a_kernel(
    open_editor: Callable[..., Editor], lab: JupyterLab
) -> None:
    """The file on disk holds the picture, the outline's words, prompt and provider as plain outputs."""
    editor = open_editor("inp.sample()", SHOW.replace("photo", 'photo -p "a <b>fox</b>"', 1))
    run_to_the_end(editor)
    words = editor.notebook.cell(SHOWING).locator(".jp-OutputArea-output", has_text="0 outside")
    words.wait_for()
    editor.notebook.save()
    saved = nbformat.read(lab.notebooks / editor.notebook.name, as_version=4).cells[SHOWING].outputs
    assert any("image/jpeg" in output.get("data", {}) for output in saved)
    text = "\n".join(output.data.get("text/html", "") for output in saved if "data" in output)
    assert "a &lt;b&gt;fox&lt;/b&gt;" in text
    assert "local" in text
    assert "widgets" not in nbformat.read(lab.notebooks / editor.notebook.name, as_version=4).metadata


def test_running_the_cell_again_keeps_the_mask(open_editor: Callable[..., Editor]) -> None:
    """Two more runs of the cell leave one panel, with the mask of the same picture, that still paints."""
    editor = open_editor()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.notebook.run(SHOWING)
    editor.notebook.run(SHOWING)
    editor.wait()
    assert editor.panel.count() == 1
    assert editor.mask_equals(stroke_code(LINE, editor.radius))
    editor.stroke([(300.0, 100.0), (310.0, 200.0)])
    editor.wait_for_masks(1)


def test_nothing_painted_is_said_in_place(open_editor: Callable[..., Editor]) -> None:
    """Run without a mask says in the panel what is missing, and raises nothing elsewhere."""
    editor = open_editor()
    editor.button("Run").click()
    message = editor.part(".inb-message-error")
    message.wait_for()
    assert "mask" in message.inner_text()


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_keys_work_and_stay_in_the_editor(open_editor: Callable[..., Editor], front_end: str) -> None:
    """With the focus on the picture, letters are the editor's, not the notebook's; Tab and Esc leave."""
    editor = open_editor(front_end=front_end)
    cells = editor.page.locator(".jp-Notebook .jp-Cell").count()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    for key in ("e", "a", "b", "d", "d", "x", "Control+z"):
        editor.page.keyboard.press(key)
    editor.wait_for_masks(2)
    assert editor.notebook.value("session.mask.is_empty")
    assert editor.page.locator(".jp-Notebook .jp-Cell").count() == cells
    focused = "surface => surface === document.activeElement"
    editor.page.keyboard.press("Tab")
    assert not editor.canvas.evaluate(focused)
    editor.canvas.focus()
    editor.page.keyboard.press("Escape")
    assert not editor.canvas.evaluate(focused)
