"""Gestures become masks through the same public calls that a program uses."""

from __future__ import annotations

import math

import pytest

from inpaint_nb.masks import Mask
from inpaint_nb.notebook import keys, tools
from inpaint_nb.notebook.tools import Gesture, apply, box_between, command, read_gesture

SIZE = (60, 40)


def message(**changes: object) -> dict[str, object]:
    return {"type": "gesture", "tool": "brush", "mode": "add", "radius": 3.0, **changes}


def test_a_brush_stroke_adds_the_public_stroke() -> None:
    """A brush stroke is `mask | Mask.stroke(…)`."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    gesture = Gesture("brush", "add", 4.0, ((5.0, 5.0), (30.0, 20.0)))
    assert apply(old, gesture) == old | Mask.stroke(SIZE, gesture.points, 4.0)


@pytest.mark.parametrize("tool", ["brush", "eraser"])
def test_a_subtracting_stroke_takes_away_the_public_stroke(tool: tools.Tool) -> None:
    """Brush and eraser in subtract mode are `mask - Mask.stroke(…)`."""
    old = Mask.full(SIZE)
    gesture = Gesture(tool, "subtract", 4.0, ((5.0, 5.0), (30.0, 20.0)))
    assert apply(old, gesture) == old - Mask.stroke(SIZE, gesture.points, 4.0)


@pytest.mark.parametrize("mode", ["add", "subtract"])
def test_a_rectangle_covers_every_pixel_touched(mode: tools.Mode) -> None:
    """A rectangle dragged either way adds or subtracts the whole pixels between its corners."""
    old = Mask.rectangle(SIZE, (0, 0, 30, 40))
    gesture = Gesture("rectangle", mode, 1.0, ((20.5, 30.2), (3.0, 3.0), (10.2, 5.9)))
    shape = Mask.rectangle(SIZE, (10, 5, 21, 31))
    assert apply(old, gesture) == (old | shape if mode == "add" else old - shape)


def test_a_rectangle_is_clipped_to_the_picture() -> None:
    """The part of a rectangle outside the picture is cut off."""
    assert box_between((-5.0, -5.0), (1000.0, 12.1), SIZE) == (0, 0, 60, 13)


@pytest.mark.parametrize(("start", "end"), [((70.0, 5.0), (90.0, 9.0)), ((5.0, 5.0), (5.0, 9.0))])
def test_a_rectangle_without_a_pixel_changes_nothing(start: tools.Point, end: tools.Point) -> None:
    """A rectangle outside the picture, or without width, hands back the very same mask."""
    old = Mask.rectangle(SIZE, (0, 0, 10, 10))
    assert apply(old, Gesture("rectangle", "add", 1.0, (start, end))) is old


def test_a_stroke_that_leaves_the_picture_stays_one_stroke() -> None:
    """Points outside the picture are part of the stroke; only its pixels are clipped."""
    points = ((5.0, 5.0), (-20.0, 20.0), (5.0, 35.0))
    mask = apply(Mask.empty(SIZE), Gesture("brush", "add", 2.0, points))
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
    gesture = read_gesture(message(), tools.pack([(1.5, 2.25), (3.126, 4.0)], pressure=0.75))
    assert gesture == Gesture("brush", "add", 3.0, ((1.5, 2.25), (3.13, 4.0)), (0.75, 0.75))


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
    assert read_gesture(message(**changes), tools.pack([(1.0, 1.0)])) is None


def test_samples_that_are_no_numbers_are_left_out() -> None:
    """Infinite and missing coordinates, and half a sample at the end, do not spoil the rest."""
    samples = tools.pack([(1.0, 1.0), (math.nan, 2.0), (math.inf, 2.0), (3.0, 3.0)]) + b"\0\0"
    gesture = read_gesture(message(), samples)
    assert gesture is not None
    assert gesture.points == ((1.0, 1.0), (3.0, 3.0))


def test_no_samples_are_no_gesture() -> None:
    """An empty buffer is nothing to draw."""
    assert read_gesture(message(), b"") is None


def test_every_action_has_its_own_key() -> None:
    """No two actions share a key, none is without, and the help line names them all."""
    chords = [key for action in keys.ACTIONS for key in action.keys]
    assert len(chords) == len(set(chords))
    assert all(action.keys and f"{action.shown} {action.help}" in keys.help_line() for action in keys.ACTIONS)


def test_every_mask_command_has_an_action() -> None:
    """What the mask can be told as a whole is exactly what the table lists."""
    assert set(tools.COMMANDS) == {action.name for action in keys.ACTIONS if action.owner == "mask"}
