"""A mask's operations as plain JSON values, and back.

A record is the picture's size and a list of steps. A step is one operation by its `kind`, done to the mask
after the step before it, or after step number `after` (null: to an empty mask) where a history branches;
`mask` is the number of the step that gave the other mask of two. The last step gives the mask. What is left out of
a step has its usual value, such as a hardness of 1. A bitmap that a tool `made` holds the pixels of its `box` only.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import check
from inpaint_nb.masks.operations import (
    Bitmap,
    DropSpecks,
    Ellipse,
    Feather,
    FillHoles,
    Grow,
    Invert,
    Polygon,
    Rectangle,
    Shrink,
    Smooth,
    Stroke,
)
from inpaint_nb.masks.reading import placed
from inpaint_nb.masks.signs import SIGNS, Side
from inpaint_nb.masks.steps import Combined, Operation, Step

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster

KINDS: dict[str, type[Any]] = {
    "bitmap": Bitmap,
    "combined": Combined,
    "drop_specks": DropSpecks,
    "ellipse": Ellipse,
    "feather": Feather,
    "fill_holes": FillHoles,
    "grow": Grow,
    "invert": Invert,
    "polygon": Polygon,
    "rectangle": Rectangle,
    "shrink": Shrink,
    "smooth": Smooth,
    "stroke": Stroke,
}
NAMES = {kind: name for name, kind in KINDS.items()}


def write(last: Step) -> dict[str, Any]:
    """The record of the mask that a step gave."""
    made = [step for step in last.lineage() if step.operation is not None]
    number = {id(step): index for index, step in enumerate(made)}
    steps = []
    for index, step in enumerate(made):
        after = number.get(id(step.base))
        branch = {} if after == (index - 1 if index else None) else {"after": after}
        steps.append({"kind": NAMES[type(step.operation)], **branch, **_written(step.operation, number)})
    return {"size": list(last.size), "steps": steps}


def _written(operation: Operation | None, number: dict[int, int]) -> dict[str, Any]:
    assert operation is not None
    values = {
        each.name: getattr(operation, each.name)
        for each in fields(operation)
        if not _is_usual(operation, each)
    }
    for name, value in values.items():
        match name:
            case "mask":
                values[name] = number[id(value)]
            case "raster":
                values[name] = to_png(value, part_of(operation))
            case "points":
                values[name] = [list(point) for point in value]
            case "box" | "pressures":
                values[name] = list(value)
    return {**values, "box": list(part_of(operation))} if "made" in values else values


def _is_usual(operation: Operation, field: Field[Any]) -> bool:
    """Whether a value needs no words: those that older records do not have."""
    return field.name != "combine" and getattr(operation, field.name) == field.default


def part_of(operation: Operation) -> Box:
    """The box of a bitmap's pixels that are written down: all of them, or those that a tool found."""
    assert isinstance(operation, Bitmap)
    whole = (0, 0, *operation.raster.size)
    return (operation.raster.box or (0, 0, 1, 1)) if operation.made else whole


def to_png(raster: Raster, box: Box) -> str:
    """The pixels of a box as the text of a PNG with nothing else in it; one bit each where all are 0 or 255."""
    gray = Image.fromarray(raster.read(box))
    counts = gray.histogram()
    if counts[0] + counts[255] == gray.width * gray.height:
        gray = gray.convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    gray.save(out, "PNG", compress_level=4)
    return base64.b64encode(out.getvalue()).decode()


def read(record: dict[str, Any]) -> Step:
    """The last step of a record. Raises InputError where it is none."""
    try:
        size = check.size(record["size"])
        made: list[Step] = []
        for step in record["steps"]:
            after = step.get("after", len(made) - 1 if made else None)
            base = None if after is None else _numbered(made, after)
            made.append(Step(size, base, _operation(step, size, made)))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, binascii.Error, OSError) as error:
        raise InputError(f"This is not the record of a mask: {error!r}.") from error
    return made[-1] if made else Step(size)


def _numbered(made: list[Step], number: int) -> Step:
    if number not in range(len(made)):
        raise IndexError(f"step {number} does not come before")
    return made[number]


def _operation(step: dict[str, Any], size: tuple[int, int], made: list[Step]) -> Operation:
    kind = KINDS[step["kind"]]
    values = {
        each.name: step[each.name] for each in fields(kind) if each.default is MISSING or each.name in step
    }
    for name, value in values.items():
        match name:
            case "mask":
                values[name] = _numbered(made, value)
            case "raster":
                values[name] = from_png(value, size, step["box"] if "made" in step else (0, 0, *size))
            case "pressures":
                values[name] = check.pressures(value, len(step["points"]))
            case _:
                values[name] = READERS[name](value)
    operation: Operation = kind(**values)
    return operation


def from_png(text: str, size: Size, box: Sequence[int]) -> Raster:
    """A raster of that size with a PNG's pixels in a box of it and 0 elsewhere."""
    with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
        return placed(image.convert("L"), size, box)


def _combine(name: str) -> str:
    if name not in SIGNS:
        raise ValueError(f"{name!r} combines nothing")
    return name


READERS: dict[str, Callable[[Any], Any]] = {
    "area": lambda value: check.not_negative(value, "The area"),
    "box": check.box,
    "combine": _combine,
    "points": lambda value: check.points(value, 1, "A shape"),
    "hardness": lambda value: check.share(value, "The hardness"),
    "made": check.made,
    "opacity": lambda value: check.share(value, "The opacity"),
    "pressure_opacity": check.flag,
    "pressure_size": check.flag,
    "px": lambda value: check.not_negative(value, "The distance"),
    "radius": lambda value: check.above_zero(value, "The radius"),
    "side": lambda value: check.one_of(value, Side, "The side"),
}
