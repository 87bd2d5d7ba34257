"""Masks made larger, smaller, softer and cleaner, each worked out only where pixels can change."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from inpaint_nb.images import Box
from inpaint_nb.masks.raster import Raster, meet, tile_boxes
from inpaint_nb.masks.regions import components, runs_of
from inpaint_nb.masks.spans import fill_runs
from inpaint_nb.masks.tiles import Pixels


def grow(raster: Raster, px: float) -> Raster:
    """Each pixel takes the highest value among pixels whose centres lie within `px`."""
    px = min(px, math.hypot(*raster.size))
    grown = raster
    for tile, place in zip(raster.tiles, tile_boxes(raster.size), strict=True):
        left, top, right, bottom = tile.box
        if right and not _is_buried(raster, _around(place, px, raster)):
            box = place[0] + left, place[1] + top, place[0] + right, place[1] + bottom
            larger = _around(box, px, raster)
            values = dilate(tile.pixels[top:bottom, left:right], px, box, larger)
            grown = grown.combine(larger, values, "add")
    return grown


def _around(box: Box, px: float, raster: Raster) -> Box:
    by = math.ceil(px)
    return meet((0, 0, *raster.size), (box[0] - by, box[1] - by, box[2] + by, box[3] + by))


def _is_buried(raster: Raster, box: Box) -> bool:
    return all(raster.tiles[index].is_full for index, _ in raster.overlapping(box))


def dilate(values: Pixels, px: float, box: Box, larger: Box) -> Pixels:
    """The values of the box `larger` when each value of `box` within it spreads over a disc of radius `px`.

    Every row is spread sideways, step by step, and laid over the rows where the disc is that wide.
    """
    left, right = box[0] - larger[0], larger[2] - box[2]
    up, down = box[1] - larger[1], larger[3] - box[3]
    height, width = values.shape
    out = np.zeros((up + height + down, left + width + right), np.uint8)
    wide = np.zeros((height, out.shape[1]), np.uint8)
    wide[:, left : left + width] = values
    done = 0
    for dy in range(math.floor(px), -1, -1):
        reach = math.floor(math.sqrt(px * px - dy * dy))
        for dx in range(done + 1, reach + 1):
            _spread(wide, values, left - dx)
            _spread(wide, values, left + dx)
        done = max(done, reach)
        for top in {up - dy, up + dy}:
            first, last = max(0, -top), min(height, out.shape[0] - top)
            if first < last:
                place = out[top + first : top + last]
                np.maximum(place, wide[first:last], out=place)
    return out


def _spread(wide: Pixels, values: Pixels, left: int) -> None:
    """Lays `values` over `wide` with its first column at `left`, as far as there is room."""
    first, last = max(0, -left), min(values.shape[1], wide.shape[1] - left)
    if first < last:
        place = wide[:, left + first : left + last]
        np.maximum(place, values[:, first:last], out=place)


def shrink(raster: Raster, px: float) -> Raster:
    """Each pixel takes the lowest value within `px`; outside the picture counts as masked."""
    return grow(raster.inverted(), px).inverted()


def feather(raster: Raster, px: float) -> Raster:
    """A Gaussian-like blur that reaches `px` to both sides of an edge; the picture's border is no edge."""
    box = raster.box
    if box is None or px == 0:
        return raster
    # Pillow's blur is three box blurs whose half width it derives from this: a third of px each, px in all
    sigma = math.sqrt(((2 * px / 3 + 1) ** 2 - 1) / 4)
    larger = _around(box, px + 4, raster)  # each of the three may reach one more, faintly
    image = Image.fromarray(raster.read(larger)).filter(ImageFilter.GaussianBlur(sigma))
    return raster.write(larger, np.asarray(image))


def fill_holes(raster: Raster) -> Raster:
    """What the mask surrounds becomes 255: areas with no way to the picture's border but across the mask.

    A way goes straight, not diagonally. What is at least half masked is a wall; its soft inner edge goes too.
    """
    box = raster.box
    if box is None:
        return raster
    values = raster.read(box)
    for wall in (128, 255):
        _fill_enclosed(values, wall)
    return raster.write(box, values)


def _fill_enclosed(values: Pixels, wall: int) -> None:
    """Sets to 255 what is below `wall` and cannot be reached from outside the array."""
    runs = runs_of(np.pad(values < wall, 1, constant_values=True))
    label = components(runs, diagonal=False)
    inside = label != label[0]
    first = ((runs.row - 1) * values.shape[1] + runs.start - 1)[inside]
    fill_runs(values.reshape(-1), first, first + (runs.end - runs.start)[inside], np.full(len(first), 255))


def drop_specks(raster: Raster, area: float) -> Raster:
    """Blobs (corners connect) that cover less than `area` pixels become 0; soft pixels count in part."""
    box = raster.box
    if box is None:
        return raster
    values = raster.read(box)
    runs = runs_of(values > 0)
    label = components(runs, diagonal=True)
    first, end = runs.row * values.shape[1] + runs.start, runs.row * values.shape[1] + runs.end
    # between two runs all is 0, so the sums from each start to the next are those of the runs
    masked = np.add.reduceat(values.reshape(-1), first, dtype=np.int64)
    gone = np.bincount(label, masked)[label] < area * 255
    fill_runs(values.reshape(-1), first[gone], end[gone], np.zeros(int(gone.sum()), np.int64))
    return raster.write(box, values)
