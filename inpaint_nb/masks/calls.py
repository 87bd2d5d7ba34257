"""A call of a tool as the text of Python."""

from __future__ import annotations

from typing import Any


def call(name: str, *values: Any, **options: Any) -> str:
    """The call on one line; options of None are left out."""
    named = [f"{option}={literal(value)}" for option, value in options.items() if value is not None]
    return f"{name}({', '.join([*map(literal, values), *named])})"


def literal(value: Any) -> str:
    """A value as Python writes it, whole numbers without a point."""
    match value:
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case tuple():
            return f"({', '.join(map(literal, value))}{',' * (len(value) == 1)})"
    return repr(value)
