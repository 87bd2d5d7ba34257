"""Laws of the tools, checked on masks and pictures that Hypothesis makes up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inpaint_nb.masks import Mask

SIZES = [(1, 1), (9, 7), (40, 25), (262, 12)]
quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
shares = st.integers(0, 100).map(lambda number: number / 100)
sides = st.sampled_from(["inside", "outside", "both"])


def picture(size: tuple[int, int], seed: int) -> np.ndarray:
    """Patches of few colours with some noise."""
    chance = np.random.default_rng(seed)
    patches = chance.integers(0, 256, (5, 3))[chance.integers(0, 5, (size[1] // 6 + 1, size[0] // 6 + 1))]
    large = patches.repeat(6, axis=0).repeat(6, axis=1)[: size[1], : size[0]]
    return np.clip(large + chance.integers(-9, 10, large.shape), 0, 255).astype(np.uint8)


def spots(size: tuple[int, int]) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(-20, size[0] + 20), st.floats(-20, size[1] + 20))


def places(size: tuple[int, int]) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(0, size[0] - 1), st.integers(0, size[1] - 1))


@st.composite
def brushed(draw: Any, size: tuple[int, int]) -> Mask:
    points = draw(st.lists(spots(size), min_size=1, max_size=4))
    pressures = draw(st.none() | st.lists(shares, min_size=len(points), max_size=len(points)))
    return Mask.stroke(
        size,
        points,
        draw(st.floats(0.5, 15)),
        hardness=draw(shares),
        opacity=draw(shares),
        pressures=pressures,
        pressure_size=draw(st.booleans()),
        pressure_opacity=draw(st.booleans()),
    )


@st.composite
def drawn(draw: Any, size: tuple[int, int]) -> Mask:
    (left, top), (right, bottom) = draw(spots(size)), draw(spots(size))
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    outline = draw(st.lists(spots(size), min_size=3, max_size=7))
    return draw(
        st.sampled_from([Mask.rectangle(size, box), Mask.ellipse(size, box), Mask.polygon(size, outline)])
    )


@st.composite
def found(draw: Any, size: tuple[int, int]) -> Mask:
    seen, place = picture(size, draw(st.integers(0, 9))), draw(places(size))
    tolerance, space = draw(st.integers(0, 120)), draw(st.sampled_from(["rgb", "lab"]))
    match draw(st.sampled_from(["wand", "everywhere", "range", "select"])):
        case "wand":
            return Mask.wand(seen, place, tolerance, space=space, sample=draw(st.integers(1, 5)))
        case "everywhere":
            return Mask.wand(seen, place, tolerance, contiguous=False, stop_at=draw(drawn(size)))
        case "range":
            return Mask.colour_range(seen, points=[place], tolerance=tolerance, softness=9, space=space)
        case _:
            return Mask.select(seen, foreground=[place], selector="plain")


@st.composite
def refined(draw: Any, mask: Mask) -> Mask:
    px = draw(st.integers(0, 24).map(lambda quarter: quarter / 4))
    ways = [mask.grow, mask.shrink, mask.smooth, mask.drop_specks]
    made = [*(way(px) for way in ways), mask.feather(px, draw(sides)), mask.invert(), mask.fill_holes()]
    return draw(st.sampled_from(made))


@st.composite
def paintings(draw: Any) -> Mask:
    """A mask made with any of the tools, in any order."""
    size = draw(st.sampled_from(SIZES))
    mask = Mask.empty(size)
    for _ in range(draw(st.integers(0, 6))):
        other = draw(brushed(size) | drawn(size) | found(size))
        mask = draw(refined(mask) | st.sampled_from([mask | other, mask - other, mask & other, mask ^ other]))
    return mask


@quick
@given(paintings())
def test_calls_code_and_record_give_equal_masks(mask: Mask) -> None:
    """However a mask was made, its printed code and its record make it again, step for step."""
    namespace: dict[str, Any] = {}
    exec(mask.code(), namespace)
    assert namespace["mask"].digest == mask.digest
    twin = Mask.from_record(json.loads(json.dumps(mask.to_record())))
    assert twin.digest == mask.digest
    assert twin.operations == mask.operations
    assert twin.to_record() == mask.to_record()
    assert len(mask.history) == len(mask.operations)


@quick
@given(
    st.sampled_from(SIZES).flatmap(lambda size: st.tuples(st.just(size), st.lists(spots(size), min_size=1)))
)
def test_a_hard_opaque_stroke_is_the_plain_one(given_: tuple[tuple[int, int], list]) -> None:
    """Hardness 1, opacity 1 and full pressure change no pixel."""
    size, points = given_
    plain = Mask.stroke(size, points, 7)
    assert Mask.stroke(size, points, 7, hardness=1, opacity=1) == plain
    pressed = Mask.stroke(size, points, 7, pressures=[1] * len(points), pressure_opacity=True)
    assert pressed == plain


@quick
@given(st.sampled_from(SIZES).flatmap(brushed))
def test_a_soft_stroke_stays_within_the_hard_one(mask: Mask) -> None:
    """Less hardness, opacity or pressure never covers more."""
    stroke = mask.operations[0]
    hard = Mask.stroke(mask.size, stroke.points, stroke.radius).to_array().astype(int)
    assert (mask.to_array() <= hard + 1).all()
    assert mask.to_array().max() <= 255 * stroke.opacity + 0.5


@quick
@given(
    st.sampled_from(SIZES).flatmap(lambda size: st.tuples(st.just(size), places(size))),
    st.integers(0, 9),
    st.integers(0, 200),
    st.integers(0, 60),
    st.sampled_from(["rgb", "lab"]),
)
def test_the_wand_takes_more_the_more_it_may(
    at: tuple[tuple[int, int], tuple[int, int]], seed: int, tolerance: int, more: int, space: Any
) -> None:
    """Contiguous lies within the whole picture's, a tolerance within a larger one, and the point within both."""
    size, place = at
    seen = picture(size, seed)
    near, far = (Mask.wand(seen, place, reach, space=space) for reach in (tolerance, tolerance + more))
    everywhere = Mask.wand(seen, place, tolerance, space=space, contiguous=False)
    assert near.to_array()[place[1], place[0]] == 255
    assert near & everywhere == near
    assert near & far == near
    assert everywhere == Mask.colour_range(seen, points=[place], tolerance=tolerance, space=space)


@quick
@given(paintings(), st.integers(0, 12), sides)
def test_refining_keeps_to_its_side(mask: Mask, px: int, side: Any) -> None:
    """A feather inside adds nothing, outside takes nothing, and 0 changes nothing; smoothing twice settles."""
    soft = mask.feather(px, side)
    if side == "inside":
        assert soft & mask == soft
    if side == "outside":
        assert soft | mask == soft
    assert mask.feather(0, side) == mask.smooth(0) == mask
    assert Mask.full(mask.size).smooth(px) == Mask.full(mask.size)


@quick
@given(paintings())
def test_summary_and_pixels_agree(mask: Mask) -> None:
    """The blobs cover what the mask covers, within its box, and an empty mask says so."""
    blobs = mask.regions()
    width, height = mask.size
    assert np.isclose(sum(blob.area for blob in blobs), mask.coverage * width * height)
    assert mask.is_empty == (not blobs) == (mask.cautions()[:1] != () and mask.cautions()[0].kind == "empty")
    if blobs:
        lefts, tops, rights, bottoms = zip(*mask.boxes(), strict=True)
        assert (min(lefts), min(tops), max(rights), max(bottoms)) == mask.bbox
