"""A sweep and its live grid, put together: what changed is sent in batches, and what is pressed is done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress

import ipywidgets

from inpaint_nb import images
from inpaint_nb.edit import Result
from inpaint_nb.errors import InpaintError
from inpaint_nb.notebook import sweepwords
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel, close_tree
from inpaint_nb.notebook.sweepnews import News
from inpaint_nb.notebook.sweepview import Grid
from inpaint_nb.session import Session
from inpaint_nb.settings import by_hand
from inpaint_nb.sources import of_result
from inpaint_nb.sweep import Cell, Sweep

log = logging.getLogger(__name__)

LARGE_PX = 1280
LARGE_SHOWN = 4  # pictures of one cell


class SweepPanel:
    """The live view of a sweep.

    What the sweep tells goes through the marshaller, as one message for all that changed since the last. Buttons
    may be pressed on any thread.
    """

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.grid = Grid(self)
        self.news = News(sweep)
        self.widget = ipywidgets.VBox([self.grid])
        self.widget.add_class("inb-panel")
        self.editor_panel: Panel | None = None
        self._is_met = False  # by a page: before, and where there is none, nothing is made to be sent
        self._disconnect = sweep.on_change(self._changed)

    # ------------------------------------------------------------------ what the sweep tells

    def _changed(self, cell: Cell | None) -> None:
        if cell is None:
            self.news.add_grid()
        else:
            self.news.add(cell.number)
        self._post()

    def _post(self) -> None:
        if self._is_met:
            MARSHALLER.post((id(self), "cells"), self._tell)

    def _tell(self) -> None:
        content, pictures = self.news.take()
        self.grid.show(content, pictures)
        if self.news.is_waiting:
            self._post()

    # ------------------------------------------------------------------ what the hand does

    def ready(self) -> None:
        """Sends everything, also to a page that was loaded anew."""
        self._is_met = True
        self.news.add_all()
        self._post()

    def start(self) -> None:
        """Sends what is not there yet."""
        self._guarded(self.sweep.start)

    def cancel(self) -> None:
        """Sends no more."""
        self._guarded(self.sweep.cancel)

    def lay_out(self, rows: Sequence[str], columns: Sequence[str]) -> None:
        """Puts these axes along the rows and columns."""
        self._guarded(lambda: self.sweep.lay_out(rows, columns))

    def run_again(self, number: int) -> None:
        """Runs one cell again, alone."""
        if self._knows(number):
            self._guarded(lambda: self.sweep.run_again(number))

    def enlarge(self, number: int) -> None:
        """Shows a cell's pictures large, with all that was asked."""
        if self._knows(number):
            self._guarded(lambda: self._enlarge(self.sweep.cells[number]))

    def use(self, number: int, index: int) -> None:
        """Opens the editor on a cell's picture; the one that is open goes on from it instead."""
        if self._knows(number):
            self._guarded(lambda: self._use(self.sweep.cells[number], index))

    def _knows(self, number: int) -> bool:
        return 0 <= number < len(self.sweep.cells)

    def _enlarge(self, cell: Cell) -> None:
        result = self._result(cell)
        shown = [] if result is None else result.images[:LARGE_SHOWN]
        content: dict[str, object] = {
            "number": cell.number,
            "request": sweepwords.request_of(self.sweep, cell, result),
            "code": sweepwords.code_of(self.sweep, cell),
            "uses": result is not None,
        }
        small = [images.encode_jpeg(images.thumbnail(image, LARGE_PX), quality=88) for image in shown]
        self.grid.show_large(content, small)

    def _result(self, cell: Cell) -> Result | None:
        """The cell's result, read from the store; None where there is none, or its pictures are gone."""
        with suppress(InpaintError):
            return self.sweep.results[cell.number]
        return None

    def _use(self, cell: Cell, index: int) -> None:
        result = self.sweep.results[cell.number]
        if result is None or not 0 <= index < len(result.images):
            return
        if self.editor_panel is not None:
            self.editor_panel.session.use(result, index)
            return
        picture = of_result(result, index)
        session = Session(
            picture.image,
            prompt=result.prompt,
            provider=cell.provider,
            source=picture.source,
            remote=picture.remote,
        )
        self.editor_panel = Panel(session)
        self.sweep.session = session
        with MARSHALLER.lock:
            self.widget.children = (*self.widget.children, self.editor_panel.widget)

    def _guarded(self, action: Callable[[], object]) -> None:
        """Does it, and shows why where that fails: a widget callback has no cell to fail in."""
        try:
            with by_hand():
                action()
        except InpaintError as error:
            self.grid.show_note(error.message, error.hint)
        except Exception as error:
            log.exception("a button of the grid failed")
            self.grid.show_note(f"{type(error).__name__}: {error}")
        else:
            self.grid.show_note("")

    def close(self) -> None:
        """Closes every widget, the editor's too; the sweep goes on."""
        self._disconnect()
        self._is_met = False
        MARSHALLER.drop((id(self), "cells"))
        if self.editor_panel is not None:
            self.editor_panel.session.close()
        with MARSHALLER.lock:
            close_tree(self.widget)
