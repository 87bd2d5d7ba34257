"""Pointer = code: whatever the hand does has one Python call that gives the same mask, bit for bit."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook.gestures import read_gesture
from inpaint_nb.notebook.tools import REFINEMENTS, apply, box_between, combined, command
from inpaint_nb.session import Session

SIZE = (48, 32)
IMAGE = Image.effect_noise(SIZE, 90).convert("RGB").quantize(5).convert("RGB")


class Step(NamedTuple):
    """One message of the pointer layer."""

    tool: str
    mode: str
    samples: list[tuple[float, float, float]]
    more: dict[str, Any]

    @property
    def points(self) -> list[tuple[float, float]]:
        return [(round(x, 2), round(y, 2)) for x, y, _ in self.samples]


class Command(NamedTuple):
    """One key press or choice that changes the mask as a whole."""

    name: str
    px: int


coordinates = st.floats(-40, 90, width=32)
samples = st.lists(st.tuples(coordinates, coordinates, st.floats(0, 1, width=32)), min_size=1, max_size=8)
inside = st.tuples(st.floats(0, 47, width=32), st.floats(0, 31, width=32), st.just(0.5))
modes = st.sampled_from(["add", "subtract", "intersect"])
shares = st.integers(0, 100).map(lambda percent: percent / 100)
radii = st.integers(1, 40).map(lambda diameter: diameter / 2)
brushes = st.fixed_dictionaries(
    {"radius": radii},
    optional={
        "hardness": shares, "opacity": shares, "pressure": st.sampled_from(["none", "size", "opacity", "both"]),
    },
)  # fmt: skip
plain = st.just({"radius": 3.0})
seeing = st.fixed_dictionaries(
    {"radius": st.just(3.0), "tolerance": st.integers(0, 120), "space": st.sampled_from(["rgb", "lab"])},
    optional={"contiguous": st.booleans(), "stops": st.booleans(), "softness": st.integers(0, 40)},
)
strokes = st.builds(Step, st.sampled_from(["brush", "eraser"]), modes, samples, brushes)
shapes = st.builds(Step, st.sampled_from(["rectangle", "ellipse", "lasso", "polygon"]), modes, samples, plain)
looks = st.builds(
    Step, st.sampled_from(["wand", "range"]), modes, st.lists(inside, min_size=1, max_size=3), seeing
)
selections = st.builds(
    Step, st.just("select"), modes, st.lists(inside, min_size=1, max_size=2),
    st.just({"radius": 3.0, "selector": "plain"}),
)  # fmt: skip
commands = st.builds(Command, st.sampled_from(["clear", *REFINEMENTS]), st.integers(0, 6))
paintings = st.lists(st.one_of(strokes, shapes, looks, commands), max_size=6)
some_selections = st.lists(st.one_of(strokes, selections), max_size=3)


def by_message(mask: Mask, step: Step | Command) -> Mask:
    """As the pointer layer tells it."""
    if isinstance(step, Command):
        return command(mask, *step)
    content = {"type": "gesture", "view": "v", "seq": 1, "tool": step.tool, "mode": step.mode, **step.more}
    gesture = read_gesture(content, memoryview(b"".join(struct.pack("<3f", *row) for row in step.samples)))
    assert gesture is not None
    return apply(mask, gesture, IMAGE)


def by_call(mask: Mask, step: Step | Command) -> Mask:
    """As somebody would write it in a cell."""
    if isinstance(step, Command):
        return called(mask, *step)
    shape = public(mask, step)
    return combined(mask, shape, step.mode)  # type: ignore[arg-type] # of the three modes


def called(mask: Mask, name: str, px: int) -> Mask:
    match name.split("_"):
        case ["clear"]:
            return Mask.empty(mask.size)
        case ["feather", side]:
            return mask.feather(px, side=side)  # type: ignore[arg-type] # of the three sides
        case ["invert"] | ["fill", "holes"]:
            return getattr(mask, name)()
    return getattr(mask, name)(px)


def public(mask: Mask, step: Step) -> Mask | None:
    """The pixels of one gesture, by the public call that makes them."""
    points, more = step.points, step.more
    match step.tool:
        case "brush" | "eraser":
            return stroke(step)
        case "rectangle" | "ellipse":
            box = box_between(points[0], points[-1], SIZE)
            return None if box is None else boxed(step.tool, points[0], points[-1], box)
        case "lasso" | "polygon":
            return Mask.polygon(SIZE, points) if len(points) > 2 else None
        case "wand":
            stop = mask if more.get("stops") and not mask.is_empty else None
            return Mask.wand(
                IMAGE, points[-1], more["tolerance"], contiguous=more.get("contiguous", True), space=more["space"],
                stop_at=stop,
            )  # fmt: skip
        case "range":
            return Mask.colour_range(
                IMAGE,
                points=points,
                tolerance=more["tolerance"],
                softness=more.get("softness", 0),
                space=more["space"],
            )
    return Mask.select(IMAGE, foreground=points, selector="plain")


def stroke(step: Step) -> Mask:
    pressure = step.more.get("pressure", "none")
    pressed = {} if pressure == "none" else {
        "pressures": [round(each, 3) for _, _, each in step.samples],
        "pressure_size": pressure in ("size", "both"),
        "pressure_opacity": pressure in ("opacity", "both"),
    }  # fmt: skip
    return Mask.stroke(
        SIZE, step.points, step.more["radius"], hardness=step.more.get("hardness", 1.0),
        opacity=step.more.get("opacity", 1.0), **pressed,
    )  # fmt: skip


def boxed(
    tool: str, one: tuple[float, float], other: tuple[float, float], box: tuple[int, int, int, int]
) -> Mask:
    """A rectangle of the pixels touched inside the picture; an ellipse keeps its form where it hangs out."""
    if tool == "rectangle":
        return Mask.rectangle(SIZE, box)
    lows, highs = zip(*(sorted(pair) for pair in zip(one, other, strict=True)), strict=True)
    return Mask.ellipse(SIZE, (*(low // 1 for low in lows), *(-(-high // 1) for high in highs)))


def by_code(mask: Mask) -> Mask:
    """As the printed code makes it again."""
    namespace: dict[str, Any] = {}
    exec(mask.code(), namespace)
    again = namespace["mask"]
    assert isinstance(again, Mask)
    return again


@given(paintings)
@settings(deadline=None, max_examples=80)
def test_messages_calls_and_code_give_equal_masks(steps: list[Step | Command]) -> None:
    """Random gestures with every tool give one mask, as messages, as method calls, and as the mask's printed code."""
    told = called_ = Mask.empty(SIZE)
    for step in steps:
        told, called_ = by_message(told, step), by_call(called_, step)
        assert told.digest == called_.digest, step
    assert by_code(told).digest == told.digest


