"""The pointer layer: ink at the speed of the hand, drawn in the page; one message per gesture comes here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from inpaint_nb.images import Size
from inpaint_nb.notebook import keys
from inpaint_nb.notebook.lanes import Awake
from inpaint_nb.notebook.proxy import Proxy
from inpaint_nb.notebook.tools import Gesture, read_gesture

_HERE = Path(__file__).parent

COLOURS = ["#e6007e", "#0a84ff", "#ffc400", "#00a86b"]  # told apart with every common colour blindness


class Ink(Awake, anywidget.AnyWidget):
    """Tool bar, ink and help line. Knows nothing of masks: it hands gestures and commands on and answers each.

    The page decides what a gesture was drawn with; the traits only say what the next one starts with. Handlers
    are called on whichever thread the message came. The answer leaves last and on the layer's own comm: it
    erases the ink, and it keeps later messages from waiting for a running cell.
    """

    _esm = "".join(
        (_HERE / name).read_text("utf-8") for name in ("elements.js", "toolbar.js", "strokes.js", "ink.js")
    )
    _css = (_HERE / "ink.css").read_text("utf-8")

    width = traitlets.Int(512, help="of the picture, in image pixels").tag(sync=True)
    height = traitlets.Int(512).tag(sync=True)
    css_width = traitlets.Unicode("512px").tag(sync=True)

    tool = traitlets.Enum(["brush", "eraser", "rectangle"], "brush").tag(sync=True)
    mode = traitlets.Enum(["add", "subtract"], "add").tag(sync=True)
    radius = traitlets.Float(24.0, help="of the brush, in image pixels").tag(sync=True)
    grow_px = traitlets.Int(4, min=1).tag(sync=True)
    colour = traitlets.Unicode(COLOURS[0]).tag(sync=True)
    opacity = traitlets.Float(0.55, min=0.0, max=1.0).tag(sync=True)
    overlay = traitlets.Bool(True, help="whether the mask is shown").tag(sync=True)

    can_undo = traitlets.Bool(False).tag(sync=True)
    can_redo = traitlets.Bool(False).tag(sync=True)

    actions = traitlets.List(keys.table()).tag(sync=True)
    colours = traitlets.List(COLOURS).tag(sync=True)

    def __init__(
        self,
        size: Size,
        *,
        on_ready: Callable[[], None],
        on_gesture: Callable[[Gesture], None],
        on_command: Callable[[str, int], None],
    ) -> None:
        super().__init__(**_fitting(size))
        self._on_ready, self._on_gesture, self._on_command = on_ready, on_gesture, on_command
        self._views: set[str] = set()  # of pages that have spoken; each says `ready` several times
        self.on_msg(self._receive)

    def fit(self, size: Size) -> None:
        """Makes the layer fit a picture of another size."""
        with self.hold_trait_notifications():
            for name, value in _fitting(size).items():
                setattr(self, name, value)

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        try:
            self._obey(content, buffers)
        finally:
            kind = "ready" if content.get("type") == "ready" else "ack"
            self.send({"type": kind, "view": content.get("view"), "seq": content.get("seq")})

    def _obey(self, content: dict[str, Any], buffers: list[memoryview]) -> None:
        match content.get("type"):
            case "ready":
                self._meet(str(content.get("view")))
            case "gesture":
                gesture = read_gesture(content, buffers[0] if buffers else b"")
                if gesture is not None:
                    self._on_gesture(gesture)
            case "command":
                self._on_command(str(content.get("name")), int(content.get("px") or 0))

    def _meet(self, view: str) -> None:
        if view not in self._views:
            self._views.add(view)
            self._on_ready()


def _fitting(size: Size) -> dict[str, Any]:
    longest = max(size)
    return {
        "width": size[0],
        "height": size[1],
        "css_width": Proxy(size).css_width,
        "radius": max(1, round(longest * 0.06)) / 2,
        "grow_px": max(1, round(longest / 128)),
    }
