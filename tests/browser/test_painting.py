"""Pointer = code, and no point is lost: what a hand paints in a real page is what Python has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editor import BUSY, SHOW, SHOWING, Editor, cells, frames, stroke_code
from lab import Notebook, wait_until

pytestmark = pytest.mark.browser

LINE = [(100.0, 100.0), (150.5, 120.25), (200.0, 180.0), (90.0, 300.0)]


def test_a_stroke_is_the_mask_of_the_python_call(open_editor: Callable[..., Editor]) -> None:
    """A stroke painted at known image points equals Mask.stroke of these points, bit for bit."""
    editor = open_editor()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    assert editor.points == LINE
    assert editor.mask_equals(stroke_code(LINE, editor.radius))


def test_each_tool_is_the_python_call(open_editor: Callable[..., Editor]) -> None:
    """Rectangle, eraser and invert give the masks of their Python calls, and undo by click takes one back."""
    editor = open_editor()
    editor.act("rectangle")
    editor.stroke([(50.0, 60.0), (70.0, 80.0), (210.0, 190.0)])
    editor.act("eraser")
    editor.stroke(LINE)
    editor.act("invert")
    editor.wait_for_masks(3)
    rectangle = "inp.Mask.rectangle(size, (50, 60, 210, 190))"
    erased = f"{rectangle} - {stroke_code(LINE, editor.radius)}"
    assert editor.mask_equals(f"~({erased})")
    editor.act("undo")
    editor.wait_for_masks(4)
    assert editor.mask_equals(erased)
    editor.act("redo")
    editor.wait_for_masks(5)
    assert editor.mask_equals(f"~({erased})")


def test_a_very_large_picture_is_painted_at_full_resolution(open_editor: Callable[..., Editor]) -> None:
    """On 4096 × 4096 pixels the mask has the picture's own size though the page shows a reduced one."""
    editor = open_editor("__import__('PIL.Image').Image.new('RGB', (4096, 4096), 'teal')")
    points = [(1024.0, 1024.0), (2048.0, 1536.0), (3000.0, 1000.0)]
    editor.stroke(points)
    editor.wait_for_masks(1)
    assert editor.notebook.value("session.mask.size") == (4096, 4096)
    painted = editor.points
    assert len(painted) == len(points)
    offsets = [
        abs(a - b)
        for got, asked in zip(painted, points, strict=True)
        for a, b in zip(got, asked, strict=True)
    ]
    assert max(offsets) <= 0.01
    assert editor.mask_equals(stroke_code(painted, editor.radius))


def test_a_small_picture_is_enlarged_and_painted_exactly(open_editor: Callable[..., Editor]) -> None:
    """On 16 × 16 pixels the page enlarges and the mask keeps to the picture's own pixels."""
    editor = open_editor("__import__('PIL.Image').Image.new('RGB', (16, 16), 'teal')")
    editor.stroke([(4.0, 4.0), (8.5, 8.25)])
    editor.wait_for_masks(1)
    assert editor.points == [(4.0, 4.0), (8.5, 8.25)]


def test_a_burst_of_400_moves_arrives_whole(
    open_editor: Callable[..., Editor], fast: Callable[[Editor], Any]
) -> None:
    """Of 400 moves sent in one burst, every point reaches Python."""
    editor = open_editor()
    points = [(20 + number * 1.25, 200 + 40 * (number % 5)) for number in range(401)]
    with fast(editor) as hand:
        hand.burst([editor.to_page(point) for point in points])
    editor.wait_for_masks(1)
    assert editor.points == points


def test_a_stroke_that_leaves_the_picture_goes_on(open_editor: Callable[..., Editor]) -> None:
    """A stroke that leaves the picture and comes back is one stroke with the way outside in it."""
    editor = open_editor()
    way = [(500.0, 100.0), (590.0, 120.0), (640.0, 150.0), (620.0, 200.0), (560.0, 220.0)]
    editor.stroke(way)
    editor.wait_for_masks(1)
    assert editor.points == way


