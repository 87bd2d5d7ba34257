"""What stays of a sweep in a saved notebook: its grid as one picture, and the cells in words."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from datetime import UTC, datetime

from inpaint_nb import images
from inpaint_nb.errors import InputError
from inpaint_nb.notebook import sheet, sweepwords
from inpaint_nb.notebook.handles import Bundle, Handles, State
from inpaint_nb.sweep import Cell, Sweep

WIDTH_PX, HEIGHT_PX = 1400, 6000  # of the grid's picture, roughly
STORED_PX = 96  # of the store's own small copies
CELLS_PX = (32, 320)  # the smallest and the largest cell in it
LONGEST_PX = 16_000  # of the picture: JPEG has a limit, and browsers have one
MAX_BYTES = 700_000  # of its JPEG: 0.9 MB in the notebook's base64, for the twelve runs of an ordinary grid
REDRAWN_UP_TO = 100  # cells: larger grids are drawn once, at the end
PAUSE_SECONDS = 2.0
PAUSE_FACTOR = 20  # times what a picture took to draw: the kernel has other things to do

NO_PICTURE: Bundle = {"text/plain": "No picture yet."}


class SweepOutputs(Handles):
    """The static outputs of one sweep. While it runs the picture is drawn now and then, and in the end once more."""

    def __init__(self, sweep: Sweep, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._sweep = sweep
        self._clock = clock
        self._began: datetime | None = None
        self._drawn: tuple[object, Bundle] = ((), NO_PICTURE)
        self._not_before = 0.0
        self._is_at_cell_end = False
        self._stop = sweep.on_change(self._note)

    def update(self) -> None:
        """Brings the outputs up to date, with pauses while the sweep runs: a page renders them all anew."""
        if self._sweep.done or self._clock() >= self._not_before:
            began = self._clock()
            super().update()
            self._pause(began)

    def reissue(self) -> None:
        """The same on behalf of the running cell, which does not wait for a picture while the sweep runs."""
        with self._lock:
            self._is_at_cell_end = True
            try:
                super().reissue()
            finally:
                self._is_at_cell_end = False

    def _pause(self, began: float) -> None:
        now = self._clock()
        self._not_before = now + max(PAUSE_SECONDS, PAUSE_FACTOR * (now - began))

    def close(self) -> None:
        """Hears no more of the sweep."""
        self._stop()

    def _note(self, cell: Cell | None) -> None:
        if self._began is None and self._sweep.is_started:
            self._began = datetime.now(UTC)

    def _state(self) -> State:
        """How many cells stand where, the layout, and whether all has ended."""
        counts = tuple(sorted(self._counts().items()))
        return counts, (*self._sweep.rows, "by", *self._sweep.columns), (self._sweep.done,)

    def _counts(self) -> dict[str, int]:
        """Cells by status, those on their way together: their progress is for the live view."""
        counts: dict[str, int] = {}
        for status, count in self._sweep.counts.items():
            name = status if status in ("planned", "done", "failed", "cancelled") else "on the way"
            counts[name] = counts.get(name, 0) + count
        return counts

    def _is_due(self) -> bool:
        """Whether the picture is to be drawn anew: another one, and not too soon after the last."""
        if self._drawn[0] == self._shown():
            return False
        if self._sweep.done:
            return True
        is_time = self._clock() >= self._not_before and not self._is_at_cell_end
        return is_time and len(self._sweep.cells) <= REDRAWN_UP_TO

    def _shown(self) -> tuple[object, ...]:
        """What the picture depends on."""
        counts = self._counts()
        ended = tuple(counts.get(name, 0) for name in ("done", "failed", "cancelled"))
        return ended, tuple(self._sweep.rows), tuple(self._sweep.columns)

    def _picture_bundle(self) -> Bundle:
        if self._is_due():
            shown, began = self._shown(), self._clock()
            self._drawn = shown, self._draw() if self._counts().get("done") else NO_PICTURE
            self._pause(began)
        return self._drawn[1]

    def _draw(self) -> Bundle:
        pages, rows, columns = self._sweep.layout.size
        smallest, largest = CELLS_PX
        if len(self._sweep.cells) > REDRAWN_UP_TO:
            largest = STORED_PX  # a cell of the notebook waits for this
        cell_px = max(smallest, min(largest, WIDTH_PX // columns, HEIGHT_PX // (pages * rows)))
        try:
            drawn = images.thumbnail(self._sweep.grid(cell_px=cell_px, quick=True), LONGEST_PX)
        except InputError as error:  # thousands of cells side by side
            return {"text/plain": error.message}
        encoded = base64.b64encode(sheet.jpeg(drawn, MAX_BYTES)).decode("ascii")
        return {"image/jpeg": encoded, "text/plain": f"<grid, {pages * rows} × {columns} cells>"}

    def _metadata(self) -> dict[str, object]:
        done = f"{self._counts().get('done', 0)} of {len(self._sweep.cells)} done."
        return {"image/jpeg": {"alt": f"Grid of a sweep. {sweepwords.legend(self._sweep)} {done}"}}

    def _words_bundle(self) -> Bundle:
        states = [self._sweep.state(cell) for cell in self._sweep.cells]
        return {
            "text/html": sweepwords.as_html(self._sweep, states, self._began),
            "text/plain": sweepwords.as_text(self._sweep, states, self._began),
        }
