"""Gestures of the hand, as values, read from the messages of the pointer layer."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeGuard, get_args

from inpaint_nb.images import Box, Point

Tool = Literal["brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "wand", "range", "select"]
Mode = Literal["add", "subtract", "intersect"]
Pressure = Literal["none", "size", "opacity", "both"]
Space = Literal["rgb", "lab"]
Hint = Literal["box", "object", "surroundings"]

SAMPLE = struct.Struct("<3f")  # x, y in image pixels, pressure 0..1
DECIMALS = 2  # a hundredth of a pixel, so that the printed code of a stroke stays short


@dataclass(frozen=True, slots=True)
class Settings:
    """What the tool bar says of the tool in hand; a gesture keeps what it was drawn with.

    `radius` is in image pixels; `hardness` and `opacity` run from 0 to 1; `tolerance` from 0 to 255, in ΔE with the
    space "lab"; `softness` is the fading part beyond it. `stops` keeps the wand out of what is masked already.
    """

    radius: float = 24.0
    hardness: float = 1.0
    opacity: float = 1.0
    pressure: Pressure = "none"
    tolerance: float = 32.0
    softness: float = 0.0
    space: Space = "rgb"
    contiguous: bool = True
    stops: bool = False
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Gesture:
    """What one hand did between down and up: the sampled points in image pixels, and the tool it held.

    Of a box two corners count, the first point and the last. A selection may have hints beside its points: a box, and
    points on the `surroundings`.
    """

    tool: Tool
    mode: Mode
    points: tuple[Point, ...]
    pressures: tuple[float, ...] = ()
    settings: Settings = Settings()
    box: Box | None = None
    surroundings: tuple[Point, ...] = ()

    @property
    def radius(self) -> float:
        """Of the brush, in image pixels."""
        return self.settings.radius


def read_gesture(content: Mapping[str, Any], samples: bytes | memoryview) -> Gesture | None:
    """The gesture of one message of the pointer layer; None when there is nothing in it to draw."""
    tool, mode = content.get("tool"), content.get("mode")
    settings = read_settings(content)
    if tool not in get_args(Tool) or mode not in get_args(Mode) or settings is None:
        return None
    rows = [row for row in SAMPLE.iter_unpack(_whole(samples)) if all(map(math.isfinite, row))]
    if not rows:
        return None
    points = tuple((round(x, DECIMALS), round(y, DECIMALS)) for x, y, _ in rows)
    pressures = tuple(round(min(1.0, max(0.0, pressure)), DECIMALS + 1) for *_, pressure in rows)
    gesture = Gesture(tool, mode, points, pressures, settings)  # type: ignore[arg-type] # checked above
    return _with_hints(gesture, content.get("hints"))


def read_settings(content: Mapping[str, Any]) -> Settings | None:
    """The settings in a message, each brought into its range; None where there is no brush size."""
    radius = content.get("radius")
    if not _is_number(radius) or radius <= 0:
        return None
    plain = Settings()
    return Settings(
        radius=float(radius),
        hardness=_number(content, "hardness", plain.hardness, 1),
        opacity=_number(content, "opacity", plain.opacity, 1),
        pressure=_one_of(content, "pressure", Pressure, plain.pressure),
        tolerance=_number(content, "tolerance", plain.tolerance, 255),
        softness=_number(content, "softness", plain.softness, 255),
        space=_one_of(content, "space", Space, plain.space),
        contiguous=bool(content.get("contiguous", plain.contiguous)),
        stops=bool(content.get("stops", plain.stops)),
        selector=str(content.get("selector") or ""),
    )


def number(value: object) -> float:
    """A number in a message; 0 for what is none."""
    return float(value) if _is_number(value) else 0.0


def _with_hints(gesture: Gesture, hints: object) -> Gesture:
    """The gesture of a selection with its hints apart: one for each point, in order."""
    if gesture.tool != "select" or not isinstance(hints, list) or len(hints) != len(gesture.points):
        return gesture
    told = list(zip(hints, gesture.points, strict=True))
    corners = [point for hint, point in told if hint == "box"]
    return replace(
        gesture,
        points=tuple(point for hint, point in told if hint == "object"),
        surroundings=tuple(point for hint, point in told if hint == "surroundings"),
        box=_box_of(corners[-2], corners[-1]) if len(corners) > 1 else None,
    )


def pack(points: Sequence[Point], pressure: float = 0.5) -> bytes:
    """The samples of a gesture as the pointer layer sends them."""
    return b"".join(SAMPLE.pack(x, y, pressure) for x, y in points)


def touched_box(start: Point, end: Point) -> Box:
    """The box of every pixel touched between two corners."""
    (left, right), (top, bottom) = (_touched(start[axis], end[axis]) for axis in (0, 1))
    return left, top, right, bottom


def _touched(one: float, other: float) -> tuple[int, int]:
    return math.floor(min(one, other)), math.ceil(max(one, other))


def _box_of(one: Point, other: Point) -> Box | None:
    left, top, right, bottom = touched_box(one, other)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _number(content: Mapping[str, Any], name: str, default: float, most: float) -> float:
    value = content.get(name)
    return min(most, max(0.0, float(value))) if _is_number(value) else default


def _one_of(content: Mapping[str, Any], name: str, kind: Any, default: Any) -> Any:
    value = content.get(name)
    return value if value in get_args(kind) else default


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(samples: bytes | memoryview) -> bytes:
    data = bytes(samples)
    return data[: len(data) - len(data) % SAMPLE.size]
