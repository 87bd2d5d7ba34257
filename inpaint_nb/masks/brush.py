"""Coverage of any stroke: hard ones by distance to the whole line, soft and pressed ones dab by dab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.images import Box
from inpaint_nb.masks.operations import Stroke
from inpaint_nb.masks.raster import meet, shape_of, within
from inpaint_nb.masks.spans import Floats
from inpaint_nb.masks.strokes import stroke
from inpaint_nb.masks.tiles import Pixels

Lengths = NDArray[np.float32]

LEAST_SIZE = (
    0.05  # the share of the radius that is left at no pressure: a pen that lies on the sheet leaves a trace
)
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
        xs, ys = (self.x, self.x + self.dx * self.length), (self.y, self.y + self.dy * self.length)
        low, high = np.floor([min(xs) - far, min(ys) - far]), np.ceil([max(xs) + far, max(ys) + far])
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])


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
    """The pieces of the line near the box, none much longer than wide; radius and level change evenly."""
    count = len(points)
    ends = np.stack([points[:, 0], points[:, 1], *(np.broadcast_to(each, count) for each in (radii, levels))])
    first, last = (ends, ends) if count == 1 else (ends[:, :-1], ends[:, 1:])
    for one, other in zip(first.T, last.T, strict=True):
        pieces = _pieces(one, other)
        far = max(one[2], other[2]) + 1
        low, high = (np.array(corner) - (far, -far)[end] for end, corner in enumerate((box[:2], box[2:])))
        beside = [np.stack([pieces[:-1, :2] * sign, pieces[1:, :2] * sign]).min(axis=0) for sign in (1, -1)]
        near = (beside[0] <= high).all(axis=1) & (-beside[1] >= low).all(axis=1)
        for start, stop in zip(pieces[:-1][near].tolist(), pieces[1:][near].tolist(), strict=True):
            yield _dab(start, stop)


def _pieces(one: Floats, other: Floats) -> Floats:
    """Even steps from one end to the other."""
    longest = max(LONGEST_DAB, 2 * one[2], 2 * other[2])
    count = max(1, int(np.ceil(np.hypot(*(other - one)[:2]) / longest)))
    return one + (other - one) * (np.arange(count + 1) / count)[:, None]


def _dab(start: list[float], stop: list[float]) -> _Dab:
    (x, y, radius, level), (end_x, end_y, last_radius, last_level) = start, stop
    length = float(np.hypot(end_x - x, end_y - y))
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
    fade = np.clip((radius + np.float32(0.5) - distance) / (np.float32(1 - hardness) * radius + 1), 0, 1)
    if hardness < 1:
        fade = fade * fade * (3 - 2 * fade)
    coverage: Pixels = (level * fade + np.float32(0.5)).astype(np.uint8)
    return coverage


def _between(ends: tuple[float, float], along: Lengths, length: float) -> Lengths | np.float32:
    """What lies between two numbers, along the way from one to the other; one number where they are equal."""
    if ends[0] == ends[1] or length == 0:
        return np.float32(max(ends))
    return np.float32(ends[0]) + along * np.float32((ends[1] - ends[0]) / length)
