"""Laws of the feather: worked out piece by piece, it is what the whole picture at once would give."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_nb.edit.feather import feathered, hardened
from inpaint_nb.masks import Mask
from inpaint_nb.masks.tiles import SIDE

NEAR_A_SEAM = st.integers(SIDE - 12, SIDE + 12)
SIDES = st.one_of(st.integers(1, 24), NEAR_A_SEAM, st.integers(2 * SIDE - 4, 2 * SIDE + 12))
FEATHERS = st.one_of(st.sampled_from([0.0, 0.25, 1.0, 8.0]), st.floats(0.01, 12))


@st.composite
def masks(draw):
    """Strokes, boxes and soft pixels, most of them near the seams between tiles, or all but these."""
    size = draw(SIDES), draw(SIDES)
    mask = Mask.empty(size)
    for _ in range(draw(st.integers(0, 3))):
        mask = mask | draw(shapes(size))
    return ~mask if draw(st.booleans()) else mask


@st.composite
def shapes(draw, size):
    x, y = (draw(st.one_of(NEAR_A_SEAM, st.integers(0, side))) for side in size)
    match draw(st.sampled_from(["dot", "line", "box", "grain"])):
        case "dot":
            return Mask.stroke(size, [(x, y)], draw(st.sampled_from([0.4, 1, 6, 40])))
        case "line":
            end = draw(st.integers(0, size[0])), draw(st.integers(0, size[1]))
            return Mask.stroke(size, [(x, y), end], draw(st.sampled_from([0.5, 3, 15])))
        case "box":
            return Mask.rectangle(size, (x, y, x + draw(st.integers(1, 300)), y + draw(st.integers(1, 300))))
        case _:
            grain = np.random.default_rng(draw(st.integers(0, 99))).integers(0, 256, size[::-1], np.uint8)
            return Mask.from_array(np.where(grain > draw(st.sampled_from([0, 128, 254])), grain, 0))


def whole(values, feather_px, side):
    """The same feather by its definition: the distance to every pixel across the edge, over the whole picture."""
    if feather_px <= 0:
        return values
    limit = feather_px + 1
    distance = np.sqrt(nearest(values > 0 if side == "ring" else values == 0, limit))
    if side == "ring":
        ramp = np.ceil(255 * (1 - distance / limit))
        return np.where(distance <= feather_px, ramp, 0).astype(np.uint8) if values.any() else values
    return np.minimum(values, np.ceil(255 * np.minimum(distance / limit, 1)).astype(np.uint8))


def nearest(target, limit):
    """The square of each pixel's distance to the nearest True one, that of `limit` at most."""
    height, width = target.shape
    reach = math.ceil(limit)
    padded = np.pad(target, reach)
    squares = np.full(target.shape, np.float32(limit) ** 2)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            seen = padded[reach + dy :, reach + dx :][:height, :width]
            np.minimum(squares, np.float32(dy * dy + dx * dx), out=squares, where=seen)
    return squares


@settings(deadline=None, max_examples=200)
@given(masks(), FEATHERS, st.sampled_from(["inside", "ring"]))
def test_a_feather_in_pieces_is_the_feather_of_the_whole_picture(mask, feather_px, side):
    """Every pixel of a feathered mask is that of the plain computation, bit for bit, seams or not."""
    soft = feathered(mask, feather_px, side)
    assert np.array_equal(soft.to_array(), whole(mask.to_array(), feather_px, side))


@given(masks())
def test_a_hardened_mask_is_full_wherever_there_was_anything(mask):
    """Every value above 0 becomes 255, the others stay 0, and a second time gives the mask itself."""
    hard = hardened(mask)
    assert np.array_equal(hard.to_array(), np.where(mask.to_array() > 0, 255, 0))
    assert hardened(hard) is hard
