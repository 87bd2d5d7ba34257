"""The paper that a sweep is drawn on: where its cells and its words are, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.sweep.axes import MASK, PROMPT, PROVIDER, REPEAT, SEED, Axis
from inpaint_nb.sweep.layout import Layout, Place
from inpaint_nb.sweep.lettering import Lettering

MOST_PIXELS = 150_000_000  # 450 MB while it is made
MOST_LINES = 6  # of a label
LEAST_LETTERS = 12  # that fit beside one another before a row
PAGE_GAPS = 2  # more between two pages
WHITE, INK = "white", "#222222"


@dataclass(frozen=True)
class Paper:
    """The pages of a layout, one below the other: cells of `cell` pixels with their labels."""

    layout: Layout
    cell: Size
    title: str
    words: Lettering

    def blank(self) -> Image.Image:
        """White paper with all the words. Raises InputError where it would be too large."""
        width, height = self.size
        if width * height > MOST_PIXELS:
            raise InputError(
                f"The grid would have {width:,} × {height:,} pixels.",
                "Make the cells smaller (cell_px=), or put other axes along the rows and columns.",
            )
        made = Image.new("RGB", self.size, WHITE)
        self.words.draw(made, (self.gap, self.gap), self._title, INK)
        for page in range(self.layout.size[0]):
            self._write(made, page)
        return made

    def corner(self, place: Place) -> Size:
        """The upper left corner of the cell there."""
        top = self._page_top(place.page) + self._heading_height + self._columns_height
        left = self.gap + self._rows_width
        return left + place.column * (self.cell[0] + self.gap), top + place.row * (self.cell[1] + self.gap)

    @cached_property
    def gap(self) -> int:
        """Between cells, and round everything."""
        return max(4, max(self.cell) // 32)

    @cached_property
    def size(self) -> Size:
        """Of the whole paper."""
        pages = self.layout.size[0]
        return self._width, self._page_top(pages) - PAGE_GAPS * self.gap

    # -- words

    def _write(self, made: Image.Image, page: int) -> None:
        """The page's heading, and the labels of its rows and columns."""
        at = (self.gap, self._page_top(page))
        self.words.draw(made, at, self._headings[page], INK)
        for column, lines in enumerate(self._column_lines):
            left, top = self.corner(Place(page, 0, column))
            above = top - self.gap - len(lines) * self.words.line_px
            self.words.draw(made, (left, above), lines, INK, centered_in=self.cell[0])
        for row, lines in enumerate(self._row_lines):
            _, top = self.corner(Place(page, row, 0))
            middle = top + max(0, self.cell[1] - len(lines) * self.words.line_px) // 2
            self.words.draw(made, (self.gap, middle), lines, INK)

    @cached_property
    def _title(self) -> list[str]:
        return self._lines(self.title, self._width - 2 * self.gap)

    @cached_property
    def _headings(self) -> list[list[str]]:
        several = self.layout.page_labels
        texts = [", ".join(map(": ".join, zip(self.layout.pages, each, strict=True))) for each in several]
        return [self._lines(text, self._width - 2 * self.gap) for text in texts]

    @cached_property
    def _column_lines(self) -> list[list[str]]:
        return [self._lines(text, self.cell[0]) for text in labels(self.layout, self.layout.columns)]

    @cached_property
    def _row_lines(self) -> list[list[str]]:
        most = max(1, self.cell[1] // self.words.line_px)
        width = self._rows_width - self.gap
        return [self._lines(text, width, most) for text in labels(self.layout, self.layout.rows)]

    def _lines(self, text: str, width_px: int, most: int = MOST_LINES) -> list[str]:
        return self.words.lines(text, width_px, most) if text else []

    # -- where they are

    @cached_property
    def _width(self) -> int:
        columns = self.layout.size[2]
        least = 2 * self.gap + LEAST_LETTERS * self.words.size_px
        return max(least, self.gap + self._rows_width + columns * (self.cell[0] + self.gap))

    @cached_property
    def _rows_width(self) -> int:
        """Of the labels before the rows, with the gap behind them; 0 where there are none."""
        texts = [line for text in labels(self.layout, self.layout.rows) for line in text.splitlines()]
        widest = max((self.words.width(line) for line in texts), default=0)
        most = max(LEAST_LETTERS * self.words.size_px, self.cell[0] * 3 // 4)
        return min(widest, most) + self.gap if widest else 0

    @cached_property
    def _columns_height(self) -> int:
        return self._height(max((len(lines) for lines in self._column_lines), default=0))

    @cached_property
    def _heading_height(self) -> int:
        return self._height(max((len(lines) for lines in self._headings), default=0))

    def _height(self, lines: int) -> int:
        """Of so many lines, with the gap below them."""
        return lines * self.words.line_px + self.gap if lines else 0

    def _page_top(self, page: int) -> int:
        rows = self.layout.size[1]
        page_height = self._heading_height + self._columns_height + rows * (self.cell[1] + self.gap)
        return self.gap + self._height(len(self._title)) + page * (page_height + PAGE_GAPS * self.gap)


def labels(layout: Layout, names: Sequence[str]) -> list[str]:
    """What stands at each step along these axes, a line for each axis; nothing where there is no axis."""
    axes = [layout.plan.axis(name) for name in names]
    said = [[spoken(axis, at) for at in range(len(axis))] for axis in axes]
    return ["\n".join(each) for each in product(*said)] if axes else []


def spoken(axis: Axis, at: int) -> str:
    """What the axis says at a position: the whole prompt, and what a bare number would leave open."""
    if axis.name == PROMPT:
        return " ".join(str(axis.values[at]).split()) or axis.labels[at]
    if axis.name in (MASK, PROVIDER, REPEAT):
        return axis.labels[at]
    return f"{axis.name} {axis.labels[at]}" if axis.name == SEED else f"{axis.name} = {axis.labels[at]}"
