"""Coverage of any stroke: hard ones by distance to the whole line, soft and pressed ones dab by dab."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.images import Box
from inpaint_nb.masks.operations import Stroke
from inpaint_nb.masks.raster import meet, shape_of, within
from inpaint_nb.masks.spans import Floats, Ints
from inpaint_nb.masks.strokes import stroke
from inpaint_nb.masks.tiles import Pixels

Lengths = NDArray[np.float32]

LEAST_SIZE = 0.05  # of the radius is left at no pressure: a pen that lies on the sheet leaves a trace
LONGEST_DAB = 64  # px, or two radii: the box of a longer one holds more pixels that it does not reach


@dataclass(frozen=True, slots=True)
class _Dab:
    """A short straight piece from (x, y) for `length` in direction (dx, dy), with two numbers for its ends."""

    x: float
    y: float
    dx: float
    dy: float
    length: float
    radii: tuple[float, float]
    levels: tuple[float, float]  # of 255

    def reach(self) -> Box:
        """The box of pixels it may cover."""
        far = max(self.radii) + 0.5
        end_x, end_y = self.x + self.dx * self.length, self.y + self.dy * self.length
        low, high = (min(self.x, end_x), min(self.y, end_y)), (max(self.x, end_x), max(self.y, end_y))
        left, top = (math.floor(each - far) for each in low)
        right, bottom = (math.ceil(each + far) for each in high)
        return left, top, right, bottom


def brushed(shape: Stroke, box: Box) -> Pixels:
    """Coverage 0..255; where the stroke crosses itself, the higher value."""
    radii, levels = _radii(shape), _levels(shape)
    if shape.hardness == 1 and radii.min() == radii.max() and levels.min() == levels.max():
        return _lowered(stroke(shape.points, float(radii[0]), box), float(levels[0]))
    out = np.zeros(shape_of(box), np.uint8)
    for dab in _dabs(np.array(shape.points), radii, levels, box):
        place = meet(box, dab.reach())
        if min(shape_of(place)):
            part = out[within(place, box)]
            np.maximum(part, _coverage(dab, place, shape.hardness), out=part)
    return out


def _radii(shape: Stroke) -> Floats:
    pressed = np.array(shape.pressures if shape.pressure_size and shape.pressures else [1.0])
    return np.asarray(shape.radius * np.maximum(pressed, LEAST_SIZE))


def _levels(shape: Stroke) -> Floats:
    pressed = np.array(shape.pressures if shape.pressure_opacity and shape.pressures else [1.0])
    return np.asarray(255 * shape.opacity * pressed)


def _lowered(coverage: Pixels, level: float) -> Pixels:
    if level == 255:
        return coverage
    table = np.floor(np.arange(256) * (level / 255) + 0.5).astype(np.uint8)
    lowered: Pixels = table[coverage]
    return lowered


def _dabs(points: Floats, radii: Floats, levels: Floats, box: Box) -> Iterator[_Dab]:
    """The pieces of the line near the box, none much longer than wide; radius and level change evenly.

    Where the stroke grows or fades the pieces are short, so that no step shows.
    """
    values = (np.broadcast_to(each, len(points)) for each in (radii, levels))
    ends = np.stack([*points.T, *values], axis=1)
    one, other = (ends, ends) if len(ends) == 1 else (ends[:-1], ends[1:])
    radius = np.maximum(one[:, 2], other[:, 2])
    is_even = (one[:, 2:] == other[:, 2:]).all(axis=1)
    longest = np.where(is_even, np.maximum(LONGEST_DAB, 2 * radius), np.maximum(1, radius / 4))
    counts = np.maximum(1, np.ceil(np.hypot(*(other - one)[:, :2].T) / longest))
    first, last = _inside(one, other, radius + 1, box)
    which, step = _steps(first, last, counts)
    way, count = (other - one)[which], counts[which]
    starts, stops = (one[which] + way * (each / count)[:, None] for each in (step, step + 1))
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        yield _dab(start, stop)


def _inside(one: Floats, other: Floats, far: Floats, box: Box) -> Floats:
    """From which share of their way on, and up to which, segments are within `far` of the box; reversed if never."""
    first, last = np.full(len(one), -np.inf), np.full(len(one), np.inf)
    for axis in (0, 1):
        start, way = one[:, axis], (other - one)[:, axis]
        near = np.stack([box[axis] - far - start, box[axis + 2] + far - start])
        level = np.where((near[0] <= 0) & (near[1] >= 0), np.inf, -np.inf)
        low, high = np.sort(near / np.where(way == 0, 1, way), axis=0)
        first = np.maximum(first, np.where(way == 0, -level, low))
        last = np.minimum(last, np.where(way == 0, level, high))
    return np.stack([first, last])


def _steps(first: Floats, last: Floats, counts: Floats) -> tuple[Ints, Ints]:
    """The steps, of `counts` from share 0 to 1, that lie from first to last: of which segment, and which."""
    start = np.minimum(np.floor(np.clip(first, 0, 1) * counts), counts - 1).astype(np.int64)
    stop = np.maximum(np.ceil(np.clip(last, 0, 1) * counts).astype(np.int64), start + 1)
    kept = np.where((first <= last) & (first <= 1) & (last >= 0), stop - start, 0)
    which = np.repeat(np.arange(len(start)), kept)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(kept) - kept - start, kept)


def _dab(start: list[float], stop: list[float]) -> _Dab:
    (x, y, radius, level), (end_x, end_y, last_radius, last_level) = start, stop
    length = math.hypot(end_x - x, end_y - y)
    way = (end_x - x) / (length or 1), (end_y - y) / (length or 1)
    return _Dab(x, y, *way, length, (radius, last_radius), (level, last_level))


def _coverage(dab: _Dab, place: Box, hardness: float) -> Pixels:
    """Full up to `hardness` of the radius, fading from there to half a pixel outside of it."""
    x = np.arange(place[0], place[2], dtype=np.float32) + np.float32(0.5 - dab.x)
    y = (np.arange(place[1], place[3], dtype=np.float32) + np.float32(0.5 - dab.y))[:, None]
    along = np.clip(x * np.float32(dab.dx) + y * np.float32(dab.dy), 0, np.float32(dab.length))
    away_x, away_y = x - along * np.float32(dab.dx), y - along * np.float32(dab.dy)
    distance = np.sqrt(away_x * away_x + away_y * away_y)
    radius, level = (_between(ends, along, dab.length) for ends in (dab.radii, dab.levels))
    inward = radius + np.float32(0.5) - distance
    fade = np.clip(inward / (np.float32(1 - hardness) * radius + 1), 0, 1)
    if hardness < 1:  # smooth at both ends, but nowhere above a hard edge
        fade = np.minimum(fade * fade * (3 - 2 * fade), np.maximum(inward, 0))
    coverage: Pixels = (level * fade + np.float32(0.5)).astype(np.uint8)
    return coverage


def _between(ends: tuple[float, float], along: Lengths, length: float) -> Lengths | np.float32:
    """What lies between two numbers, along the way from one to the other; one number where they are equal."""
    if ends[0] == ends[1] or length == 0:
        return np.float32(max(ends))
    return np.float32(ends[0]) + along * np.float32((ends[1] - ends[0]) / length)
