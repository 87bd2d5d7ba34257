"""The picture, its mask and a preview as a view: layers that show them, and the hand that changes the mask."""

from __future__ import annotations

import time
from collections.abc import Callable

import ipywidgets
from ipycanvas import MultiCanvas
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook.doing import Doing
from inpaint_nb.notebook.drawing import LOCK, forget_current_canvas
from inpaint_nb.notebook.fallbackhand import FallbackHand
from inpaint_nb.notebook.ink import Ink
from inpaint_nb.notebook.layers import Layers
from inpaint_nb.notebook.outline import Outline
from inpaint_nb.notebook.proxy import Look

JUST_DRAWN_SECONDS = 2.0  # a page that loads says so twice, by its canvas and by its pointer layer

Change = Callable[[Mask], Mask]


class Editor:
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
        self._replayed_at = float("-inf")
        self._doing = Doing(
            now=self._now,
            show=self._show_proposal,
            tell=self._tell,
            on_edit=lambda change: self._on_edit(change),
            on_history={"undo": on_undo, "redo": on_redo},
            on_action=on_action,
        )
        self.ink = Ink(
            image.size,
            on_ready=self._page_ready,
            on_gesture=self._doing.gesture,
            on_command=self._doing.command,
            on_look=self._look_at,
            on_propose=self._doing.propose,
            on_settle=self._doing.settle,
        )
        self.layers = Layers(image, mask, self.ink)
        self.widget = ipywidgets.Box([self.layers.viewport, self.ink, self.layers.outline])
        self.widget.add_class("inb-stage")
        self.fallback = FallbackHand(
            self.layers,
            self.ink,
            self.widget,
            on_gesture=self._doing.gesture,
            on_command=self._doing.command,
        )
        self.canvas.on_client_ready(self._replay)

    @property
    def canvas(self) -> MultiCanvas:
        """Picture, overlay and preview, one above the other."""
        return self.layers.canvas

    @property
    def outline(self) -> Outline:
        """The line that marches round the mask, where masks are shown so."""
        return self.layers.outline

    @property
    def proposed(self) -> Mask | None:
        """The mask that is shown and not taken yet; a run takes it."""
        return self.layers.proposed

    @property
    def _look(self) -> Look | None:
        """The part that a page shows larger than the canvas can."""
        return self.layers.look

    # ------------------------------------------------------------------ what the owner shows

    def show_image(self, image: Image.Image, mask: Mask) -> None:
        """Shows another picture and the mask that belongs to it."""
        with LOCK:
            if image is not self.layers.image and self.layers.is_open:
                self.layers.show_image(image, mask)
        self.show_mask(mask)
        self._doing.forget()

    def show_mask(self, mask: Mask) -> None:
        """Shows `mask`, sending only the part of it that differs from what is shown; a preview gives way to it."""
        with LOCK:
            if mask is self.layers.mask or mask.size != self.layers.proxy.size:
                return
            self.layers.show_mask(mask)
        self._doing.forget()

    def show_other(self, mask: Mask | None) -> None:
        """Shows another mask than the one that gestures change, which stays as it is; None shows that one again."""
        with LOCK:
            self.layers.show_other(mask)

    def show_preview(self, image: Image.Image | None) -> None:
        """Lays `image` over picture and mask, stretched to the picture's size; None takes it away."""
        with LOCK:
            self.layers.show_preview(image)

    def set_history(self, can_undo: bool, can_redo: bool) -> None:
        """Says which of Undo and Redo can be pressed."""
        with LOCK:
            if self.layers.is_open:
                self.ink.can_undo, self.ink.can_redo = can_undo, can_redo

    def close(self) -> None:
        """Closes every widget of the editor; nothing is drawn afterwards."""
        self.fallback.stop()
        self._doing.forget()
        with LOCK:
            for widget in (self.widget, self.ink):
                widget.layout.close()
                widget.close()
            self.layers.close()

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

    def _now(self) -> tuple[Image.Image, Mask]:
        """The picture and the mask that the owner showed last."""
        with LOCK:
            return self.layers.image, self.layers.mask

    def _show_proposal(self, mask: Mask | None, words: str) -> None:
        with LOCK:
            if not self.layers.is_open:
                return
            if mask is not None or not words:
                self.layers.show_proposed(mask)
            self.ink.proposal = words

    def _tell(self, trouble: str) -> None:
        """Says why nothing came of what the hand did last; nothing, where something did."""
        with LOCK:
            if self.layers.is_open:
                self.ink.trouble = trouble

    # ------------------------------------------------------------------ pages that load

    def _page_ready(self) -> None:
        """The pointer layer paints from now on. While a cell runs it is heard long before the canvas is."""
        self.fallback.stop()
        self.layers.come_alive()
        if time.monotonic() - self._replayed_at > JUST_DRAWN_SECONDS:
            self._replay()

    def _replay(self) -> None:
        with LOCK:
            self._replayed_at = time.monotonic()
            forget_current_canvas()
            self.layers.draw_all()

    def _look_at(self, look: Look | None) -> None:
        """A page looks at a part of the picture: it is drawn at the screen's own resolution."""
        with LOCK:
            self.layers.look_at(look)
