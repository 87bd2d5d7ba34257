"""Where the hole of a mask lies: its blobs, told apart on a coarse grid.

The hole is wherever a mask is above 0, soft edges included. It is read in bands, never as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inpaint_nb.edit import box_size
from inpaint_nb.images import Box
from inpaint_nb.masks import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]

CELL_PX = 32  # blobs are told apart on a grid of this size, so that a thousand specks cost no more than one
BAND_ROWS = 8 * CELL_PX


def blob_boxes(hole: Mask) -> list[Box]:
    """The boxes of the hole's blobs, in image pixels; blobs less than a cell apart may count as one."""
    import numpy as np

    if hole.bbox is None:
        return []
    cells = {(int(row), int(column)) for row, column in np.argwhere(cells_of(hole, hole.bbox))}
    return [_around(hole, blob, hole.bbox) for blob in _joined(cells)]


def cells_of(hole: Mask, box: Box) -> Flags:
    """Which cells of a grid that begins at the corner of `box` hold any of the hole."""
    import numpy as np

    starts = np.arange(0, box_size(box)[0], CELL_PX)
    rows = [
        np.logical_or.reduceat(
            np.logical_or.reduceat(band, np.arange(0, len(band), CELL_PX), axis=0), starts, axis=1
        )
        for band in _bands(hole, box)
    ]
    return np.concatenate(rows)


def box_of_cells(rows: tuple[int, int], columns: tuple[int, int], within: Box) -> Box:
    """The cells of these rows and columns (last ones exclusive) in image pixels, cut to the grid's box."""
    left, top = within[:2]
    return (
        left + columns[0] * CELL_PX,
        top + rows[0] * CELL_PX,
        min(left + columns[1] * CELL_PX, within[2]),
        min(top + rows[1] * CELL_PX, within[3]),
    )


def tight(hole: Mask, box: Box) -> Box:
    """The box of what the hole has in `box`, which is something."""
    import numpy as np

    bands = [(band.any(axis=0), band.any(axis=1)) for band in _bands(hole, box)]
    across = np.flatnonzero(np.logical_or.reduce([columns for columns, _ in bands]))
    down = np.flatnonzero(np.concatenate([rows for _, rows in bands]))
    left, top = box[:2]
    return left + int(across[0]), top + int(down[0]), left + int(across[-1]) + 1, top + int(down[-1]) + 1


def covers_all(hole: Mask) -> bool:
    """The hole is the whole picture."""
    return hole.bbox == (0, 0, *hole.size) and all(bool(band.all()) for band in _bands(hole, hole.bbox))


def area(hole: Mask, box: Box) -> int:
    """How many pixels the hole has in `box`."""
    return sum(int(band.sum()) for band in _bands(hole, box))


def _bands(hole: Mask, box: Box) -> Iterator[Flags]:
    left, top, right, bottom = box
    for start in range(top, bottom, BAND_ROWS):
        yield hole.crop((left, start, right, min(start + BAND_ROWS, bottom))) > 0


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


def _around(hole: Mask, blob: list[tuple[int, int]], within: Box) -> Box:
    """The box of the hole around the blob's cells, other blobs' included."""
    rows, columns = zip(*blob, strict=True)
    return tight(hole, box_of_cells((min(rows), max(rows) + 1), (min(columns), max(columns) + 1), within))
