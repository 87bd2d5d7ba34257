"""All pixels of a mask, never changed in place: a change gives another raster that shares the other tiles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from inpaint_nb.images import Box, Size
from inpaint_nb.masks.signs import Combine
from inpaint_nb.masks.tiles import SIDE, Pixels, Tile, make_tile, plain_tile

COMBINE: dict[str, Callable[[Pixels, Pixels], Pixels]] = {
    "add": np.maximum,
    "subtract": lambda old, new: np.minimum(old, 255 - new),
    "intersect": np.minimum,
    "xor": lambda old, new: np.maximum(old, new) - np.minimum(old, new),
}
KEEPS = {"add": 0, "subtract": 0, "intersect": 255, "xor": 0}  # the value that changes nothing


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """The values of a mask, as tiles row by row; may be shared between threads."""

    size: Size
    tiles: tuple[Tile, ...]

    @classmethod
    def blank(cls, size: Size) -> Raster:
        """A raster of zeros."""
        return cls(size, tuple(plain_tile(shape_of(box), 0) for box in tile_boxes(size)))

    @classmethod
    def of(cls, pixels: Pixels) -> Raster:
        """A raster of these values, copied."""
        size = pixels.shape[1], pixels.shape[0]
        whole = (0, 0, *size)
        return cls(size, tuple(make_tile(pixels[within(box, whole)].copy()) for box in tile_boxes(size)))

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Raster) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def read(self, box: Box) -> Pixels:
        """A copy of the values in a box inside the picture."""
        out = np.empty(shape_of(box), np.uint8)
        for index, place in self.overlapping(box):
            shared = meet(box, place)
            out[within(shared, box)] = self.tiles[index].glance()[within(shared, place)]
        return out

    def write(self, box: Box, pixels: Pixels) -> Raster:
        """The raster with these values in the box."""

        def written(tile: Tile, place: Box) -> Pixels | None:
            shared = meet(box, place)
            new = tile.pixels.copy()
            new[within(shared, place)] = pixels[within(shared, box)]
            return new

        return self._changed(box, written)

    def combine(self, box: Box, coverage: Pixels, how: Combine) -> Raster:
        """The raster combined with values that are `coverage` in the box and 0 outside of it."""
        whole = (0, 0, *self.size) if how == "intersect" else box

        def combined(tile: Tile, place: Box) -> Pixels | None:
            shared = meet(box, place)
            part = coverage[within(shared, box)]
            if KEEPS[how] == 0 and not part.any():  # most tiles in the box of a long, thin stroke
                return None
            new = np.zeros(tile.shape, np.uint8)
            new[within(shared, place)] = part
            return join(tile.pixels, new, how)

        return self._changed(whole, combined)

    def merge(self, other: Raster, how: Combine) -> Raster:
        """The raster combined with another of its size."""
        pairs = zip(self.tiles, other.tiles, strict=True)
        return Raster(self.size, tuple(_merged(old, new, how) for old, new in pairs))

    def inverted(self) -> Raster:
        """255 minus each value."""
        made: dict[int, Tile] = {}
        for tile in self.tiles:
            if id(tile) not in made:
                made[id(tile)] = make_tile(255 - tile.pixels)
        return Raster(self.size, tuple(made[id(tile)] for tile in self.tiles))

    @property
    def box(self) -> Box | None:
        """The box of all values above 0; None when there is none."""
        columns = -(-self.size[0] // SIDE)
        masked = [(index, box) for index, tile in enumerate(self.tiles) if (box := tile.box)[2]]
        corners = [
            (left + box[0], top + box[1], left + box[2], top + box[3])
            for index, box in masked
            for left, top in [(index % columns * SIDE, index // columns * SIDE)]
        ]
        if not corners:
            return None
        lefts, tops, rights, bottoms = zip(*corners, strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)

    @property
    def area(self) -> int:
        """The sum of the values."""
        return sum(tile.area for tile in self.tiles)

    @property
    def digest(self) -> str:
        """A hash of size and pixels."""
        tiles = b"".join(tile.digest for tile in self.tiles)
        return hashlib.blake2b(repr(self.size).encode() + tiles, digest_size=16).hexdigest()

    def overlapping(self, box: Box) -> Iterator[tuple[int, Box]]:
        """Index and place of the tiles that share pixels with the box."""
        columns = -(-self.size[0] // SIDE)
        across = range(box[0] // SIDE, -(-box[2] // SIDE))
        for row, column in product(range(box[1] // SIDE, -(-box[3] // SIDE)), across):
            yield row * columns + column, tile_box(self.size, row, column)

    def _changed(self, box: Box, change: Callable[[Tile, Box], Pixels | None]) -> Raster:
        tiles = list(self.tiles)
        for index, place in self.overlapping(box):
            new = change(tiles[index], place)
            if new is not None and not np.array_equal(new, tiles[index].pixels):
                tiles[index] = make_tile(new)
        return Raster(self.size, tuple(tiles))


def join(old: Pixels, new: Pixels, how: Combine) -> Pixels:
    """Two arrays of values combined; `old` itself where that changes nothing at a glance."""
    if not (new != KEEPS[how]).any():
        return old
    return COMBINE[how](old, new)


def _merged(old: Tile, new: Tile, how: Combine) -> Tile:
    if new is plain_tile(new.shape, KEEPS[how]):
        return old
    values = join(old.pixels, new.pixels, how)
    return old if np.array_equal(values, old.pixels) else make_tile(values)


def tile_box(size: Size, row: int, column: int) -> Box:
    """Where a tile lies in a picture of that size."""
    right, bottom = min((column + 1) * SIDE, size[0]), min((row + 1) * SIDE, size[1])
    return column * SIDE, row * SIDE, right, bottom


def tile_boxes(size: Size) -> Iterator[Box]:
    """Where the tiles lie, row by row."""
    for row, column in product(range(-(-size[1] // SIDE)), range(-(-size[0] // SIDE))):
        yield tile_box(size, row, column)


def shape_of(box: Box) -> tuple[int, int]:
    """Height and width of a box."""
    return max(box[3] - box[1], 0), max(box[2] - box[0], 0)


def meet(one: Box, other: Box) -> Box:
    """The box two boxes share; of no size, but never reversed, when they share nothing."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    return left, top, max(left, min(one[2], other[2])), max(top, min(one[3], other[3]))


def within(box: Box, outer: Box) -> tuple[slice, slice]:
    """The part of an array for `outer` that is `box`."""
    left, top = outer[:2]
    return slice(box[1] - top, box[3] - top), slice(box[0] - left, box[2] - left)