@given(some_selections)
@settings(deadline=None, max_examples=10)
def test_selections_are_their_calls_too(steps: list[Step]) -> None:
    """What a selector finds from a scribble is what `Mask.select` finds, and its code gives it without the picture."""
    told = called_ = Mask.empty(SIZE)
    for step in steps:
        told, called_ = by_message(told, step), by_call(called_, step)
    assert told.digest == called_.digest == by_code(told).digest


@given(paintings)
@settings(deadline=None, max_examples=40)
def test_undoing_all_is_the_start_and_redoing_all_the_end(steps: list[Step | Command]) -> None:
    """In a session every gesture is one step: undo goes back through all of them, redo forth, mask by mask."""
    session = Session(IMAGE, mask=Mask.ellipse(SIZE, (4, 4, 30, 28)))
    seen = [session.mask]
    for step in steps:
        session.edit(lambda mask, step=step: by_message(mask, step))
        if session.mask is not seen[-1]:
            seen.append(session.mask)
    for mask in reversed(seen[:-1]):
        session.undo()
        assert session.mask.digest == mask.digest
    assert not session.can_undo
    for mask in seen[1:]:
        session.redo()
        assert session.mask.digest == mask.digest
    assert not session.can_redo


@given(strokes, st.booleans())
@settings(deadline=None)
def test_every_stroke_message_is_its_python_call(step: Step, starts_full: bool) -> None:
    """A stroke's message changes the mask exactly as the public stroke does, on any ground."""
    old = Mask.full(SIZE) if starts_full else Mask.empty(SIZE)
    shape = stroke(step)
    expected = {"add": old | shape, "subtract": old - shape, "intersect": old & shape}[step.mode]
    assert (by_message(old, step).to_array() == expected.to_array()).all()


@given(st.lists(st.one_of(strokes, shapes), max_size=4), strokes)
@settings(deadline=None, max_examples=60)
def test_adding_and_subtracting_one_gesture_leaves_none_of_it(steps: list[Step], step: Step) -> None:
    """Adding a gesture and subtracting the same one leaves no pixel that it fully covers."""
    mask = Mask.empty(SIZE)
    for each in (*steps, step._replace(mode="add"), step._replace(mode="subtract")):
        mask = by_message(mask, each)
    assert not mask.to_array()[stroke(step).to_array() == 255].any()
