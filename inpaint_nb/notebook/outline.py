"""Marching ants as a widget: a line over the picture that moves, and stands still for those who asked for that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget

from inpaint_nb.images import Box
from inpaint_nb.notebook.lanes import Awake

_HERE = Path(__file__).parent


class Outline(Awake, anywidget.AnyWidget):
    """Shows one outline in the stage that it is part of, wherever the picture is moved there.

    What is shown is kept here and sent again when a page is loaded anew. Traits hold no picture.
    """

    _esm = (_HERE / "outline.js").read_text("utf-8")
    _css = (_HERE / "outline.css").read_text("utf-8")

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Box, bytes] | None = None
        self.on_msg(self._receive)

    def show(self, box: Box, png: bytes) -> None:
        """Shows what is opaque in a PNG as a line, stretched over a box of the picture."""
        if self._shown != (box, png):
            self._shown = box, png
            self._send_shown()

    def hide(self) -> None:
        """Shows nothing."""
        if self._shown is not None:
            self._shown = None
            self._send_shown()

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        if content.get("type") == "ready":
            self._send_shown()

    def _send_shown(self) -> None:
        box, bitmaps = (None, []) if self._shown is None else (self._shown[0], [self._shown[1]])
        self.send({"type": "outline", "box": box}, bitmaps)

    def __repr__(self) -> str:
        return f"<Outline, {'hidden' if self._shown is None else self._shown[0]}>"
