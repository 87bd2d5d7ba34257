"""Coverage of rectangles, ellipses and polygons: values 0..255 in a box of the picture."""

from __future__ import annotations

import numpy as np

from inpaint_nb.images import Box
from inpaint_nb.masks.operations import Ellipse, Polygon, Rectangle
from inpaint_nb.masks.outlines import fill_outline
from inpaint_nb.masks.raster import shape_of
from inpaint_nb.masks.spans import LINES, Floats, Ints, fill_spans
from inpaint_nb.masks.tiles import Pixels

MAX_CROSSINGS = 1_000_000  # of sample lines; sorting more takes longer than summing areas


def rectangle(shape: Rectangle, box: Box) -> Pixels:
    """The covered share of each pixel, exact."""
    left, top, right, bottom = shape.box
    across = _share(left, right, box[0], box[2])
    down = _share(top, bottom, box[1], box[3])
    if across.min() == down.min() == 1:
        return np.full(shape_of(box), 255, np.uint8)
    return np.floor(np.outer(down, across) * 255 + 0.5).astype(np.uint8)


def _share(low: float, high: float, start: int, stop: int) -> Floats:
    edges = np.arange(start, stop, dtype=np.float64)
    covered: Floats = np.clip(np.minimum(high, edges + 1) - np.maximum(low, edges), 0, 1)
    return covered


def ellipse(shape: Ellipse, box: Box) -> Pixels:
    """The covered share of each pixel, from spans on several lines a row."""
    left, top, right, bottom = shape.box
    if left == right or top == bottom:
        return np.zeros(shape_of(box), np.uint8)
    radius_x, radius_y = (right - left) / 2, (bottom - top) / 2
    lines = np.arange(shape_of(box)[0] * LINES)
    y = box[1] + (lines + 0.5) / LINES
    inside = 1 - ((y - (top + radius_y)) / radius_y) ** 2
    lines, inside = lines[inside > 0], inside[inside > 0]
    half = radius_x * np.sqrt(inside)
    middle = left + radius_x - box[0]
    return fill_spans(shape_of(box), lines, middle - half, middle + half)


def polygon(shape: Polygon, box: Box) -> Pixels:
    """The covered share of each pixel, from spans on several lines a row; from areas where it crosses too many."""
    points = np.array(shape.points) - box[:2]
    tall = np.abs(np.diff(points[:, 1], append=points[0, 1])).clip(max=shape_of(box)[0]).sum() * LINES
    return fill_outline(points, shape_of(box)) if tall > MAX_CROSSINGS else _from_spans(points, shape_of(box))


def _from_spans(points: Floats, shape: tuple[int, int]) -> Pixels:
    line, x, turn = _crossings(points, shape[0] * LINES)
    order = np.lexsort((x, line))
    line, x, turn = line[order], x[order], turn[order]
    after = np.cumsum(turn)  # a closed outline crosses each line as often up as down, so every line ends at 0
    enters, leaves = after == turn, after == 0
    return fill_spans(shape, line[enters], x[enters], x[leaves])


def _crossings(points: Floats, lines: int) -> tuple[Ints, Floats, Ints]:
    """Where the outline crosses the sample lines: line, x, and 1 for down or -1 for up."""
    (x0, y0), (x1, y1) = points.T, np.roll(points, -1, axis=0).T
    first = _line_from(np.minimum(y0, y1), lines)
    counts = _line_from(np.maximum(y0, y1), lines) - first
    edge = np.repeat(np.arange(len(points)), counts)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    along = ((line + 0.5) / LINES - y0[edge]) / (y1 - y0)[edge]
    return line, x0[edge] + along * (x1 - x0)[edge], np.where(y1 > y0, 1, -1)[edge]


def _line_from(y: Floats, lines: int) -> Ints:
    """The first sample line at or below y."""
    return np.clip(np.ceil(y * LINES - 0.5), 0, lines).astype(np.int64)
