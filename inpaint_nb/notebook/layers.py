"""Picture, mask and preview drawn on the layers of a canvas, and in the page where it shows them larger."""

from __future__ import annotations

import ipywidgets
from ipycanvas import MultiCanvas
from PIL import Image, ImageChops

from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.drawing import LOCK, held, is_open, put_encoded
from inpaint_nb.notebook.ink import Ink
from inpaint_nb.notebook.outline import Outline
from inpaint_nb.notebook.overlay import encode_outline, encode_styled
from inpaint_nb.notebook.proxy import Look, Proxy, encode_picture, encode_shown, renewed_box

PICTURE, OVERLAY, PREVIEW = range(3)


class Layers:
    """What an editor shows, and how it is drawn on the canvas, in the outline and in the pointer layer.

    Whoever calls these methods holds the drawing lock; `come_alive` and `draw_preview` take it themselves.
    """

    def __init__(self, image: Image.Image, mask: Mask, ink: Ink) -> None:
        self.image, self.mask = image, mask
        self.proxy = Proxy(image.size)
        self.look: Look | None = None  # the part that a page shows larger than the canvas can
        self._ink = ink
        self._preview: Image.Image | None = None
        self._other: Mask | None = None  # shown instead of the mask, to be looked at
        self.proposed: Mask | None = None  # shown instead of the mask, and not taken yet
        self._picture_png: bytes | None = None
        self._levels: Image.Image | None = None  # the reduced mask that the overlay shows
        self._is_live = False  # a page draws the pointer layer, and the outline
        self.canvas = MultiCanvas(3, width=self.proxy.shown[0], height=self.proxy.shown[1])
        self.canvas.layout.width = self.proxy.css_width
        self.viewport = ipywidgets.Box([self.canvas])
        self.viewport.add_class("inb-viewport")
        self.outline = Outline()
        self._show_enlarged()
        ink.observe(self._restyle, ["colour", "opacity", "overlay", "overlay_style"])

    @property
    def is_open(self) -> bool:
        """Whether anything may still be drawn."""
        return is_open(self.canvas)

    # ------------------------------------------------------------------ what is shown

    def show_image(self, image: Image.Image, mask: Mask) -> None:
        """Shows another picture and the mask that belongs to it, and nothing of what was shown beside the old one."""
        self.image, self.mask, self._preview = image, mask, None
        self.proposed = self._other = None
        self._picture_png = self._levels = None
        self.look_at(None)
        self._fit(Proxy(image.size))
        self.draw_all()

    def show_mask(self, mask: Mask) -> None:
        """Shows another mask of the same picture; a proposed one gives way to it."""
        before, self.mask = self._shown, mask
        self.proposed = None
        self._draw_changes(before)

    def show_other(self, mask: Mask | None) -> None:
        """Shows another mask than the picture's own; None shows that one again."""
        if mask is not self._other and (mask is None or mask.size == self.proxy.size):
            before, self._other = self._shown, mask
            self._draw_changes(before)

    def show_proposed(self, mask: Mask | None) -> None:
        """Shows what is not taken yet; None takes it away."""
        before, self.proposed = self._shown, mask
        if self._shown.size == self.proxy.size:
            self._draw_changes(before)

    def show_preview(self, image: Image.Image | None) -> None:
        """Lays a picture over everything, stretched to the size of the one below; None takes it away."""
        if image is not self._preview:
            self._preview = image
            self.draw_preview()
            self._draw_detail()

    def look_at(self, look: Look | None) -> None:
        """Shows a part of the picture at the screen's own resolution; None takes it away."""
        self.look = look
        if look is None and self.is_open:
            self._ink.show_detail(None)
        self._draw_detail()

    def come_alive(self) -> None:
        """From now on a page draws what is not on the canvas: the outline."""
        if not self._is_live:
            self._is_live = True
            if self._marches:
                self._restyle()

    def close(self) -> None:
        """Closes every widget; nothing is drawn afterwards."""
        layers = [self.canvas[number] for number in (PICTURE, OVERLAY, PREVIEW)]
        for widget in (self.viewport, self.outline, self.canvas, *layers):
            widget.layout.close()
            widget.close()

    # ------------------------------------------------------------------ how it is drawn

    @property
    def _shown(self) -> Mask:
        """The mask that the overlay shows."""
        shown = self.mask if self._other is None else self._other
        return shown if self.proposed is None else self.proposed

    def _fit(self, proxy: Proxy) -> None:
        self.proxy = proxy
        if (self.canvas.width, self.canvas.height) != proxy.shown:
            self.canvas.width, self.canvas.height = proxy.shown
        self.canvas.layout.width = proxy.css_width
        if (self._ink.width, self._ink.height) != proxy.size:
            self._ink.fit(proxy.size)
        self._show_enlarged()

    def _show_enlarged(self) -> None:
        (self.canvas.add_class if self.proxy.is_enlarged else self.canvas.remove_class)("inb-enlarged")

    def _restyle(self, _: object = None) -> None:
        with LOCK:
            self._draw_overlay()
            self._draw_detail()

    def draw_all(self) -> None:
        """Draws everything anew, for a page that has nothing of it."""
        if self._picture_png is None:
            self._picture_png = encode_picture(self.image, self.proxy.shown)
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[PICTURE].clear()
                put_encoded(self.canvas[PICTURE], self._picture_png)
                self._draw_overlay()
                self.draw_preview()
        self._draw_detail()

    def _draw_detail(self) -> None:
        """Sends what the page looks at: the picture there and its overlay, or the preview laid over them."""
        self._draw_outline()
        look = self.look
        if look is None or not self.is_open:
            return
        shown = self.image if self._preview is None else stretched(self._preview, self.image.size)
        picture = encode_shown(look.picture(shown), self.image.info.get("icc_profile"))
        is_bare = self._preview is not None or self._marches
        overlay = [] if is_bare else [self._encode_levels(look.levels(self._shown))]
        self._ink.show_detail(look, [picture, *overlay])

    def _patch_detail(self, renewed: Box) -> None:
        is_bare = self._preview is not None or self._marches
        part = None if self.look is None or is_bare else self.look.touched(renewed)
        if part is not None and self.look is not None:
            self._ink.patch_detail(
                part[:2], self._encode_levels(self.look.levels(self._shown, part), part[:2])
            )

    def _encode_levels(self, levels: Image.Image, at: tuple[int, int] = (0, 0)) -> bytes:
        ink = self._ink
        return encode_styled(levels, ink.overlay_style, ink.colour, ink.opacity * ink.overlay, at)

    @property
    def _marches(self) -> bool:
        """Whether the mask is an outline that the page moves, and nothing of it is on the canvas."""
        return self._is_live and self._ink.overlay_style == "ants"

    def _draw_outline(self) -> None:
        if not self.is_open:
            return
        if not self._marches or not self._ink.overlay or self._preview is not None:
            self.outline.hide()
            return
        look = self.look or self.proxy.look
        self.outline.show(look.box, encode_outline(look.levels(self._shown)))

    def _draw_changes(self, before: Mask) -> None:
        """Draws what of the mask differs from the one shown before."""
        renewed = renewed_box(before, self._shown)
        if self._levels is None or renewed is None:
            return
        self._patch_detail(renewed)
        self._draw_outline()
        box = self.proxy.look.touched(renewed)
        if box is None:
            return
        old, new = self._levels.crop(box), self.proxy.look.levels(self._shown, box)
        changed = ImageChops.difference(old, new).getbbox()
        if changed is not None:
            self._levels.paste(new, box)
            left, top, right, bottom = changed
            place = box[0] + left, box[1] + top, box[0] + right, box[1] + bottom
            self._draw_overlay(None if self._ink.overlay_style == "ants" else place)

    def _draw_overlay(self, box: tuple[int, int, int, int] | None = None) -> None:
        """Draws the overlay anew inside `box`, in canvas pixels, or everywhere."""
        if self._levels is None:
            self._levels = self.proxy.look.levels(self._shown)
        left, top, right, bottom = box or (0, 0, *self._levels.size)
        part = self._levels.crop((left, top, right, bottom))
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[OVERLAY].clear_rect(left, top, right - left, bottom - top)
                if self._ink.overlay and part.getbbox() and not self._marches:
                    put_encoded(self.canvas[OVERLAY], self._encode_levels(part, (left, top)), left, top)

    def draw_preview(self) -> None:
        """Draws the preview anew, and takes away what else was drawn there."""
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[PREVIEW].clear()
                if self._preview is not None:
                    put_encoded(self.canvas[PREVIEW], encode_picture(self._preview, self.proxy.shown))


def stretched(image: Image.Image, size: Size) -> Image.Image:
    """The picture in this size; itself where it has it already."""
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
