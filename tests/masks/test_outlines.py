"""Outlines that cross very many rows are filled by sums of areas: against the spans that fill all others."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_nb.masks import Mask, shapes
from inpaint_nb.masks.outlines import fill_outline

SHAPE = (90, 150)  # more than two strips wide


def random_points(seed: int, count: int, spread: float = 1.0) -> np.ndarray:
    points = np.random.default_rng(seed).random((count, 2)) * (SHAPE[1], SHAPE[0])
    return np.round((points - 50) * spread + 50, 2)


def by_spans(points: np.ndarray) -> np.ndarray:
    return shapes._from_spans(points, SHAPE).astype(int)


@pytest.mark.parametrize("seed", range(5))
def test_a_simple_outline_is_filled_the_same(seed: int) -> None:
    """Without crossings both ways agree to what sample lines can tell."""
    angle = np.sort(np.random.default_rng(seed).random(30)) * 2 * np.pi
    reach = np.random.default_rng(seed).uniform(20, 90, 30)
    star = np.stack([75 + reach * np.cos(angle), 45 + reach * np.sin(angle)], axis=1)
    assert np.abs(fill_outline(star, SHAPE).astype(int) - by_spans(star)).max() <= 12
    assert (fill_outline(star[::-1], SHAPE) == fill_outline(star, SHAPE)).all()


@pytest.mark.parametrize("spread", [0.5, 1, 4])
def test_wild_outlines_differ_at_crossings_only(spread: float) -> None:
    """What is gone round, however often, is in; only pixels with crossings in them may differ."""
    points = random_points(3, 40, spread)
    difference = np.abs(fill_outline(points, SHAPE).astype(int) - by_spans(points))
    assert (difference > 12).mean() < 0.05
    assert difference.mean() < 2


def test_edges_along_pixels_and_outside_of_the_box_are_exact() -> None:
    """Level, upright and far edges give hard borders and no streaks."""
    points = np.array([(10.0, -1e6), (60, -1e6), (60, 40), (1e6, 40), (1e6, 1e6), (10, 1e6)])
    wanted = np.zeros(SHAPE, np.uint8)
    wanted[:, 10:60] = wanted[40:, 10:] = 255
    assert (fill_outline(points, SHAPE) == wanted).all()


def test_an_outline_there_and_back_covers_nothing() -> None:
    """A line has no area."""
    points = random_points(1, 9)
    assert not fill_outline(np.concatenate([points, points[::-1]]), SHAPE).any()


def test_a_wild_polygon_takes_this_way() -> None:
    """Thousands of edges across a large picture are a mask like any other."""
    points = np.random.default_rng(5).random((3000, 2)) * 1000
    mask = Mask.polygon((1000, 1000), points)
    assert (mask.to_array() == fill_outline(np.round(points, 2), (1000, 1000))).all()
    assert 0.8 < mask.coverage < 1
