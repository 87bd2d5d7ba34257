"""Gestures of the hand become operations on the mask, through the same public calls that a program uses."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks import Mask

Tool = Literal["brush", "eraser", "rectangle"]
Mode = Literal["add", "subtract"]

SAMPLE = struct.Struct("<3f")  # x, y in image pixels, pressure 0..1
DECIMALS = 2  # a hundredth of a pixel, so that the printed code of a stroke stays short


@dataclass(frozen=True, slots=True)
class Gesture:
    """What one hand did between down and up: the sampled points in image pixels, and the tool it held."""

    tool: Tool
    mode: Mode
    radius: float
    points: tuple[Point, ...]
    pressures: tuple[float, ...] = ()


def read_gesture(content: Mapping[str, object], samples: bytes | memoryview) -> Gesture | None:
    """The gesture of one message of the pointer layer; None when there is nothing in it to draw."""
    tool, mode, radius = content.get("tool"), content.get("mode"), content.get("radius")
    if tool not in get_args(Tool) or mode not in get_args(Mode) or not _is_positive(radius):
        return None
    rows = [row for row in SAMPLE.iter_unpack(_whole(samples)) if all(map(math.isfinite, row))]
    if not rows:
        return None
    points = tuple((round(x, DECIMALS), round(y, DECIMALS)) for x, y, _ in rows)
    return Gesture(tool, mode, float(radius), points, tuple(pressure for *_, pressure in rows))  # type: ignore[arg-type] # checked above


def apply(mask: Mask, gesture: Gesture) -> Mask:
    """`mask` with the gesture added or subtracted; the same object when the gesture holds no pixel."""
    shape = shape_of(gesture, mask.size)
    if shape is None:
        return mask
    return mask | shape if gesture.mode == "add" else mask - shape


def shape_of(gesture: Gesture, size: Size) -> Mask | None:
    """The pixels under the gesture, or None for a rectangle outside the picture."""
    if gesture.tool != "rectangle":
        return Mask.stroke(size, gesture.points, gesture.radius)
    box = box_between(gesture.points[0], gesture.points[-1], size)
    return None if box is None else Mask.rectangle(size, box)


def box_between(start: Point, end: Point, size: Size) -> Box | None:
    """The box of every pixel touched between two corners and inside the picture, or None."""
    left, right = _touched(start[0], end[0], size[0])
    top, bottom = _touched(start[1], end[1], size[1])
    return (left, top, right, bottom) if left < right and top < bottom else None


def command(mask: Mask, name: str, px: int = 0) -> Mask:
    """`mask` after "clear", "invert", "grow" or "shrink"; the last two by `px` pixels.

    Raises KeyError for any other name.
    """
    return COMMANDS[name](mask, px)


COMMANDS: Mapping[str, Callable[[Mask, int], Mask]] = {
    "clear": lambda mask, _: mask if mask.is_empty else Mask.empty(mask.size),
    "invert": lambda mask, _: ~mask,
    "grow": lambda mask, px: mask.grow(px),
    "shrink": lambda mask, px: mask.shrink(px),
}


def pack(points: Sequence[Point], pressure: float = 0.5) -> bytes:
    """The samples of a gesture as the pointer layer sends them."""
    return b"".join(SAMPLE.pack(x, y, pressure) for x, y in points)


def _touched(one: float, other: float, length: int) -> tuple[int, int]:
    low, high = min(one, other), max(one, other)
    return max(0, math.floor(low)), min(length, math.ceil(high))


def _is_positive(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _whole(samples: bytes | memoryview) -> bytes:
    data = bytes(samples)
    return data[: len(data) - len(data) % SAMPLE.size]
