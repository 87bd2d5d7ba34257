"""The picture and the mask as the page sees them: at most `LONGEST_PX` on the longer side."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from inpaint_nb import images
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask
from inpaint_nb.masks.raster import tile_boxes

LONGEST_PX = 1600  # sharp at 800 CSS px on a 2x screen; three layers of it are about 30 MB in the page
SMALLEST_SHOWN_PX = 384  # CSS px a small picture is enlarged to
WIDEST_SHOWN_PX = 900  # CSS px
LOSSLESS_PIXELS = 1_000_000  # larger opaque pictures travel as JPEG 4:4:4, a fifth of the bytes


@dataclass(frozen=True)
class Proxy:
    """How a picture of `size` is shown: the size of the bitmap, and the width on the page."""

    size: Size

    @cached_property
    def shown(self) -> Size:
        """Width and height of the bitmap."""
        scale = min(1.0, LONGEST_PX / max(self.size))
        return (max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale)))

    @cached_property
    def css_px(self) -> int:
        """The width on the page when there is room."""
        width, height = self.size
        enlarge = max(1.0, SMALLEST_SHOWN_PX / max(width, height))
        return max(1, min(WIDEST_SHOWN_PX, round(width * enlarge)))

    @cached_property
    def css_width(self) -> str:
        """The CSS width that fits the cell and leaves the height within three quarters of the window."""
        width, height = self.size
        return f"min(100%, {self.css_px}px, calc(75vh * {width / height:.6g}))"

    @property
    def is_enlarged(self) -> bool:
        """Whether single pixels are to be seen as squares."""
        return self.css_px >= 2 * self.size[0]

    def reduce_mask(self, mask: Mask, box: Box | None = None) -> Image.Image:
        """The mask in the size shown, mode L; or only `box` of it, in bitmap pixels."""
        box = box or (0, 0, *self.shown)
        if self.shown == self.size:
            return Image.fromarray(mask.crop(box))
        left, top, right, bottom = self._in_picture(box)
        outer = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
        full = Image.fromarray(mask.crop(outer))
        within = (left - outer[0], top - outer[1], right - outer[0], bottom - outer[1])
        return full.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BOX, box=within)

    def touched(self, box: Box) -> Box:
        """The box of bitmap pixels that show anything of `box`, given in picture pixels."""
        across, along = self.shown[0] / self.size[0], self.shown[1] / self.size[1]
        right, bottom = math.ceil(box[2] * across), math.ceil(box[3] * along)
        left, top = math.floor(box[0] * across), math.floor(box[1] * along)
        return left, top, min(right, self.shown[0]), min(bottom, self.shown[1])

    def _in_picture(self, box: Box) -> tuple[float, float, float, float]:
        across, along = self.size[0] / self.shown[0], self.size[1] / self.shown[1]
        right, bottom = min(box[2] * across, self.size[0]), min(box[3] * along, self.size[1])
        return box[0] * across, box[1] * along, right, bottom


def renewed_box(old: Mask, new: Mask) -> Box | None:
    """A box outside of which two masks of one size hold the same pixels; None when they hold no other ones.

    Masks made from one another share the tiles that did not change, so this costs nothing per pixel.
    """
    tiles = zip(old.raster.tiles, new.raster.tiles, tile_boxes(new.size), strict=True)
    boxes = [box for before, after, box in tiles if before is not after]
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def encode_picture(image: Image.Image, shown: Size) -> bytes:
    """The picture in the size shown, for the page: PNG, or JPEG when it is large and opaque."""
    reduced = images.thumbnail(image, max(shown))
    small = reduced if reduced.size == shown else reduced.resize(shown, Image.Resampling.BICUBIC)
    is_opaque = "A" not in small.getbands()
    out = io.BytesIO()
    profile = image.info.get("icc_profile")
    if is_opaque and small.width * small.height > LOSSLESS_PIXELS:
        small.save(out, "JPEG", quality=92, subsampling=0, icc_profile=profile)
    else:
        small.save(out, "PNG", compress_level=1, icc_profile=profile)
    return out.getvalue()


def encode_overlay(levels: Image.Image, colour: str, opacity: float) -> bytes:
    """A PNG of one colour whose alpha is `levels` (mode L) times `opacity`."""
    red, green, blue = rgb(colour)
    tinted = Image.frombytes("P", levels.size, levels.tobytes())
    tinted.putpalette(bytes((red, green, blue)) * 256)
    out = io.BytesIO()
    tinted.save(
        out, "PNG", compress_level=1, transparency=bytes(round(level * opacity) for level in range(256))
    )
    return out.getvalue()


def rgb(colour: str) -> tuple[int, int, int]:
    """The three channels of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
