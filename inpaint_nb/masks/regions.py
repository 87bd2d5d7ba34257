"""Which pixels hang together: connected components by runs of pixels, in whole-array steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.images import Box

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of pixels along rows, row by row from left to right; `end` is outside."""

    row: Ints
    start: Ints
    end: Ints
    width: int


def label_regions(array: NDArray[Any]) -> tuple[NDArray[np.int32], list[Box]]:
    """Labels (int32, height × width) and boxes of the connected areas above 0; corners count as connected.

    0 is the background; area n has label n and the box boxes[n - 1], counted in the order of first pixels.
    """
    runs = runs_of(array > 0)
    label = components(runs, diagonal=True)
    first, order = np.unique(label, return_inverse=True)
    labels = paint(runs, (order + 1).astype(np.int32), array.shape)
    return labels, _boxes(runs, order, len(first))


def _boxes(runs: Runs, order: Ints, count: int) -> list[Box]:
    low = np.full((count, 2), np.iinfo(np.int64).max)
    high = np.zeros((count, 2), np.int64)
    np.minimum.at(low, order, np.stack([runs.start, runs.row], axis=1))
    np.maximum.at(high, order, np.stack([runs.end, runs.row + 1], axis=1))
    return [(left, top, right, bottom) for left, top, right, bottom in np.hstack([low, high]).tolist()]


def runs_of(inside: NDArray[Any]) -> Runs:
    """The runs of True."""
    height, width = inside.shape
    padded = np.zeros(1 + height * (width + 1), bool)  # a False before the first row and after each
    padded[1:].reshape(height, width + 1)[:, :-1] = inside
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    row, start = np.divmod(edges[::2], width + 1)
    return Runs(row, start, edges[1::2] - row * (width + 1), width)


def components(runs: Runs, diagonal: bool) -> Ints:
    """For each run the number of the first run that hangs together with it."""
    one, other = _touching(runs, int(diagonal))
    root = np.arange(len(runs.row))
    while len(one):
        np.minimum.at(root, np.maximum(one, other), np.minimum(one, other))
        while (root != (above := root[root])).any():
            root = above
        one, other = root[one], root[other]
        apart = one != other
        one, other = one[apart], other[apart]
    return root


def _touching(runs: Runs, slack: int) -> tuple[Ints, Ints]:
    """Pairs of runs in neighbouring rows that touch; `slack` 1 lets them touch at a corner."""
    stride = runs.width + 3
    starts, ends = runs.row * stride + runs.start, runs.row * stride + runs.end
    first = np.searchsorted(ends, starts - stride - slack, side="right")
    last = np.searchsorted(starts, ends - stride + slack, side="left")
    counts = np.maximum(last - first, 0)
    below = np.repeat(np.arange(len(starts)), counts)
    above = np.arange(len(below)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    return above, below


def paint(runs: Runs, values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """An array with each run's value in its pixels and 0 elsewhere."""
    starts, ends = runs.row * runs.width + runs.start, runs.row * runs.width + runs.end
    edges = np.stack([starts, ends], axis=1).reshape(-1)
    lengths = np.diff(edges, prepend=0, append=shape[0] * shape[1])
    alternating = np.zeros(len(lengths), values.dtype)
    alternating[1::2] = values
    return np.repeat(alternating, lengths).reshape(shape)
