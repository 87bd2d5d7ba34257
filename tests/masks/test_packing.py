"""Packed tiles come back as they were, and looking at a packed history unpacks nothing for long."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_nb.masks.packing import pack, unpack
from inpaint_nb.masks.tiles import Tile

NOISE = np.random.default_rng(0).integers(0, 256, (256, 200), np.uint8)
TILES = {
    "plain": np.zeros((256, 256), np.uint8),
    "one pixel": np.full((1, 1), 9, np.uint8),
    "runs": np.repeat(NOISE[:, :4], 64, axis=1),
    "noise": NOISE,
}


@pytest.mark.parametrize("pixels", TILES.values(), ids=TILES)
def test_packed_pixels_come_back(pixels: np.ndarray) -> None:
    """Whatever they are, and read-only."""
    back = unpack(pack(pixels), pixels.shape)
    assert (back == pixels).all()
    assert not back.flags.writeable


def test_few_runs_take_few_bytes() -> None:
    """A tile with an edge in each row packs to less than a twentieth."""
    edge = np.tri(256, dtype=np.uint8) * 255
    packed = pack(edge)
    assert isinstance(packed, tuple)
    assert sum(each.nbytes for each in packed) < edge.nbytes / 20


def test_a_glance_leaves_a_tile_packed() -> None:
    """Its pixels are read, and the next reader unpacks them anew."""
    tile = Tile(np.tri(256, dtype=np.uint8))
    tile.pack()
    one, other = tile.glance(), tile.glance()
    assert one is not other
    assert (one == other).all()
    assert tile.pixels is tile.pixels
