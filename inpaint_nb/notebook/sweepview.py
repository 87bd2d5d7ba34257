"""The live grid of a sweep as a widget: headings, cells that fill in, and one cell large."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import anywidget

from inpaint_nb.notebook.lanes import Awake

_HERE = Path(__file__).parent

Content = dict[str, object]


class Hand(Protocol):
    """What the page's buttons and keys ask for. Called on whichever thread the message came."""

    def ready(self) -> None:
        """A page was loaded and shows nothing yet."""
        ...

    def start(self) -> None:
        """Send what is not there yet."""
        ...

    def cancel(self) -> None:
        """Send no more."""
        ...

    def lay_out(self, rows: Sequence[str], columns: Sequence[str]) -> None:
        """Put these axes along the rows and columns."""
        ...

    def run_again(self, number: int) -> None:
        """Run one cell again."""
        ...

    def enlarge(self, number: int) -> None:
        """Show one cell large, with its request."""
        ...

    def use(self, number: int, index: int) -> None:
        """Go on from a picture of the cell."""
        ...


class Grid(Awake, anywidget.AnyWidget):
    """Shows what it is sent, and tells `hand` what was pressed; knows nothing of sweeps or jobs.

    Traits hold no picture.
    """

    _esm = "".join(
        (_HERE / name).read_text("utf-8") for name in ("elements.js", "sweepgrid.js", "sweepview.js")
    )
    _css = (_HERE / "sweepview.css").read_text("utf-8")

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.on_msg(self._receive)

    def show(self, content: Content, pictures: Mapping[int, bytes]) -> None:
        """Shows what changed: any of "grid", "overall" and "cells" in `content`, and small JPEG `pictures` of cells."""
        sent = {"cells": [], **content, "type": "update", "pictures": list(pictures)}
        self.send(sent, list(pictures.values()))

    def show_large(self, content: Content, pictures: Sequence[bytes]) -> None:
        """Shows the pictures of one cell, large, with its request."""
        self.send({**content, "type": "large"}, list(pictures))

    def show_note(self, error: str, hint: str = "") -> None:
        """Shows why something pressed was not done; an empty `error` takes it away."""
        self.send({"type": "note", "error": error, "hint": hint})

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        match content:
            case {"type": "ready"}:
                self._hand.ready()
            case {"type": "start"}:
                self._hand.start()
            case {"type": "cancel"}:
                self._hand.cancel()
            case {"type": "layout", "rows": [*rows], "columns": [*columns]}:
                self._hand.lay_out([str(name) for name in rows], [str(name) for name in columns])
            case {"type": "again", "number": int(number)}:
                self._hand.run_again(number)
            case {"type": "open", "number": int(number)}:
                self._hand.enlarge(number)
            case {"type": "use", "number": int(number), "index": int(index)}:
                self._hand.use(number, index)
