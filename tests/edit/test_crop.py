"""Boxes around masks."""

import pytest
from PIL import Image

from inpaint_nb.edit import (
    box_size,
    crop_to,
    grow_box,
    merge_near,
    relative_to,
    uncrop,
)
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask


def test_the_box_to_send_is_the_masks_with_a_margin():
    """The mask's box grows by the margin on each side."""
    assert crop_to(Mask.rectangle((100, 80), (40, 30, 50, 45)), 8) == (32, 22, 58, 53)


def test_a_box_stays_inside_the_picture():
    """Where the picture ends, so does the box."""
    assert grow_box((0, 70, 95, 80), 10, (100, 80)) == (0, 60, 100, 80)


def test_an_empty_mask_has_no_box_to_send():
    """An empty mask is refused in words."""
    with pytest.raises(InputError, match="Nothing is masked"):
        crop_to(Mask.empty((10, 10)), 4)


def test_a_box_in_the_pixels_of_a_crop():
    """A box can be expressed in the coordinates of a crop around it."""
    assert relative_to((12, 25, 20, 30), (10, 20, 40, 50)) == (2, 5, 10, 10)


def test_boxes_that_come_near_are_joined_and_others_are_not():
    """Boxes whose surroundings overlap become one; a far one stays alone."""
    near = merge_near(
        [(0, 0, 10, 10), (14, 0, 20, 10), (80, 0, 90, 10)], lambda box: grow_box(box, 4, (100, 100))
    )
    assert near == [(0, 0, 20, 10), (80, 0, 90, 10)]


def test_joining_goes_on_until_all_are_apart():
    """A box that grew by joining may reach a third one, which joins too."""

    def double(box):
        return grow_box(box, box_size(box)[0], (1000, 1000))

    assert merge_near([(0, 0, 10, 10), (25, 0, 35, 10), (75, 0, 85, 10)], double) == [(0, 0, 85, 10)]


def test_a_piece_that_does_not_fit_is_refused():
    """A piece of another size or mode than its box is refused."""
    parent = Image.new("RGB", (20, 20))
    for piece in (Image.new("RGB", (5, 5)), Image.new("L", (10, 10))):
        with pytest.raises(InputError, match="does not fit"):
            uncrop(parent, piece, (0, 0, 10, 10))
