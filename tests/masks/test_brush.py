"""Soft, faint and pressed strokes against what their definition says of each pixel."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (120, 80)
LINE = [(15, 20), (100, 30), (60, 70)]


def nearest(points: list[tuple[float, float]]) -> np.ndarray:
    """How far each pixel's centre is from the line."""
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    distance = np.full((SIZE[1], SIZE[0]), np.inf)
    for (ax, ay), (bx, by) in zip(points, points[1:] or points, strict=False):
        square = (bx - ax) ** 2 + (by - ay) ** 2
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / (square or 1), 0, 1)
        distance = np.minimum(distance, np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)))
    return distance


@pytest.mark.parametrize("hardness", [0, 0.3, 0.85])
@pytest.mark.parametrize("points", [LINE, LINE[:1]], ids=["line", "dot"])
def test_a_soft_stroke_fades_from_its_hard_core_to_its_edge(
    points: list[tuple[float, float]], hardness: float
) -> None:
    """Full within `hardness` of the radius, then a smooth fall to nothing at the edge."""
    radius = 14
    share = np.clip((radius + 0.5 - nearest(points)) / ((1 - hardness) * radius + 1), 0, 1)
    wanted = 255 * share**2 * (3 - 2 * share)
    ours = Mask.stroke(SIZE, points, radius, hardness=hardness).to_array()
    assert np.abs(ours - wanted).max() <= 0.6


def test_hard_strokes_have_the_pixels_they_always_had() -> None:
    """Digests of hard strokes that are in stores stay theirs, written with the new words or without."""
    points = [(10.25, 20), (250, 180.5), (90, 90)]
    digest = "4b3dcab1f45406255b96319110c8b409"
    assert Mask.stroke((300, 200), points, 17.5).digest == digest
    assert Mask.stroke((300, 200), points, 17.5, hardness=1, opacity=1, pressures=[1, 1, 1]).digest == digest


def test_opacity_caps_a_stroke_that_crosses_itself() -> None:
    """However often a stroke passes, it covers no pixel more than its opacity."""
    scribble = LINE * 4
    for hardness in (0.2, 1):
        values = Mask.stroke(SIZE, scribble, 9, hardness=hardness, opacity=0.4).to_array()
        assert values.max() == 102


def test_a_faint_hard_stroke_is_a_hard_one_times_its_opacity() -> None:
    """Opacity scales the values and nothing else."""
    hard = Mask.stroke(SIZE, LINE, 9).to_array()
    faint = Mask.stroke(SIZE, LINE, 9, opacity=0.5).to_array()
    assert (faint == np.floor(hard * 0.5 + 0.5)).all()


def test_pressure_scales_the_radius() -> None:
    """A dot at half pressure is a dot of half the radius; a stroke is wide where it was pressed."""
    assert Mask.stroke(SIZE, [(40, 40)], 20, pressures=[0.5]) == Mask.stroke(SIZE, [(40, 40)], 10)
    values = Mask.stroke(SIZE, [(20, 40), (100, 40)], 20, pressures=[0.1, 1]).to_array() > 127
    widths = values[:, 20:100].sum(axis=0)
    assert (np.diff(widths) >= 0).all()
    assert widths[0] in (4, 5)
    assert widths[-1] in (39, 40)


def test_a_pen_without_pressure_leaves_a_trace() -> None:
    """No pressure is a twentieth of the radius."""
    assert Mask.stroke(SIZE, [(40, 40)], 20, pressures=[0]) == Mask.stroke(SIZE, [(40, 40)], 1)


def test_pressure_scales_the_opacity_where_asked() -> None:
    """The stroke is as wide everywhere and fades with the pressure."""
    stroke = Mask.stroke(
        SIZE, [(20, 40), (100, 40)], 10, pressures=[0, 1], pressure_size=False, pressure_opacity=True
    )
    row = stroke.to_array()[40, 20:100].astype(int)
    wanted = 255 * np.clip((np.arange(80) + 10.5) / 80, 0, 1)  # the darkest dab whose disc holds the pixel
    assert np.abs(row - wanted).max() <= 9
    assert (np.diff(row) >= 0).all()
    assert stroke.bbox is not None
    assert stroke.bbox[1:] == (30, 110, 50)


def test_pressures_that_scale_nothing_are_forgotten() -> None:
    """A stroke whose pressures mean nothing is the operation without them."""
    unused = Mask.stroke(SIZE, LINE, 5, pressures=[0.1, 0.2, 0.3], pressure_size=False)
    assert unused.operations == Mask.stroke(SIZE, LINE, 5).operations


def test_a_soft_stroke_may_come_from_far_away() -> None:
    """What lies outside costs nothing and changes nothing inside."""
    far = Mask.stroke(SIZE, [(-9_000_000, 40), (9_000_000, 40)], 10, hardness=0.5)
    near = Mask.stroke(SIZE, [(-500, 40), (500, 40)], 10, hardness=0.5)
    assert np.abs(far.to_array().astype(int) - near.to_array()).max() <= 2
    assert Mask.stroke(SIZE, [(-500, 400), (-500, 500)], 10, hardness=0.5).is_empty
    assert Mask.stroke(SIZE, [(-300, 40), (-20, 40)], 10, hardness=0.5).is_empty
    assert Mask.stroke(SIZE, [(-300, 40), (-9, 40)], 10, hardness=0.5).bbox == (0, 36, 1, 44)


def test_a_long_soft_stroke_has_no_seams() -> None:
    """A line drawn in many short pieces looks as one."""
    values = Mask.stroke((900, 60), [(30, 30), (870, 30)], 12, hardness=0.1).to_array()[:, 60:840]
    assert (values == values[:, :1]).all()


def test_an_eraser_of_half_opacity_leaves_half() -> None:
    """Taking away lowers what is there to what the stroke leaves."""
    erased = Mask.full(SIZE) - Mask.stroke(SIZE, [(60, 40)], 20, opacity=0.5)
    assert erased.to_array()[40, 60] == 127


BAD = {
    "hardness above 1": ({"hardness": 1.2}, "hardness of a stroke must be from 0 to 1"),
    "negative opacity": ({"opacity": -0.1}, "opacity of a stroke must be at least 0"),
    "too few pressures": ({"pressures": [0.5]}, "one number from 0 to 1 for each of its 3 points"),
    "pressure above 1": ({"pressures": [0.5, 2, 0.5]}, "one number from 0 to 1"),
    "pressure of words": ({"pressures": "abc"}, "one number from 0 to 1"),
}


@pytest.mark.parametrize(("options", "message"), BAD.values(), ids=BAD)
def test_impossible_brushes_are_refused_in_words(options: dict, message: str) -> None:
    """Each impossible option is an InputError that names it."""
    with pytest.raises(InputError, match=message):
        Mask.stroke(SIZE, LINE, 5, **options)
