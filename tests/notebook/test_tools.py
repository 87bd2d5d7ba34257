"""Gestures become masks through the same public calls that a program uses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, get_args

import pytest
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook import keys, tools
from inpaint_nb.notebook.gestures import (
    Gesture,
    Mode,
    Point,
    Settings,
    Tool,
    pack,
    read_gesture,
    read_settings,
)
from inpaint_nb.notebook.tools import apply, box_between, command

SIZE = (60, 40)


def message(**changes: object) -> dict[str, object]:
    return {"type": "gesture", "tool": "brush", "mode": "add", "radius": 3.0, **changes}


def test_a_brush_stroke_adds_the_public_stroke() -> None:
    """A brush stroke is `mask | Mask.stroke(…)`."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    gesture = Gesture("brush", "add", ((5.0, 5.0), (30.0, 20.0)), settings=Settings(radius=4.0))
    assert apply(old, gesture) == old | Mask.stroke(SIZE, gesture.points, 4.0)


@pytest.mark.parametrize("tool", ["brush", "eraser"])
def test_a_subtracting_stroke_takes_away_the_public_stroke(tool: Tool) -> None:
    """Brush and eraser in subtract mode are `mask - Mask.stroke(…)`."""
    old = Mask.full(SIZE)
    gesture = Gesture(tool, "subtract", ((5.0, 5.0), (30.0, 20.0)), settings=Settings(radius=4.0))
    assert apply(old, gesture) == old - Mask.stroke(SIZE, gesture.points, 4.0)


@pytest.mark.parametrize("mode", ["add", "subtract"])
def test_a_rectangle_covers_every_pixel_touched(mode: Mode) -> None:
    """A rectangle dragged either way adds or subtracts the whole pixels between its corners."""
    old = Mask.rectangle(SIZE, (0, 0, 30, 40))
    gesture = Gesture("rectangle", mode, ((20.5, 30.2), (3.0, 3.0), (10.2, 5.9)))
    shape = Mask.rectangle(SIZE, (10, 5, 21, 31))
    assert apply(old, gesture) == (old | shape if mode == "add" else old - shape)


def test_a_rectangle_is_clipped_to_the_picture() -> None:
    """The part of a rectangle outside the picture is cut off."""
    assert box_between((-5.0, -5.0), (1000.0, 12.1), SIZE) == (0, 0, 60, 13)


@pytest.mark.parametrize(("start", "end"), [((70.0, 5.0), (90.0, 9.0)), ((5.0, 5.0), (5.0, 9.0))])
def test_a_rectangle_without_a_pixel_changes_nothing(start: Point, end: Point) -> None:
    """A rectangle outside the picture, or without width, hands back the very same mask."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    assert apply(old, Gesture("rectangle", "add", (start, end))) is old


def test_a_stroke_that_leaves_the_picture_stays_one_stroke() -> None:
    """Points outside the picture are part of the stroke; only its pixels are clipped."""
    points = ((5.0, 5.0), (-20.0, 20.0), (5.0, 35.0))
    mask = apply(Mask.empty(SIZE), Gesture("brush", "add", points, settings=Settings(radius=2.0)))
    assert mask.bbox == Mask.stroke(SIZE, points, 2.0).bbox
    assert len(mask.operations) == 1


def test_whole_mask_commands_are_the_public_calls() -> None:
    """Clear, invert, grow and shrink give what their public calls give."""
    old = Mask.rectangle(SIZE, (10, 10, 30, 30))
    assert command(old, "clear") == Mask.empty(SIZE)
    assert command(old, "invert") == ~old
    assert command(old, "grow", 3) == old.grow(3)
    assert command(old, "shrink", 3) == old.shrink(3)


def test_clearing_an_empty_mask_is_no_change() -> None:
    """Clear on an empty mask hands back the same object, so there is nothing to undo."""
    old = Mask.empty(SIZE)
    assert command(old, "clear") is old


def test_samples_are_read_as_float32_triples() -> None:
    """A message's buffer holds x, y and pressure of each sample, in image pixels."""
    gesture = read_gesture(message(), pack([(1.5, 2.25), (3.126, 4.0)], pressure=0.75))
    assert gesture == Gesture("brush", "add", ((1.5, 2.25), (3.13, 4.0)), (0.75, 0.75), Settings(radius=3.0))


