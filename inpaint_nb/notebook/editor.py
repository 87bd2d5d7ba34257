"""The picture, its mask and a preview as ipycanvas layers, with the pointer layer on top."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import ipywidgets
from ipycanvas import MultiCanvas
from PIL import Image, ImageChops

from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks import Mask
from inpaint_nb.notebook import tools
from inpaint_nb.notebook.drawing import LOCK, forget_current_canvas, held, is_open, put_encoded
from inpaint_nb.notebook.fallback import FallbackPointer
from inpaint_nb.notebook.ink import Ink
from inpaint_nb.notebook.keys import PANEL_ACTIONS
from inpaint_nb.notebook.proposals import Proposals
from inpaint_nb.notebook.proxy import Look, Proxy, encode_overlay, encode_picture, encode_shown, renewed_box
from inpaint_nb.notebook.tools import Gesture, Wish

PICTURE, OVERLAY, PREVIEW = range(3)
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
        self._on_edit, self._on_action = on_edit, on_action
        self._on_history = {"undo": on_undo, "redo": on_redo}
        self._hand = threading.RLock()
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
            on_gesture=self._gesture,
            on_command=self._command,
            on_look=self._look_at,
            on_propose=self._propose,
            on_settle=self.settle,
        )
        self._proposed: Mask | None = None  # shown instead of the mask, and not taken yet
        self._proposals = Proposals(lambda: (self._image, self._mask), self._show_proposal, on_edit)
        viewport = ipywidgets.Box([self.canvas])
        viewport.add_class("inb-viewport")
        self.widget = ipywidgets.Box([viewport, self.ink])
        self.widget.add_class("inb-stage")
        self._fallback = FallbackPointer(
            self.canvas,
            on_stroke=self._fallback_stroke,
            style=self._fallback_style,
            on_dropped=self._draw_preview,
        )
        self._show_enlarged()
        self.ink.observe(self._restyle, ["colour", "opacity", "overlay"])
        self.canvas.on_client_ready(self._replay)

    # ------------------------------------------------------------------ what the owner shows

    def show_image(self, image: Image.Image, mask: Mask) -> None:
        """Shows another picture and the mask that belongs to it."""
        with LOCK:
            if image is not self._image and self._is_open:
                self._image, self._mask, self._preview = image, mask, None
                self._picture_png = self._levels = None
                self._look_at(None)
                self._fit(Proxy(image.size))
                self._draw_all()
        self.show_mask(mask)

    def show_mask(self, mask: Mask) -> None:
        """Shows `mask`, sending only the part of it that differs from what is shown."""
        with LOCK:
            if mask is not self._mask and mask.size == self._proxy.size:
                before, self._mask = self._shown, mask
                self._proposed = None
                self._draw_changes(before)

    @property
    def _shown(self) -> Mask:
        """The mask that the overlay shows."""
        return self._mask if self._proposed is None else self._proposed

    def _show_proposal(self, mask: Mask | None, words: str) -> None:
        with LOCK:
            before, self._proposed = self._shown, mask
            if self._is_open:
                self._draw_changes(before)
                self.ink.proposal = words

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
        with LOCK:
            layers = [self.canvas[number] for number in range(3)]
            for widget in (self.widget, *self.widget.children, self.canvas, *layers):
                widget.layout.close()
                widget.close()

    # ------------------------------------------------------------------ what the hand does

    def settle(self, is_taken: bool) -> None:
        """Takes the preview of a mask that is shown, if any, as one step; or takes it away."""
        with self._hand:
            self._proposals.settle(is_taken)

    def _propose(self, wish: Wish, answer: Callable[[], None]) -> None:
        self._proposals.ask(wish, answer)

    def _gesture(self, gesture: Gesture) -> None:
        with self._hand:
            self._on_edit(lambda mask: tools.apply(mask, gesture, self._image))

    def _command(self, name: str, px: int) -> None:
        with self._hand:
            if name in tools.COMMANDS:
                self._on_edit(lambda mask: tools.command(mask, name, px))
            elif name in self._on_history:
                self._on_history[name]()
            elif name in PANEL_ACTIONS:
                self._on_action(name)

    def _fallback_stroke(self, points: list[Point]) -> None:
        width, height = self._proxy.shown
        across, along = self._proxy.size[0] / width, self._proxy.size[1] / height
        in_picture = tuple(
            (round(x * across, tools.DECIMALS), round(y * along, tools.DECIMALS)) for x, y in points
        )
        ink = self.ink
        settings = tools.Settings(ink.radius, ink.hardness, ink.strength)
        tool = ink.tool if ink.tool in ("brush", "eraser", "rectangle", "ellipse", "lasso") else "brush"
        gesture = Gesture(tool, ink.mode, in_picture, settings=settings)  # type: ignore[arg-type] # traits
        self._gesture(gesture)
        self._draw_preview()

    def _fallback_style(self) -> tuple[str, float, float]:
        """Colour, opacity and width of the line to show, the width in canvas pixels."""
        colour = self.ink.colour if self.ink.mode == "add" else "#ffffff"
        return colour, self.ink.opacity, 2 * self.ink.radius * self._proxy.shown[0] / self._proxy.size[0]

    # ------------------------------------------------------------------ pages that load

    def _page_ready(self) -> None:
        """The pointer layer paints from now on. While a cell runs it is heard long before the canvas is."""
        self._fallback.stop()
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

    # ------------------------------------------------------------------ drawing; LOCK is held

    @property
    def _is_open(self) -> bool:
        return is_open(self.canvas)

    def _fit(self, proxy: Proxy) -> None:
        self._proxy = proxy
        if (self.canvas.width, self.canvas.height) != proxy.shown:
            self.canvas.width, self.canvas.height = proxy.shown
        self.canvas.layout.width = proxy.css_width
        if (self.ink.width, self.ink.height) != proxy.size:
            self.ink.fit(proxy.size)
        self._show_enlarged()

    def _show_enlarged(self) -> None:
        (self.canvas.add_class if self._proxy.is_enlarged else self.canvas.remove_class)("inb-enlarged")

    def _restyle(self, _: object) -> None:
        with LOCK:
            self._draw_overlay()
            self._draw_detail()

    def _draw_all(self) -> None:
        if self._picture_png is None:
            self._picture_png = encode_picture(self._image, self._proxy.shown)
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[PICTURE].clear()
                put_encoded(self.canvas[PICTURE], self._picture_png)
                self._draw_overlay()
                self._draw_preview()
        self._draw_detail()

    def _draw_detail(self) -> None:
        """Sends what the page looks at: the picture there and its overlay, or the preview laid over them."""
        look = self._look
        if look is None or not self._is_open:
            return
        shown = self._image if self._preview is None else stretched(self._preview, self._image.size)
        picture = encode_shown(look.picture(shown), self._image.info.get("icc_profile"))
        overlay = [] if self._preview is not None else [self._encode_levels(look.levels(self._shown))]
        self.ink.show_detail(look, [picture, *overlay])

    def _patch_detail(self, renewed: Box) -> None:
        part = None if self._look is None or self._preview is not None else self._look.touched(renewed)
        if part is not None and self._look is not None:
            self.ink.patch_detail(part[:2], self._encode_levels(self._look.levels(self._shown, part)))

    def _encode_levels(self, levels: Image.Image) -> bytes:
        return encode_overlay(levels, self.ink.colour, self.ink.opacity * self.ink.overlay)

    def _draw_changes(self, before: Mask) -> None:
        """Draws what of the mask differs from the one shown before."""
        renewed = renewed_box(before, self._shown)
        if self._levels is None or renewed is None:
            return
        self._patch_detail(renewed)
        box = self._proxy.look.touched(renewed)
        if box is None:
            return
        old, new = self._levels.crop(box), self._proxy.look.levels(self._shown, box)
        changed = ImageChops.difference(old, new).getbbox()
        if changed is not None:
            self._levels.paste(new, box)
            left, top, right, bottom = changed
            self._draw_overlay((box[0] + left, box[1] + top, box[0] + right, box[1] + bottom))

    def _draw_overlay(self, box: tuple[int, int, int, int] | None = None) -> None:
        """Draws the overlay anew inside `box`, in canvas pixels, or everywhere."""
        if self._levels is None:
            self._levels = self._proxy.look.levels(self._shown)
        left, top, right, bottom = box or (0, 0, *self._levels.size)
        part = self._levels.crop((left, top, right, bottom))
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[OVERLAY].clear_rect(left, top, right - left, bottom - top)
                if self.ink.overlay and part.getbbox():
                    put_encoded(self.canvas[OVERLAY], self._encode_levels(part), left, top)

    def _draw_preview(self) -> None:
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[PREVIEW].clear()
                if self._preview is not None:
                    put_encoded(self.canvas[PREVIEW], encode_picture(self._preview, self._proxy.shown))


def stretched(image: Image.Image, size: Size) -> Image.Image:
    """The picture in this size; itself where it has it already."""
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
