"""Operations turned into pixels, one at a time."""

from __future__ import annotations

import math

import numpy as np

from inpaint_nb.images import Box, Size
from inpaint_nb.masks import refine, shapes
from inpaint_nb.masks.brush import brushed
from inpaint_nb.masks.operations import (
    Bitmap,
    DropSpecks,
    Ellipse,
    Feather,
    FillHoles,
    Grow,
    Invert,
    Lone,
    Outline,
    Polygon,
    Rectangle,
    Shrink,
    Smooth,
    Stroke,
)
from inpaint_nb.masks.raster import Raster, meet, shape_of
from inpaint_nb.masks.tiles import Pixels


def apply(operation: Lone, raster: Raster) -> Raster:
    """The raster after the operation, worked out only where the operation reaches."""
    match operation:
        case Bitmap(raster=pixels, combine=how):
            return raster.merge(pixels, how)
        case Invert():
            return raster.inverted()
        case Grow(px):
            return refine.grow(raster, px)
        case Shrink(px):
            return refine.shrink(raster, px)
        case Feather(px, side):
            return refine.feather(raster, px, side)
        case Smooth(px):
            return refine.smooth(raster, px)
        case FillHoles():
            return refine.fill_holes(raster)
        case DropSpecks(area):
            return refine.drop_specks(raster, area)
        case _:
            box = reach(operation, raster.size)
            return raster.combine(box, coverage(operation, box), operation.combine)


def reach(shape: Outline, size: Size) -> Box:
    """The box of the picture outside of which the shape covers nothing."""
    match shape:
        case Rectangle(box) | Ellipse(box):
            left, top, right, bottom = box
        case Polygon(points):
            left, top, right, bottom = _around(points, 0)
        case Stroke(points=points, radius=radius):
            left, top, right, bottom = _around(points, radius + 0.5)
    outward = math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom)
    inside = meet((0, 0, *size), outward)
    return inside if min(shape_of(inside)) else (0, 0, 0, 0)


def _around(points: tuple[tuple[float, float], ...], margin: float) -> tuple[float, float, float, float]:
    xs, ys = zip(*points, strict=True)
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin


def coverage(shape: Outline, box: Box) -> Pixels:
    """How much of each pixel in the box the shape covers, 0..255."""
    if not min(shape_of(box)):
        return np.zeros(shape_of(box), np.uint8)
    match shape:
        case Rectangle():
            return shapes.rectangle(shape, box)
        case Ellipse():
            return shapes.ellipse(shape, box)
        case Polygon():
            return shapes.polygon(shape, box)
        case Stroke():
            return brushed(shape, box)
