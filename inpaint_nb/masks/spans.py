"""Horizontal spans to antialiased values: what ellipses, polygons and strokes are filled with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.masks.tiles import Pixels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LINES = 16  # sample lines in each row of pixels; along a line coverage is exact


def fill_runs(flat: Pixels, starts: Ints, ends: Ints, values: Ints) -> None:
    """Sets runs of a flat array; the many runs of one pixel in one go, the others one by one."""
    single = ends - starts == 1
    flat[starts[single]] = values[single]
    longer = ends - starts > 1
    rest = starts[longer].tolist(), ends[longer].tolist(), values[longer].tolist()
    for start, end, value in zip(*rest, strict=True):
        flat[start:end] = value


def join_runs(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """The same runs without overlap, in order."""
    order = np.argsort(starts, kind="stable")
    starts, reach = starts[order], np.maximum.accumulate(ends[order])
    first = np.ones(len(starts), bool)
    first[1:] = starts[1:] > reach[:-1]
    return starts[first], reach[np.append(np.flatnonzero(first)[1:] - 1, len(reach) - 1)]


def fill_spans(shape: tuple[int, int], lines: Ints, lefts: Floats, rights: Floats) -> Pixels:
    """Coverage 0..255 of an area given as spans that do not overlap; line n lies at y = (n + 0.5) / LINES."""
    height, width = shape
    stride = width + 2  # an edge beyond the last pixel still has two places to write to
    places, weights = _edges(lines, np.clip(lefts, 0, width), np.clip(rights, 0, width), stride)
    unique, inverse = np.unique(places, return_inverse=True)
    level = np.cumsum(np.bincount(inverse, weights, len(unique))) / LINES
    values = np.floor(np.clip(level, 0, 1) * 255 + 0.5).astype(np.int64)
    flat = np.zeros(height * stride, np.uint8)
    seen = values > 0
    fill_runs(flat, unique[seen], np.append(unique[1:], unique[-1:] + 1)[seen], values[seen])
    return flat.reshape(height, stride)[:, :width]


def _edges(lines: Ints, lefts: Floats, rights: Floats, stride: int) -> tuple[Ints, Floats]:
    """Where the covered share of a pixel changes along its row, and by how much."""
    x = np.concatenate([lefts, rights])
    sign = np.repeat([1.0, -1.0], len(lefts))
    whole = np.floor(x).astype(np.int64)
    share = x - whole
    place = np.tile(lines // LINES, 2) * stride + whole
    return np.concatenate([place, place + 1]), np.concatenate([sign * (1 - share), sign * share])
