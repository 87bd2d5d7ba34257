"""What a caller hands to `Mask`, checked and rounded, or InputError in one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from inpaint_nb.errors import InputError
from inpaint_nb.images import MAX_PIXELS, Size
from inpaint_nb.masks.operations import FloatBox, Points

BoxLike = Sequence[float]
PointsLike = Iterable[Sequence[float]]

DIGITS = 2  # of a pixel: finer than any pointer, and a record stays short and exact
FAR_PX = 10_000_000  # beyond this a coordinate is a mistake


def size(value: Any) -> Size:
    """(width, height) as whole numbers above 0."""
    numbers = _numbers(value)
    if len(numbers) != 2 or any(number != int(number) or number < 1 for number in numbers):
        raise InputError(f"A mask's size must be two whole numbers above 0 (width, height), not {value!r}.")
    width, height = int(numbers[0]), int(numbers[1])
    if width * height > MAX_PIXELS:
        raise InputError(f"A mask of {width} × {height} is too large; {MAX_PIXELS} pixels are the limit.")
    return width, height


def box(value: Any) -> FloatBox:
    """(left, top, right, bottom), not reversed."""
    numbers = _numbers(value)
    if len(numbers) != 4:
        raise InputError(f"A box must be four finite numbers (left, top, right, bottom), not {value!r}.")
    left, top, right, bottom = (_rounded(number) for number in numbers)
    if right < left or bottom < top:
        raise InputError(f"The box {value!r} is reversed: it must be (left, top, right, bottom).")
    return left, top, right, bottom


def points(value: Any, least: int, name: str) -> Points:
    """(x, y) pairs, at least so many of them."""
    rows = value.tolist() if hasattr(value, "tolist") else value
    try:
        pairs = [tuple(_rounded(float(number)) for number in pair) for pair in rows]
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name} takes finite (x, y) points, such as [(10, 20), (30, 40)].") from None
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(f"{name} takes (x, y) points: each must be two numbers.")
    if len(pairs) < least:
        raise InputError(f"{name} needs at least {least} point{'s' if least > 1 else ''}, not {len(pairs)}.")
    return tuple((x, y) for x, y in pairs)


def above_zero(value: Any, name: str) -> float:
    """A finite number above 0."""
    if (number := not_negative(value, name)) == 0:
        raise InputError(f"{name} must be above 0, not {value!r}.")
    return number


def not_negative(value: Any, name: str) -> float:
    """A finite number of at least 0."""
    if (number := finite(value, name)) < 0:
        raise InputError(f"{name} must be at least 0, not {value!r}.")
    return _rounded(number)


def finite(value: Any, name: str) -> float:
    """A finite number."""
    if not (numbers := _numbers([value])):
        raise InputError(f"{name} must be a finite number, not {value!r}.")
    return numbers[0]


def share(value: Any, name: str) -> float:
    """A number from 0 to 1."""
    if (number := not_negative(value, name)) > 1:
        raise InputError(f"{name} must be from 0 to 1, not {value!r}.")
    return number


def whole(value: Any, name: str) -> int:
    """A whole number above 0."""
    if (number := finite(value, name)) < 1 or number != int(number):
        raise InputError(f"{name} must be a whole number above 0, not {value!r}.")
    return int(number)


def one_of(value: Any, names: Any, name: str) -> Any:
    """`value` where it is one of the names of a Literal."""
    if value not in get_args(names):
        raise InputError(f"{name} must be {_listed(get_args(names))}, not {value!r}.")
    return value


def pressures(value: Any, count: int) -> tuple[float, ...]:
    """A number from 0 to 1 for each of so many points."""
    if len(numbers := _numbers(value)) != count or not all(0 <= number <= 1 for number in numbers):
        raise InputError(
            f"The pressures of a stroke must be one number from 0 to 1 for each of its {count} points."
        )
    return tuple(_rounded(number) for number in numbers)


def pixel(value: Any, inside: Size, name: str) -> tuple[int, int]:
    """The pixel that holds the point (x, y) of a picture."""
    ((x, y),) = points([value], 1, name)
    if not (0 <= x < inside[0] and 0 <= y < inside[1]):
        raise InputError(f"{name} ({x:g}, {y:g}) is not inside the picture of {words(inside)} pixels.")
    return int(x), int(y)


def made(value: Any) -> str:
    """The text of a call, on one line: it is printed as part of a mask's code."""
    if not isinstance(value, str) or not value.isprintable():
        raise InputError("What a region was made by must be text on one line.")
    return value


def same_size(one: Size, other: Size) -> None:
    """Raises InputError for two masks of different sizes."""
    if one != other:
        sizes = f"{words(one)} and {words(other)}"
        raise InputError(f"The masks have different sizes: {sizes}.", "Make both for the same picture.")


def flag(value: Any) -> bool:
    """True or False, nothing like them."""
    if not isinstance(value, bool):
        raise InputError(f"{value!r} is neither True nor False.")
    return value


def _listed(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def words(value: Size) -> str:
    """A size as people write it."""
    return f"{value[0]} × {value[1]}"


def _numbers(value: Any) -> list[float]:
    """The numbers in value; none of them when one is no finite number."""
    try:
        numbers = [float(number) for number in value]
    except (TypeError, ValueError, OverflowError):
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []


def _rounded(number: float) -> float:
    if not abs(number) <= FAR_PX:
        raise InputError(f"{number} is not a place or a length in a picture.")
    return round(number, DIGITS) + 0.0  # no minus zero
