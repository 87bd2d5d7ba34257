"""The picture, its mask and a preview as ipycanvas layers, with the pointer layer on top."""

from __future__ import annotations

import time
from collections.abc import Callable

import ipywidgets
from ipycanvas import MultiCanvas
from PIL import Image

from inpaint_nb.images import Point
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.doing import Doing
from inpaint_nb.notebook.drawing import LOCK, forget_current_canvas
from inpaint_nb.notebook.fallback import FallbackBar, FallbackPointer
from inpaint_nb.notebook.gestures import DECIMALS, Gesture, Settings
from inpaint_nb.notebook.ink import Ink
from inpaint_nb.notebook.layers import Layers
from inpaint_nb.notebook.outline import Outline
from inpaint_nb.notebook.proxy import Look, Proxy

JUST_DRAWN_SECONDS = 2.0  # a page that loads says so twice, by its canvas and by its pointer layer

Change = Callable[[Mask], Mask]


class Editor(Layers):
    """A view: it keeps what is shown and owns no mask.

    Every change the hand makes goes to `on_edit` as a function from the old mask to the new one; whoever owns
    the mask applies it and calls `show_mask`. The show methods may be called from any thread and redraw only
    what differs. Callbacks come one at a time, and the drawing lock is free while they run.
    """

    def __init__(
        self,
        image: Image.Image,
        mask: Mask,
        *,
        on_edit: Callable[[Change], None],
        on_undo: Callable[[], None],
        on_redo: Callable[[], None],
        on_action: Callable[[str], None],
    ) -> None:
        self._on_edit = on_edit
        self._doing = Doing(
            now=self._now,
            show=self._show_proposal,
            tell=self._tell,
            on_edit=lambda change: self._on_edit(change),
            on_history={"undo": on_undo, "redo": on_redo},
            on_action=on_action,
        )
        self._image, self._mask = image, mask
        self._preview: Image.Image | None = None
        self._proxy = Proxy(image.size)
        self._picture_png: bytes | None = None
        self._levels: Image.Image | None = None  # the reduced mask that the overlay shows
        self._replayed_at = float("-inf")
        self.canvas = MultiCanvas(3, width=self._proxy.shown[0], height=self._proxy.shown[1])
        self.canvas.layout.width = self._proxy.css_width
        self._look: Look | None = None  # the part that a page shows larger than the canvas can
        self.ink = Ink(
            image.size,
            on_ready=self._page_ready,
            on_gesture=self._doing.gesture,
            on_command=self._doing.command,
            on_look=self._look_at,
            on_propose=self._doing.propose,
            on_settle=self._doing.settle,
        )
        self.outline = Outline()
        self._is_live = False  # a page draws the pointer layer, and the outline
        self._other: Mask | None = None  # shown instead of the mask, to be looked at
        self._proposed: Mask | None = None  # shown instead of the mask, and not taken yet
        viewport = ipywidgets.Box([self.canvas])
        viewport.add_class("inb-viewport")
        self.widget = ipywidgets.Box([viewport, self.ink, self.outline])
        self.widget.add_class("inb-stage")
        self._fallback = FallbackPointer(
            self.canvas,
            on_stroke=self._fallback_stroke,
            style=self._fallback_style,
            on_dropped=self._draw_preview,
            on_first=self._show_bar,
        )
        self._bar: FallbackBar | None = None
        self._show_enlarged()
        self.ink.observe(self._restyle, ["colour", "opacity", "overlay", "overlay_style"])
        self.canvas.on_client_ready(self._replay)

    # ------------------------------------------------------------------ what the owner shows

    def show_image(self, image: Image.Image, mask: Mask) -> None:
        """Shows another picture and the mask that belongs to it."""
        with LOCK:
            if image is not self._image and self._is_open:
                self._image, self._mask, self._preview = image, mask, None
                self._proposed = self._other = None
                self._picture_png = self._levels = None
                self._look_at(None)
                self._fit(Proxy(image.size))
                self._draw_all()
        self.show_mask(mask)
        self._doing.forget()

    def show_mask(self, mask: Mask) -> None:
        """Shows `mask`, sending only the part of it that differs from what is shown; a preview gives way to it."""
        with LOCK:
            if mask is self._mask or mask.size != self._proxy.size:
                return
            before, self._mask = self._shown, mask
            self._proposed = None
            self._draw_changes(before)
        self._doing.forget()

    def show_other(self, mask: Mask | None) -> None:
        """Shows another mask than the one that gestures change, which stays as it is; None shows that one again."""
        with LOCK:
            if mask is not self._other and (mask is None or mask.size == self._proxy.size):
                before, self._other = self._shown, mask
                self._draw_changes(before)

    def _now(self) -> tuple[Image.Image, Mask]:
        """The picture and the mask that the owner showed last."""
        with LOCK:
            return self._image, self._mask

    def _show_proposal(self, mask: Mask | None, words: str) -> None:
        with LOCK:
            if not self._is_open:
                return
            if mask is not None or not words:
                before, self._proposed = self._shown, mask
                if self._shown.size == self._proxy.size:
                    self._draw_changes(before)
            self.ink.proposal = words

    def _tell(self, trouble: str) -> None:
        """Says why nothing came of what the hand did last; nothing, where something did."""
        with LOCK:
            if self._is_open:
                self.ink.trouble = trouble

    def show_preview(self, image: Image.Image | None) -> None:
        """Lays `image` over picture and mask, stretched to the picture's size; None takes it away."""
        with LOCK:
            if image is not self._preview:
                self._preview = image
                self._draw_preview()
                self._draw_detail()

    def set_history(self, can_undo: bool, can_redo: bool) -> None:
        """Says which of Undo and Redo can be pressed."""
        with LOCK:
            if self._is_open:
                self.ink.can_undo, self.ink.can_redo = can_undo, can_redo

    def close(self) -> None:
        """Closes every widget of the editor; nothing is drawn afterwards."""
        self._fallback.stop()
        self._drop_bar()
        self._doing.forget()
        with LOCK:
            layers = [self.canvas[number] for number in range(3)]
            for widget in (self.widget, *self.widget.children, self.canvas, *layers):
                widget.layout.close()
                widget.close()

    # ------------------------------------------------------------------ what the hand does

    def settle(self, is_taken: bool, then: Callable[[], None] = lambda: None) -> None:
        """Takes the preview of a mask that is shown, if any, as one step; or takes it away.

        `then` is called when that and every gesture before it is done: at once, unless one of them takes its time.
        """
        self._doing.settle(is_taken, lambda: None)
        self._doing.then(then)

    def when_done(self, work: Callable[[], None]) -> None:
        """Calls `work` when every gesture before it is done: at once, unless one of them takes its time."""
        self._doing.then(work)

    def _fallback_stroke(self, points: list[Point]) -> None:
        width, height = self._proxy.shown
        across, along = self._proxy.size[0] / width, self._proxy.size[1] / height
        in_picture = tuple((round(x * across, DECIMALS), round(y * along, DECIMALS)) for x, y in points)
        ink = self.ink
        settings = Settings(ink.radius, ink.hardness, ink.strength)
        tool = ink.tool if ink.tool in ("brush", "eraser", "rectangle", "ellipse", "lasso") else "brush"
        gesture = Gesture(tool, ink.mode, in_picture, settings=settings)  # type: ignore[arg-type] # traits
        self._doing.gesture(gesture, self._draw_preview)

    def _fallback_style(self) -> tuple[str, float, float]:
        """Colour, opacity and width of the line to show, the width in canvas pixels."""
        colour = self.ink.colour if self.ink.mode == "add" else "#ffffff"
        return colour, self.ink.opacity, 2 * self.ink.radius * self._proxy.shown[0] / self._proxy.size[0]

    def _show_bar(self) -> None:
        """Gives a page without pointer layer, and so without its tool bar, a plain one."""
        with LOCK:
            if self._is_open and self._bar is None:
                self._bar = FallbackBar(self.ink, lambda name: self._doing.command(name, 0, lambda: None))
                self.widget.layout.flex_flow = "column"
                self.widget.children = (self._bar.widget, *self.widget.children)

    def _drop_bar(self) -> None:
        with LOCK:
            bar, self._bar = self._bar, None
            if bar is not None:
                self.widget.children = tuple(each for each in self.widget.children if each is not bar.widget)
                bar.close()

    # ------------------------------------------------------------------ pages that load

    def _page_ready(self) -> None:
        """The pointer layer paints from now on. While a cell runs it is heard long before the canvas is."""
        self._fallback.stop()
        self._drop_bar()
        if not self._is_live:
            self._is_live = True
            if self._marches:
                self._restyle()
        if time.monotonic() - self._replayed_at > JUST_DRAWN_SECONDS:
            self._replay()

    def _replay(self) -> None:
        with LOCK:
            self._replayed_at = time.monotonic()
            forget_current_canvas()
            self._draw_all()

    def _look_at(self, look: Look | None) -> None:
        """A page looks at a part of the picture: it is drawn at the screen's own resolution."""
        with LOCK:
            self._look = look
            if look is None and self._is_open:
                self.ink.show_detail(None)
            self._draw_detail()
