"""What the cells of a sweep made, read from the store when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from inpaint_nb.edit import Result


class Results(Sequence["Result | None"]):
    """The result of each cell, by the cell's number; None where there is none (yet). Nothing is kept in memory."""

    def __init__(self, numbers: Sequence[int], read: Callable[[int], Result | None]) -> None:
        """`read` gives the result of the cell with a number."""
        self._numbers = numbers
        self._read = read

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Result | None]:
        return (self._read(number) for number in self._numbers)

    @overload
    def __getitem__(self, which: int) -> Result | None: ...
    @overload
    def __getitem__(self, which: slice) -> Results: ...
    def __getitem__(self, which: int | slice) -> Result | Results | None:
        if isinstance(which, slice):
            return Results(self._numbers[which], self._read)
        return self._read(self._numbers[which])

    def __repr__(self) -> str:
        return f"<Results of {len(self)} cells>"
