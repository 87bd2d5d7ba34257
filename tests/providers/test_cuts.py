"""Which pieces a hole is filled in: blobs told apart, long thin ones cut, compact ones whole."""

import numpy as np
import pytest

from inpaint_nb.edit import box_size
from inpaint_nb.masks import Mask
from inpaint_nb.providers.cuts import LONG_PX, MAX_CUTS, find_pieces, shared_box, with_margin

SIZE = (2600, 2600)
RING = Mask.ellipse(SIZE, (300, 300, 2300, 2300)) - Mask.ellipse(SIZE, (330, 330, 2270, 2270))
LONG_ONES = {
    "diagonal": Mask.stroke(SIZE, [(60, 40), (2500, 2540)], 20),
    "level": Mask.stroke(SIZE, [(60, 1300), (2540, 1300)], 20),
    "upright": Mask.stroke(SIZE, [(1300, 60), (1300, 2540)], 3),
    "ring": RING,
    "crossing": Mask.stroke(SIZE, [(60, 40), (2500, 2540)], 9)
    | Mask.stroke(SIZE, [(60, 2540), (2500, 40)], 9),
}
COMPACT_ONES = {
    "ellipse": Mask.ellipse(SIZE, (500, 600, 2100, 1700)),
    "tilted": Mask.polygon(SIZE, [(300, 500), (500, 300), (2300, 2100), (2100, 2300)]).grow(300),
    "triangle": Mask.polygon(SIZE, [(300, 300), (2300, 300), (300, 2300)]),
    "bar": Mask.rectangle(SIZE, (300, 1000, 2300, 1520)),
    "short stroke": Mask.stroke(SIZE, [(900, 900), (900 + LONG_PX - 20, 1300)], 8),
}


def test_blobs_far_apart_are_filled_each_in_its_own_crop():
    """Two blobs in opposite corners make two pieces, near ones make one."""
    size = (1000, 1000)
    first, near, far = [Mask.ellipse(size, (x, x, x + 30, x + 30)) for x in (20, 60, 900)]
    assert len(find_pieces(first | far)) == 2
    assert len(find_pieces(first | near)) == 1
    assert find_pieces(Mask.empty(size)) == []


def test_a_thousand_specks_cost_a_few_pieces():
    """Specks that lie near each other are filled together."""
    rng = np.random.default_rng(0)
    values = np.zeros((800, 800), np.uint8)
    values[rng.integers(0, 800, 1000), rng.integers(0, 800, 1000)] = 255
    assert len(find_pieces(Mask.from_array(values))) == 1


@pytest.mark.parametrize("mask", COMPACT_ONES.values(), ids=COMPACT_ONES)
def test_a_compact_blob_stays_whole(mask):
    """What fills its square well, or is short, is one piece: its box, and half of its longer side around it."""
    (piece,) = find_pieces(mask)
    assert (piece.box, piece.around) == (mask.bbox, with_margin(mask.bbox, SIZE))
    assert (piece.earlier, piece.blob_px) == ((), 0)


@pytest.mark.parametrize("mask", LONG_ONES.values(), ids=LONG_ONES)
def test_a_long_thin_blob_is_cut(mask):
    """It is cut into short parts whose surroundings are small beside the picture."""
    pieces = find_pieces(mask)
    assert 4 <= len(pieces) <= MAX_CUTS + 1
    assert max(max(box_size(piece.box)) for piece in pieces) <= LONG_PX
    assert max(max(box_size(piece.around)) for piece in pieces) <= 2 * LONG_PX + 16
    assert {piece.blob_px for piece in pieces} == {int((mask.to_array() > 0).sum())}


@pytest.mark.parametrize(
    "mask", [*LONG_ONES.values(), *COMPACT_ONES.values()], ids=[*LONG_ONES, *COMPACT_ONES]
)
def test_every_pixel_of_the_hole_is_in_one_piece(mask):
    """Pieces hold the whole hole, none of it twice, with known pixels around each."""
    times = np.zeros(SIZE[::-1], int)
    for piece in find_pieces(mask):
        left, top, right, bottom = piece.box
        times[top:bottom, left:right] += 1
        assert shared_box(piece.box, piece.around) == piece.box
        assert (mask.crop(piece.around) == 0).any()
    assert (times[mask.to_array() > 0] == 1).all()
    assert times.max() == 1


@pytest.mark.parametrize("mask", LONG_ONES.values(), ids=LONG_ONES)
def test_a_part_knows_what_was_filled_before(mask):
    """Each part names the earlier ones that it can see, and only those."""
    pieces = find_pieces(mask)
    for number, piece in enumerate(pieces):
        seen = [other.box for other in pieces[:number] if shared_box(other.box, piece.around)]
        assert list(piece.earlier) == seen
    assert all(piece.earlier for piece in pieces[-1:])


def test_the_width_of_a_stroke_is_told():
    """A part of a stroke says about how wide the brush was."""
    widths = [piece.width_px for piece in find_pieces(LONG_ONES["diagonal"])]
    assert min(widths) >= 32
    assert max(widths) <= 44


def test_a_blob_at_the_end_of_a_stroke_is_not_cut_through():
    """The cut goes where the hole is thinnest, so a disc on a string stays whole."""
    disc = (1700, 1700, 2300, 2300)
    mask = Mask.stroke(SIZE, [(100, 100), (2000, 2000)], 10) | Mask.ellipse(SIZE, disc)
    assert any(shared_box(piece.box, disc) == disc for piece in find_pieces(mask))


def test_scratches_all_over_are_cut_into_a_bounded_number():
    """However the hole is hatched, the number of pieces has a limit."""
    rng = np.random.default_rng(0)
    mask = Mask.empty(SIZE)
    for line in rng.integers(0, 2600, (30, 4)).tolist():
        mask = mask | Mask.stroke(SIZE, [line[:2], line[2:]], 2)
    assert len(find_pieces(mask)) <= MAX_CUTS + 1


def test_a_large_blob_beside_a_stroke_far_away_is_untouched_by_it():
    """Only the long one of two blobs far apart is cut."""
    size = (6000, 1500)
    disc = Mask.ellipse(size, (5400, 300, 5700, 600))
    pieces = find_pieces(disc | Mask.stroke(size, [(100, 100), (1900, 300)], 10))
    (whole,) = find_pieces(disc)
    assert whole in pieces
    assert len(pieces) > 2
