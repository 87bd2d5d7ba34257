"""What stays of a sweep in a saved notebook: its grid as one picture, and the cells in words."""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from IPython import get_ipython

from inpaint_nb import images, workers
from inpaint_nb.errors import InputError
from inpaint_nb.notebook import sheet, sweepwords
from inpaint_nb.notebook.cells import is_attended
from inpaint_nb.notebook.handles import Bundle, Handles, State
from inpaint_nb.notebook.marshal import MARSHALLER
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

log = logging.getLogger(__name__)


class SweepOutputs(Handles):
    """The static outputs of one sweep. While it runs the picture is drawn now and then, and in the end once more.

    That takes seconds for a thousand cells, so a worker thread does it. Who waits for the sweep waits for the picture.
    """

    def __init__(
        self,
        sweep: Sweep,
        clock: Callable[[], float] = time.monotonic,
        is_attended: Callable[[], bool] = lambda: is_attended(get_ipython()),
    ) -> None:
        super().__init__()
        self._sweep = sweep
        self._clock = clock
        self._is_attended = is_attended
        self._began: datetime | None = None
        self._drawing = threading.Lock()  # held by who draws
        self._is_begun = False  # the drawing on a worker
        self._drawn: tuple[tuple[object, ...], Bundle] = ((), NO_PICTURE)
        self._not_before = 0.0
        self._stops = (sweep.on_change(self._note), sweep.on_wait(self.finish))

    def update(self) -> None:
        """Brings the outputs up to date, with pauses while the sweep runs: a page renders them all anew.

        A picture that is to be drawn follows when it is.
        """
        is_due, began = self._is_due(), self._clock()
        if is_due:
            self._begin_to_draw()
        is_time = began >= self._not_before and not is_due  # else the words come with the picture
        if is_time or self._sweep.done or self._drawn[1] is not self._sent[1]:
            super().update()
            self._pause(began)

    def reissue(self) -> None:
        """The same on behalf of the running cell, which does not wait for a picture where somebody looks on.

        Elsewhere nobody hears of what comes after the last cell.
        """
        if self._sweep.done and self._is_due():
            if self._is_attended():
                self._begin_to_draw()
            else:
                self._draw()
        super().reissue()

    def finish(self) -> None:
        """Sends all that there is to tell of a sweep that is over, and only then returns. On any thread."""
        if not self._is_shown or not self._sweep.done:
            return
        self._draw()
        if threading.current_thread() is threading.main_thread():
            self.reissue()
        else:
            super().update()

    def close(self) -> None:
        """Hears no more of the sweep."""
        for stop in self._stops:
            stop()
        MARSHALLER.drop((id(self), "picture"))

    # -- the picture

    def _begin_to_draw(self) -> None:
        """Has the picture drawn on a worker thread; asked again before that has happened, it does nothing."""
        with self._lock:
            if self._is_begun:
                return
            self._is_begun = True
        workers.begin(self._draw_and_tell)

    def _draw_and_tell(self) -> None:
        """On a worker thread."""
        try:
            self._draw()
        except Exception:
            log.exception("The grid of a sweep could not be drawn")
            self._pause(self._clock())
            return
        finally:
            self._is_begun = False
        MARSHALLER.post((id(self), "picture"), self.update)

    def _draw(self) -> None:
        """Draws the picture where another one is due; where that is being done already, it waits for it."""
        with self._drawing:
            if self._is_due():
                shown, began = self._shown(), self._clock()
                self._drawn = shown, self._grid()
                self._pause(began)

    def _pause(self, began: float) -> None:
        now = self._clock()
        self._not_before = now + max(PAUSE_SECONDS, PAUSE_FACTOR * (now - began))

    def _note(self, cell: Cell | None) -> None:
        if self._began is None and self._sweep.is_started:
            self._began = datetime.now(UTC)

    def _state(self) -> State:
        """How many cells stand where, the layout, whether all has ended, and what the picture shows of it."""
        counts = tuple(sorted(self._counts().items()))
        layout = (*self._sweep.rows, "by", *self._sweep.columns)
        return counts, layout, (self._sweep.done,), self._drawn[0]

    def _counts(self) -> dict[str, int]:
        """Cells by status, those on their way together: their progress is for the live view."""
        counts: dict[str, int] = {}
        for status, count in self._sweep.counts.items():
            name = status if status in ("planned", "done", "failed", "cancelled") else "on the way"
            counts[name] = counts.get(name, 0) + count
        return counts

    def _is_due(self) -> bool:
        """Whether the picture is to be drawn anew: another one, and not too soon after the last."""
        is_redrawn = len(self._sweep.cells) <= REDRAWN_UP_TO and self._clock() >= self._not_before
        if not self._sweep.done and not is_redrawn:
            return False
        return bool(self._counts().get("done")) and self._drawn[0] != self._shown()

    def _shown(self) -> tuple[object, ...]:
        """What the picture depends on."""
        counts = self._counts()
        ended = tuple(counts.get(name, 0) for name in ("done", "failed", "cancelled"))
        return ended, tuple(self._sweep.rows), tuple(self._sweep.columns)

    def _picture_bundle(self) -> Bundle:
        return self._drawn[1]

    def _grid(self) -> Bundle:
        pages, rows, columns = self._sweep.layout.size
        smallest, largest = CELLS_PX
        if len(self._sweep.cells) > REDRAWN_UP_TO:
            largest = STORED_PX  # somebody may wait for this
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
