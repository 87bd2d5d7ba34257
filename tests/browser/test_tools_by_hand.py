"""Each tool by mouse, pen, touch and keyboard: what the hand does is exactly one Python call, pixel for pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from editor import Editor, frames, stroke_code
from hands import pen
from lab import Point, wait_until
from test_every_tool import FLAT, THING

pytestmark = pytest.mark.browser

CORNERS = [(100.0, 80.0), (260.0, 90.0), (300.0, 240.0), (120.0, 220.0)]


@contextmanager
def held(editor: Editor, *keys: str) -> Iterator[None]:
    """Keys down on the picture."""
    for key in keys:
        editor.page.keyboard.down(key)
    yield
    for key in keys:
        editor.page.keyboard.up(key)


def click(editor: Editor, *points: Point, button: Any = "left") -> None:
    for point in points:
        editor.page.mouse.click(*editor.to_page(point), button=button)


def press(editor: Editor, *keys: str) -> None:
    """Type keys on the picture, each one after the other."""
    if not editor.canvas.evaluate("canvas => canvas === document.activeElement"):
        editor.canvas.focus()
    for key in keys:
        editor.page.keyboard.press(key)


def proposal(editor: Editor) -> str:
    """What the tool bar says of the mask that is shown and not taken."""
    return editor.part(".inb-proposal-text").inner_text()


def wait_for_proposal(editor: Editor, words: str = "would be masked") -> None:
    wait_until(lambda: words in proposal(editor), "a mask is proposed", editor.page)


def settled(editor: Editor) -> None:
    wait_until(
        lambda: not editor.part(".inb-proposal").is_visible(), "nothing is proposed any more", editor.page
    )


def points_code(points: Sequence[Point]) -> str:
    return f"inp.Mask.polygon(size, {list(points)!r})"


def test_ellipses_and_rectangles_with_their_keys(open_editor: Callable[..., Editor]) -> None:
    """Shift makes a square or a circle, Alt draws from the centre; the box in Python is exact."""
    editor = open_editor()
    expected = []
    for tool, keys, end, box in [
        ("ellipse", (), (180.0, 160.0), (100, 100, 180, 160)),
        ("ellipse", ("Shift",), (180.0, 160.0), (100, 100, 180, 180)),
        ("rectangle", ("Alt",), (130.0, 140.0), (70, 60, 130, 140)),
        ("rectangle", ("Shift", "Alt"), (130.0, 140.0), (60, 60, 140, 140)),
    ]:
        editor.act(tool)
        with held(editor, *keys):
            editor.stroke([(100.0, 100.0), (120.0, 110.0), end])
        expected.append(f"inp.Mask.{tool}(size, {box})")
        editor.wait_for_masks(len(expected))
        assert editor.mask_equals(" | ".join(expected)), (tool, keys)


def test_a_lasso_is_the_polygon_of_its_way(open_editor: Callable[..., Editor]) -> None:
    """All that the lasso goes round is added, or taken away with the right button."""
    editor = open_editor()
    editor.act("lasso")
    editor.stroke(CORNERS)
    editor.wait_for_masks(1)
    assert editor.mask_equals(points_code(CORNERS))
    inner = [(150.0, 120.0), (200.0, 120.0), (180.0, 180.0)]
    editor.page.mouse.move(*editor.to_page(inner[0]))
    editor.page.mouse.down(button="right")
    for point in inner[1:]:
        editor.page.mouse.move(*editor.to_page(point))
    editor.page.mouse.up(button="right")
    editor.wait_for_masks(2)
    assert editor.mask_equals(f"{points_code(CORNERS)} - {points_code(inner)}")


@pytest.mark.parametrize("closing", ["first corner", "double click", "Enter"])
def test_a_polygon_is_closed_in_each_way(open_editor: Callable[..., Editor], closing: str) -> None:
    """Clicks are corners; a click on the first, a double click on the last, or Enter closes."""
    editor = open_editor()
    editor.act("polygon")
    click(editor, *CORNERS[:3])
    if closing == "double click":
        editor.page.mouse.dblclick(*editor.to_page(CORNERS[3]))
    else:
        click(editor, CORNERS[3])
        assert editor.notebook.value("session.mask.is_empty")
        if closing == "Enter":
            press(editor, "Enter")
        else:
            click(editor, CORNERS[0])
    editor.wait_for_masks(1)
    assert editor.mask_equals(points_code(CORNERS))


def test_corners_of_a_polygon_can_be_taken_back(open_editor: Callable[..., Editor]) -> None:
    """Backspace removes the newest corner; Esc drops the polygon and leaves the mask alone."""
    editor = open_editor()
    editor.act("polygon")
    click(editor, *CORNERS[:3], (500.0, 350.0))
    press(editor, "Backspace")
    click(editor, CORNERS[3])
    press(editor, "Enter")
    editor.wait_for_masks(1)
    assert editor.mask_equals(points_code(CORNERS))
    click(editor, *CORNERS[:3])
    press(editor, "Escape", "Enter")
    frames(editor)
    assert editor.notebook.value("changes.count('mask')") == 1


def test_the_wand_takes_what_is_alike(open_editor: Callable[..., Editor]) -> None:
    """A click selects the thing of that colour; with the right button it is taken away."""
    editor = open_editor(FLAT)
    editor.act("wand")
    click(editor, (200.0, 200.0))
    editor.wait_for_masks(1)
    assert editor.mask_equals(THING)
    assert "wand((200, 200), tolerance=32" in editor.notebook.value("session.mask.code()")
    click(editor, (200.0, 200.0), button="right")
    editor.wait_for_masks(2)
    assert editor.notebook.value("session.mask.is_empty")


def test_a_colour_range_is_shown_and_then_taken(open_editor: Callable[..., Editor]) -> None:
    """A click shows what would be masked, the slider changes it at once, Cancel forgets it, Apply is one undo step."""
    editor = open_editor("inp.sample()")
    editor.act("range")
    before = editor.picture_at((300.0, 200.0))
    click(editor, (300.0, 200.0))
    wait_for_proposal(editor)
    wait_until(lambda: editor.picture_at((300.0, 200.0)) != before, "the preview is drawn", editor.page)
    shown = proposal(editor)
    slider = editor.part(".inb-tolerance")
    slider.evaluate(
        "input => { input.value = 80; input.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    wait_until(lambda: proposal(editor) not in (shown, ""), "the preview follows the slider", editor.page)
    editor.part(".inb-discard").click()
    settled(editor)
    assert editor.notebook.value("session.mask.is_empty and not session.can_undo")
    click(editor, (300.0, 200.0))
    wait_for_proposal(editor)
    editor.part(".inb-apply").click()
    editor.wait_for_masks(1)
    assert editor.mask_equals("inp.Mask.colour_range(session.image, points=[(300, 200)], tolerance=80)")
    editor.act("undo")
    editor.wait_for_masks(2)
    assert editor.notebook.value("session.mask.is_empty")


def test_a_preview_does_not_move_the_picture(open_editor: Callable[..., Editor]) -> None:
    """What is proposed fits beside the options where the cell is not wide, so the next click hits what was aimed at."""
    editor = open_editor(FLAT, viewport={"width": 900, "height": 1000})
    for tool, points in (("range", [(200.0, 200.0)]), ("select", [(130.0, 80.0), (370.0, 280.0)])):
        editor.act(tool)
        editor.show()
        before = editor.canvas.bounding_box()
        editor.stroke(points)
        wait_for_proposal(editor)
        frames(editor)
        assert editor.canvas.bounding_box() == before, tool
        press(editor, "Enter")
        settled(editor)
    before = editor.canvas.bounding_box()
    choose(editor, ".inb-refine", "invert")
    wait_for_proposal(editor)
    frames(editor)
    assert editor.canvas.bounding_box() == before


def test_a_preview_follows_the_mode_and_more_colours(open_editor: Callable[..., Editor]) -> None:
    """Shift adds a colour, another mode shows at once, Undo takes back the preview alone, a stroke takes it first."""
    editor = open_editor(FLAT)
    editor.act("range")
    click(editor, (200.0, 200.0))
    wait_for_proposal(editor, "13.3%")
    with held(editor, "Shift"):
        click(editor, (20.0, 20.0))
    wait_for_proposal(editor, "100.0%")
    press(editor, "t")
    wait_for_proposal(editor, "Nothing")
    editor.act("undo")
    settled(editor)
    assert editor.notebook.value("changes.count('mask')") == 0
    press(editor, "t")
    click(editor, (200.0, 200.0))
    wait_for_proposal(editor, "13.3%")
    editor.act("eraser")
    editor.stroke([(160.0, 110.0), (200.0, 120.0)])
    editor.wait_for_masks(2)
    assert editor.mask_equals(f"{THING} - {stroke_code(editor.points, editor.radius)}")


def test_a_thing_is_selected_with_a_box_and_its_surroundings(open_editor: Callable[..., Editor]) -> None:
    """A box proposes the thing in it, the right button marks what is beside it, Enter takes it."""
    editor = open_editor(FLAT)
    editor.act("select")
    editor.stroke([(130.0, 80.0), (370.0, 280.0)])
    wait_for_proposal(editor)
    editor.page.mouse.move(*editor.to_page((140.0, 90.0)))
    editor.page.mouse.down(button="right")
    editor.page.mouse.move(*editor.to_page((360.0, 90.0)))
    editor.page.mouse.up(button="right")
    frames(editor)
    wait_for_proposal(editor)
    press(editor, "Enter")
    editor.wait_for_masks(1)
    call = "inp.Mask.select(session.image, (130, 80, 370, 280), background=[(140, 90), (360, 90)])"
    assert editor.mask_equals(call)
    settled(editor)


def test_intersecting_leaves_what_is_in_both(open_editor: Callable[..., Editor]) -> None:
    """In the third mode what is drawn is all that is left."""
    editor = open_editor()
    editor.act("rectangle")
    editor.stroke([(100.0, 100.0), (300.0, 300.0)])
    press(editor, "t")
    editor.stroke([(200.0, 200.0), (400.0, 350.0)])
    editor.wait_for_masks(2)
    assert editor.mask_equals("inp.Mask.rectangle(size, (200, 200, 300, 300))")


def test_shift_draws_straight_lines(open_editor: Callable[..., Editor]) -> None:
    """Shift-click goes on from the last stroke; Shift while dragging keeps the line straight."""
    editor = open_editor()
    editor.stroke([(50.0, 50.0), (90.0, 60.0)])
    with held(editor, "Shift"):
        click(editor, (300.0, 200.0))
    editor.wait_for_masks(2)
    assert editor.points == [(90.0, 60.0), (300.0, 200.0)]
    editor.page.mouse.move(*editor.to_page((50.0, 300.0)))
    editor.page.mouse.down()
    with held(editor, "Shift"):
        for point in [(100.0, 350.0), (200.0, 280.0), (250.0, 300.0)]:
            editor.page.mouse.move(*editor.to_page(point))
        editor.page.mouse.up()
    editor.wait_for_masks(3)
    assert editor.points == [(50.0, 300.0), (250.0, 300.0)]


def choose(editor: Editor, menu: str, value: str) -> None:
    editor.part(menu).select_option(value)


@pytest.mark.parametrize("device_scale_factor", [1, 2])
def test_a_pen_presses_into_size_and_opacity(
    open_editor: Callable[..., Editor], device_scale_factor: int
) -> None:
    """The pressures of a pen arrive with their points and make the stroke of the Python call."""
    editor = open_editor(device_scale_factor=device_scale_factor)
    choose(editor, ".inb-pressure", "both")
    editor.show()
    pen(editor, [(100.0, 100.0), (150.0, 120.0), (220.0, 130.0)], (0.25, 0.5, 1.0))
    editor.wait_for_masks(1)
    pressures = editor.notebook.value("session.mask.operations[-1].pressures")
    assert pressures == pytest.approx((0.25, 0.5, 1.0), abs=0.01)
    assert editor.points == [(100.0, 100.0), (150.0, 120.0), (220.0, 130.0)]
    assert editor.mask_equals(
        f"inp.Mask.stroke(size, {editor.points!r}, {editor.radius!r}, pressures={pressures!r}, pressure_opacity=True)"
    )


# No tool of a browser sends the other end of a pen, so this one event is made in the page.
PEN_ERASER = """(canvas, [points, button]) => {
    const send = (type, [x, y], more) => canvas.dispatchEvent(new PointerEvent(type, {
        clientX: x, clientY: y, pointerId: 7, pointerType: 'pen', bubbles: true, cancelable: true,
        pressure: 0.5, ...more,
    }));
    send('pointerdown', points[0], {button, buttons: 32});
    for (const point of points.slice(1)) send('pointermove', point, {button: -1, buttons: 32});
    send('pointerup', points[points.length - 1], {button, buttons: 0, pressure: 0});
}"""


def test_the_other_end_of_a_pen_erases(open_editor: Callable[..., Editor]) -> None:
    """The eraser end takes away whatever tool is in hand, and the tool stays in hand."""
    editor = open_editor()
    editor.act("rectangle")
    editor.stroke([(100.0, 100.0), (300.0, 300.0)])
    way = [(120.0, 150.0), (280.0, 150.0)]
    editor.canvas.evaluate(PEN_ERASER, [[editor.to_page(point) for point in way], 5])
    editor.wait_for_masks(2)
    radius = editor.notebook.value("session.mask.operations[-1].radius")
    assert editor.mask_equals(f"inp.Mask.rectangle(size, (100, 100, 300, 300)) - {stroke_code(way, radius)}")
    assert editor.canvas.get_attribute("data-tool") == "rectangle"


def test_a_palm_beside_a_pen_draws_nothing(
    open_editor: Callable[..., Editor], fast: Callable[[Editor], Any]
) -> None:
    """A touch while a pen is near is a palm, also one that lay there before the pen came."""
    editor = open_editor(has_touch=True)
    editor.show()
    palm = editor.to_page((400.0, 300.0))
    with fast(editor) as hand:
        hand.touch("Start", [palm])
        hand.touch("Move", [(palm[0] + 4, palm[1])])
        hand.settle()
        pen(editor, [(100.0, 100.0), (150.0, 120.0)])
        hand.touch("Move", [(palm[0] + 30, palm[1])])
        hand.touch("End", [])
        hand.touch("Start", [palm])
        hand.touch("Move", [(palm[0] - 30, palm[1])])
        hand.touch("End", [])
        hand.settle()
    editor.wait_for_masks(1)
    frames(editor)
    assert editor.points == [(100.0, 100.0), (150.0, 120.0)]
    assert editor.notebook.value("changes.count('mask')") == 1


def arrow(editor: Editor, right: int = 0, down: int = 0) -> None:
    """Move the crosshair by picture pixels, with the finest step."""
    for count, keys in ((right, ("ArrowLeft", "ArrowRight")), (down, ("ArrowUp", "ArrowDown"))):
        for _ in range(abs(count)):
            editor.page.keyboard.press(f"Shift+{keys[count > 0]}")


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("brush", "inp.Mask.stroke(size, [(300, 200), *[(300 + i, 200) for i in range(1, 13)]], {radius})"),
        ("rectangle", "inp.Mask.rectangle(size, (300, 200, 312, 209))"),
        ("ellipse", "inp.Mask.ellipse(size, (300, 200, 312, 209))"),
    ],
)
def test_what_is_dragged_by_keyboard_alone(
    open_editor: Callable[..., Editor], tool: str, expected: str
) -> None:
    """The first arrow shows the crosshair in the middle; Enter begins, arrows draw, Enter ends."""
    editor = open_editor()
    press(editor, {"brush": "b", "rectangle": "r", "ellipse": "l"}[tool], "ArrowRight", "Enter")
    arrow(editor, 12)
    if tool != "brush":
        arrow(editor, 0, 9)
    press(editor, "Enter")
    editor.wait_for_masks(1)
    assert editor.mask_equals(expected.format(radius=editor.radius if tool == "brush" else 0))
    wait_until(lambda: editor.part(".inb-said").inner_text() == "Placed", "it is said", editor.page)


def test_a_lasso_by_keyboard_alone(open_editor: Callable[..., Editor]) -> None:
    """Enter begins the lasso, arrows lead it, Enter closes it."""
    editor = open_editor()
    press(editor, "a", "ArrowRight", "Enter", "Control+ArrowRight", "Control+ArrowDown", "Enter")
    editor.wait_for_masks(1)
    step = 40 / editor.view["scale"]
    corners = [(300, 200), (300 + step, 200), (300 + step, 200 + step)]
    assert editor.mask_equals(f"inp.Mask.polygon(size, {[(round(x, 2), round(y, 2)) for x, y in corners]!r})")


def test_a_polygon_by_keyboard_alone(open_editor: Callable[..., Editor]) -> None:
    """Each Enter is a corner; a second one on the same spot closes."""
    editor = open_editor()
    press(editor, "g", "ArrowRight", "Enter")
    for right, down in ((20, 0), (0, 15)):
        arrow(editor, right, down)
        press(editor, "Enter")
    press(editor, "Enter")
    editor.wait_for_masks(1)
    assert editor.mask_equals(points_code([(300.0, 200.0), (320.0, 200.0), (320.0, 215.0)]))


def test_what_looks_at_the_picture_by_keyboard_alone(open_editor: Callable[..., Editor]) -> None:
    """Wand, colour range and selection are placed with Enter; another Enter takes what is proposed, Esc does not."""
    editor = open_editor(FLAT)
    press(editor, "w", "ArrowRight", "Enter")
    editor.wait_for_masks(1)
    assert editor.mask_equals(THING)
    press(editor, "Delete")
    editor.wait_for_masks(2)
    press(editor, "k", "Enter")
    wait_for_proposal(editor)
    press(editor, "Escape")
    settled(editor)
    press(editor, "Enter")
    wait_for_proposal(editor)
    press(editor, "Enter")
    editor.wait_for_masks(3)
    assert editor.mask_equals(THING)
    press(editor, "Delete", "q", "Enter")
    arrow(editor, 30, 30)
    press(editor, "Enter")
    wait_for_proposal(editor, "")
    press(editor, "Escape", "Escape")
    settled(editor)
    assert editor.notebook.value("session.mask.is_empty")


def test_a_refinement_is_shown_and_then_taken(open_editor: Callable[..., Editor]) -> None:
    """Grow shows its outcome, another width follows at once, Apply is one step, Cancel leaves the mask alone."""
    editor = open_editor()
    editor.act("rectangle")
    editor.stroke([(100.0, 100.0), (200.0, 200.0)])
    editor.wait_for_masks(1)
    outside = (215.0, 150.0)
    plain = editor.picture_at(outside)
    choose(editor, ".inb-refine", "grow")
    editor.part(".inb-px").fill("30")
    wait_until(lambda: editor.picture_at(outside) != plain, "the preview is drawn", editor.page)
    editor.part(".inb-px").fill("5")
    wait_until(lambda: editor.picture_at(outside) == plain, "the preview follows", editor.page)
    editor.part(".inb-discard").click()
    settled(editor)
    assert editor.notebook.value("changes.count('mask')") == 1
    assert editor.part(".inb-refine").input_value() == ""
    choose(editor, ".inb-refine", "feather_outside")
    wait_for_proposal(editor)
    editor.canvas.focus()
    press(editor, "Enter")
    editor.wait_for_masks(2)
    rectangle = "inp.Mask.rectangle(size, (100, 100, 200, 200))"
    assert editor.mask_equals(f"{rectangle}.feather(5, side='outside')")
    settled(editor)
    assert editor.notebook.value("len(session.mask.operations)") == 2


def test_a_selection_that_cannot_be_made_says_why(open_editor: Callable[..., Editor]) -> None:
    """A user's selector that fails is told in words; the next gesture takes the words away and is drawn."""
    editor = open_editor(FLAT)
    editor.notebook.value("inp.register_selector('broken', lambda *hints: 1 / 0)")
    editor.notebook.value("setattr(session.viewer._panel.editor.ink, 'selector', 'broken')")
    editor.act("select")
    editor.stroke([(130.0, 80.0), (370.0, 280.0)])
    trouble = editor.part(".inb-trouble")
    wait_until(lambda: "ZeroDivisionError" in trouble.inner_text(), "the reason is shown", editor.page)
    editor.act("brush")
    editor.stroke([(100.0, 100.0), (120.0, 120.0)])
    editor.wait_for_masks(1)
    wait_until(lambda: not trouble.inner_text(), "the reason is gone", editor.page)


def test_a_run_sends_what_is_shown(open_editor: Callable[..., Editor]) -> None:
    """A preview that is shown when Run is pressed is part of the mask that is sent."""
    editor = open_editor(FLAT)
    editor.act("range")
    click(editor, (200.0, 200.0))
    wait_for_proposal(editor)
    editor.button("Run").click()
    editor.notebook.wait_for_value("session.result is not None", "a result")
    assert editor.notebook.value(
        f"session.result.mask.digest == (lambda size: {THING})(session.image.size).digest"
    )
