"""Masks made larger, smaller, softer and cleaner, each worked out only where pixels can change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageFilter

from inpaint_nb.images import Box
from inpaint_nb.masks.raster import Raster, meet, shape_of, tile_boxes, within
from inpaint_nb.masks.regions import components, runs_of
from inpaint_nb.masks.signs import Side
from inpaint_nb.masks.spans import Floats, fill_runs
from inpaint_nb.masks.tiles import SIDE, Pixels

Ramp = Callable[[Pixels, Pixels], Pixels]  # values before the blur, and after it


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
    px = min(px, math.hypot(*raster.size))
    shrunk = raster
    for tile, place in zip(raster.tiles, tile_boxes(raster.size), strict=True):
        left, top, right, bottom = tile.box
        if right and not _is_buried(raster, _around(place, px, raster)):
            box = place[0] + left, place[1] + top, place[0] + right, place[1] + bottom
            larger = _around(box, px, raster)
            missing = dilate(255 - raster.read(larger), px, larger, larger)
            shrunk = shrunk.write(box, 255 - missing[within(box, larger)])
    return shrunk


def feather(raster: Raster, px: float, side: Side) -> Raster:
    """A soft edge that reaches `px` from where the edge was; the picture's border is no edge.

    To one side only, it is the half of the ramp to both sides that lies there, stretched to all values.
    """
    return _blurred(raster, px, RAMPS[side]) if px else raster


def smooth(raster: Raster, px: float) -> Raster:
    """The line where a blur of `px` is half masked, antialiased as an edge of one pixel."""
    return _blurred(raster, px, _steeper(px)) if px else raster


def _steeper(px: float) -> Ramp:
    # a straight edge blurred over px to both sides rises by 9 / (8 px) of 255 from pixel to pixel in its middle
    steep = _table((LEVELS - 127.5) * max(1.0, 8 * px / 9) + 127.5)
    return lambda _, blurred: steep[blurred]


def _table(values: Floats) -> Pixels:
    return np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)


LEVELS = np.arange(256.0)
UPPER_HALF, LOWER_HALF = _table(2 * LEVELS - 255), _table(2 * LEVELS)
RAMPS: dict[Side, Ramp] = {
    "both": lambda _, blurred: blurred,
    "inside": lambda old, blurred: np.minimum(old, UPPER_HALF[blurred]),
    "outside": lambda old, blurred: np.maximum(old, LOWER_HALF[blurred]),
}


def _blurred(raster: Raster, px: float, ramp: Ramp) -> Raster:
    """What `ramp` makes of the values and of their Gaussian-like blur, which reaches `px`."""
    # Pillow's blur is three box blurs whose half width it derives from this: a third of px each, px in all
    sigma = math.sqrt(((2 * px / 3 + 1) ** 2 - 1) / 4)
    reach = px + 4  # each of the three may reach one more, faintly
    changed = raster
    for box in _near_edges(raster, reach):
        larger = _around(box, reach, raster)
        old = raster.read(larger)
        blurred = np.asarray(Image.fromarray(old).filter(ImageFilter.GaussianBlur(sigma)))
        inner = within(box, larger)
        changed = changed.write(box, ramp(old[inner], blurred[inner]))
    return changed


def _near_edges(raster: Raster, reach: float) -> Iterator[Box]:
    """Boxes that hold, once each, all pixels within `reach` of an edge; as long as they can be in a row of tiles."""
    row: Box | None = None
    for _, place in raster.overlapping(_around(raster.box or (0, 0, 0, 0), reach, raster)):
        box = _near_edge(raster, place, reach)
        if box and row and box[1] // SIDE == row[1] // SIDE and place[0] == -(-row[2] // SIDE) * SIDE:
            box = row[0], min(row[1], box[1]), box[2], max(row[3], box[3])
        elif row:
            yield row
        row = box
    if row:
        yield row


def _near_edge(raster: Raster, place: Box, reach: float) -> Box | None:
    """The part of a tile's place within `reach` of what is masked; None where all around is masked, or nothing."""
    around = [(raster.tiles[index], at) for index, at in raster.overlapping(_around(place, reach, raster))]
    boxes = [
        (at[0] + left, at[1] + top, at[0] + right, at[1] + bottom)
        for tile, at in around
        for left, top, right, bottom in [tile.box]
        if right
    ]
    if not boxes or all(tile.is_full for tile, _ in around):
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    masked = min(lefts), min(tops), max(rights), max(bottoms)
    box = meet(place, _around(masked, reach, raster))
    return box if min(shape_of(box)) else None


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
