"""A sweep: the cells of a plan, run a few at a time, looked at as a grid."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from typing import Any

from PIL import Image

from inpaint_nb.edit import Result
from inpaint_nb.errors import InputError
from inpaint_nb.sweep import frame, words
from inpaint_nb.sweep import layout as layouts
from inpaint_nb.sweep.axes import Axis
from inpaint_nb.sweep.board import Finisher, Listener
from inpaint_nb.sweep.budget import cost_of
from inpaint_nb.sweep.layout import Layout
from inpaint_nb.sweep.lettering import Font
from inpaint_nb.sweep.patience import awaited_until, wait_until
from inpaint_nb.sweep.picture import CELL_PX, picture_of
from inpaint_nb.sweep.plan import Cell, Plan
from inpaint_nb.sweep.results import Results
from inpaint_nb.sweep.state import CellState, CellStatus
from inpaint_nb.sweep.works import Works
from inpaint_nb.workers import offload

Names = str | Sequence[str]


class Sweep:
    """The cells of a plan on their way, and what came of them. Any thread may ask; nothing is sent before `start`.

    A cell whose request the store has an answer to is not sent again, so the same sweep goes on where it was when it
    is interrupted or run again. `viewer`, where there is one, shows the sweep, and `session` is the editor that was
    opened on one of its pictures.
    """

    def __init__(self, works: Works) -> None:
        self.viewer: Callable[[], object] | None = None
        self.session: Any = None  # Any: sessions know of sweeps, and not the other way round
        self._works = works
        self._layout = layouts.laid_out(works.plan)
        self._is_started = False

    # -- what is asked

    @property
    def plan(self) -> Plan:
        """All that is asked."""
        return self._works.plan

    @property
    def axes(self) -> tuple[Axis, ...]:
        """The axes that have more than one value."""
        return self.plan.axes

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell; the last axis varies fastest."""
        return self.plan.cells

    @property
    def runs(self) -> int:
        """How many cells were to be sent when the sweep was made: all but those found in the store or on their way."""
        return len(self._works.unsent)

    @property
    def cost(self) -> float | str:
        """What those will cost in `unit`, as far as was known before; "unknown" where nobody can say."""
        return cost_of(self._works.unsent)

    @property
    def unit(self) -> str:
        """What `cost` counts, in the provider's words; "" where nothing is paid."""
        prices = {cell.provider.capabilities.price for cell in self._works.unsent if cell.cost != 0}
        return "; ".join(sorted(prices))

    @property
    def spent(self) -> float:
        """What the cells sent so far cost: what the providers told, else their estimates; unknown counts nothing."""
        return self._works.budget.spent

    @property
    def summary(self) -> str:
        """What is sent and what it costs: "12 runs: 3 prompts × 4 seeds; 8 recorded, 4 to send; free"."""
        return words.summary(self.plan, self._works.recorded, self._works.unsent)

    # -- the grid

    @property
    def layout(self) -> Layout:
        """Where each cell stands just now."""
        return self._layout

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the axes along the rows; set it to one or several. An axis put here leaves the columns."""
        return self._layout.rows

    @rows.setter
    def rows(self, names: Names) -> None:
        self.lay_out(rows=names)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the axes along the columns; set it as `rows`."""
        return self._layout.columns

    @columns.setter
    def columns(self, names: Names) -> None:
        self.lay_out(columns=names)

    def lay_out(self, rows: Names | None = None, columns: Names | None = None) -> None:
        """Put these axes along the rows and the columns; those that are in neither make pages.

        Raises InputError for an axis that is not there.
        """
        self._layout = layouts.relaid(self._layout, rows, columns)
        self._works.board.tell(None)

    def swap(self) -> None:
        """Rows become columns and columns rows."""
        self.lay_out(rows=self.columns, columns=self.rows)

    # -- what happens

    def state(self, cell: Cell | int) -> CellState:
        """How far the cell is, or the cell of this number."""
        return self._works.board.state(self._cell(cell))

    @property
    def counts(self) -> dict[CellStatus, int]:
        """How many cells have each status; those that none has are left out."""
        return self._works.board.counts()

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(cell)` when a cell changes, `listener(None)` when the whole does: its layout, start or end.

        Returns the function that ends this. Threads of ours call, and often: a listener is quick, and asks for
        `state(cell)` when it gets round to it.
        """
        return self._works.board.on_change(listener)

    def on_wait(self, finish: Finisher) -> Callable[[], None]:
        """Call `finish()` before `wait` or `await` returns, on a thread that may be kept; returns what ends this."""
        return self._works.board.on_wait(finish)

    @property
    def is_started(self) -> bool:
        """Whether `start` was called."""
        return self._is_started

    @property
    def done(self) -> bool:
        """Whether nothing more happens by itself: every cell has ended, in whatever way."""
        return self._is_started and not self._works.runner.is_busy

    def start(self) -> None:
        """Send what is not there yet; after a cancel it goes on. While it runs, a second call changes nothing.

        Call it where somebody can type a key, if one is needed. Raises SettingsError where it is missing.
        """
        self._works.start()
        self._is_started = True
        self._works.board.tell(None)

    def cancel(self) -> None:
        """Send no more, and cancel what is on its way."""
        self._works.runner.cancel()

    def run_again(self, cell: Cell | int) -> None:
        """Run a failed or cancelled cell again, alone, and live whatever the mode.

        Raises InputError for a cell that is done or on its way, and where it would go over the budget.
        """
        self._works.again(self._cell(cell))
        self._is_started = True

    def wait(self, timeout: float | None = None) -> Sweep:
        """The sweep itself, once nothing more happens by itself; cells that failed raise nothing here.

        In a notebook its grid is there by then. Raises JobTimeout after `timeout` seconds: then the sweep goes on. A
        kernel interrupt cancels it, as it does a job; what is done by then is recorded, and the same sweep goes on
        from there.
        """
        self._until(lambda: self.done, timeout)
        self._works.board.finish()
        return self

    def __await__(self) -> Generator[object, None, Sweep]:
        return self._awaited().__await__()

    # -- what came of it

    @property
    def results(self) -> Results:
        """The result of each cell, by number, read from the store when asked for; None where there is none (yet)."""
        return Results(range(len(self.cells)), self._result_or_none)

    def result(self, **coordinates: object) -> Result:
        """The result of one cell, after waiting for it: `result(prompt="a fox", seed=7)`, by values or labels.

        Axes with one value need not be named. Raises the cell's error where it failed, InputError where the
        coordinates fit no cell or several. An interrupt cancels the sweep, as in `wait`.
        """
        cell = self.cell(**coordinates)
        self._until(lambda: self.state(cell).is_over or self.done, None)
        return self._works.result(cell)

    def cell(self, **coordinates: object) -> Cell:
        """The cell at these coordinates. Raises InputError where they fit none or several."""
        for axis in self.plan.fixed:
            if axis.name in coordinates:
                axis.position(coordinates.pop(axis.name))
        positions = {name: self.plan.axis(name).position(value) for name, value in coordinates.items()}
        if open_axes := [axis.name for axis in self.axes if axis.name not in positions]:
            raise InputError(f"These coordinates fit several cells: {', '.join(open_axes)} not given.")
        return self.plan.at([positions[axis.name] for axis in self.axes])

    def thumbnail(self, cell: Cell | int, index: int = 0) -> bytes | None:
        """A small copy of picture `index` of the cell, as a JPEG file; None where there is none (yet)."""
        return self._works.thumbnail(self._cell(cell), index)

    def picture(self, cell: Cell | int, index: int = 0) -> Image.Image | None:
        """Picture `index` of the cell without all the rest of its result; None where there is none (yet)."""
        return self._works.picture(self._cell(cell), index)

    def grid(
        self,
        rows: Names | None = None,
        columns: Names | None = None,
        *,
        cell_px: int = CELL_PX,
        title: str | None = None,
        font: Font = None,
        quick: bool = False,
    ) -> Image.Image:
        """The whole sweep as one picture with labels, for papers: RGB on white, each cell `cell_px` at its longer side.

        Axes that are neither rows nor columns stand below one another, each page under its heading. `title` is what
        is the same everywhere unless you give one ("" for none). `font` is a font file where letters are missing. With
        `quick` pictures of at most 96 pixels are made from the store's small copies, which shows. Cells without a
        picture say why. Raises InputError for a picture that would be too large to make.
        """
        layout = layouts.relaid(self._layout, rows, columns)
        shown = self.plan.title if title is None else title
        small = self._works.small if quick else None
        read = self._works.picture
        return picture_of(layout, self.state, read, small=small, cell_px=cell_px, title=shown, font=font)

    def to_frame(self) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
        """A row for each cell: its number, what varies, and the columns of `history().to_frame()`.

        A pandas DataFrame; without pandas a list of dicts with the same keys.
        """
        return frame.to_frame(self.plan, self._works.board.state, self._works.store)

    def __repr__(self) -> str:
        return f"<Sweep, {words.shape(self.plan)}: {words.counts(self.counts)}>"

    def _ipython_display_(self) -> None:
        if self.viewer is None:
            raise NotImplementedError  # IPython's word for "use the repr"
        self.viewer()

    # -- inside

    def _cell(self, cell: Cell | int) -> Cell:
        return cell if isinstance(cell, Cell) else self.cells[cell]

    def _result_or_none(self, number: int) -> Result | None:
        cell = self.cells[number]
        return self._works.result(cell) if self.state(cell).status == "done" else None

    def _check_started(self) -> None:
        if not self._is_started:
            raise InputError(
                "This sweep has not been started, so there is nothing to wait for.", "Call start()."
            )

    def _until(self, is_over: Callable[[], bool], timeout: float | None) -> None:
        self._check_started()
        try:
            wait_until(is_over, self._works.runner.wait, timeout, lambda: words.counts(self.counts))
        except KeyboardInterrupt:
            self.cancel()
            raise

    async def _awaited(self) -> Sweep:
        self._check_started()
        try:
            await awaited_until(lambda: self.done, self.on_change)
        except (asyncio.CancelledError, KeyboardInterrupt):
            self.cancel()
            raise
        await offload(self._works.board.finish)
        return self
