"""Picture, mask and preview drawn on the layers of a canvas, and in the page where it shows them larger."""

from __future__ import annotations

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
    """What an editor shows, and how it is drawn. Whoever calls these methods holds the drawing lock."""

    canvas: MultiCanvas
    ink: Ink
    outline: Outline
    _image: Image.Image
    _mask: Mask
    _preview: Image.Image | None
    _other: Mask | None  # shown instead of the mask, to be looked at
    _proposed: Mask | None  # shown instead of the mask, and not taken yet
    _proxy: Proxy
    _look: Look | None  # the part that a page shows larger than the canvas can
    _picture_png: bytes | None
    _levels: Image.Image | None  # the reduced mask that the overlay shows
    _is_live: bool  # a page draws the pointer layer, and the outline

    @property
    def _shown(self) -> Mask:
        """The mask that the overlay shows."""
        shown = self._mask if self._other is None else self._other
        return shown if self._proposed is None else self._proposed

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

    def _restyle(self, _: object = None) -> None:
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
        self._draw_outline()
        look = self._look
        if look is None or not self._is_open:
            return
        shown = self._image if self._preview is None else stretched(self._preview, self._image.size)
        picture = encode_shown(look.picture(shown), self._image.info.get("icc_profile"))
        is_bare = self._preview is not None or self._marches
        overlay = [] if is_bare else [self._encode_levels(look.levels(self._shown))]
        self.ink.show_detail(look, [picture, *overlay])

    def _patch_detail(self, renewed: Box) -> None:
        is_bare = self._preview is not None or self._marches
        part = None if self._look is None or is_bare else self._look.touched(renewed)
        if part is not None and self._look is not None:
            self.ink.patch_detail(
                part[:2], self._encode_levels(self._look.levels(self._shown, part), part[:2])
            )

    def _encode_levels(self, levels: Image.Image, at: tuple[int, int] = (0, 0)) -> bytes:
        ink = self.ink
        return encode_styled(levels, ink.overlay_style, ink.colour, ink.opacity * ink.overlay, at)

    @property
    def _marches(self) -> bool:
        """Whether the mask is an outline that the page moves, and nothing of it is on the canvas."""
        return self._is_live and self.ink.overlay_style == "ants"

    def _draw_outline(self) -> None:
        if not self._is_open:
            return
        if not self._marches or not self.ink.overlay or self._preview is not None:
            self.outline.hide()
            return
        look = self._look or self._proxy.look
        self.outline.show(look.box, encode_outline(look.levels(self._shown)))

    def _draw_changes(self, before: Mask) -> None:
        """Draws what of the mask differs from the one shown before."""
        renewed = renewed_box(before, self._shown)
        if self._levels is None or renewed is None:
            return
        self._patch_detail(renewed)
        self._draw_outline()
        box = self._proxy.look.touched(renewed)
        if box is None:
            return
        old, new = self._levels.crop(box), self._proxy.look.levels(self._shown, box)
        changed = ImageChops.difference(old, new).getbbox()
        if changed is not None:
            self._levels.paste(new, box)
            left, top, right, bottom = changed
            place = box[0] + left, box[1] + top, box[0] + right, box[1] + bottom
            self._draw_overlay(None if self.ink.overlay_style == "ants" else place)

    def _draw_overlay(self, box: tuple[int, int, int, int] | None = None) -> None:
        """Draws the overlay anew inside `box`, in canvas pixels, or everywhere."""
        if self._levels is None:
            self._levels = self._proxy.look.levels(self._shown)
        left, top, right, bottom = box or (0, 0, *self._levels.size)
        part = self._levels.crop((left, top, right, bottom))
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[OVERLAY].clear_rect(left, top, right - left, bottom - top)
                if self.ink.overlay and part.getbbox() and not self._marches:
                    put_encoded(self.canvas[OVERLAY], self._encode_levels(part, (left, top)), left, top)

    def _draw_preview(self) -> None:
        with held(self.canvas) as may_draw:
            if may_draw:
                self.canvas[PREVIEW].clear()
                if self._preview is not None:
                    put_encoded(self.canvas[PREVIEW], encode_picture(self._preview, self._proxy.shown))


def stretched(image: Image.Image, size: Size) -> Image.Image:
    """The picture in this size; itself where it has it already."""
    return image if image.size == size else image.resize(size, Image.Resampling.BICUBIC)
