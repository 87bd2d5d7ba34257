"""What a sweep costs, told before it is sent, and the limit that it keeps."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from inpaint_nb.errors import InputError
from inpaint_nb.sweep.plan import Cell


class Budget:
    """Adds up cells, in the unit of their provider: what the provider told, else what it estimates.

    Any thread may ask.
    """

    def __init__(self, limit: float | None) -> None:
        """Raises InputError for a limit that is no number from 0."""
        self.limit = _checked(limit)
        self._lock = threading.Lock()
        self._before = 0.0
        self._counted: dict[int, float] = {}

    def check(self, cells: Iterable[Cell]) -> None:
        """Nothing, or InputError where these cells would cost more than is left, or nobody knows what they cost."""
        if self.limit is None:
            return
        cells = [cell for cell in cells if cell.cost != 0]
        expected = cost_of(cells)
        if expected == "unknown":
            raise InputError(
                f"Nobody can say what this would cost, so a budget of {self.limit:g} could not be kept.",
                "Nothing was sent. Leave budget= out to send it all the same.",
            )
        if self.spent + float(expected) > self.limit:
            raise InputError(
                self._over(float(expected), len(cells)), "Nothing was sent. Raise budget=, or ask for less."
            )

    def take(self, cell: Cell) -> None:
        """Count the cell at its estimate. Raises InputError where it would go over: what went before cost more."""
        with self._lock:
            expected = cell.cost or 0.0
            if self.limit is not None and expected and self._sum() + expected > self.limit:
                raise InputError(
                    f"This cell was not sent: it would go over the budget of {self.limit:g}.",
                    "What was sent before cost more than was estimated.",
                )
            self._before += self._counted.get(cell.number, 0.0)  # it is sent again
            self._counted[cell.number] = expected

    def told(self, cell: Cell, cost: float | None) -> None:
        """Count the cell at what its provider told, if it did; telling twice changes nothing."""
        with self._lock:
            if (
                cost is not None and cell.number in self._counted
            ):  # else it was sent before this sweep was made
                self._counted[cell.number] = cost

    def back(self, cell: Cell) -> None:
        """Take the cell off again: it has not been sent."""
        self.told(cell, 0.0)

    @property
    def spent(self) -> float:
        """What the cells sent so far cost."""
        with self._lock:
            return self._sum()

    def _sum(self) -> float:
        return self._before + sum(self._counted.values())

    def _over(self, expected: float, count: int) -> str:
        runs = f"{count} run{'s' * (count > 1)}"
        spent = f", {self.spent:g} are spent," if self.spent else ""
        return f"{runs} would cost about {expected:g}{spent} and the budget is {self.limit:g}."


def cost_of(cells: Iterable[Cell]) -> float | str:
    """What the cells will cost together; "unknown" where nobody knows, or where they count in several units."""
    paid = [cell for cell in cells if cell.cost != 0]
    if not paid:
        return 0.0
    costs = [cell.cost for cell in paid]
    if None in costs or len({cell.provider.name for cell in paid}) > 1:
        return "unknown"
    return float(sum(cost or 0.0 for cost in costs))


def cost_told(cells: Iterable[Cell]) -> str:
    """The same in words, provider by provider: "free", or "imaginepro about 60 (5–10 credits a job)"."""
    by_provider: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell.cost != 0:
            by_provider.setdefault(cell.provider.name, []).append(cell)
    told = [_told(name, several) for name, several in by_provider.items()]
    return "; ".join(told) or "free"


def _told(name: str, cells: list[Cell]) -> str:
    cost, price = cost_of(cells), cells[0].provider.capabilities.price
    about = "cost unknown" if cost == "unknown" else f"about {cost:g}"
    return f"{name}: {about}" if price == "unknown" else f"{name}: {about} ({price})"


def _checked(limit: object) -> float | None:
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit >= 0:
        raise InputError(f"budget must be a number from 0, or None, not {limit!r}.")
    return float(limit)
