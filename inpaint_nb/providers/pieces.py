"""The parts of a picture that are filled one by one: a hole with enough around it to copy from.

The hole is wherever a mask is above 0, soft edges included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageStat

from inpaint_nb.edit import box_size, clamp_box, grow_box, merge_near
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask
from inpaint_nb.providers import pullpush
from inpaint_nb.providers.detail import enlarge, sharpened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Fill = Callable[["NDArray[np.uint8]", "NDArray[np.bool_]", int], "NDArray[np.uint8]"]

MIN_MARGIN_PX = 48  # 32 continued a gradient through a square hole at 42 dB, 48 at 56
LEAST_SHARE = 0.1  # of a shrunk pixel must be known for its colour to count: 8 bits tell little about less
_WHERE_SET = [0] + [255] * 255
# Crops begin on a grid of this size. PatchMatch halves the picture some times, and what repeats every 8 px, JPEG's
# blocks included, got out of step in crops that began anywhere.
GRID_PX = 8
CELL_PX = 32  # blobs are told apart on a grid of this size, so that a thousand specks cost no more than one


def find_pieces(hole: Mask) -> list[Box]:
    """The boxes to work on, from top to bottom: far-apart blobs in a box each, with what surrounds them."""
    if hole.bbox is None:
        return []
    boxes = merge_near(_blob_boxes(hole, hole.bbox), lambda box: with_margin(box, hole.size))
    return [with_margin(box, hole.size) for box in boxes]


def with_margin(box: Box, size: Size) -> Box:
    """`box` with surroundings to copy from: half its longer side, and never a thin frame."""
    left, top, right, bottom = grow_box(box, max(MIN_MARGIN_PX, max(box_size(box)) // 2), size)
    on_grid = (
        left - left % GRID_PX,
        top - top % GRID_PX,
        right + -right % GRID_PX,
        bottom + -bottom % GRID_PX,
    )
    return clamp_box(on_grid, size)


def fill_piece(picture: Image.Image, hole: Mask, box: Box, cap_px: int, fill: Fill, seed: int) -> Image.Image:
    """`box` of the picture in mode RGB, with the hole filled at a working size of at most `cap_px`."""
    crop = picture.crop(box).convert("RGB")
    gap = _gap(hole, box)
    if max(crop.size) <= cap_px:
        return _filled(crop, gap, fill, seed)
    scale = cap_px / max(crop.size)
    size = (max(1, round(crop.width * scale)), max(1, round(crop.height * scale)))
    small_gap = gap.resize(size, Image.Resampling.BOX).point(_WHERE_SET)
    if small_gap.getextrema() == (255, 255):  # a hatched hole, or next to nothing known: no patch to copy
        return _smooth(crop, gap, size).resize(crop.size, Image.Resampling.BICUBIC)
    small = _without_old_content(crop, gap, size).resize(size, Image.Resampling.LANCZOS)
    return sharpened(crop, gap, small, _filled(small, small_gap, fill, seed), small_gap, seed)


def paste_pieces(picture: Image.Image, hole: Mask, pieces: list[tuple[Box, Image.Image]]) -> Image.Image:
    """A copy of `picture` with the pieces in it, in the hole only and with the alpha as it was."""
    whole = picture.copy()
    for box, piece in pieces:
        fitted = piece.convert("L" if picture.mode == "L" else "RGB")
        if picture.mode == "RGBA":
            fitted.putalpha(picture.crop(box).getchannel("A"))
        whole.paste(fitted, box[:2], _gap(hole, box))
    return whole


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


def _blob_boxes(hole: Mask, box: Box) -> list[Box]:
    """The boxes of the hole's blobs, in image pixels; blobs less than a cell apart may count as one."""
    import numpy as np

    values = hole.crop(box) > 0
    blobs = _joined({(int(row), int(column)) for row, column in np.argwhere(_cells(values))})
    return [_tight(values, blob, box[:2]) for blob in blobs]


def _cells(values: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which cells of the grid hold any True pixel."""
    import numpy as np

    rows = np.logical_or.reduceat(values, np.arange(0, values.shape[0], CELL_PX), axis=0)
    return np.logical_or.reduceat(rows, np.arange(0, values.shape[1], CELL_PX), axis=1)


def _joined(cells: set[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The cells in groups that touch, at corners too. Empties `cells`."""
    groups = []
    while cells:
        group = [cells.pop()]
        for row, column in group:
            around = {(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & cells
            cells -= around
            group += around
        groups.append(group)
    return groups


def _tight(values: NDArray[np.bool_], blob: list[tuple[int, int]], corner: tuple[int, int]) -> Box:
    """The box of the True pixels around the blob's cells, other blobs' included, in image pixels."""
    import numpy as np

    rows, columns = zip(*blob, strict=True)
    top, left = min(rows) * CELL_PX, min(columns) * CELL_PX
    around = values[top : (max(rows) + 1) * CELL_PX, left : (max(columns) + 1) * CELL_PX]
    down, right = np.flatnonzero(around.any(axis=1)), np.flatnonzero(around.any(axis=0))
    x, y = corner[0] + left, corner[1] + top
    return x + int(right[0]), y + int(down[0]), x + int(right[-1]) + 1, y + int(down[-1]) + 1
