"""The soft edge of a blend: what it costs and what it leaves alone."""

import tracemalloc

import numpy as np
import pytest

from inpaint_nb.edit.feather import feathered, hardened
from inpaint_nb.masks import Mask
from inpaint_nb.masks.tiles import SIDE

SIZE = (4096, 4096)
SIDES = pytest.mark.parametrize("side", ["inside", "ring"])


@SIDES
def test_a_feather_costs_what_the_mask_covers(side):
    """Softening and hardening a stroke across a large picture never takes as much as one array of the picture."""
    mask = Mask.stroke(SIZE, [(100, 100), (3996, 3996)], 20)
    assert mask.bbox == (80, 80, 4016, 4016)
    tracemalloc.start()
    try:
        assert hardened(feathered(mask, 8, side)).bbox is not None
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < SIZE[0] * SIZE[1]


@SIDES
def test_a_feather_keeps_the_tiles_it_does_not_reach(side):
    """Tiles far from the mask's edge, masked in full or not at all, are shared with the mask."""
    mask = Mask.rectangle(SIZE, (600, 600, 3000, 3000))
    soft = feathered(mask, 30, side)
    kept = [old is new for old, new in zip(mask.raster.tiles, soft.raster.tiles, strict=True)]
    assert 256 - sum(kept) == 4 * 9  # the outline crosses 4 sides of 10 tiles


@SIDES
@pytest.mark.parametrize("feather_px", [20_000, 0.25])
def test_a_feather_may_be_wider_than_the_picture_or_thinner_than_a_pixel(side, feather_px):
    """The ramp of any width starts at the edge with the share of one pixel's distance."""
    soft = feathered(Mask.rectangle((9, 7), (0, 0, 4, 7)), feather_px, side).to_array()
    share = 1 / (feather_px + 1)
    edge, beyond = (3, share) if side == "inside" else (4, 1 - share if feather_px >= 1 else 0)
    assert (soft[:, edge] == np.ceil(255 * np.float32(beyond))).all()


def test_an_edge_between_two_tiles_is_softened_however_thin_the_feather():
    """A tile masked in full has its ramp too where the one beside it is empty."""
    soft = feathered(Mask.rectangle((2 * SIDE, 5), (0, 0, SIDE, 5)), 0.5, "inside").to_array()
    assert soft[0, SIDE - 2 : SIDE + 1].tolist() == [255, 170, 0]


@SIDES
def test_a_mask_without_an_edge_stays_as_it_is(side):
    """The picture's border is no edge: a full mask stays full, and an empty one empty."""
    assert feathered(Mask.full((300, 20)), 5, side) == Mask.full((300, 20))
    assert feathered(Mask.empty((300, 20)), 5, side) == Mask.empty((300, 20))


def test_a_hard_mask_is_its_own_hardened_mask():
    """Nothing is made anew where a mask is hard already, or empty."""
    hard = Mask.rectangle(SIZE, (10, 10, 3000, 3000))
    assert hardened(hard) is hard
    empty = Mask.empty(SIZE)
    assert hardened(empty) is empty


@pytest.mark.parametrize("value", [1, 254])
def test_a_single_soft_value_is_hardened(value):
    """The faintest value and the one next to full become 255."""
    values = np.full((20, 300), 255, np.uint8)
    values[3, 299] = value
    assert hardened(Mask.from_array(values)) == Mask.full((300, 20))
