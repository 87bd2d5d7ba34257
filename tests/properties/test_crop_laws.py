"""Laws of boxes: a crop goes back exactly, and merged boxes keep everything apart."""

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from inpaint_nb.edit import (
    box_size,
    clamp_box,
    crop_to,
    grow_box,
    merge_near,
    relative_to,
    uncrop,
    union_box,
)
from inpaint_nb.masks import Mask

SIZE = (60, 40)


@st.composite
def boxes(draw, size=SIZE):
    left, top = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return left, top, draw(st.integers(left + 1, size[0])), draw(st.integers(top + 1, size[1]))


def holds(outer, inner):
    return union_box(outer, inner) == outer


@given(boxes())
def test_a_crop_put_back_changes_nothing(box):
    """Cropping and putting back gives the picture, byte for byte."""
    picture = Image.effect_noise(SIZE, 90).convert("RGB")
    assert uncrop(picture, picture.crop(box), box).tobytes() == picture.tobytes()


@given(boxes())
def test_another_piece_put_back_stays_in_its_box(box):
    """What is put back shows exactly in its box and nowhere else."""
    picture = Image.new("L", SIZE)
    whole = uncrop(picture, Image.new("L", box_size(box), 9), box)
    assert ImageChops.difference(whole, picture).getbbox() == box
    assert picture.getbbox() is None


@given(boxes(), st.integers(0, 50))
def test_the_box_to_send_holds_the_mask_and_its_margin_inside_the_picture(box, margin_px):
    """The box holds the mask, keeps its margin up to the picture's edge, and stays in the picture."""
    sent = crop_to(Mask.rectangle(SIZE, box), margin_px)
    assert holds(sent, box)
    assert clamp_box(sent, SIZE) == sent
    assert all(
        near == margin_px or side == edge
        for near, side, edge in [
            (box[0] - sent[0], sent[0], 0),
            (box[1] - sent[1], sent[1], 0),
            (sent[2] - box[2], sent[2], SIZE[0]),
            (sent[3] - box[3], sent[3], SIZE[1]),
        ]
    )


@given(boxes(), boxes())
def test_a_relative_box_keeps_its_size(box, outer):
    """Moving a box into a crop's coordinates keeps its size."""
    assert box_size(relative_to(box, outer)) == box_size(box)


@given(st.lists(boxes(), max_size=12), st.integers(0, 10))
def test_merged_boxes_lose_nothing_and_lie_apart(some, margin_px):
    """Every box lies in exactly one merged box, and the surroundings of merged boxes do not overlap."""

    def around(box):
        return grow_box(box, margin_px, SIZE)

    merged = merge_near(some, around)
    assert all(sum(holds(outer, box) for outer in merged) == 1 for box in some)
    wide = [around(box) for box in merged]
    for number, one in enumerate(wide):
        for other in wide[:number]:
            assert min(box_size((max(one[0], other[0]), max(one[1], other[1]),
                                 min(one[2], other[2]), min(one[3], other[3])))) <= 0  # fmt: skip
