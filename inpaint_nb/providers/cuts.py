"""Which parts of a picture are filled one after another: each blob of the hole with enough around it to copy from.

A long thin blob is cut into several, or else the picture would have to be shrunk until all of it fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

from inpaint_nb.edit import box_size, clamp_box, grow_box, merge_near
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask
from inpaint_nb.providers.blobs import CELL_PX, area, blob_boxes, box_of_cells, cells_of, tight

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

Span = tuple[int, int]  # first and last cell along one side, the last one exclusive
Part = tuple[Span, Span]  # rows and columns of cells

MIN_MARGIN_PX = 48  # 32 continued a gradient through a square hole at 42 dB, 48 at 56
# Crops begin on a grid of this size. PatchMatch halves the picture some times, and what repeats every 8 px, JPEG's
# blocks included, got out of step in crops that began anywhere.
GRID_PX = 8
LONG_PX = 512  # a blob up to this long is never cut: with its surroundings it is shrunk 2.7 times at most
THIN_SHARE = 0.25  # of the square around a blob: what a rectangle has that is four times as long as wide
MARGIN_TIMES = 3  # a part of a long thin blob looks that many times its width around,
PART_MARGIN_PX = 96  # and this far at least: half its length took twice as long and looked the same
MAX_CUTS = 31  # of one blob; the longest parts are cut first


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of the hole: what of it lies in `box` is filled, by looking at the picture in `around`.

    In the boxes of `earlier` the hole was filled before, so that what stands there counts as known. For a part
    of a long thin blob, `width_px` says how wide the hole is in it and `blob_px` how many pixels the blob has.
    """

    box: Box
    around: Box
    earlier: tuple[Box, ...] = ()
    width_px: float = 0
    blob_px: int = 0


def find_pieces(hole: Mask) -> list[Piece]:
    """What to fill, in order, from top to bottom; far-apart blobs are told apart, long thin ones are cut."""
    boxes = merge_near(blob_boxes(hole), lambda box: with_margin(box, hole.size))
    return [piece for box in boxes for piece in _pieces_of(hole, box)]


def with_margin(box: Box, size: Size) -> Box:
    """`box` with surroundings to copy from: half its longer side, and never a thin frame."""
    return _widened(box, max(MIN_MARGIN_PX, max(box_size(box)) // 2), size)


def _widened(box: Box, margin_px: int, size: Size) -> Box:
    left, top, right, bottom = grow_box(box, margin_px, size)
    on_grid = (
        left - left % GRID_PX,
        top - top % GRID_PX,
        right + -right % GRID_PX,
        bottom + -bottom % GRID_PX,
    )
    return clamp_box(on_grid, size)


def shared_box(first: Box, second: Box) -> Box | None:
    """What two boxes share; None when they share nothing."""
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right, bottom = min(first[2], second[2]), min(first[3], second[3])
    return (left, top, right, bottom) if left < right and top < bottom else None


def _pieces_of(hole: Mask, box: Box) -> list[Piece]:
    """The pieces that the hole's part in `box` is filled in."""
    parts = _cut(cells_of(hole, box)) if max(box_size(box)) > LONG_PX else []
    if len(parts) < 2:
        return [Piece(box, with_margin(box, hole.size))]
    pieces: list[Piece] = []
    blob_px = area(hole, box)
    for rows, columns in parts:
        part = tight(hole, box_of_cells(rows, columns, box))
        width = area(hole, part) / hypot(*box_size(part))
        around = _widened(part, _margin(part, width), hole.size)
        earlier = tuple(other.box for other in pieces if shared_box(other.box, around))
        pieces.append(Piece(part, around, earlier, width, blob_px))
    return pieces


def _margin(part: Box, width_px: float) -> int:
    wanted = max(round(MARGIN_TIMES * width_px), PART_MARGIN_PX)
    return min(wanted, max(max(box_size(part)) // 2, MIN_MARGIN_PX))


def _cut(cells: Flags) -> list[Part]:
    """The cells in parts that are short or compact; neighbours follow each other."""
    parts: list[Part] = [((0, cells.shape[0]), (0, cells.shape[1]))]
    for _ in range(MAX_CUTS):
        thin = [part for part in parts if _is_long_and_thin(cells, part)]
        if not thin:
            break
        longest = max(thin, key=_length)
        at = parts.index(longest)
        parts[at : at + 1] = _halves(cells, longest)
    return parts


def _length(part: Part) -> int:
    """The longer side, in cells."""
    return max(end - begin for begin, end in part)


def _is_long_and_thin(cells: Flags, part: Part) -> bool:
    length = _length(part)
    filled = int(_within(cells, part).sum())
    return length * CELL_PX > LONG_PX and filled < THIN_SHARE * length**2


def _halves(cells: Flags, part: Part) -> tuple[Part, Part]:
    """The part cut across its longer side, where it is thinnest in the middle third; both without empty edges."""
    import numpy as np

    rows, columns = part
    along = 0 if rows[1] - rows[0] >= columns[1] - columns[0] else 1
    filled = _within(cells, part).sum(axis=1 - along)
    length = len(filled)
    choices = np.arange(length // 3, length - length // 3) + 1
    crossing = filled[choices - 1] + filled[choices]
    nearest = np.lexsort((np.abs(2 * choices - length), crossing))[0]
    at = part[along][0] + int(choices[nearest])
    if along == 0:
        halves = ((rows[0], at), columns), ((at, rows[1]), columns)
    else:
        halves = (rows, (columns[0], at)), (rows, (at, columns[1]))
    return _trimmed(cells, halves[0]), _trimmed(cells, halves[1])


def _trimmed(cells: Flags, part: Part) -> Part:
    import numpy as np

    inner = _within(cells, part)
    down, across = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
    top, left = part[0][0], part[1][0]
    return (top + int(down[0]), top + int(down[-1]) + 1), (left + int(across[0]), left + int(across[-1]) + 1)


def _within(cells: Flags, part: Part) -> Flags:
    (top, bottom), (left, right) = part
    return cells[top:bottom, left:right]
