"""Shapes against straightforward references: many samples a pixel, and distances to every pixel centre."""

from __future__ import annotations

import math

import numpy as np
import pytest

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (60, 40)
FINE = 32  # samples a pixel and direction


def samples(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    x, y = ((np.arange(n * FINE) + 0.5) / FINE for n in size)
    return x[None, :], y[:, None]


def averaged(inside: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return inside.reshape(size[1], FINE, size[0], FINE).mean(axis=(1, 3)) * 255


def stroke_reference(size: tuple[int, int], points: list[tuple[float, float]], radius: float) -> np.ndarray:
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    nearest = np.full((size[1], size[0]), np.inf)
    for (ax, ay), (bx, by) in zip(points, points[1:] or points, strict=False):
        square = (bx - ax) ** 2 + (by - ay) ** 2
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (square or 1), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
    return np.clip(radius + 0.5 - nearest, 0, 1) * 255


STROKES = {
    "one point": ([(30, 20)], 9),
    "a dot between pixels": ([(30.25, 19.75)], 0.3),
    "thin": ([(2, 3), (55, 33)], 0.5),
    "level and upright": ([(10, 10), (50, 10), (50, 35)], 4),
    "folded back": ([(10, 10), (50, 30), (12, 11)], 3.3),
    "standing still": ([(20, 20), (20, 20), (20.01, 20), (40, 21)], 6),
    "leaves the picture": ([(-30, -10), (30, 20), (90, 70), (20, 60)], 7),
    "all outside": ([(-50, -50), (-40, 90)], 8),
    "larger than the picture": ([(30, 20)], 500),
}


@pytest.mark.parametrize(("points", "radius"), STROKES.values(), ids=STROKES)
def test_a_stroke_is_what_lies_within_its_radius(points: list[tuple[float, float]], radius: float) -> None:
    """Each pixel has the value that the distance of its centre to the line gives."""
    ours = Mask.stroke(SIZE, points, radius).to_array()
    assert np.abs(ours - stroke_reference(SIZE, points, radius)).max() <= 0.51


def test_a_long_scribble_equals_its_reference() -> None:
    """Many points over several tiles are exact too."""
    steps = np.random.default_rng(3).normal(0, 30, (80, 2)).round(2)
    points = [tuple(point) for point in (np.cumsum(steps, axis=0) + 250).round(2).tolist()]
    ours = Mask.stroke((520, 530), points, 11.5).to_array()
    assert np.abs(ours - stroke_reference((520, 530), points, 11.5)).max() <= 0.51


def test_a_stroke_of_very_many_points_is_drawn_in_parts() -> None:
    """More spans than are worked on at a time give the same as two strokes of half the points."""
    angle = np.linspace(0, 40, 3000)
    points = np.stack([150 + angle * 3 * np.cos(angle), 150 + angle * 3 * np.sin(angle)], axis=1)
    halves = Mask.stroke((300, 300), points[:1501], 60) | Mask.stroke((300, 300), points[1500:], 60)
    assert Mask.stroke((300, 300), points, 60) == halves


def test_an_ellipse_covers_its_share_of_each_pixel() -> None:
    """Values are within 2 of many samples a pixel."""
    x, y = samples(SIZE)
    inside = ((x - 31.15) / 22.85) ** 2 + ((y - 17) / 15) ** 2 <= 1
    ours = Mask.ellipse(SIZE, (8.3, 2, 54, 32)).to_array()
    assert np.abs(ours - averaged(inside, SIZE)).max() <= 2.5


def test_an_ellipse_may_leave_the_picture() -> None:
    """What lies inside the picture equals the same part of a larger picture."""
    large = Mask.ellipse((600, 400), (80, 50, 200, 300)).to_array()
    assert (Mask.ellipse(SIZE, (-20, -50, 100, 200)).to_array() == large[100:140, 100:160]).all()


def winding(points: list[tuple[float, float]], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    turns = np.zeros((y.size, x.size), int)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if y0 == y1:
            continue
        crosses = (np.minimum(y0, y1) <= y) & (y < np.maximum(y0, y1))
        turns += np.where(crosses & (x0 + (y - y0) / (y1 - y0) * (x1 - x0) < x), int(np.sign(y1 - y0)), 0)
    return turns


POLYGONS = {
    "triangle": [(5, 5), (50, 12), (20, 38)],
    "star that crosses itself": [(30, 2), (45, 38), (4, 14), (56, 14), (12, 38)],
    "twice round": [(10, 10), (50, 10), (50, 30), (10, 30)] * 2,
    "leaves the picture": [(-20, 20), (30, -60), (90, 30), (30, 60)],
    "no area": [(5, 5), (20, 20), (40, 40)],
    "level edges on pixel borders": [(10, 10), (30, 10), (30, 20), (50, 20), (50, 30), (10, 30)],
}


@pytest.mark.parametrize("points", POLYGONS.values(), ids=POLYGONS)
def test_a_polygon_is_all_that_its_outline_goes_round(points: list[tuple[float, float]]) -> None:
    """Values are near many samples a pixel, with non-zero winding."""
    reference = averaged(winding(points, *samples(SIZE)) != 0, SIZE)
    assert np.abs(Mask.polygon(SIZE, points).to_array() - reference).max() <= 12


def test_a_rectangle_on_whole_pixels_is_hard() -> None:
    """Whole numbers give 255 inside and 0 outside; right and bottom are outside."""
    array = np.zeros((40, 60), np.uint8)
    array[4:30, 3:50] = 255
    assert (Mask.rectangle(SIZE, (3, 4, 50, 30)).to_array() == array).all()


def test_a_rectangle_between_pixels_covers_in_part() -> None:
    """A quarter of a pixel covered is a quarter of 255."""
    array = Mask.rectangle((4, 4), (0.5, 0.5, 2.25, 4)).to_array()
    assert array[0].tolist() == [64, 128, 32, 0]
    assert array[1].tolist() == [128, 255, 64, 0]


def test_shapes_without_area_are_empty() -> None:
    """A box of no width or no height, and shapes outside the picture, mask nothing."""
    for box in [(5, 5, 5, 20), (5, 5, 20, 5), (70, 0, 90, 40), (-9, -9, 0, 40)]:
        assert Mask.rectangle(SIZE, box).is_empty
        assert Mask.ellipse(SIZE, box).is_empty


def test_points_come_as_pairs_or_as_an_array() -> None:
    """Lists, generators and arrays of points give the same operation."""
    points = [(1, 2), (30.456, 20)]
    wanted = Mask.stroke(SIZE, points, 3).operations
    assert Mask.stroke(SIZE, (point for point in points), np.float32(3)).operations == wanted
    assert Mask.stroke(SIZE, np.array(points), 3).operations == wanted
    assert wanted[0].points == ((1.0, 2.0), (30.46, 20.0))


BAD = {
    "negative radius": (lambda: Mask.stroke(SIZE, [(1, 1)], -2), "radius of a stroke must be at least 0"),
    "no radius": (lambda: Mask.stroke(SIZE, [(1, 1)], 0), "radius of a stroke must be above 0"),
    "radius of words": (lambda: Mask.stroke(SIZE, [(1, 1)], "big"), "must be a finite number"),
    "no points": (lambda: Mask.stroke(SIZE, [], 2), "at least 1 point, not 0"),
    "points of three": (lambda: Mask.stroke(SIZE, [(1, 2, 3)], 2), "each must be two numbers"),
    "a flat list": (lambda: Mask.stroke(SIZE, [1, 2], 2), r"takes finite \(x, y\) points"),
    "one number": (lambda: Mask.stroke(SIZE, 5, 2), r"takes finite \(x, y\) points"),
    "infinite point": (lambda: Mask.stroke(SIZE, [(math.inf, 2)], 2), "not a place"),
    "NaN point": (lambda: Mask.polygon(SIZE, [(1, 1), (2, 2), (math.nan, 2)]), "not a place"),
    "two corners": (lambda: Mask.polygon(SIZE, [(1, 1), (2, 2)]), "at least 3 points, not 2"),
    "reversed box": (lambda: Mask.rectangle(SIZE, (30, 0, 10, 10)), "reversed"),
    "box of three": (lambda: Mask.ellipse(SIZE, (1, 2, 3)), "four finite numbers"),
    "box of NaN": (lambda: Mask.ellipse(SIZE, (1, 2, 3, math.nan)), "four finite numbers"),
    "negative growth": (lambda: Mask.full(SIZE).grow(-1), "distance to grow must be at least 0"),
    "endless shrinking": (lambda: Mask.full(SIZE).shrink(math.inf), "distance to shrink must be a finite"),
    "negative feather": (lambda: Mask.full(SIZE).feather(-0.5), "feather must be at least 0"),
    "negative specks": (lambda: Mask.full(SIZE).drop_specks(-3), "area of a speck must be at least 0"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_impossible_shapes_are_refused_in_words(make, message: str) -> None:
    """Each impossible number gives an InputError that says which one."""
    with pytest.raises(InputError, match=message):
        make()
