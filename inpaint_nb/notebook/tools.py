"""Gestures of the hand become operations on the mask, through the same public calls that a program uses."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeGuard, get_args

from PIL import Image

from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks import Mask

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


# ---------------------------------------------------------------------- what a gesture does


def apply(mask: Mask, gesture: Gesture, image: Image.Image | None = None) -> Mask:
    """`mask` with the gesture added, subtracted or intersected; the same object when the gesture holds no pixel.

    The wand, the colour range and selections look at `image`.
    """
    return combined(mask, shape_of(gesture, mask, image), gesture.mode)


def combined(mask: Mask, shape: Mask | None, mode: Mode) -> Mask:
    """`mask` with `shape` added, taken away, or as all that is left."""
    if shape is None:
        return mask
    match mode:
        case "add":
            return mask | shape
        case "subtract":
            return mask - shape
        case "intersect":
            return mask & shape


def shape_of(
    gesture: Gesture,
    mask: Mask,
    image: Image.Image | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Mask | None:
    """The pixels under the gesture, or None where it has none. Raises JobCancelled once `cancelled()` is true."""
    match gesture.tool:
        case "brush" | "eraser":
            return _stroke(gesture, mask.size)
        case "rectangle" | "ellipse":
            return _box(gesture, mask.size)
        case "lasso" | "polygon":
            return Mask.polygon(mask.size, gesture.points) if len(gesture.points) > 2 else None
    return None if image is None else _found(gesture, mask, image, cancelled)


def _stroke(gesture: Gesture, size: Size) -> Mask:
    settings = gesture.settings
    if settings.pressure == "none":
        return Mask.stroke(
            size, gesture.points, settings.radius, hardness=settings.hardness, opacity=settings.opacity
        )
    return Mask.stroke(
        size,
        gesture.points,
        settings.radius,
        hardness=settings.hardness,
        opacity=settings.opacity,
        pressures=gesture.pressures,
        pressure_size=settings.pressure in ("size", "both"),
        pressure_opacity=settings.pressure in ("opacity", "both"),
    )


def _box(gesture: Gesture, size: Size) -> Mask | None:
    make = Mask.rectangle if gesture.tool == "rectangle" else Mask.ellipse
    box = box_between(gesture.points[0], gesture.points[-1], size)
    if gesture.tool == "ellipse":  # it may hang out of the picture, and keeps its form
        box = _touched_box(gesture.points[0], gesture.points[-1]) if box is not None else None
    return None if box is None else make(size, box)


def _found(gesture: Gesture, mask: Mask, image: Image.Image, cancelled: Callable[[], bool]) -> Mask | None:
    settings = gesture.settings
    if gesture.tool == "select":
        return Mask.select(
            image,
            gesture.box,
            foreground=gesture.points,
            background=gesture.surroundings,
            selector=settings.selector or None,
            cancelled=cancelled,
        )
    inside = [point for point in gesture.points if _is_inside(point, mask.size)]
    if not inside:
        return None
    if gesture.tool == "range":
        return Mask.colour_range(
            image,
            points=inside,
            tolerance=settings.tolerance,
            softness=settings.softness,
            space=settings.space,
        )
    return Mask.wand(
        image,
        inside[-1],
        settings.tolerance,
        contiguous=settings.contiguous,
        space=settings.space,
        stop_at=mask if settings.stops and not mask.is_empty else None,
    )


def box_between(start: Point, end: Point, size: Size) -> Box | None:
    """The box of every pixel touched between two corners and inside the picture, or None."""
    left, top, right, bottom = _touched_box(start, end)
    left, top, right, bottom = max(0, left), max(0, top), min(size[0], right), min(size[1], bottom)
    return (left, top, right, bottom) if left < right and top < bottom else None


# ---------------------------------------------------------------------- commands


@dataclass(frozen=True, slots=True)
class Refinement:
    """A change of the whole mask: what it is called, its Python call, and what `px` means to it."""

    label: str
    change: Callable[[Mask, float], Mask]
    unit: str = ""


REFINEMENTS: Mapping[str, Refinement] = {
    "grow": Refinement("Grow", lambda mask, px: mask.grow(px), "px"),
    "shrink": Refinement("Shrink", lambda mask, px: mask.shrink(px), "px"),
    "feather_both": Refinement("Feather", lambda mask, px: mask.feather(px, side="both"), "px"),
    "feather_inside": Refinement("Feather inside", lambda mask, px: mask.feather(px, side="inside"), "px"),
    "feather_outside": Refinement("Feather outside", lambda mask, px: mask.feather(px, side="outside"), "px"),
    "smooth": Refinement("Smooth", lambda mask, px: mask.smooth(px), "px"),
    "fill_holes": Refinement("Fill holes", lambda mask, _: mask.fill_holes()),
    "drop_specks": Refinement("Drop specks", lambda mask, px: mask.drop_specks(px), "px²"),
    "invert": Refinement("Invert", lambda mask, _: ~mask),
}


@dataclass(frozen=True, slots=True)
class Refine:
    """A refinement that somebody wants to see."""

    name: str
    px: float


Wish = Gesture | Refine


def wished(
    wish: Wish, mask: Mask, image: Image.Image, cancelled: Callable[[], bool]
) -> Callable[[Mask], Mask]:
    """What would be done to the mask, found now and quick to do. Raises JobCancelled once `cancelled()` is true."""
    if isinstance(wish, Refine):
        return lambda now: command(now, wish.name, wish.px)
    shape = shape_of(wish, mask, image, cancelled)
    return lambda now: combined(now, shape, wish.mode)


COMMANDS: Mapping[str, Callable[[Mask, float], Mask]] = {
    "clear": lambda mask, _: mask if mask.is_empty else Mask.empty(mask.size),
    **{name: refinement.change for name, refinement in REFINEMENTS.items()},
}


def command(mask: Mask, name: str, px: float = 0) -> Mask:
    """`mask` after "clear" or one of the refinements, by `px` where that means anything.

    Raises KeyError for any other name.
    """
    return COMMANDS[name](mask, px)


def pack(points: Sequence[Point], pressure: float = 0.5) -> bytes:
    """The samples of a gesture as the pointer layer sends them."""
    return b"".join(SAMPLE.pack(x, y, pressure) for x, y in points)


def _touched_box(start: Point, end: Point) -> Box:
    (left, right), (top, bottom) = (_touched(start[axis], end[axis]) for axis in (0, 1))
    return left, top, right, bottom


def _touched(one: float, other: float) -> tuple[int, int]:
    return math.floor(min(one, other)), math.ceil(max(one, other))


def _box_of(one: Point, other: Point) -> Box | None:
    left, top, right, bottom = _touched_box(one, other)
    return (left, top, right, bottom) if left < right and top < bottom else None


def _is_inside(point: Point, size: Size) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]


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
