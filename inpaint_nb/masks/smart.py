"""Finds a thing from hints: in a small copy of the picture, then along its edge at full size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inpaint_nb.images import Box, Point, Size
from inpaint_nb.masks.edges import Edge
from inpaint_nb.masks.packing import Pixels
from inpaint_nb.masks.raster import Raster
from inpaint_nb.masks.regions import components, paint, runs_of

WORKING_PIXELS = 40_000  # of the copy: about a fifth of a second at any picture size
MARGIN = 0.25  # of a box's longer side, looked at around it
LEAST_MARGIN_PX = 8
SMALLEST_PART = 0.05  # of the largest part found; smaller ones are taken for noise
SAMPLES = 4  # pixels in a row that make one of the copy, at most
DAB_PX = 1.5  # radius of a hint in the copy

BACK, FRONT, MAYBE_BACK, MAYBE_FRONT = range(4)  # as OpenCV numbers them


@dataclass(frozen=True, slots=True)
class Sketch:
    """The small copy (RGB, height × width × 3) and what the hints say of each of its pixels (0..3)."""

    pixels: Pixels
    labels: Pixels


def find(
    picture: Image.Image,
    box: Box | None,
    foreground: Sequence[Point],
    background: Sequence[Point],
    how: str,
    cancelled: Callable[[], bool],
) -> Raster | None:
    """The thing as large as the picture; None when it was cancelled."""
    region = _region(box, picture.size)
    copy = _copied(picture, region)
    sketch = Sketch(np.asarray(copy), _labels(region, copy.size, box, foreground, background))
    share = _segment(sketch, how, cancelled)
    if share is None:
        return None
    inside = _parts(share > 0.5, sketch.labels == FRONT)
    edge = Edge(picture, region, sketch.pixels, inside)
    return edge.drawn(box or region, cancelled)


def _segment(sketch: Sketch, how: str, cancelled: Callable[[], bool]) -> NDArray[np.float32] | None:
    if min(sketch.labels.shape) < 2:
        return np.isin(sketch.labels, (FRONT, MAYBE_FRONT)).astype(np.float32)
    if how == "grabcut":
        from inpaint_nb.masks.grabcut import segment
    else:
        from inpaint_nb.masks.likeness import segment
    return segment(sketch.pixels, sketch.labels, cancelled)


def _region(box: Box | None, size: Size) -> Box:
    """The part of the picture to look at."""
    if box is None:
        return 0, 0, *size
    by = max(LEAST_MARGIN_PX, round(MARGIN * max(box[2] - box[0], box[3] - box[1])))
    return max(0, box[0] - by), max(0, box[1] - by), min(size[0], box[2] + by), min(size[1], box[3] + by)


def _reduced(region: Box) -> Size:
    width, height = region[2] - region[0], region[3] - region[1]
    scale = min(1.0, math.sqrt(WORKING_PIXELS / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _copied(picture: Image.Image, region: Box) -> Image.Image:
    """A region of the picture in the size to work on, in RGB."""
    size = _reduced(region)
    dense = size[0] * SAMPLES, size[1] * SAMPLES
    if (
        dense[0] < region[2] - region[0] and dense[1] < region[3] - region[1]
    ):  # a mean of some is as good as of all
        picture, region = picture.resize(dense, Image.Resampling.NEAREST, region), (0, 0, *dense)
    return picture.convert("RGB").resize(size, Image.Resampling.BOX, region)


def _labels(
    region: Box, size: Size, box: Box | None, foreground: Sequence[Point], background: Sequence[Point]
) -> Pixels:
    labels = np.full(size[::-1], MAYBE_BACK, np.uint8)
    across, down = size[0] / (region[2] - region[0]), size[1] / (region[3] - region[1])
    if box is not None:
        labels[:] = BACK
        left, top = round((box[0] - region[0]) * across), round((box[1] - region[1]) * down)
        right, bottom = round((box[2] - region[0]) * across), round((box[3] - region[1]) * down)
        labels[top : max(bottom, top + 1), left : max(right, left + 1)] = MAYBE_FRONT
    for points, label in ((background, BACK), (foreground, FRONT)):
        for x, y in points:
            _dab(labels, (x - region[0]) * across, (y - region[1]) * down, label)
    return labels


def _dab(labels: Pixels, x: float, y: float, label: int) -> None:
    top, left = max(0, int(y - DAB_PX)), max(0, int(x - DAB_PX))
    part = labels[top : int(y + DAB_PX) + 1, left : int(x + DAB_PX) + 1]
    rows, columns = np.mgrid[: part.shape[0], : part.shape[1]]
    part[np.hypot(columns + left + 0.5 - x, rows + top + 0.5 - y) <= DAB_PX] = label


def _parts(inside: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """1 for the parts with a hint on them, or without hints the large ones, and for small holes in them."""
    share = _kept(inside | wanted, wanted)
    hole = ~(share > 0)
    filled: NDArray[np.float32] = np.maximum(share, hole.astype(np.float32) - _kept(hole, _frame(hole)))
    return filled


def _frame(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    frame = np.ones(inside.shape, bool)
    frame[1:-1, 1:-1] = False
    return frame & inside


def _kept(inside: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """1 for the connected parts that hold something wanted, or that are not much smaller than the largest one."""
    runs = runs_of(inside)
    if not len(runs.row):
        return np.zeros(inside.shape, np.float32)
    label = components(runs, diagonal=False)
    areas = np.bincount(label, runs.end - runs.start)
    kept = areas >= SMALLEST_PART * areas.max()
    if wanted.any():
        held = np.add.reduceat(
            wanted.reshape(-1) & inside.reshape(-1), runs.row * runs.width + runs.start, dtype=int
        )
        kept = np.bincount(label, held, len(areas)) > 0
    painted: NDArray[np.float32] = paint(runs, kept[label].astype(np.float32), inside.shape)
    return painted
