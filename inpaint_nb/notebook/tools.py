"""Gestures of the hand become operations on the mask, through the same public calls that a program uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.gestures import Gesture, Mode, number, read_gesture, touched_box

LOOKING: frozenset[str] = frozenset({"wand", "range", "select"})  # they look at the picture
QUICK_PIXELS = 1_000_000  # what looks at so many is done within a frame or three


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
        box = touched_box(gesture.points[0], gesture.points[-1]) if box is not None else None
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
    left, top, right, bottom = touched_box(start, end)
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


def read_wish(content: Mapping[str, Any], samples: bytes | memoryview) -> Wish | None:
    """What one message of the pointer layer wants to be shown; None where that is nothing."""
    if not (name := content.get("refine")):
        return read_gesture(content, samples)
    return Refine(name, max(0.0, number(content.get("px")))) if name in REFINEMENTS else None


def wished(
    wish: Wish, mask: Mask, image: Image.Image, cancelled: Callable[[], bool]
) -> Callable[[Mask], Mask]:
    """What would be done to the mask, found now and quick to do. Raises JobCancelled once `cancelled()` is true."""
    if isinstance(wish, Refine):
        return lambda now: command(now, wish.name, wish.px)
    if (shape := shape_of(wish, mask, image, cancelled)) is None:
        raise InputError("There is nothing: that is outside of the picture.")
    return lambda now: combined(now, shape, wish.mode)


def takes_long(what: Gesture | str, size: Size) -> bool:
    """Whether a gesture, or a command of this name, is noticed to take its time on a picture of this size."""
    if isinstance(what, Gesture):
        return what.tool == "select" or (what.tool in LOOKING and size[0] * size[1] > QUICK_PIXELS)
    return what in REFINEMENTS and size[0] * size[1] > QUICK_PIXELS


COMMANDS: Mapping[str, Callable[[Mask, float], Mask]] = {
    "clear": lambda mask, _: mask if mask.is_empty else Mask.empty(mask.size),
    **{name: refinement.change for name, refinement in REFINEMENTS.items()},
}


def command(mask: Mask, name: str, px: float = 0) -> Mask:
    """`mask` after "clear" or one of the refinements, by `px` where that means anything.

    Raises KeyError for any other name.
    """
    return COMMANDS[name](mask, px)


def _is_inside(point: Point, size: Size) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]
