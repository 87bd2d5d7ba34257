"""Sharpness for a hole that was filled at a smaller size: the fine detail of the places it was filled from.

The fill resembles places in the surroundings. Where each part of it resembles most is searched with a small
PatchMatch of our own, at the smaller size, since the library does not tell; what shrinking had taken from
those places is then added to the enlarged fill. Measured on a photograph shrunk 3.4 times: 9 % of the
surroundings' sharpness without this, 70 % and more with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from inpaint_nb.images import Box, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Flags = NDArray[np.bool_]
    Whole = NDArray[np.int64]

STEP_PX = 2  # one search for each 2 × 2 pixels of the small picture
REACH_PX = 2  # what is compared lies within this of a pixel
ROUNDS = 6
IMPOSSIBLE = 2**30


def sharpened(
    crop: Image.Image,
    gap: Image.Image,
    small: Image.Image,
    filled: Image.Image,
    small_gap: Image.Image,
    seed: int,
) -> Image.Image:
    """The `filled` small picture at the size of `crop`, with detail from `crop` where `gap` is above 0.

    `small` is the crop as it was before filling, and `small_gap` what was filled in it. Elsewhere the crop
    stays.
    """
    import numpy as np

    here = np.flatnonzero(np.asarray(gap))
    rows, columns = np.divmod(here, crop.width)
    cell_rows = _cell_of_each(crop.height, small.height)[rows]
    cell_columns = _cell_of_each(crop.width, small.width)[columns]
    cells = _cells(np.asarray(small_gap) > 0)
    cells[cell_rows, cell_columns] = True  # without a source a pixel would get its own old detail back
    found = find_sources(np.asarray(filled), np.asarray(small_gap) > 0, cells, seed)
    box = gap.getbbox() or (0, 0, *gap.size)
    enlarged = enlarge(filled, crop.size, box, Image.Resampling.BICUBIC)
    sharp = crop.copy()
    sharp.paste(enlarged, box[:2], gap.crop(box))
    if found is None:
        return sharp
    down, right = _stretched(found, crop.size, small.size)
    from_rows = (rows + down[cell_rows, cell_columns]).clip(0, crop.height - 1)
    from_columns = (columns + right[cell_rows, cell_columns]).clip(0, crop.width - 1)
    there = from_rows * crop.width + from_columns
    values = np.array(sharp)
    fresh = _pixels(values)[here].astype(np.int16)
    fresh += _pixels(np.asarray(crop))[there]
    fresh -= _pixels(np.asarray(small.resize(crop.size, Image.Resampling.BICUBIC)))[there]
    _pixels(values)[here] = fresh.clip(0, 255)
    return Image.fromarray(values)


def _pixels(picture: Bytes) -> Bytes:
    """The same pixels as one list, row by row."""
    return picture.reshape(-1, 3)


def enlarge(small: Image.Image, size: Size, box: Box, resampling: Image.Resampling) -> Image.Image:
    """What lies in `box` once `small` is enlarged to `size`; the rest need not be made."""
    across, down = small.width / size[0], small.height / size[1]
    part = (box[0] * across, box[1] * down, box[2] * across, box[3] * down)
    return small.resize((box[2] - box[0], box[3] - box[1]), resampling, part)


def _stretched(offsets: tuple[Whole, Whole], large: Size, small: Size) -> tuple[Whole, Whole]:
    """Offsets in the small picture, down and right, as offsets in the large one."""
    import numpy as np

    down, right = offsets
    return (
        np.rint(down * (large[1] / small[1])).astype(np.int64),
        np.rint(right * (large[0] / small[0])).astype(np.int64),
    )


def _cell_of_each(large_px: int, small_px: int) -> Whole:
    """The cell of each pixel along one side of the large picture.

    A pixel lies where its middle does, as for Pillow's BOX, which shrank the hole.
    """
    import numpy as np

    return ((2 * np.arange(large_px) + 1) * small_px - 1) // (2 * large_px) // STEP_PX


def find_sources(filled: Bytes, hole: Flags, cells: Flags, seed: int) -> tuple[Whole, Whole] | None:
    """How far down and right the known place lies that each of the `cells` resembles most, 0 for others.

    None where there is no known place large enough to compare with.
    """
    import numpy as np

    usable = ~_widened(hole, REACH_PX + 1)
    if not usable.any():
        return None
    search = _Search.begin(filled, usable, cells, np.random.default_rng(abs(seed)))
    for _ in range(ROUNDS):
        search.ask_neighbours()
        search.look_around()
    down, right = np.zeros(cells.shape, np.int64), np.zeros(cells.shape, np.int64)
    down[search.cell_rows, search.cell_columns] = search.down
    right[search.cell_rows, search.cell_columns] = search.right
    return down, right


@dataclass(slots=True)
class _Search:
    """For each cell of the hole the best place known so far, as an offset, and how unlike it is."""

    looks: NDArray[np.int16]
    usable: Flags
    wanted: NDArray[np.int16]
    number: Whole
    cell_rows: Whole
    cell_columns: Whole
    rows: Whole
    columns: Whole
    down: Whole
    right: Whole
    unlike: NDArray[np.int32]
    random: np.random.Generator

    @classmethod
    def begin(cls, filled: Bytes, usable: Flags, cells: Flags, random: np.random.Generator) -> _Search:
        """A search that starts at random places."""
        import numpy as np

        looks = _looks(filled)
        cell_rows, cell_columns = np.nonzero(cells)
        rows = np.minimum(cell_rows * STEP_PX + STEP_PX // 2, usable.shape[0] - 1)
        columns = np.minimum(cell_columns * STEP_PX + STEP_PX // 2, usable.shape[1] - 1)
        number = np.full((cells.shape[0] + 2, cells.shape[1] + 2), -1)
        number[cell_rows + 1, cell_columns + 1] = np.arange(len(rows))
        from_rows, from_columns = np.nonzero(usable)
        chosen = random.integers(0, len(from_rows), len(rows))
        search = cls(
            looks, usable, looks[rows, columns], number, cell_rows, cell_columns, rows, columns,
            np.zeros_like(rows), np.zeros_like(rows), np.full(len(rows), IMPOSSIBLE, np.int32), random,
        )  # fmt: skip
        search._try(from_rows[chosen] - rows, from_columns[chosen] - columns)
        return search

    def ask_neighbours(self) -> None:
        """Take over the offset of a cell near by where it fits better, from far to near."""
        for step in (8, 4, 2, 1):
            for down, right in ((0, step), (0, -step), (step, 0), (-step, 0)):
                there = self._neighbours(down, right)
                self._try(self.down[there], self.right[there])

    def look_around(self) -> None:
        """Try places at random around the best one, from far to near."""
        reach = max(self.usable.shape) // 2
        while reach >= 1:
            shape = (2, len(self.rows))
            down, right = self.random.integers(-reach, reach + 1, shape)
            self._try(self.down + down, self.right + right)
            reach //= 4

    def _neighbours(self, down: int, right: int) -> Whole:
        """The number of the cell so far away from each cell; the cell's own where there is none."""
        import numpy as np

        rows, columns = self.cell_rows + 1 + down, self.cell_columns + 1 + right
        there = self.number[rows.clip(0, self.number.shape[0] - 1), columns.clip(0, self.number.shape[1] - 1)]
        return np.where(there < 0, np.arange(len(there)), there)

    def _try(self, down: Whole, right: Whole) -> None:
        """Keep these offsets where they lead to a usable place that is less unlike."""
        import numpy as np

        rows, columns = self.rows + down, self.columns + right
        near_rows = rows.clip(0, self.usable.shape[0] - 1)
        near_columns = columns.clip(0, self.usable.shape[1] - 1)
        unlike = np.abs(self.looks[near_rows, near_columns] - self.wanted).sum(axis=1, dtype=np.int32)
        possible = (near_rows == rows) & (near_columns == columns) & self.usable[near_rows, near_columns]
        better = possible & (unlike < self.unlike)
        np.copyto(self.down, down, where=better)
        np.copyto(self.right, right, where=better)
        np.copyto(self.unlike, unlike, where=better)


