"""Which of several equal requests one is, counted from 0 in the order of asking."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from inpaint_nb import settings
from inpaint_nb.errors import InputError, StoreError
from inpaint_nb.store import Store

Asked = tuple[Path, str]  # the store's folder, and a request's identity


class Place(NamedTuple):
    """Where code asks: a notebook cell, and which execution of it."""

    cell: str
    execution: str


class Repeats:
    """Counts equal requests of this process. Any thread may ask.

    A cell that runs again gets the numbers that it got before, so its requests are the same ones; another cell, or the
    next turn of a loop, gets the next numbers. What is clicked is counted apart: a run of the same notebook without
    the clicks gives its cells the same numbers.
    """

    def __init__(self, place: Callable[[], Place | None] = lambda: None) -> None:
        """`place` tells the cell that runs; None outside of cells, where nothing is ever asked again."""
        self.place = place
        self._lock = threading.Lock()
        self._given: Counter[Asked] = Counter()
        self._clicked: Counter[Asked] = Counter()
        self._by_cell: defaultdict[str, defaultdict[Asked, list[int]]]
        self._by_cell = defaultdict(lambda: defaultdict(list))
        self._running: dict[str, tuple[str, Counter[Asked]]] = {}

    def next(self, folder: Path, identity: str) -> int:
        """The number of a request that code makes."""
        asked, place = (folder, identity), self.place()
        with self._lock:
            return self._new(asked) if place is None else self._in_cell(asked, place)

    def clicked(self, folder: Path, identity: str, at_least: int) -> int:
        """The number of a request that a click makes: above all those so far, and those in the store (`at_least`)."""
        asked = (folder, identity)
        with self._lock:
            number = max(at_least, self._given[asked], self._clicked[asked])
            self._clicked[asked] = number + 1
            return number

    def _in_cell(self, asked: Asked, place: Place) -> int:
        numbers = self._by_cell[place.cell][asked]
        count = self._counted(place)
        if count[asked] == len(numbers):
            numbers.append(self._new(asked))
        number = numbers[count[asked]]
        count[asked] += 1
        return number

    def _counted(self, place: Place) -> Counter[Asked]:
        """How often this execution of the cell has asked what."""
        execution, count = self._running.get(place.cell, ("", Counter()))
        if execution != place.execution:
            count = Counter()
            self._running[place.cell] = (place.execution, count)
        return count

    def _new(self, asked: Asked) -> int:
        self._given[asked] += 1
        return self._given[asked] - 1


REPEATS = Repeats()


def counted(store: Store, identity: str, given: int | None) -> int:
    """`given`, or the number of this request among equal ones. Raises InputError for what is no number from 0."""
    if given is not None:
        return _checked(given)
    if not settings.is_by_hand():
        return REPEATS.next(store.folder, identity)
    at_least = 0
    with suppress(StoreError):  # the job will say that the store cannot be read
        at_least = store.next_repeat(identity)
    return REPEATS.clicked(store.folder, identity, at_least)


def _checked(repeat: object) -> int:
    if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 0:
        raise InputError(f"repeat must be a whole number from 0, not {repeat!r}.")
    return repeat
