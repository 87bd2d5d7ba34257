"""What finds a thing from rough hints: the selectors of the package, and those that users register."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from inspect import signature
from typing import TYPE_CHECKING, Any, Self

from PIL import Image

from inpaint_nb.errors import InputError, JobCancelled
from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks import check, reading
from inpaint_nb.masks.steps import Stepped

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster

Selector = Callable[..., object]
Cancelled = Callable[[], bool]

BUILT_IN = ("grabcut", "plain")
LOOK_SECONDS = 0.05  # between two looks at whether somebody still waits
_selectors: dict[str, Selector] = {}
# Few models may be asked from two threads at once. A selector may well ask another one.
_one_at_a_time = threading.RLock()


@dataclass(frozen=True, slots=True)
class Hints:
    """A box around the thing, points on it and points beside it, in image pixels."""

    box: Box | None
    foreground: tuple[Point, ...]
    background: tuple[Point, ...]

    @classmethod
    def checked(cls, size: Size, box: Any, foreground: Any, background: Any) -> Self:
        """The hints that lie inside the picture. Raises InputError where they say nothing of where the thing is."""
        on, beside = (
            tuple(point for point in check.points(points, 0, "A selection") if _is_inside(point, size))
            for points in (foreground, background)
        )
        if box is None and not on:
            raise InputError(
                "A selection needs a box or points on the thing.", "Such as foreground=[(120, 80)]."
            )
        return cls(None if box is None else _whole(check.box(box), size), on, beside)

    def written(self) -> dict[str, Any]:
        """The hints as the options of a call."""
        return {
            "box": self.box,
            "foreground": list(self.foreground) or None,
            "background": list(self.background) or None,
        }


def _is_inside(point: Point, size: Size) -> bool:
    return 0 <= point[0] < size[0] and 0 <= point[1] < size[1]


def _whole(box: tuple[float, float, float, float], size: Size) -> Box:
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    right, bottom = min(size[0], round(box[2])), min(size[1], round(box[3]))
    if left >= right or top >= bottom:
        raise InputError(f"The box {box} holds no pixel of the picture of {check.words(size)} pixels.")
    return left, top, right, bottom


def register_selector(name: str, selector: Selector) -> None:
    """Makes `Mask.select(..., selector=name)` call `selector(picture, box, foreground, background)`.

    It is handed a PIL picture in mode RGB, a box (left, top, right, bottom) or None, and lists of (x, y), and gives a
    mask of the picture's size: a `Mask`, an array or a PIL picture. One that takes `cancelled` is handed a function by
    that name, which says whether nobody waits any more: a slow one asks it now and then, and returns None. Selectors of
    users are called one at a time, on any thread. A name that was registered before is replaced.
    """
    if not name.isidentifier() or name in BUILT_IN:
        raise InputError(f"{name!r} cannot name a selector.", "Use a new word such as 'sam'.")
    if not callable(selector):
        raise InputError(f"A {type(selector).__name__} cannot be called as a selector.")
    _selectors[name] = selector


def available_selectors() -> list[str]:
    """The names that `Mask.select` takes, the one it uses by itself first."""
    built_in = BUILT_IN if find_spec("cv2") else BUILT_IN[1:]
    return [*built_in, *sorted(_selectors)]


def select(picture: Image.Image, hints: Hints, name: str | None, cancelled: Cancelled) -> tuple[str, Raster]:
    """The selector's name and what it found, as large as the picture."""
    name = available_selectors()[0] if name is None else name
    if name not in available_selectors():
        hint = (
            "pip install 'inpaint_nb[smart]'"
            if name == "grabcut"
            else f"There are: {', '.join(available_selectors())}."
        )
        raise InputError(f"There is no selector {name!r}.", hint)
    if name in BUILT_IN:
        from inpaint_nb.masks.smart import find

        found = find(picture, hints.box, hints.foreground, hints.background, name, cancelled)
    else:
        with _turn(cancelled):
            given = _given(_selectors[name], picture.convert("RGB"), hints, cancelled)
        found = None if cancelled() else _checked(given, picture.size, name)
    if found is None or cancelled():
        raise JobCancelled("The selection was cancelled.")
    return name, found


@contextmanager
def _turn(cancelled: Cancelled) -> Iterator[None]:
    """Waits for the turn of a user's selector. Raises JobCancelled where nobody waits for it any more."""
    while not _one_at_a_time.acquire(timeout=LOOK_SECONDS):
        if cancelled():
            raise JobCancelled("The selection was cancelled.")
    try:
        yield
    finally:
        _one_at_a_time.release()


def _given(selector: Selector, picture: Image.Image, hints: Hints, cancelled: Cancelled) -> object:
    """What a user's selector finds; those that can be called off are told how to learn of it."""
    told = {"cancelled": cancelled} if _can_be_told(selector) else {}
    return selector(picture, hints.box, list(hints.foreground), list(hints.background), **told)


def _can_be_told(selector: Selector) -> bool:
    try:
        return "cancelled" in signature(selector).parameters
    except (TypeError, ValueError):  # some that are written in C do not say what they take
        return False


def _checked(given: object, size: Size, name: str) -> Raster:
    """What a user's selector gave, checked. Raises InputError for another size or no mask at all."""
    match given:
        case None:
            raise InputError(
                f"The selector {name!r} returned nothing.",
                f"Return a mask, an array or a picture of {check.words(size)} pixels.",
            )
        case Stepped():
            raster = given.raster
        case Image.Image():
            raster = reading.from_picture(given, invert=False)
        case _:
            raster = reading.from_values(given, None)
    if raster.size != size:
        sizes = f"{check.words(raster.size)} for a picture of {check.words(size)}"
        raise InputError(f"The selector {name!r} gave a mask of {sizes} pixels.")
    return raster
