"""Zoom and pan: the picture follows the hand at once, sharp parts come from Python, and pixels stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editor import Editor, frames, stroke_code
from lab import wait_until

pytestmark = pytest.mark.browser

FIRST_PIXELS = """canvas => {
    const pixels = canvas.getContext('2d').getImageData(0, 0, 10, 1).data;
    return [canvas.width, canvas.height, Array.from(pixels)];
}"""
LARGE = "__import__('PIL.Image').Image.effect_noise((4096, 3072), 80).convert('RGB')"


def magnify(editor: Editor, at: tuple[float, float], notches: int = 8) -> None:
    """Turn the wheel with Ctrl over an image point."""
    editor.page.mouse.move(*editor.to_page(at))
    editor.page.keyboard.down("Control")
    for _ in range(notches):
        editor.page.mouse.wheel(0, -120)
    editor.page.keyboard.up("Control")
    frames(editor)


def scale(editor: Editor) -> float:
    return editor.view["scale"]


def test_the_point_under_the_pointer_stays_there(open_editor: Callable[..., Editor]) -> None:
    """Zooming with Ctrl and the wheel keeps the picture under the pointer, and a stroke there is exact."""
    editor = open_editor()
    at = (300.0, 200.0)
    place = editor.to_page(at)
    before = scale(editor)
    magnify(editor, at)
    assert scale(editor) > 4 * before
    editor.page.mouse.move(*place)
    editor.page.mouse.down()
    editor.page.mouse.up()
    editor.wait_for_masks(1)
    assert editor.points[0] == pytest.approx(at, abs=0.5)  # a wheel event tells whole pixels
    assert editor.mask_equals(stroke_code(editor.points, editor.radius))


def test_a_plain_wheel_scrolls_the_page(open_editor: Callable[..., Editor]) -> None:
    """Without Ctrl the wheel does not zoom."""
    editor = open_editor()
    before = scale(editor)
    editor.page.mouse.move(*editor.to_page((300.0, 200.0)))
    editor.page.mouse.wheel(0, 60)
    frames(editor)
    assert scale(editor) == before


def test_the_part_looked_at_is_sharp(open_editor: Callable[..., Editor]) -> None:
    """Magnified, a large picture shows its own pixels, and a stroke shows in them."""
    editor = open_editor(LARGE)
    magnify(editor, (2000.0, 1500.0), 12)
    detail = editor.part(".inb-detail-picture")
    detail.wait_for(state="visible")
    seen: Any = detail.evaluate(FIRST_PIXELS)
    width, height, first = seen
    box = editor.notebook.value("session.viewer._panel.editor._look.box")
    assert (box[2] - box[0], box[3] - box[1]) == (width, height)
    expected = editor.notebook.value(f"list(session.image.convert('RGBA').crop({box!r}).tobytes()[:40])")
    assert max(abs(a - b) for a, b in zip(first, expected, strict=True)) <= 12  # JPEG where it is large
    editor.notebook.value("session.viewer._panel.editor.ink.send({'type': 'ready'})")  # as after a lost line
    frames(editor)
    editor.canvas.focus()
    editor.page.keyboard.press("Home")
    wait_until(lambda: detail.is_hidden(), "the whole picture needs no detail", editor.page)


def test_space_and_the_middle_button_move_the_picture(open_editor: Callable[..., Editor]) -> None:
    """Dragging with Space held, or with the middle button, moves the picture and paints nothing."""
    editor = open_editor()
    magnify(editor, (300.0, 200.0))
    before = editor.view
    start = editor.to_page((300.0, 200.0))
    editor.canvas.focus()
    mouse = editor.page.mouse
    mouse.move(*start)
    editor.page.keyboard.down(" ")
    mouse.down()
    mouse.move(start[0] + 60, start[1] + 30)
    mouse.up()
    editor.page.keyboard.up(" ")
    frames(editor)
    assert (editor.view["x"], editor.view["y"]) == pytest.approx(
        (before["x"] + 60, before["y"] + 30), abs=0.01
    )
    mouse.down(button="middle")
    mouse.move(*start)
    mouse.up(button="middle")
    frames(editor)
    assert editor.view == pytest.approx(before, abs=0.01)
    assert editor.notebook.value("session.mask.is_empty")


def test_two_fingers_move_and_magnify(
    open_editor: Callable[..., Editor], fast: Callable[[Editor], Any]
) -> None:
    """Two fingers that part magnify what lies between them; when they leave, one finger paints."""
    editor = open_editor(has_touch=True)
    one, other = editor.to_page((280.0, 200.0)), editor.to_page((320.0, 200.0))
    with fast(editor) as hand:
        hand.touch("Start", [one])
        hand.touch("Start", [one, other])
        hand.touch("Move", [(one[0] - 60, one[1]), (other[0] + 60, other[1])])
        hand.touch("End", [])
        hand.settle()
    frames(editor)
    assert editor.view["scale"] == pytest.approx(4, rel=0.05)
    assert editor.notebook.value("session.mask.is_empty")
    with fast(editor) as hand:
        hand.touch("Start", [one])
        hand.touch("Move", [other])
        hand.touch("End", [])
        hand.settle()
    editor.wait_for_masks(1)


def test_the_brush_can_be_measured_on_the_screen(open_editor: Callable[..., Editor]) -> None:
    """A brush in screen pixels paints thinner strokes when the picture is magnified."""
    editor = open_editor()
    editor.act("unit")
    radius = editor.radius
    magnify(editor, (300.0, 200.0))
    editor.stroke([(290.0, 200.0), (310.0, 205.0)])
    editor.wait_for_masks(1)
    painted = editor.notebook.value("session.mask.operations[-1].radius")
    assert painted == pytest.approx(radius / editor.view["scale"], abs=0.01)


def test_a_very_thin_picture_can_be_painted(open_editor: Callable[..., Editor]) -> None:
    """A picture 512 times as wide as it is high has a frame of its own height to zoom in."""
    editor = open_editor("__import__('PIL.Image').Image.new('RGB', (8192, 16), 'teal')")
    box = editor.canvas.bounding_box()
    assert box is not None
    assert box["height"] >= 120
    magnify(editor, (4000.0, 8.0), 14)
    editor.stroke([(3990.0, 4.0), (4010.0, 12.0)])
    editor.wait_for_masks(1)
    assert editor.points[0] == pytest.approx((3990, 4), abs=0.5)
