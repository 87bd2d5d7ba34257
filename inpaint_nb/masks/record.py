"""A mask's operations as plain JSON values, and back.

A record is the picture's size and a list of steps. A step is one operation by its `kind`, done to the mask
after the step before it, or after step number `after` (null: to an empty mask) where a history branches;
`mask` is the number of the step that gave the other mask of two. The last step gives the mask.
"""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from PIL import Image

from inpaint_nb.errors import InputError
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
    Stroke,
)
from inpaint_nb.masks.reading import from_gray
from inpaint_nb.masks.signs import SIGNS
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
    values = {field.name: getattr(operation, field.name) for field in fields(operation)}
    for name, value in values.items():
        match name:
            case "mask":
                values[name] = number[id(value)]
            case "raster":
                values[name] = base64.b64encode(to_png(value)).decode()
            case "points":
                values[name] = [list(point) for point in value]
            case "box":
                values[name] = list(value)
    return values


def to_png(raster: Raster) -> bytes:
    """A PNG with nothing but the pixels; one bit each where all are 0 or 255."""
    gray = Image.fromarray(raster.read((0, 0, *raster.size)))
    counts = gray.histogram()
    if counts[0] + counts[255] == gray.width * gray.height:
        gray = gray.convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    gray.save(out, "PNG", compress_level=4)
    return out.getvalue()


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
    values = {field.name: step[field.name] for field in fields(kind)}
    for name, value in values.items():
        values[name] = _numbered(made, value) if name == "mask" else READERS[name](value)
    if "raster" in values and values["raster"].size != size:
        raise ValueError("a bitmap of another size")
    operation: Operation = kind(**values)
    return operation


def _raster(text: str) -> Raster:
    with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as image:
        return from_gray(image.convert("L"))


def _combine(name: str) -> str:
    if name not in SIGNS:
        raise ValueError(f"{name!r} combines nothing")
    return name


READERS: dict[str, Callable[[Any], Any]] = {
    "area": lambda value: check.not_negative(value, "The area"),
    "box": check.box,
    "combine": _combine,
    "points": lambda value: check.points(value, 1, "A shape"),
    "px": lambda value: check.not_negative(value, "The distance"),
    "radius": lambda value: check.above_zero(value, "The radius"),
    "raster": _raster,
}
