"""Where the cells of a sweep stand: axes along the rows, axes along the columns, and a page for each of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from inpaint_nb.sweep.plan import Cell, Plan

MOST_COLUMNS = 12  # of a grid that nobody laid out
MOST_IN_LINE = 6  # cells of a single axis stand side by side, or one below the other where they are more


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a grid, all counted from 0."""

    page: int
    row: int
    column: int


@dataclass(frozen=True)
class Layout:
    """The grid of a plan: the last axis named varies fastest. Axes named nowhere make pages."""

    plan: Plan
    rows: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def pages(self) -> tuple[str, ...]:
        """The names of the axes along which the pages differ."""
        shown = {*self.rows, *self.columns}
        return tuple(axis.name for axis in self.plan.axes if axis.name not in shown)

    @property
    def size(self) -> tuple[int, int, int]:
        """How many pages, rows and columns there are; each at least 1."""
        return self._length(self.pages), self._length(self.rows), self._length(self.columns)

    @property
    def row_labels(self) -> list[tuple[str, ...]]:
        """For each row a label per axis of `rows`."""
        return self._labels(self.rows)

    @property
    def column_labels(self) -> list[tuple[str, ...]]:
        """For each column a label per axis of `columns`."""
        return self._labels(self.columns)

    @property
    def page_labels(self) -> list[tuple[str, ...]]:
        """For each page a label per axis of `pages`; one empty tuple where there is one page."""
        return self._labels(self.pages)

    def place(self, cell: Cell) -> Place:
        """Where the cell stands."""
        return Place(*(self._index(cell, names) for names in (self.pages, self.rows, self.columns)))

    def cell(self, place: Place) -> Cell:
        """The cell that stands there."""
        at: dict[str, int] = {}
        parts = ((self.pages, place.page), (self.rows, place.row), (self.columns, place.column))
        for names, index in parts:
            for name in reversed(names):
                index, at[name] = divmod(index, len(self.plan.axis(name)))
        return self.plan.at([at[axis.name] for axis in self.plan.axes])

    def places(self, page: int = 0) -> Iterator[Place]:
        """Every place of a page, row after row."""
        _, rows, columns = self.size
        return (Place(page, row, column) for row, column in product(range(rows), range(columns)))

    def _length(self, names: Sequence[str]) -> int:
        return prod(len(self.plan.axis(name)) for name in names)

    def _labels(self, names: Sequence[str]) -> list[tuple[str, ...]]:
        return list(product(*(self.plan.axis(name).labels for name in names)))

    def _index(self, cell: Cell, names: Sequence[str]) -> int:
        index = 0
        for name in names:
            index = index * len(self.plan.axis(name)) + cell.at[self.plan.number(name)]
        return index


def laid_out(plan: Plan) -> Layout:
    """The layout of a sweep that nobody laid out: no pages, as square as it gets, rather high than wide."""
    names = tuple(axis.name for axis in plan.axes)
    splits = [Layout(plan, names[:at], names[at:]) for at in range(len(names) + 1)]
    turned = [Layout(plan, each.columns, each.rows) for each in splits]
    best, other = min(splits, key=_awkwardness), min(turned, key=_awkwardness)
    return other if _awkwardness(other)[0] < _awkwardness(best)[0] else best


def relaid(layout: Layout, rows: Sequence[str] | None, columns: Sequence[str] | None) -> Layout:
    """The layout with other rows, other columns or both; an axis that is put in one place leaves the other.

    Where that leaves a side empty, it gets what the other side had. Raises InputError for an axis that is not there.
    """
    wanted_rows = None if rows is None else _checked(layout.plan, rows)
    wanted_columns = None if columns is None else _checked(layout.plan, columns)
    if wanted_rows is not None and wanted_columns is not None:
        return Layout(layout.plan, wanted_rows, _without(wanted_columns, wanted_rows))
    if wanted_rows is not None:
        kept = _without(layout.columns, wanted_rows)
        return Layout(layout.plan, wanted_rows, kept or _without(layout.rows, wanted_rows))
    if wanted_columns is not None:
        kept = _without(layout.rows, wanted_columns)
        return Layout(layout.plan, kept or _without(layout.columns, wanted_columns), wanted_columns)
    return layout


def names_of(names: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as several."""
    return (names,) if isinstance(names, str) else tuple(names)


def _awkwardness(layout: Layout) -> tuple[int, int]:
    """How far it is from a square, columns that are too many counted fourfold; then what breaks a tie."""
    _, rows, columns = layout.size
    is_line = len(layout.plan.axes) == 1
    most = MOST_IN_LINE if is_line else MOST_COLUMNS
    return max(rows, columns) + 4 * max(0, columns - most), rows if is_line else columns


def _checked(plan: Plan, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plan.axis(name).name for name in names_of(names)))


def _without(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)