@pytest.mark.parametrize(
    "changes",
    [
        {"tool": "laser"},
        {"mode": None},
        {"radius": 0},
        {"radius": math.nan},
        {"radius": "big"},
        {"radius": True},
    ],
)
def test_a_message_that_makes_no_sense_is_no_gesture(changes: dict[str, object]) -> None:
    """Unknown tools and modes and impossible sizes are left out."""
    assert read_gesture(message(**changes), pack([(1.0, 1.0)])) is None


def test_samples_that_are_no_numbers_are_left_out() -> None:
    """Infinite and missing coordinates, and half a sample at the end, do not spoil the rest."""
    samples = pack([(1.0, 1.0), (math.nan, 2.0), (math.inf, 2.0), (3.0, 3.0)]) + b"\0\0"
    gesture = read_gesture(message(), samples)
    assert gesture is not None
    assert gesture.points == ((1.0, 1.0), (3.0, 3.0))


def test_no_samples_are_no_gesture() -> None:
    """An empty buffer is nothing to draw."""
    assert read_gesture(message(), b"") is None


def test_every_mask_command_has_an_action_or_is_a_refinement() -> None:
    """What the mask can be told as a whole is what the table of keys and the menu of refinements list."""
    keyed = {action.name for action in keys.ACTIONS if action.owner == "mask"}
    assert set(tools.COMMANDS) == keyed | set(tools.REFINEMENTS)


# ---------------------------------------------------------------------- every tool, every mode


def sample() -> Image.Image:
    """A red thing on blue ground."""
    image = Image.new("RGB", SIZE, (40, 90, 120))
    image.paste((200, 60, 40), (15, 10, 35, 26))
    return image


POINTS = ((12.0, 8.0), (40.0, 12.0), (30.0, 33.0))
PRESSED = (0.2, 0.6, 1.0)
HINTED = {"box": (10, 6, 44, 34), "surroundings": ((12.0, 30.0),)}
PUBLIC: dict[str, tuple[Settings, dict[str, Any], Callable[[], Mask]]] = {
    "brush": (Settings(radius=4), {}, lambda: Mask.stroke(SIZE, POINTS, 4)),
    "soft brush": (
        Settings(radius=6, hardness=0.3, opacity=0.7),
        {},
        lambda: Mask.stroke(SIZE, POINTS, 6, hardness=0.3, opacity=0.7),
    ),
    "pressed brush": (
        Settings(radius=6, pressure="both"),
        {"pressures": PRESSED},
        lambda: Mask.stroke(SIZE, POINTS, 6, pressures=PRESSED, pressure_opacity=True),
    ),
    "eraser": (
        Settings(radius=4, pressure="opacity"),
        {"pressures": PRESSED},
        lambda: Mask.stroke(SIZE, POINTS, 4, pressures=PRESSED, pressure_size=False, pressure_opacity=True),
    ),
    "rectangle": (Settings(), {}, lambda: Mask.rectangle(SIZE, (12, 8, 30, 33))),
    "ellipse": (Settings(), {}, lambda: Mask.ellipse(SIZE, (12, 8, 30, 33))),
    "lasso": (Settings(), {}, lambda: Mask.polygon(SIZE, POINTS)),
    "polygon": (Settings(), {}, lambda: Mask.polygon(SIZE, POINTS)),
    "wand": (
        Settings(tolerance=20, space="lab", contiguous=False),
        {},
        lambda: Mask.wand(sample(), POINTS[-1], 20, space="lab", contiguous=False),
    ),
    "range": (
        Settings(tolerance=12, softness=8),
        {},
        lambda: Mask.colour_range(sample(), points=POINTS, tolerance=12, softness=8),
    ),
    "select": (
        Settings(selector="plain"),
        HINTED,
        lambda: Mask.select(sample(), HINTED["box"], POINTS, HINTED["surroundings"], selector="plain"),
    ),
}


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("name", PUBLIC)
def test_every_tool_in_every_mode_is_one_python_call(name: str, mode: Mode) -> None:
    """Nine tools in three modes, with their settings, give the mask of the public call, bit for bit."""
    settings, hints, public = PUBLIC[name]
    old = Mask.ellipse(SIZE, (5, 5, 50, 38))
    gesture = Gesture(name.split()[-1], mode, POINTS, settings=settings, **hints)  # type: ignore[arg-type] # of the table
    expected = {"add": old | public(), "subtract": old - public(), "intersect": old & public()}[mode]
    assert apply(old, gesture, sample()) == expected


def test_all_tools_are_in_that_test() -> None:
    """A tenth tool would be missed above."""
    assert {name.split()[-1] for name in PUBLIC} == set(get_args(Tool))