def test_a_pointer_lifted_outside_ends_the_stroke(open_editor: Callable[..., Editor]) -> None:
    """When the button is released outside the picture the stroke is done, and moving back paints nothing."""
    editor = open_editor()
    editor.stroke([(300.0, 40.0), (300.0, 10.0), (300.0, -30.0)])
    editor.wait_for_masks(1)
    editor.page.mouse.move(*editor.to_page((200.0, 200.0)))
    editor.stroke([(100.0, 300.0), (120.0, 310.0)])
    editor.wait_for_masks(2)
    assert editor.points == [(100.0, 300.0), (120.0, 310.0)]


def test_a_second_finger_harms_no_stroke(
    open_editor: Callable[..., Editor], fast: Callable[[Editor], Any]
) -> None:
    """A finger put down long after the first neither ends the stroke nor bends it."""
    editor = open_editor(has_touch=True)
    start, end, palm = (editor.to_page(point) for point in ((100.0, 100.0), (200.0, 150.0), (400.0, 300.0)))
    with fast(editor) as hand:
        hand.touch("Start", [start])
        hand.settle()
        editor.page.wait_for_timeout(300)  # a second finger within 250 ms means scrolling
        hand.touch("Move", [end])
        hand.touch("Start", [end, palm])
        hand.touch("Move", [start, palm])
        hand.touch("End", [])
        hand.settle()
    editor.wait_for_masks(1)
    assert editor.points[0] == pytest.approx((100, 100), abs=1)
    assert editor.points[-1] == pytest.approx((100, 100), abs=1)
    assert all(point[0] < 210 for point in editor.points)


def test_painting_while_a_cell_runs(open_editor: Callable[..., Editor]) -> None:
    """While a cell runs, ink shows under the pointer and the first stroke reaches Python before the cell ends."""
    watch = "import time; seen = []\nsession.on_change(lambda what: seen.append((what, time.monotonic())))\n"
    editor = open_editor("inp.sample()", SHOW, watch + BUSY.format(seconds=4))
    before = editor.notebook.start(2)
    with editor.pressed(LINE):
        assert editor.ink_at(LINE[-1])[3] > 0
    wait_until(lambda: editor.ink_at(LINE[-1])[3] == 0, "Python has drawn the stroke", editor.page)
    assert editor.notebook.is_running(2)
    editor.notebook.finish(2, before)
    assert editor.notebook.value("[what for what, when in seen if what == 'mask' and when < end]") == ["mask"]
    assert editor.points == LINE


def test_painting_when_the_kernel_was_never_idle(open_notebook: Callable[..., Notebook]) -> None:
    """After "Run All" with a long cell right behind the editor's, the first stroke reaches Python before its end."""
    notebook = open_notebook(*cells("inp.sample()", SHOW, BUSY.format(seconds=6)))
    notebook.run(0)
    notebook.start_together(SHOWING, 2)
    editor = Editor(notebook)
    editor.canvas.wait_for()
    editor.size = (600, 400)
    editor.stroke(LINE)
    wait_until(lambda: editor.ink_at(LINE[-1])[3] == 0, "Python has drawn the stroke", editor.page)
    assert notebook.is_running(2)
    notebook.finish(2)
    assert editor.points == LINE


def test_the_overlay_takes_the_place_of_the_ink(open_editor: Callable[..., Editor]) -> None:
    """Once Python has the stroke, the ink is gone and the overlay that Python draws is there."""
    editor = open_editor()
    before = editor.picture_at(LINE[1])
    editor.stroke(LINE)
    wait_until(lambda: editor.ink_at(LINE[1])[3] == 0, "the ink is erased", editor.page)
    frames(editor)
    assert editor.picture_at(LINE[1]) != before


def test_keys_on_the_tool_bar_stay_there(open_editor: Callable[..., Editor]) -> None:
    """With the focus on a button, R is the rectangle and not JupyterLab's key that makes the cell raw text."""
    editor = open_editor()
    editor.act("eraser")
    editor.page.keyboard.press("r")
    editor.part('.inb-toolbar [data-action="rectangle"][aria-pressed="true"]').wait_for()
    assert "jp-CodeCell" in (editor.notebook.cell(SHOWING).get_attribute("class") or "")
