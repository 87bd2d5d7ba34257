"""What a provider's JSON says, read leniently: texts made harmless, numbers in any spelling, addresses of pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from inpaint_nb.secret import scrub

Body = Mapping[str, object]
Addresses = tuple[str, ...]  # of the pictures of one job, in their order
LONGEST_ID = 200
State = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says about a job when asked: where it is, and what there is to get.

    `stage` says it in a word or two, `words` is the reason of a failure. `ways` lead to the pictures, `actions` is
    None where the provider did not say which buttons there are. `remote_id` and `ref` are those it names, if it
    names any.
    """

    state: State
    stage: str = ""
    fraction: float | None = None
    position: int | None = None
    words: str = ""
    ways: tuple[Addresses, ...] = ()
    actions: tuple[str, ...] | None = None
    remote_id: str | None = None
    parent_id: str | None = None
    ref: str | None = None


T = TypeVar("T")


def first(read: Callable[[object], T | None], body: Body, names: Sequence[str]) -> T | None:
    """What `read` makes of the first of these fields that it can make something of."""
    made = (read(body.get(name)) for name in names)
    return next((value for value in made if value is not None), None)


def words(body: Body, names: Sequence[str]) -> str:
    """The first text under these names that says anything, a list joined; "" where there is none."""
    return next((text for text in (_text(body.get(name)) for name in names) if text), "")


def identifier(value: object) -> str | None:
    """An id as text, or None for what cannot be one."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return text if text.isprintable() and 0 < len(text) <= LONGEST_ID else None


def labels(value: object) -> tuple[str, ...] | None:
    """The buttons of an answer, exact to the letter; None where it did not say which there are."""
    if not isinstance(value, list):
        return None
    return tuple(label for label in value if isinstance(label, str) and label)


def whole(value: object) -> int | None:
    """A whole number written as 200 or "200"; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    number = _number(str(value))
    return int(number) if number is not None and number.is_integer() else None


def fraction(value: object) -> float | None:
    """How much is done, from 0 to 1, of a per cent written as 45, "45" or "45%"; None for anything else."""
    if isinstance(value, str):
        value = _number(value.strip().removesuffix("%"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(max(value / 100, 0.0), 1.0)


def addresses(body: Body, several: Sequence[str], single: Sequence[str]) -> tuple[Addresses, ...]:
    """The ways to the pictures, each worth trying when those before it fail: all of a list, or the one picture.

    `several` names the fields that hold a list of addresses, `single` those that hold one.
    """
    lists = [tuple(_web_addresses(body.get(name))) for name in several]
    ones = [tuple(_web_addresses([body.get(name)])) for name in single]
    return tuple(dict.fromkeys(way for way in [*lists, *ones] if way))


def _web_addresses(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, str) and item.strip():
            yield item.strip()


def _text(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(text for text in map(_text, value) if text)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return scrub(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
