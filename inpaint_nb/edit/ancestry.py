"""How a picture came about, pixel by pixel, from the masks of the runs that made it, the first one first.

Each run is the mask of the pixels that it made anew, those above 0; None for a run that made every pixel anew, such as
a first picture or an upscale. Pictures of other sizes are mapped onto one another by the nearest pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from inpaint_nb.images import Size
from inpaint_nb.masks import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.uint16]
    Value = TypeVar("Value", bound=np.generic)
    Place = TypeVar("Place", int, NDArray[np.intp])

Remade = Mask | None


def generations(runs: Sequence[Remade], size: Size) -> Counts:
    """How often each pixel of a picture of `size` was made anew; height × width."""
    import numpy as np

    counts = np.zeros((size[1], size[0]), np.uint16)
    for run in runs:
        if run is None:
            counts += 1
        elif run.size != size:
            counts += resized(run.to_array() > 0, size)
        elif (box := run.bbox) is not None:
            counts[box[1] : box[3], box[0] : box[2]] += run.crop(box) > 0
    return counts


def origin(runs: Sequence[Remade], size: Size, x: int, y: int) -> int | None:
    """The number of the newest run that made the pixel of a picture of `size`; None where none did."""
    for number in range(len(runs) - 1, -1, -1):
        run = runs[number]
        if run is None or _covers(run, _nearest(x, size[0], run.size[0]), _nearest(y, size[1], run.size[1])):
            return number
    return None


def union(masks: Sequence[Mask], size: Size) -> Mask:
    """What any of the masks covers, in a picture of `size`."""
    together = Mask.empty(size)
    for mask in masks:
        together = together | (mask if mask.size == size else Mask.from_array(resized(mask.to_array(), size)))
    return together


def resized(values: NDArray[Value], size: Size) -> NDArray[Value]:
    """The values of a picture for one of `size`, each that of the nearest pixel."""
    import numpy as np

    height, width = values.shape[:2]
    if (width, height) == size:
        return values
    rows = _nearest(np.arange(size[1]), size[1], height)
    columns = _nearest(np.arange(size[0]), size[0], width)
    return values[rows[:, None], columns]


def _nearest(at: Place, length: int, other: int) -> Place:
    """The pixel of a side with `other` pixels whose place is that of the middle of pixel `at` of `length`."""
    return (2 * at + 1) * other // (2 * length)


def _covers(mask: Mask, x: int, y: int) -> bool:
    box = mask.bbox  # most pixels are outside of it, and then none has to be read
    if box is None or not (box[0] <= x < box[2] and box[1] <= y < box[3]):
        return False
    return bool(mask.crop((x, y, x + 1, y + 1))[0, 0])