def test_the_wand_stops_at_what_is_masked() -> None:
    """With `stops` the wand neither takes nor crosses what is masked already."""
    fence = Mask.rectangle(SIZE, (40, 0, 42, 40))
    gesture = Gesture("wand", "add", ((50.0, 5.0),), settings=Settings(stops=True))
    assert apply(fence, gesture, sample()) == fence | Mask.wand(sample(), (50, 5), 32, stop_at=fence)


@pytest.mark.parametrize("tool", ["wand", "range"])
@pytest.mark.parametrize("point", [(-1.0, 5.0), (60.0, 5.0), (5.0, 40.0)])
def test_a_click_outside_the_picture_does_nothing(tool: Tool, point: Point) -> None:
    """The very same mask comes back: there is no colour out there."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    assert apply(old, Gesture(tool, "intersect", (point,)), sample()) is old


@pytest.mark.parametrize("tool", ["lasso", "polygon"])
def test_two_corners_are_no_area(tool: Tool) -> None:
    """An outline of two points changes nothing, in any mode."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    assert apply(old, Gesture(tool, "intersect", POINTS[:2])) is old


# ---------------------------------------------------------------------- messages with more in them


def test_settings_are_read_and_kept_in_their_ranges() -> None:
    """What a message says of the tool is taken; what makes no sense is what it would be without."""
    read = read_settings(
        message(hardness=0.25, opacity=7, tolerance=-3, space="lab", pressure="hard", stops=True)
    )
    assert read == Settings(radius=3.0, hardness=0.25, opacity=1.0, tolerance=0.0, space="lab", stops=True)


def test_hints_are_told_apart() -> None:
    """Of a selection's samples each is a corner of the box, on the thing, or beside it; the newest box counts."""
    rows = [(1, 2), (9, 9), (3, 4), (20.4, 30.6), (5, 6), (7, 8)]
    hints = ["box", "box", "box", "box", "object", "surroundings"]
    gesture = read_gesture(message(tool="select", hints=hints), pack(rows))
    assert gesture is not None
    assert (gesture.box, gesture.points, gesture.surroundings) == ((3, 4, 21, 31), ((5, 6),), ((7, 8),))


def test_a_wish_is_a_refinement_or_a_gesture() -> None:
    """A page may want to see a refinement by so many pixels, or what a gesture would do; other names are nothing."""
    assert tools.read_wish({"refine": "smooth", "px": 4}, b"") == tools.Refine("smooth", 4.0)
    assert tools.read_wish({"refine": "smooth", "px": "wide"}, b"") == tools.Refine("smooth", 0.0)
    assert tools.read_wish({"refine": "melt", "px": 4}, b"") is None
    assert tools.read_wish(message(), pack([(1, 1)])) == read_gesture(message(), pack([(1, 1)]))


@pytest.mark.parametrize(("name", "change"), [
    ("grow", lambda mask: mask.grow(3)), ("shrink", lambda mask: mask.shrink(3)),
    ("feather_both", lambda mask: mask.feather(3)), ("feather_inside", lambda mask: mask.feather(3, side="inside")),
    ("feather_outside", lambda mask: mask.feather(3, side="outside")), ("smooth", lambda mask: mask.smooth(3)),
    ("fill_holes", lambda mask: mask.fill_holes()), ("drop_specks", lambda mask: mask.drop_specks(3)),
    ("invert", lambda mask: ~mask),
])  # fmt: skip
def test_refinements_are_the_public_calls(name: str, change: Callable[[Mask], Mask]) -> None:
    """Each refinement of the menu is one public call."""
    old = Mask.ellipse(SIZE, (5, 5, 50, 38)) - Mask.rectangle(SIZE, (20, 15, 25, 20))
    wish = tools.wished(tools.Refine(name, 3), old, sample(), lambda: False)
    assert wish(old) == change(old)


def test_what_looks_at_large_pictures_takes_long() -> None:
    """Wand, range and refinements take long on large pictures, selections on all, strokes on none."""
    small, large = (600, 400), (4096, 4096)
    wand, select, brush = (Gesture(tool, "add", POINTS) for tool in ("wand", "select", "brush"))  # type: ignore[arg-type]
    assert [tools.takes_long(what, small) for what in (wand, select, brush, "grow")] == [
        False,
        True,
        False,
        False,
    ]
    assert [tools.takes_long(what, large) for what in (wand, select, brush, "grow")] == [
        True,
        True,
        False,
        True,
    ]
    assert not tools.takes_long("clear", large)
