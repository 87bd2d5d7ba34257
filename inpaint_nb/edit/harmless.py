"""What of a run may go into a file that is handed on, and what may be taken from one that was."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath

from inpaint_nb.secret import without_keys

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|^data:", re.IGNORECASE)
LONGEST_PATH = 1000  # characters


def own_path(source: str) -> str:
    """The path that a source names, where it is one within the working folder or beside it; else nothing.

    Paths from the root or from home tell who works where. Addresses may hold a token. Longer code is no path, and code
    from a file is never run.
    """
    try:
        path = ast.literal_eval(source) if len(source) <= LONGEST_PATH else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ""
    return path if isinstance(path, str) and _is_own(path) else ""


def _is_own(path: str) -> bool:
    is_rooted = (
        PurePosixPath(path).is_absolute() or bool(PureWindowsPath(path).anchor) or path.startswith("~")
    )
    return bool(path) and path.isprintable() and not is_rooted and ":" not in path


def shared_params(params: Mapping[str, object]) -> dict[str, object]:
    """The parameters that may be handed on: those with a plain name and no address, such as that of a webhook."""
    return {name: value for name, value in params.items() if _is_name(name) and not _has_address(value)}


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _has_address(value: object) -> bool:
    match value:
        case str():
            return bool(_ADDRESS.search(value))
        case Mapping():
            return any(_has_address(inner) for pair in value.items() for inner in pair)
        case list() | tuple():
            return any(map(_has_address, value))
    return False


def clean(value: object) -> object:
    """The value with everything that is a key, or looks like one, taken out of its texts."""
    match value:
        case str():
            return without_keys(value)
        case Mapping():
            return {clean(name): clean(inner) for name, inner in value.items()}
        case list() | tuple():
            return [clean(inner) for inner in value]
    return value
