"""Coverage of outlines that cross very many rows: the area below each piece, summed down every column.

A piece of outline inside one pixel adds the part of that pixel that lies below it, and its width to all pixels
further down; pieces that run left take away what pieces that run right add. The sum is how often the outline
goes round a pixel, fractions included, and costs what the pixels cost that the outline passes, with no sorting.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.masks.packing import Pixels
from inpaint_nb.masks.spans import Floats, Ints

Sums = NDArray[np.float32]

STRIP = 64  # columns that are summed together: the sums of a strip stay in the processor's cache
MAX_SUMS = 2**24  # kept at a time: 64 MB
MAX_CELLS = 2**15  # pieces worked on at a time, for the same reason


def fill_outline(points: Floats, shape: tuple[int, int]) -> Pixels:
    """How much of each pixel the outline goes round, 0..255, exact but in pixels where it crosses itself."""
    height, width = shape
    edges = _clamped(np.hstack([points, np.roll(points, -1, axis=0)]), height)
    out = np.empty(shape, np.uint8)
    across = max(STRIP, MAX_SUMS // height // STRIP * STRIP)
    for left in range(0, width, across):
        part = out[:, left : left + across]
        _fill(part, _in_strips(edges - (left, 0, left, 0), part.shape[1]))
    return out


def _clamped(edges: Floats, height: int) -> Floats:
    """The edges, rows of x0, y0, x1, y1, with what lies above laid on the upper border; what lies below and what
    is upright covers nothing and goes."""
    x0, y0, x1, y1 = edges.T
    run = np.where(y1 == y0, 1, y1 - y0)
    crossings = np.sort(np.clip([(0 - y0) / run, (height - y0) / run], 0, 1), axis=0)
    stops = np.stack([np.zeros(len(edges)), *crossings, np.ones(len(edges))])
    x, y = x0 + stops * (x1 - x0), np.clip(y0 + stops * (y1 - y0), 0, height)
    parts = np.stack([x[:-1], y[:-1], x[1:], y[1:]], axis=-1).reshape(-1, 4)
    kept: Floats = parts[(parts[:, 0] != parts[:, 2]) & (np.minimum(parts[:, 1], parts[:, 3]) < height)]
    return kept


def _in_strips(edges: Floats, width: int) -> Floats:
    """The edges cut where strips meet, strip by strip, without what lies left or right of all columns."""
    x0, y0, x1, y1 = edges.T
    low, high = np.clip(np.minimum(x0, x1), 0, width), np.clip(np.maximum(x0, x1), 0, width)
    edge, strip = _cut(low / STRIP, high / STRIP)
    start, stop = np.maximum(low[edge], strip * STRIP), np.minimum(high[edge], (strip + 1) * STRIP)
    back = x1[edge] < x0[edge]
    x = np.stack([np.where(back, stop, start), np.where(back, start, stop)])
    y = y0[edge] + (x - x0[edge]) * ((y1 - y0) / (x1 - x0))[edge]
    parts = np.stack([x[0], y[0], x[1], y[1]], axis=1)[stop > start]
    ordered: Floats = parts[np.argsort(strip[stop > start], kind="stable")]
    return ordered


def _fill(out: Pixels, edges: Floats) -> None:
    """Sets each pixel to 255 times how far the outline goes round it, once at most."""
    height, width = out.shape
    strips = -(-width // STRIP)
    sums = np.zeros((strips, height + 2, STRIP), np.float32)
    for part in _parts(edges):
        _add(sums, part)
    level = np.zeros((strips, STRIP), np.float32)
    for row in range(height):
        level += sums[:, row]
        out[row] = (np.minimum(np.abs(level), 1) * 255 + 0.5).reshape(-1)[:width]


def _parts(edges: Floats) -> Iterator[Floats]:
    """The edges in order, as many at a time as make about `MAX_CELLS` pieces."""
    pieces = np.abs(edges[:, 2:] - edges[:, :2]).sum(axis=1) + 2
    ends = np.flatnonzero(np.diff(np.cumsum(pieces) // MAX_CELLS)) + 1
    for first, end in pairwise([0, *ends.tolist(), len(edges)]):
        yield edges[first:end]


def _add(sums: Sums, edges: Floats) -> None:
    """Adds what the edges cover: first cut at the columns they cross, then at the rows."""
    x0, y0, x1, y1 = edges.T
    left, right, slope = np.minimum(x0, x1), np.maximum(x0, x1), (y1 - y0) / (x1 - x0)
    edge, column = _cut(left, right)
    start, stop = np.maximum(left[edge], column), np.minimum(right[edge], column + 1)
    one, other = (y0[edge] + slope[edge] * (x - x0[edge]) for x in (start, stop))
    last = sums.shape[1] - 2
    low = np.clip(np.minimum(one, other), 0, last).astype(np.float32)
    high = np.clip(np.maximum(one, other), 0, last).astype(np.float32)
    turn = (np.where(x1 > x0, 1.0, -1.0)[edge] * (stop - start)).astype(np.float32)
    first = (column // STRIP * sums.shape[1]) * STRIP + column % STRIP
    _add_columns(sums, first, low, high, turn)


def _add_columns(sums: Sums, first: Ints, low: Sums, high: Sums, turn: Sums) -> None:
    """Adds edges within one column each, `first` its uppermost place, which run from `low` to `high`."""
    piece, row = _cut(low, high)
    tall = high - low
    upright = np.where(tall > 0, turn / np.where(tall > 0, tall, 1), 0)  # width for each px of height
    at = row.astype(np.float32)
    top, bottom = np.maximum(low[piece], at), np.minimum(high[piece], at + 1)
    width = np.where((tall > 0)[piece], upright[piece] * (bottom - top), turn[piece])
    above = width * ((top + bottom) / 2 - at)
    place = first[piece] + row * STRIP
    np.add.at(sums.reshape(-1), place, width - above)
    np.add.at(sums.reshape(-1), place + STRIP, above)


def _cut(low: NDArray[np.floating], high: NDArray[np.floating]) -> tuple[Ints, Ints]:
    """For each whole step from low to high, at least one: which range it is a step of, and where it begins."""
    first = np.floor(low).astype(np.int64)
    counts = np.maximum(np.ceil(high).astype(np.int64) - first, 1)
    which = np.repeat(np.arange(len(first)), counts)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - first, counts)
