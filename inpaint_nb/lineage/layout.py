"""Where each node of a tree stands: columns by depth, from left to right; rows so that no two lines cross."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Places:
    """The column and row of each node by its key, and how many there are; rows may be halves."""

    at: Mapping[str, tuple[int, float]]
    columns: int
    rows: int


def places(root: str, children: Callable[[str], Sequence[str]]) -> Places:
    """Leaves take one row each, in order; a parent stands in the middle of its first and its last child.

    Without recursion: a line of runs may be longer than Python's stack.
    """
    at: dict[str, tuple[int, float]] = {}
    rows = 0
    waiting = [(root, 0, False)]
    while waiting:
        key, column, is_after = waiting.pop()
        below = children(key)
        if is_after:
            at[key] = column, (at[below[0]][1] + at[below[-1]][1]) / 2
        elif below:
            waiting.append((key, column, True))
            waiting += [(child, column + 1, False) for child in reversed(below)]
        else:
            at[key] = column, float(rows)
            rows += 1
    return Places(at, 1 + max(column for column, _ in at.values()), rows)
