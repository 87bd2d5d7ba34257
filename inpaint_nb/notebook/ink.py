"""The pointer layer: ink at the speed of the hand, drawn in the page; one message per gesture comes here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, get_args

import anywidget
import traitlets

from inpaint_nb.images import Size
from inpaint_nb.masks import available_selectors
from inpaint_nb.notebook import keys, remembered
from inpaint_nb.notebook.gestures import Gesture, Hint, Mode, Pressure, Space, Tool, number, read_gesture
from inpaint_nb.notebook.heard import Heard
from inpaint_nb.notebook.lanes import Awake
from inpaint_nb.notebook.proxy import Look, Proxy, read_look
from inpaint_nb.notebook.tools import REFINEMENTS, Wish, read_wish

_HERE = Path(__file__).parent

# Joined to one: each uses what those before it define.
SCRIPTS = (
    "elements", "toolbar", "help", "options", "strokes", "code", "pending", "view", "tools", "wishes", "hand",
    "crosshair", "keyboard", "ink",
)  # fmt: skip
Answer = Callable[[], None]

COLOURS = ["#e6007e", "#0a84ff", "#ffc400", "#00a86b"]  # told apart with every common colour blindness


class Ink(Awake, anywidget.AnyWidget):
    """Tool bar, ink and help. Knows nothing of masks: it hands gestures and commands on and answers each.

    The page decides what a gesture was drawn with; the traits only say what the next one starts with. Handlers
    are called on whichever thread the message came, and call the answer they are handed when all is drawn, on any
    thread. The answer leaves last and on the layer's own comm: it erases the ink, and it keeps later messages from
    waiting for a running cell.
    """

    _esm = "".join((_HERE / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    _css = (_HERE / "ink.css").read_text("utf-8")

    width = traitlets.Int(512, help="of the picture, in image pixels").tag(sync=True)
    height = traitlets.Int(512).tag(sync=True)
    css_width = traitlets.Unicode("512px").tag(sync=True)

    tool = traitlets.Enum(get_args(Tool), "brush").tag(sync=True)
    mode = traitlets.Enum(get_args(Mode), "add").tag(sync=True)
    radius = traitlets.Float(24.0, help="of the brush, in pixels of `unit`").tag(sync=True)
    unit = traitlets.Enum(["picture", "screen"], "picture").tag(sync=True)
    shown_scale = traitlets.Float(1.0, help="bitmap pixels of the whole picture for one picture pixel").tag(
        sync=True
    )
    hardness = traitlets.Float(1.0, min=0.0, max=1.0).tag(sync=True)
    strength = traitlets.Float(1.0, min=0.0, max=1.0, help="opacity of the brush").tag(sync=True)
    pressure = traitlets.Enum(get_args(Pressure), "none", help="what a pen's pressure changes").tag(sync=True)
    tolerance = traitlets.Float(32.0, min=0.0, max=255.0).tag(sync=True)
    softness = traitlets.Float(0.0, min=0.0, max=255.0).tag(sync=True)
    space = traitlets.Enum(get_args(Space), "rgb", help="how colours differ").tag(sync=True)
    contiguous = traitlets.Bool(True).tag(sync=True)
    stops = traitlets.Bool(False, help="the wand stops at what is masked").tag(sync=True)
    selector = traitlets.Unicode("").tag(sync=True)
    selectors = traitlets.List(traitlets.Unicode()).tag(sync=True)
    hint = traitlets.Enum(get_args(Hint), "box", help="what a drag says to the smart selection").tag(
        sync=True
    )
    proposal = traitlets.Unicode("", help="what is shown and not taken yet, in words").tag(sync=True)
    trouble = traitlets.Unicode("", help="why the newest gesture did nothing").tag(sync=True)
    refinements: Any = traitlets.List().tag(sync=True)
    grow_px = traitlets.Int(4, min=1).tag(sync=True)
    colour = traitlets.Unicode(COLOURS[0]).tag(sync=True)
    opacity = traitlets.Float(0.55, min=0.0, max=1.0).tag(sync=True)
    overlay = traitlets.Bool(True, help="whether the mask is shown").tag(sync=True)
    overlay_style = traitlets.Enum(["tint", "checker", "ants"], "tint").tag(sync=True)

    can_undo = traitlets.Bool(False).tag(sync=True)
    can_redo = traitlets.Bool(False).tag(sync=True)

    actions = traitlets.List(keys.table()).tag(sync=True)
    essentials = traitlets.List(list(keys.ESSENTIALS)).tag(sync=True)
    is_new = traitlets.Bool(True, help="nobody has painted in this kernel yet").tag(sync=True)
    colours = traitlets.List(COLOURS).tag(sync=True)

    is_new_here = True  # nobody has painted in this kernel yet

    def __init__(
        self,
        size: Size,
        *,
        on_ready: Callable[[], None],
        on_gesture: Callable[[Gesture, Answer], None],
        on_command: Callable[[str, int, Answer], None],
        on_look: Callable[[Look | None], None],
        on_propose: Callable[[Wish, Answer], None],
        on_settle: Callable[[bool, Answer], None],
    ) -> None:
        super().__init__(**_fitting(size), selectors=available_selectors(), refinements=_refinements())
        self.is_new = Ink.is_new_here
        self._on_ready, self._on_gesture, self._on_command = on_ready, on_gesture, on_command
        self._on_look, self._on_propose, self._on_settle = on_look, on_propose, on_settle
        self._views: set[str] = set()  # of pages that have spoken; each says `ready` several times
        self._heard = Heard()
        remembered.start(self, size)
        self.on_msg(self._receive)

    def fit(self, size: Size) -> None:
        """Makes the layer fit a picture of another size."""
        with self.hold_trait_notifications():
            for name, value in _fitting(size).items():
                setattr(self, name, value)
            self.radius = remembered.radius(size, self.radius)

    def show_detail(self, look: Look | None, bitmaps: Sequence[bytes] = ()) -> None:
        """Shows what lies in the look's box, over the whole picture: a picture and an overlay; None takes it away."""
        box, size = (look.box, look.shown) if look is not None else (None, None)
        self.send({"type": "detail", "box": box, "size": size}, list(bitmaps))

    def patch_detail(self, at: tuple[int, int], overlay: bytes) -> None:
        """Draws a part of the overlay anew, at a place of the detail's own bitmap."""
        self.send({"type": "patch", "at": at}, [overlay])

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        kind = "ready" if content.get("type") == "ready" else "ack"
        view, seq = str(content.get("view")), content.get("seq")
        told = {"type": kind, "view": content.get("view"), "seq": seq}

        def answer() -> None:
            self._heard.done(view, seq)
            if self.comm is not None:  # closed while something was drawn
                self.send(told)

        if kind == "ack" and isinstance(seq, int) and not self._heard.is_new(view, seq):
            if self._heard.is_done(view, seq):  # a page that was cut off heard no answer, and saw no outcome
                self._on_ready()
                answer()
            return
        match content.get("type"):
            case "gesture" if (gesture := read_gesture(content, _samples(buffers))) is not None:
                self._learn()
                self._on_gesture(gesture, answer)
            case "propose" if (wish := read_wish(content, _samples(buffers))) is not None:
                self._on_propose(wish, answer)
            case "settle":
                self._on_settle(bool(content.get("taken")), answer)
            case "command":
                self._on_command(str(content.get("name")), round(number(content.get("px"))), answer)
            case _:
                self._hear(content, answer)

    def _hear(self, content: dict[str, Any], answer: Answer) -> None:
        """What is no change of the mask."""
        try:
            match content.get("type"):
                case "ready":
                    self._meet(str(content.get("view")))
                case "look":
                    self._on_look(read_look(content, (self.width, self.height)))
        finally:
            answer()

    def _learn(self) -> None:
        """The first stroke ends the first-use hint, here and in later editors of this kernel."""
        if self.is_new:
            self.is_new = Ink.is_new_here = False

    def _meet(self, view: str) -> None:
        if view not in self._views:
            self._views.add(view)
            self._on_ready()


def _samples(buffers: list[memoryview]) -> bytes | memoryview:
    return buffers[0] if buffers else b""


def _refinements() -> list[dict[str, str]]:
    return [{"name": name, "label": each.label, "unit": each.unit} for name, each in REFINEMENTS.items()]


def _fitting(size: Size) -> dict[str, Any]:
    longest, proxy = max(size), Proxy(size)
    return {
        "width": size[0],
        "height": size[1],
        "css_width": proxy.css_width,
        "shown_scale": proxy.shown[0] / size[0],
        "radius": max(1, round(longest * 0.06)) / 2,
        "grow_px": max(1, round(longest / 128)),
    }
