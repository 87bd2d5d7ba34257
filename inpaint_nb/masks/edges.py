"""The edge of a small mask redrawn along the edges of the large picture, worked out only near it.

A guided filter (He, Sun and Tang, 2010) whose coefficients are found in the small copy: near the edge the mask is a
linear function of the picture's colours there, so it follows them at full size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inpaint_nb.images import Box
from inpaint_nb.masks.packing import Pixels
from inpaint_nb.masks.raster import Raster, meet, shape_of, tile_boxes, within
from inpaint_nb.masks.tiles import Tile, make_tile, plain_tile

Maps = NDArray[np.float32]

RADIUS = 2  # px of the copy: how far the mask is a function of the colours
SMOOTHNESS = 4e-4  # colour variance, of 0..1 a channel, below which an edge is not followed
STEEPNESS = 4.0  # the filter's edge is soft; this makes it as sharp as a painted one
REACH = 2 * RADIUS  # px of the copy beyond which an edge changes nothing
BLOCK = 128  # px of the picture that are worked on at a time


@dataclass(frozen=True, slots=True)
class Edge:
    """A region of a picture, its small copy (RGB), and what of the copy is masked, 0..1."""

    picture: Image.Image
    region: Box
    small: Pixels
    share: Maps

    def drawn(self, box: Box, cancelled: Callable[[], bool]) -> Raster | None:
        """The mask at the size of the picture, 0 outside of the box; None when it was cancelled."""
        maps = np.stack(
            [*_coefficients(self.small.astype(np.float32) / np.float32(255), self.share), self.share]
        )
        tiles = []
        for place in tile_boxes(self.picture.size):
            if cancelled():
                return None
            shared = meet(place, box)
            tiles.append(
                self._tile(place, shared, maps) if min(shape_of(shared)) else plain_tile(shape_of(place), 0)
            )
        return Raster(self.picture.size, tuple(tiles))

    def _tile(self, place: Box, box: Box, maps: Maps) -> Tile:
        constant = self._constant(box)
        if box == place and constant is not None:
            return plain_tile(shape_of(place), constant)
        pixels = np.zeros(shape_of(place), np.uint8)
        for block in _blocks(box):
            level = self._constant(block)
            pixels[within(block, place)] = self._followed(block, maps) if level is None else level
        return make_tile(pixels)

    def _constant(self, box: Box) -> int | None:
        """The one value of all pixels there and near it; None where an edge is near."""
        left, top, right, bottom = self._in_copy(box)
        rows = slice(max(0, int(top) - REACH), int(bottom) + REACH + 1)
        near = self.share[rows, max(0, int(left) - REACH) : int(right) + REACH + 1]
        return int(255 * near[0, 0]) if near.min() == near.max() else None

    def _followed(self, box: Box, maps: Maps) -> Pixels:
        """What the colours there say of each pixel."""
        at = self._in_copy(box)
        columns, across = _between(at[0], at[2], box[2] - box[0], maps.shape[2])
        rows, down = _between(at[1], at[3], box[3] - box[1], maps.shape[1])
        *slopes, level, share = down @ maps[:, rows, columns] @ across.T
        colours = np.asarray(self.picture.crop(box).convert("RGB"), np.float32) / 255
        value = sum((slope * colours[:, :, band] for band, slope in enumerate(slopes)), level)
        value = np.where((share <= 0) | (share >= 1), share, value)
        return np.asarray(np.clip((value - 0.5) * STEEPNESS + 0.5, 0, 1) * 255 + 0.5, np.uint8)

    def _in_copy(self, box: Box) -> tuple[float, float, float, float]:
        left, top, right, bottom = self.region
        height, width = self.share.shape
        across, down = width / (right - left), height / (bottom - top)
        low = (box[0] - left) * across, (box[1] - top) * down
        return *low, min((box[2] - left) * across, width), min((box[3] - top) * down, height)


def _between(start: float, stop: float, count: int, limit: int) -> tuple[slice, Maps]:
    """Which pixels of the copy lie around `count` pixels from start to stop, and the weights of each, linear."""
    at = np.clip(start + (np.arange(count) + 0.5) * ((stop - start) / count) - 0.5, 0, limit - 1)
    first = np.floor(at).astype(np.int64)
    low, weights = int(first[0]), np.zeros((count, int(first[-1]) - int(first[0]) + 2), np.float32)
    weights[np.arange(count), first - low] = 1 - (at - first)
    weights[np.arange(count), first - low + 1] = at - first
    high = min(low + weights.shape[1], limit)
    return slice(low, high), weights[:, : high - low]


def _blocks(box: Box) -> Iterator[Box]:
    left, top, right, bottom = box
    for y in range(top, bottom, BLOCK):
        for x in range(left, right, BLOCK):
            yield x, y, min(x + BLOCK, right), min(y + BLOCK, bottom)


def _coefficients(guide: Maps, share: Maps) -> list[Maps]:
    """Slopes for red, green and blue and a level, such that they give the share, averaged over each surrounding."""
    mean, wanted = _mean(guide), _mean(share)
    spread = _mean(guide[:, :, :, None] * guide[:, :, None, :]) - mean[:, :, :, None] * mean[:, :, None, :]
    shared = _mean(guide * share[:, :, None]) - mean * wanted[:, :, None]
    slopes = np.linalg.solve(spread + SMOOTHNESS * np.eye(3, dtype=np.float32), shared[..., None])[..., 0]
    level = wanted - (slopes * mean).sum(axis=2)
    return [np.ascontiguousarray(each) for each in (*_mean(slopes).transpose(2, 0, 1), _mean(level))]


def _mean(values: Maps) -> Maps:
    """The mean over the square of 2 · RADIUS + 1 pixels around each, the border repeated."""
    for axis in (0, 1):
        edge = [(RADIUS, RADIUS) if each == axis else (0, 0) for each in range(values.ndim)]
        wide, count = np.pad(values, edge, mode="edge"), values.shape[axis]
        shifted = [np.take(wide, range(start, start + count), axis) for start in range(2 * RADIUS + 1)]
        values = np.asarray(sum(shifted), np.float32) / np.float32(2 * RADIUS + 1)
    return values
