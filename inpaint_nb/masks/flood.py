"""Pixels that hang together with some pixels, found by runs instead of from pixel to pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.images import Box
from inpaint_nb.masks.packing import Pixels
from inpaint_nb.masks.regions import Runs, components, paint, runs_of


def flood(inside: NDArray[np.bool_], start: Box) -> Pixels:
    """255 for the pixels of `inside` that can be reached from those in the box `start`; steps are not diagonal."""
    runs = runs_of(inside)
    left, top, right, bottom = start
    here = (runs.row >= top) & (runs.row < bottom) & (runs.start < right) & (runs.end > left)
    if not here.any():
        return np.zeros(inside.shape, np.uint8)
    label = components(runs, diagonal=False)
    is_first = np.zeros(len(label), bool)
    is_first[label[here]] = True
    kept = is_first[label]
    return paint(
        Runs(runs.row[kept], runs.start[kept], runs.end[kept], runs.width),
        np.full(int(kept.sum()), 255, np.uint8),
        inside.shape,
    )
