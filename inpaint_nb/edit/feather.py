"""The soft edge between a picture and what is laid over it, worked out only near the mask's edge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from inpaint_nb.edit.crop import grow_box
from inpaint_nb.edit.memory import remembered
from inpaint_nb.images import Box
from inpaint_nb.masks import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inpaint_nb.masks.raster import Raster


@remembered
def feathered(mask: Mask, feather_px: float, side: str) -> Mask:
    """`mask` with a ramp of `feather_px` inside its edge, or over a ring outside it ("ring"); 0 keeps it as
    it is.

    The ramp follows the exact distance between pixel centres: "inside" is 0 outside the mask and reaches 255
    more than `feather_px` from its edge; "ring" is 255 in the mask and 0 farther than `feather_px` from it.
    """
    if mask.is_empty or feather_px <= 0:
        return mask
    ramp = _ring if side == "ring" else _inside
    raster = mask.raster
    for place in _places(mask.raster, feather_px):
        raster = raster.write(place, ramp(mask, place, feather_px))
    return Mask.from_raster(raster)


@remembered
def hardened(mask: Mask) -> Mask:
    """255 wherever `mask` is above 0, else 0; `mask` itself where it is hard already."""
    import numpy as np

    raster = mask.raster
    for place in _places(mask.raster, 0):
        values = mask.crop(place)
        if ((values > 0) & (values < 255)).any():
            raster = raster.write(place, np.where(values > 0, np.uint8(255), np.uint8(0)))
    return mask if raster is mask.raster else Mask.from_raster(raster)


def _places(raster: Raster, reach_px: float) -> Iterator[Box]:
    """A box in each tile, outside of which no ramp of `reach_px` from the mask's edge changes anything."""
    from inpaint_nb.masks.raster import meet, tile_boxes
    from inpaint_nb.masks.tiles import nonzero_box

    for tile_place in tile_boxes(raster.size):
        around = grow_box(tile_place, math.ceil(reach_px), raster.size)
        near = [raster.tiles[index] for index, _ in raster.overlapping(around)]
        if any(tile.box[2] for tile in near) and not all(tile.is_full for tile in near):
            around = grow_box(tile_place, math.floor(reach_px), raster.size)
            left, top, right, bottom = nonzero_box(raster.read(around))
            masked = around[0] + left, around[1] + top, around[0] + right, around[1] + bottom
            if right:
                yield meet(tile_place, grow_box(masked, math.floor(reach_px), raster.size))


def _inside(mask: Mask, place: Box, feather_px: float) -> NDArray[np.uint8]:
    import numpy as np

    distance = _distance(mask, place, feather_px + 1, outward=False)
    ramp = np.ceil(255 * np.minimum(distance / (feather_px + 1), 1)).astype(np.uint8)
    softened: NDArray[np.uint8] = np.minimum(mask.crop(place), ramp)
    return softened


def _ring(mask: Mask, place: Box, feather_px: float) -> NDArray[np.uint8]:
    import numpy as np

    distance = _distance(mask, place, feather_px + 1, outward=True)
    ramp = np.ceil(255 * (1 - distance / (feather_px + 1)))
    return np.where(distance <= feather_px, ramp, 0).astype(np.uint8)


def _distance(mask: Mask, place: Box, limit: float, outward: bool) -> NDArray[np.float32]:
    """How far each pixel of `place` is from the mask (outward) or from what is not masked, exact up to `limit`,
    which stands for the rest.

    What lies beyond the picture is neither.
    """
    import numpy as np

    from inpaint_nb.masks.raster import within

    reach = math.ceil(limit)
    around = grow_box(place, reach - 1, mask.size)
    rows, columns = within(place, around)
    values = mask.crop(around)
    along = _distance_in_columns(values > 0 if outward else values == 0, reach)[rows]
    nearest = _nearest_in_rows(along * along, columns, reach)
    distance: NDArray[np.float32] = np.sqrt(np.minimum(nearest, np.float32(limit) ** 2))
    return distance


def _distance_in_columns(target: NDArray[np.bool_], reach: int) -> NDArray[np.float32]:
    """The distance of each pixel to the nearest True one above or below it, `reach` at most."""
    import numpy as np

    along = np.where(target, np.float32(0), np.float32(reach))
    for row in range(1, len(along)):
        np.minimum(along[row], along[row - 1] + 1, out=along[row])
    for row in range(len(along) - 2, -1, -1):
        np.minimum(along[row], along[row + 1] + 1, out=along[row])
    return along


def _nearest_in_rows(squares: NDArray[np.float32], columns: slice, reach: int) -> NDArray[np.float32]:
    """The lowest sum, for each pixel in `columns`, of a value in its row and the square of the way there."""
    import numpy as np

    margin, width = min(reach, squares.shape[1]) - 1, columns.stop - columns.start
    missing = margin - columns.start, columns.stop + margin - squares.shape[1]
    wide = np.pad(squares, ((0, 0), missing), constant_values=reach * reach)
    nearest = wide[:, margin : margin + width].copy()
    for step in range(1, margin + 1):
        for first in (margin - step, margin + step):
            np.minimum(nearest, wide[:, first : first + width] + np.float32(step * step), out=nearest)
    return nearest
