"""A smooth fill in plain numpy: averages are pulled up a pyramid and pushed back down.

For systems without the native library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Floats = NDArray[np.float32]


def fill(picture: Bytes, hole: NDArray[np.bool_], seed: int) -> Bytes:
    """`picture` (height × width × 3) with `hole` blended over from its edges; `seed` changes nothing."""
    import numpy as np

    known = (~hole).astype(np.float32)[..., None]
    smooth = _pulled(picture.astype(np.float32) * known, known)
    return np.where(hole[..., None], np.rint(smooth).clip(0, 255).astype(np.uint8), picture)


def _pulled(colour: Floats, weight: Floats) -> Floats:
    """The mean colour where there is weight, and the next coarser level's answer where there is none."""
    import numpy as np

    mean: Floats = np.divide(colour, np.maximum(weight, 1e-6), dtype=np.float32)
    if min(weight.shape[:2]) < 2 or bool((weight > 0).all()):
        return mean
    below = _doubled(_pulled(*_halved(colour, weight)), colour.shape[:2])
    return below + (mean - below) * np.minimum(weight, np.float32(1))


def _halved(colour: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Sums over 2 × 2 pixels, with the weight kept at 1 or below."""
    import numpy as np

    summed_colour, summed_weight = _summed(colour), _summed(weight)
    kept: Floats = np.divide(np.minimum(summed_weight, 1), np.maximum(summed_weight, 1e-6), dtype=np.float32)
    return summed_colour * kept, summed_weight * kept


def _summed(values: Floats) -> Floats:
    import numpy as np

    height, width = values.shape[:2]
    even = np.pad(values, ((0, height % 2), (0, width % 2), (0, 0)))
    sums: Floats = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    return sums


def _doubled(values: Floats, shape: tuple[int, ...]) -> Floats:
    """`values` at twice the size, interpolated, cut to `shape`."""
    return _stretched(_stretched(values, 0), 1)[: shape[0], : shape[1]]


def _stretched(values: Floats, axis: int) -> Floats:
    import numpy as np

    along = np.moveaxis(values, axis, 0)
    padded = np.concatenate([along[:1], along, along[-1:]])
    stretched = np.empty((2 * len(along), *along.shape[1:]), np.float32)
    stretched[::2] = 0.75 * along + 0.25 * padded[:-2]
    stretched[1::2] = 0.75 * along + 0.25 * padded[2:]
    return np.moveaxis(stretched, 0, axis)
