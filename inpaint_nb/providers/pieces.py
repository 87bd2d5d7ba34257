"""Filling one piece of a hole: at a size that is quick to work at, and with its sharpness put back.

The hole is wherever a mask is above 0, soft edges included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageStat

from inpaint_nb.edit import box_size, relative_to
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask
from inpaint_nb.providers import pullpush
from inpaint_nb.providers.cuts import Piece
from inpaint_nb.providers.detail import enlarge, sharpened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fill = Callable[["NDArray[np.uint8]", "NDArray[np.bool_]", int], "NDArray[np.uint8]"]

LEAST_SHARE = 0.1  # of a shrunk pixel must be known for its colour to count: 8 bits tell little about less
_WHERE_SET = [0] + [255] * 255


@dataclass(frozen=True, slots=True)
class Working:
    """How large a piece is while it is filled: its longer side is at most `longest_px`.

    The parts of a long thin blob are many, so they are shrunk until they are `thin_px` wide, or until all of
    them hold `most_px` of hole. PatchMatch takes about 0.1 ms for each pixel of hole, twice as much where it is
    more than 18 px wide.
    """

    longest_px: int
    thin_px: int
    most_px: int

    def scale_of(self, piece: Piece) -> float:
        """By how much the piece is to be shrunk; 1 leaves it as it is."""
        times = max(box_size(piece.around)) / self.longest_px
        if piece.blob_px:
            times = max(times, min(piece.width_px / self.thin_px, (piece.blob_px / self.most_px) ** 0.5))
        return min(1 / times, 1)


def fill_piece(
    picture: Image.Image, hole: Mask, piece: Piece, working: Working, fill: Fill, seed: int
) -> Image.Image:
    """The picture around a piece in mode RGB, with the hole filled at a `working` size."""
    crop = picture.crop(piece.around).convert("RGB")
    gap = _gap(hole, piece.around)
    for box in piece.earlier:
        gap.paste(0, relative_to(box, piece.around))
    scale = working.scale_of(piece)
    if scale == 1:
        return _filled(crop, gap, fill, seed)
    size = (max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
    small_gap = gap.resize(size, Image.Resampling.BOX).point(_WHERE_SET)
    if small_gap.getextrema() == (255, 255):  # a hatched hole, or next to nothing known: no patch to copy
        return _smooth(crop, gap, size).resize(crop.size, Image.Resampling.BICUBIC)
    small = _without_old_content(crop, gap, size).resize(size, Image.Resampling.LANCZOS)
    return sharpened(crop, gap, small, _filled(small, small_gap, fill, seed), small_gap, seed)


def paste_piece(picture: Image.Image, hole: Mask, piece: Piece, filled: Image.Image) -> None:
    """Put what was filled for `piece` into `picture`, in the hole only and with the alpha as it was."""
    part = filled.crop(relative_to(piece.box, piece.around))
    fitted = part.convert("L" if picture.mode == "L" else "RGB")
    if picture.mode == "RGBA":
        fitted.putalpha(picture.crop(piece.box).getchannel("A"))
    picture.paste(fitted, piece.box[:2], _gap(hole, piece.box))


def _gap(hole: Mask, box: Box) -> Image.Image:
    """255 wherever the hole is above 0 in `box`, else 0, in mode L."""
    return Image.fromarray(hole.crop(box)).point(_WHERE_SET)


def _filled(crop: Image.Image, gap: Image.Image, fill: Fill, seed: int) -> Image.Image:
    import numpy as np

    return Image.fromarray(fill(np.asarray(crop), np.asarray(gap) > 0, seed))


def _without_old_content(crop: Image.Image, gap: Image.Image, small: Size) -> Image.Image:
    """The crop with its hole painted over smoothly, so that shrinking pulls nothing old across the edge."""
    tiny = (max(1, small[0] // 8), max(1, small[1] // 8))
    box = gap.getbbox() or (0, 0, *gap.size)
    smooth = enlarge(_smooth(crop, gap, tiny), crop.size, box, Image.Resampling.BILINEAR)
    fresh = crop.copy()
    fresh.paste(smooth, box[:2], gap.crop(box))
    return fresh


def _smooth(crop: Image.Image, gap: Image.Image, size: Size) -> Image.Image:
    """The known colours of the crop, at `size`, blended over what is not known."""
    import numpy as np

    known = ImageChops.invert(gap)
    black = Image.new("RGB", crop.size)
    colour = Image.composite(crop, black, known).resize(size, Image.Resampling.BOX)
    share = np.asarray(known.resize(size, Image.Resampling.BOX), np.float32)[..., None] / 255
    if share.max() < LEAST_SHARE:
        return Image.new("RGB", size, tuple(round(mean) for mean in ImageStat.Stat(crop, known).mean))
    mean = (np.asarray(colour, np.float32) / np.maximum(share, LEAST_SHARE)).clip(0, 255).astype(np.uint8)
    return Image.fromarray(pullpush.fill(mean, share[..., 0] < LEAST_SHARE, 0))
