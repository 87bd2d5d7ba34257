"""The picture and the mask as the page sees them: at most `LONGEST_PX` on the longer side."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
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
LARGEST_LOOK_PX = 4096  # bitmap of a part, on either side: a large window on a sharp screen
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

    @cached_property
    def look(self) -> Look:
        """The whole picture in the size shown."""
        return Look((0, 0, *self.size), self.shown)


@dataclass(frozen=True)
class Look:
    """A bitmap of `shown` pixels in which `box` of the picture is seen."""

    box: Box
    shown: Size

    def picture(self, image: Image.Image) -> Image.Image:
        """What the bitmap shows of the picture; of one of another size than the mask's, all that lies there."""
        if self.box == (0, 0, *image.size):
            reduced = images.thumbnail(image, max(self.shown))
            return (
                reduced
                if reduced.size == self.shown
                else reduced.resize(self.shown, Image.Resampling.BICUBIC)
            )
        part = image.crop(self.box)
        # Someone waits for it: half the time of Lanczos, and hardly less sharp.
        return part if part.size == self.shown else part.resize(self.shown, Image.Resampling.HAMMING)

    def levels(self, mask: Mask, part: Box | None = None) -> Image.Image:
        """What the bitmap shows of the mask, mode L; or only `part` of it, in bitmap pixels."""
        part = part or (0, 0, *self.shown)
        left, top, right, bottom = self._in_picture(part)
        outer = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
        full = Image.fromarray(mask.crop(outer))
        size = (part[2] - part[0], part[3] - part[1])
        if full.size == size:
            return full
        within = (left - outer[0], top - outer[1], right - outer[0], bottom - outer[1])
        return full.resize(size, Image.Resampling.BOX, box=within)

    def touched(self, box: Box) -> Box | None:
        """The box of bitmap pixels that show anything of `box`, given in picture pixels; None for no pixel."""
        across, along = self._scale
        left, top = (box[0] - self.box[0]) * across, (box[1] - self.box[1]) * along
        right, bottom = (box[2] - self.box[0]) * across, (box[3] - self.box[1]) * along
        found = (
            max(0, math.floor(left)), max(0, math.floor(top)),
            min(self.shown[0], math.ceil(right)), min(self.shown[1], math.ceil(bottom)),
        )  # fmt: skip
        return found if found[0] < found[2] and found[1] < found[3] else None

    @property
    def _scale(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return self.shown[0] / (right - left), self.shown[1] / (bottom - top)

    def _in_picture(self, part: Box) -> tuple[float, float, float, float]:
        (across, along), (left, top, right, bottom) = self._scale, self.box
        return (
            left + part[0] / across, top + part[1] / along,
            min(left + part[2] / across, right), min(top + part[3] / along, bottom),
        )  # fmt: skip


def read_look(content: Mapping[str, object], size: Size) -> Look | None:
    """What a page asks to see sharply, cut to the picture and to a bitmap of reasonable size; None for nothing."""
    box, shown = _whole_numbers(content.get("box"), 4), _whole_numbers(content.get("size"), 2)
    if box is None or shown is None:
        return None
    left, top = max(0, box[0]), max(0, box[1])
    right, bottom = min(size[0], box[2]), min(size[1], box[3])
    if left >= right or top >= bottom:
        return None
    across = max(1, min(shown[0], right - left, LARGEST_LOOK_PX))
    along = max(1, min(shown[1], bottom - top, LARGEST_LOOK_PX))
    return Look((left, top, right, bottom), (across, along))


def _whole_numbers(value: object, count: int) -> list[int] | None:
    if not isinstance(value, list) or len(value) != count:
        return None
    return value if all(type(each) is int for each in value) else None


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
    """The whole picture in the size shown, for the page."""
    return encode_shown(Look((0, 0, *image.size), shown).picture(image), image.info.get("icc_profile"))


def encode_shown(small: Image.Image, profile: bytes | None = None) -> bytes:
    """A bitmap for the page: PNG, or JPEG when it is large and opaque."""
    is_opaque = "A" not in small.getbands()
    out = io.BytesIO()
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
