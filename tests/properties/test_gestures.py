"""Pointer = code: whatever the hand does has one Python call that gives the same mask, bit for bit."""

from __future__ import annotations

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_nb.masks import Mask
from inpaint_nb.notebook.tools import apply, command, read_gesture

SIZE = (48, 32)

coordinates = st.floats(-40, 90, width=32)
samples = st.lists(st.tuples(coordinates, coordinates, st.floats(0, 1, width=32)), min_size=1, max_size=12)
radii = st.integers(1, 40).map(lambda diameter: diameter / 2)
modes = st.sampled_from(["add", "subtract"])
strokes = st.tuples(st.sampled_from(["brush", "eraser"]), modes, radii, samples)
rectangles = st.tuples(st.just("rectangle"), modes, radii, samples)
commands = st.tuples(st.sampled_from(["clear", "invert", "grow", "shrink"]), st.integers(1, 6))


def after_message(mask: Mask, step: tuple[str, str, float, list[tuple[float, float, float]]]) -> Mask:
    tool, mode, radius, rows = step
    content = {"type": "gesture", "view": "v", "seq": 1, "tool": tool, "mode": mode, "radius": radius}
    gesture = read_gesture(content, memoryview(b"".join(struct.pack("<3f", *row) for row in rows)))
    assert gesture is not None
    return apply(mask, gesture)


def after_steps(steps: list[tuple]) -> Mask:
    mask = Mask.empty(SIZE)
    for step in steps:
        mask = command(mask, *step) if len(step) == 2 else after_message(mask, step)
    return mask


@given(strokes, st.booleans())
@settings(deadline=None)
def test_every_stroke_message_is_its_python_call(step: tuple, starts_full: bool) -> None:
    """A stroke's message changes the mask exactly as `mask | Mask.stroke` or `mask - Mask.stroke` does."""
    _, mode, radius, rows = step
    old = Mask.full(SIZE) if starts_full else Mask.empty(SIZE)
    shape = Mask.stroke(SIZE, [(round(x, 2), round(y, 2)) for x, y, _ in rows], radius)
    expected = old | shape if mode == "add" else old - shape
    assert (after_message(old, step).to_array() == expected.to_array()).all()


@given(st.lists(st.one_of(strokes, rectangles, commands), max_size=6))
@settings(deadline=None, max_examples=60)
def test_the_printed_code_of_any_painting_gives_the_same_mask(steps: list[tuple]) -> None:
    """Whatever was painted, executing the mask's code gives a mask with an equal digest."""
    painted = after_steps(steps)
    namespace: dict[str, object] = {}
    exec(painted.code(), namespace)
    again = namespace["mask"]
    assert isinstance(again, Mask)
    assert again.digest == painted.digest


@given(st.lists(st.one_of(strokes, rectangles), max_size=4), strokes)
@settings(deadline=None, max_examples=60)
def test_adding_and_subtracting_one_gesture_leaves_none_of_it(steps: list[tuple], step: tuple) -> None:
    """Adding a gesture and subtracting the same one leaves no pixel that it fully covers."""
    tool, _, radius, rows = step
    mask = after_message(
        after_message(after_steps(steps), (tool, "add", radius, rows)), (tool, "subtract", radius, rows)
    )
    shape = Mask.stroke(SIZE, [(round(x, 2), round(y, 2)) for x, y, _ in rows], radius)
    assert not mask.to_array()[shape.to_array() == 255].any()
