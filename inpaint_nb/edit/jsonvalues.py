"""Values read from JSON that anybody may have written: each of the type it should have, or TypeError or ValueError."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

Check = Callable[[object], object]

MOST = 10**9  # of anything that is counted


def matching(pattern: str) -> Check:
    """A check for a text that the whole pattern fits."""
    compiled = re.compile(pattern)

    def check(value: object) -> str:
        if not compiled.fullmatch(text(value)):
            raise ValueError(value)
        return text(value)

    return check


def one_of(*words: str) -> Check:
    """A check for one of these words."""

    def check(value: object) -> str:
        if text(value) not in words:
            raise ValueError(value)
        return text(value)

    return check


def or_none(check: Check) -> Check:
    """The check, for a value that may be missing."""
    return lambda value: None if value is None else check(value)


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def whole(value: object) -> int:
    """Any whole number."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(value)
    return value


def counted(value: object) -> int:
    """A whole number that counts something."""
    if not 0 <= whole(value) <= MOST:
        raise ValueError(value)
    return whole(value)


def number(value: object) -> float:
    """Any finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    return float(value)


def amount(value: object) -> float:
    """A finite number of at least 0."""
    if number(value) < 0:
        raise ValueError(value)
    return number(value)


def truth(value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def mapping(value: object) -> dict[str, Any]:
    """Values by name."""
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def texts(value: object) -> tuple[str, ...]:
    """Several texts."""
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(map(text, value))


def labels(value: object) -> dict[str, str]:
    """Texts by name."""
    return {name: text(label) for name, label in mapping(value).items()}


def moment(value: object) -> datetime:
    """A moment in ISO text, with its time zone."""
    read = datetime.fromisoformat(text(value))
    if read.tzinfo is None or not 1970 <= read.year <= 9000:  # others cannot be brought to another time zone
        raise ValueError(value)
    return read
