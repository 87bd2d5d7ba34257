"""The soft edge between a picture and what is laid over it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inpaint_nb.edit.crop import grow_box
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def feathered(mask: Mask, feather_px: float, side: str) -> Mask:
    """`mask` with a ramp of `feather_px` inside its edge, or over a ring outside it ("ring"); 0 keeps it as
    it is.

    The ramp follows the exact distance between pixel centres: "inside" is 0 outside the mask and reaches 255
    more than `feather_px` from its edge; "ring" is 255 in the mask and 0 farther than `feather_px` from it.
    """
    box = mask.bbox
    if box is None or feather_px <= 0:
        return mask
    return _ring(mask, box, feather_px) if side == "ring" else _inside(mask, box, feather_px)


def hardened(mask: Mask) -> Mask:
    """255 wherever `mask` is above 0, else 0; `mask` itself where it is hard already."""
    box = mask.bbox
    if box is None:
        return mask
    values = mask.crop(box)
    if bool(((values == 0) | (values == 255)).all()):
        return mask
    import numpy as np

    return _placed(np.where(values > 0, 255, 0).astype(np.uint8), box, mask.size)


def _inside(mask: Mask, box: Box, feather_px: float) -> Mask:
    import numpy as np

    values = _framed(mask.crop(box), box, mask.size)
    distance = _distance_to(values == 0, feather_px + 1)
    ramp = np.ceil(255 * np.minimum(distance / (feather_px + 1), 1)).astype(np.uint8)
    return _placed(np.minimum(values, ramp)[1:-1, 1:-1], box, mask.size)


def _framed(values: NDArray[np.uint8], box: Box, size: Size) -> NDArray[np.uint8]:
    """`values` in a frame of 0, or of themselves where the picture ends: that is no edge to soften."""
    import numpy as np

    ends = np.array([[box[1] == 0, box[3] == size[1]], [box[0] == 0, box[2] == size[0]]], int)
    return np.pad(np.pad(values, ends, mode="edge"), 1 - ends)


def _ring(mask: Mask, box: Box, feather_px: float) -> Mask:
    import numpy as np

    wide = grow_box(box, math.floor(feather_px), mask.size)
    distance = _distance_to(mask.crop(wide) > 0, feather_px + 1)
    ramp = np.ceil(255 * (1 - distance / (feather_px + 1)))
    return _placed(np.where(distance <= feather_px, ramp, 0).astype(np.uint8), wide, mask.size)


def _distance_to(target: NDArray[np.bool_], limit: float) -> NDArray[np.float32]:
    """The distance of each pixel to the nearest True one, exact up to `limit`, which stands for the rest."""
    import numpy as np

    reach = math.ceil(limit)
    along = np.where(target, 0, reach).astype(np.float32)
    for row in range(1, len(along)):
        np.minimum(along[row], along[row - 1] + 1, out=along[row])
    for row in range(len(along) - 2, -1, -1):
        np.minimum(along[row], along[row + 1] + 1, out=along[row])
    squares = along * along
    nearest = squares.copy()
    for step in range(1, min(reach, target.shape[1])):
        shifted = squares + np.float32(step * step)
        np.minimum(nearest[:, step:], shifted[:, :-step], out=nearest[:, step:])
        np.minimum(nearest[:, :-step], shifted[:, step:], out=nearest[:, :-step])
    distance: NDArray[np.float32] = np.sqrt(np.minimum(nearest, np.float32(limit) ** 2))
    return distance


def _placed(values: NDArray[np.uint8], box: Box, size: Size) -> Mask:
    """A mask of `size` that holds `values` in `box` and 0 elsewhere."""
    import numpy as np

    whole = np.zeros((size[1], size[0]), np.uint8)
    whole[box[1] : box[3], box[0] : box[2]] = values
    return Mask.from_array(whole)