def _looks(picture: Bytes) -> NDArray[np.int16]:
    """What each pixel looks like: its colour and that of the eight pixels REACH_PX away, 27 numbers."""
    import numpy as np

    height, width = picture.shape[:2]
    padded = np.pad(picture, ((REACH_PX, REACH_PX), (REACH_PX, REACH_PX), (0, 0)), mode="edge")
    steps = (0, REACH_PX, 2 * REACH_PX)
    shifted = [padded[top : top + height, left : left + width] for top in steps for left in steps]
    return np.concatenate(shifted, axis=2).astype(np.int16)


def _cells(hole: Flags) -> Flags:
    import numpy as np

    rows = np.logical_or.reduceat(hole, np.arange(0, hole.shape[0], STEP_PX), axis=0)
    cells: Flags = np.logical_or.reduceat(rows, np.arange(0, hole.shape[1], STEP_PX), axis=1)
    return cells


def _widened(flags: Flags, px: int) -> Flags:
    """`flags` grown by a square of `px`; the picture's edge counts as one."""
    import numpy as np

    height, width = flags.shape
    padded = np.pad(flags, px, constant_values=True)
    wide = np.logical_or.reduce([padded[:, left : left + width] for left in range(2 * px + 1)])
    grown: Flags = np.logical_or.reduce([wide[top : top + height] for top in range(2 * px + 1)])
    return grown
