"""Coverage of a stroke: how far each pixel's centre is from the line, turned into an antialiased edge.

A segment with its round ends is a capsule, and every row of pixels crosses it in one span. The span of a
capsule half a pixel smaller is masked for sure; only pixels between it and one half a pixel larger need their
distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inpaint_nb.images import Box
from inpaint_nb.masks.operations import Points
from inpaint_nb.masks.raster import shape_of
from inpaint_nb.masks.spans import Floats, Ints, fill_runs, join_runs
from inpaint_nb.masks.tiles import Pixels

Limit = Floats | float

MAX_SPANS = 200_000  # at a time: about 50 MB while they are worked on
SLACK = 1e-6  # px; keeps rounding from calling an edge pixel "inside for sure"


@dataclass(frozen=True, slots=True)
class _Segments:
    """Segments from `a` for `length` in direction `t`, arrays of one entry each."""

    ax: Floats
    ay: Floats
    tx: Floats
    ty: Floats
    length: Floats

    def take(self, index: Ints) -> _Segments:
        return _Segments(*(each[index] for each in (self.ax, self.ay, self.tx, self.ty, self.length)))

    def distance(self, x: Floats, y: Floats) -> Floats:
        dx, dy = x - self.ax, y - self.ay
        along = np.clip(dx * self.tx + dy * self.ty, 0, self.length)
        return np.hypot(dx - along * self.tx, dy - along * self.ty)


def stroke(line: Points, radius: float, box: Box) -> Pixels:
    """Coverage 0..255: 255 up to half a pixel inside the radius, 0 from half a pixel outside of it."""
    height, width = shape_of(box)
    out = np.zeros((height, width), np.uint8)
    points = np.array(line, np.float64) - box[:2]
    segments = _segments(points)
    reach = radius + 0.5
    ends = segments.ay + segments.ty * segments.length
    first = np.clip(np.floor(np.minimum(segments.ay, ends) - reach), 0, height).astype(np.int64)
    last = np.clip(np.ceil(np.maximum(segments.ay, ends) + reach), 0, height).astype(np.int64)
    for part in _parts(last - first):
        _draw(out, segments.take(part), first[part], last[part], radius)
    return out


def _segments(points: Floats) -> _Segments:
    a, b = (points, points) if len(points) == 1 else (points[:-1], points[1:])
    length = np.hypot(*(b - a).T)
    t = (b - a) / np.where(length > 0, length, 1)[:, None]
    t[length == 0] = 1, 0
    return _Segments(a[:, 0], a[:, 1], t[:, 0], t[:, 1], length)


def _parts(counts: Ints) -> list[Ints]:
    """Indices of the segments in view, split so that no part has too many spans."""
    seen = np.flatnonzero(counts)
    batch = np.cumsum(counts[seen]) // MAX_SPANS
    return [part for part in np.split(seen, np.flatnonzero(np.diff(batch)) + 1) if len(part)]


def _draw(out: Pixels, segments: _Segments, first: Ints, last: Ints, radius: float) -> None:
    counts = last - first
    which = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    each, width = segments.take(which), out.shape[1]
    start, end = _pixels(*_chords(each, row + 0.5, radius + 0.5), -SLACK, width) + row * width
    sure_start, sure_end = _pixels(*_chords(each, row + 0.5, radius - 0.5), SLACK, width) + row * width
    sure = sure_end > sure_start
    if sure.any():
        runs = join_runs(sure_start[sure], sure_end[sure])
        fill_runs(out.reshape(-1), *runs, np.full(len(runs[0]), 255))
    starts = np.concatenate([start, sure_end[sure]])
    ends = np.concatenate([np.where(sure, sure_start, end), end[sure]])
    _soften(out, segments, np.concatenate([which, which[sure]]), starts, ends, radius)


def _chords(each: _Segments, y: Floats, radius: float) -> tuple[Floats, Floats]:
    """Where capsules of that radius start and end at heights y; inf and -inf where they do not reach."""
    if radius <= 0:
        return np.full(len(y), np.inf), np.full(len(y), -np.inf)
    up = y - each.ay
    low, high = _body(each, up, radius)
    for dx, dy in ((0.0, up), (each.tx * each.length, up - each.ty * each.length)):
        inside = radius**2 - dy**2
        half = np.sqrt(np.maximum(inside, 0))
        low = np.minimum(low, np.where(inside >= 0, dx - half, np.inf))
        high = np.maximum(high, np.where(inside >= 0, dx + half, -np.inf))
    return each.ax + low, each.ax + high


def _body(each: _Segments, up: Floats, radius: float) -> tuple[Floats, Floats]:
    """The chord of the rectangle between the round ends, measured from the segment's first point."""
    low1, high1 = _between(-each.ty, each.tx * up, -radius, radius)
    low2, high2 = _between(each.tx, each.ty * up, 0, each.length)
    low, high = np.maximum(low1, low2), np.minimum(high1, high2)
    return np.where(low <= high, low, np.inf), np.where(low <= high, high, -np.inf)


def _between(
    slope: Floats, offset: Floats, low: Floats | float, high: Floats | float
) -> tuple[Floats, Floats]:
    """For which x slope · x + offset lies between low and high."""
    level = np.abs(slope) < 1e-12
    divisor = np.where(level, 1, slope)
    one, other = (low - offset) / divisor, (high - offset) / divisor
    holds = (offset >= low) & (offset <= high)
    lowest = np.where(level, np.where(holds, -np.inf, np.inf), np.minimum(one, other))
    highest = np.where(level, np.where(holds, np.inf, -np.inf), np.maximum(one, other))
    return lowest, highest


def _pixels(left: Floats, right: Floats, slack: float, width: int) -> Ints:
    """First pixel and end of those that have their centre between left and right, as two rows."""
    start = np.clip(np.ceil(left + slack - 0.5), 0, width)
    end = np.clip(np.floor(right - slack - 0.5) + 1, 0, width)
    return np.stack([start, np.maximum(start, end)]).astype(np.int64)


def _soften(out: Pixels, segments: _Segments, which: Ints, starts: Ints, ends: Ints, radius: float) -> None:
    """Sets the pixels of the runs that are not 255 yet by their distance to the run's own segment."""
    flat, width = out.reshape(-1), out.shape[1]
    counts = ends - starts
    place = np.arange(counts.sum()) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
    soft = flat[place] < 255
    place, which = place[soft], np.repeat(which, counts)[soft]
    distance = segments.take(which).distance(place % width + 0.5, place // width + 0.5)
    values = np.floor(np.clip(radius + 0.5 - distance, 0, 1) * 255 + 0.5).astype(np.uint8)
    np.maximum.at(flat, place, values)
