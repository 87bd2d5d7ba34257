"""Laws that hold for all masks, checked on masks that Hypothesis makes up."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inpaint_nb.masks import Mask

SIZES = [(1, 1), (9, 7), (40, 25), (261, 12), (11, 262)]
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False) | st.integers(int(low), int(high)).map(float)


def spots(size: tuple[int, int]) -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(numbers(-20, size[0] + 20), numbers(-20, size[1] + 20))


@st.composite
def shapes(draw: Any, size: tuple[int, int]) -> Mask:
    kind = draw(st.sampled_from(["stroke", "polygon", "rectangle", "ellipse", "bitmap"]))
    if kind == "stroke":
        return Mask.stroke(size, draw(st.lists(spots(size), min_size=1, max_size=5)), draw(numbers(1, 15)))
    if kind == "polygon":
        return Mask.polygon(size, draw(st.lists(spots(size), min_size=3, max_size=6)))
    if kind == "bitmap":
        seed, values = draw(st.integers(0, 99)), draw(st.sampled_from([[0, 255], [0, 0, 90, 255]]))
        return Mask.from_array(np.random.default_rng(seed).choice(np.uint8(values), size[::-1]))
    (left, top), (right, bottom) = draw(spots(size)), draw(spots(size))
    box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    return Mask.rectangle(size, box) if kind == "rectangle" else Mask.ellipse(size, box)


@st.composite
def masks(draw: Any, size: tuple[int, int], steps: int = 4) -> Mask:
    mask = draw(st.sampled_from([Mask.empty(size), Mask.full(size)]) | shapes(size))
    for _ in range(draw(st.integers(0, steps))):
        mask = draw(refined(mask) | shapes(size).flatmap(lambda shape, mask=mask: combined(mask, shape)))
    return mask


def combined(one: Mask, other: Mask) -> st.SearchStrategy[Mask]:
    return st.sampled_from([one | other, one & other, one - other, one ^ other, other - one])


@st.composite
def refined(draw: Any, mask: Mask) -> Mask:
    px = draw(numbers(0, 6))
    ways = [mask.grow, mask.shrink, mask.feather, mask.drop_specks]
    return draw(st.sampled_from([*(way(px) for way in ways), ~mask, mask.fill_holes()]))


@st.composite
def several(draw: Any, count: int) -> list[Mask]:
    size = draw(st.sampled_from(SIZES))
    return [draw(masks(size, 3)) for _ in range(count)]


@quick
@given(several(3))
def test_masks_form_an_algebra(three: list[Mask]) -> None:
    """Order, grouping and De Morgan hold for soft masks too."""
    a, b, c = three
    assert a | b == b | a
    assert a & b == b & a
    assert a ^ b == b ^ a
    assert (a | b) | c == a | (b | c)
    assert (a & b) & c == a & (b & c)
    assert a & (b | c) == (a & b) | (a & c)
    assert ~(a | b) == ~a & ~b
    assert a - b == a & ~b
    assert ~~a == a
    assert a | a == a & a == a
    assert (a ^ a).is_empty


@quick
@given(several(2))
def test_combining_is_what_numpy_says(two: list[Mask]) -> None:
    """Each sign means one formula on the values."""
    a, b = (mask.to_array().astype(int) for mask in two)
    one, other = two
    assert ((one | other).to_array() == np.maximum(a, b)).all()
    assert ((one & other).to_array() == np.minimum(a, b)).all()
    assert ((one - other).to_array() == np.minimum(a, 255 - b)).all()
    assert ((one ^ other).to_array() == np.abs(a - b)).all()
    assert ((~one).to_array() == 255 - a).all()


@quick
@given(several(1), numbers(0, 9))
def test_growing_and_shrinking_mirror_each_other(one: list[Mask], px: float) -> None:
    """Growing never loses, shrinking never gains, and each is the other's mirror image."""
    (mask,) = one
    assert mask.grow(px) | mask == mask.grow(px)
    assert mask.shrink(px) & mask == mask.shrink(px)
    assert ~mask.grow(px) == (~mask).shrink(px)
    assert mask.grow(0) == mask.shrink(0) == mask.feather(0) == mask


@quick
@given(several(1))
def test_cleaning_twice_is_cleaning_once(one: list[Mask]) -> None:
    """Holes once filled stay filled, specks once dropped stay dropped."""
    (mask,) = one
    assert mask.fill_holes().fill_holes() == mask.fill_holes()
    assert mask.fill_holes() | mask == mask.fill_holes()
    assert mask.drop_specks(5).drop_specks(5) == mask.drop_specks(5)
    assert mask.drop_specks(0) == mask


@quick
@given(several(1))
def test_facts_agree_with_the_pixels(one: list[Mask]) -> None:
    """Box, coverage, emptiness and digest are those of the array."""
    (mask,) = one
    values = mask.to_array()
    rows, columns = np.nonzero(values)
    assert mask.is_empty == (not values.any())
    box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if rows.size else None
    assert mask.bbox == box
    assert np.isclose(mask.coverage, values.mean() / 255)
    assert Mask.from_array(values) == mask
    assert Mask.from_array(values).digest == mask.digest
    assert (np.asarray(mask.to_image()) == values).all()


@quick
@given(several(2))
def test_code_and_record_give_the_mask_again(two: list[Mask]) -> None:
    """Running the printed code and reading the record both give an equal mask."""
    mask = two[0] - two[1]
    namespace: dict[str, Any] = {}
    exec(mask.code(), namespace)
    assert namespace["mask"].digest == mask.digest
    twin = Mask.from_record(json.loads(json.dumps(mask.to_record())))
    assert twin.digest == mask.digest
    assert twin.operations == mask.operations


@quick
@given(several(2))
def test_step_by_step_equals_from_scratch(two: list[Mask]) -> None:
    """Looking at every step on the way changes nothing in the end, and leaves the steps as they were."""
    first, last = two
    digest = first.digest
    step = first | last
    assert step.bbox is not None or step.is_empty
    end = (step ^ first.grow(2)) - last
    fresh = Mask.from_record(end.to_record())
    assert end == fresh
    assert first.digest == digest == Mask.from_array(first.to_array()).digest
