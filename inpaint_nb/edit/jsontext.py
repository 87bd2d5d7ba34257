"""JSON text in plain ASCII that any text survives, and that is read without trusting it."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

# JSON would join two halves of a surrogate pair to another character, so a text with one is marked and written apart,
# and so are the names and values of a mapping where a name is such a text, or one of these marks.
HALVES = "$utf8"
PAIRS = "$pairs"


def dump(values: Mapping[str, object], *, indent: int | None = None) -> bytes:
    """The values as JSON text; what JSON does not know is kept as the text that Python shows for it."""
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(_packed(values), separators=separators, indent=indent, default=str).encode("ascii")


def load(text: bytes) -> object:
    """The values in the text. Raises ValueError with the reason where it is no such JSON."""
    try:
        return _unpacked(json.loads(text, parse_constant=_refuse))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except UnicodeDecodeError as error:
        raise ValueError("it is no text") from error


def _packed(value: object) -> object:
    match value:
        case str():
            return _halves(value) if _has_halves(value) else value
        case datetime():
            return value.isoformat()
        case float():
            return value if math.isfinite(value) else str(value)
        case Mapping():
            return _packed_mapping({str(name): _packed(inner) for name, inner in value.items()})
        case list() | tuple():
            return [_packed(inner) for inner in value]
    return value


def _packed_mapping(values: Mapping[str, object]) -> Mapping[str, object]:
    if any(name in (HALVES, PAIRS) or _has_halves(name) for name in values):
        return {PAIRS: [[_packed(name), inner] for name, inner in values.items()]}
    return values


def _has_halves(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _halves(text: str) -> dict[str, str]:
    return {HALVES: base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")}


def _unpacked(value: Any) -> Any:  # Any: whatever JSON may hold
    match value:
        case {"$utf8": str(packed)} if len(value) == 1:
            return base64.b64decode(packed, validate=True).decode("utf-8", "surrogatepass")
        case {"$pairs": [*pairs]} if len(value) == 1:
            return {_name(pair): _unpacked(pair[1]) for pair in pairs}
        case dict():
            return {key: _unpacked(inner) for key, inner in value.items()}
        case list():
            return [_unpacked(inner) for inner in value]
    return value


def _name(pair: Any) -> str:
    if not isinstance(pair, list) or len(pair) != 2 or not isinstance(name := _unpacked(pair[0]), str):
        raise ValueError("a name is no text")
    return name


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
