"""What is worked out from a mask once, for as long as the mask lives."""

from __future__ import annotations

import gc
import weakref

from inpaint_nb.edit.feather import hardened
from inpaint_nb.edit.memory import remembered
from inpaint_nb.masks import Mask

SIZE = (40, 30)


def test_an_answer_is_worked_out_once_for_each_mask() -> None:
    """The same mask asked the same way is not worked out again; other arguments are."""
    asked = []

    @remembered
    def boxed(mask: Mask, px: int) -> object:
        asked.append(px)
        return mask.bbox, px

    mask = Mask.rectangle(SIZE, (2, 3, 9, 8))
    assert boxed(mask, 1) == boxed(mask, 1) == ((2, 3, 9, 8), 1)
    assert asked == [1]
    assert boxed(mask, 2) == ((2, 3, 9, 8), 2)
    assert asked == [1, 2]


def test_equal_masks_are_not_taken_for_one_another() -> None:
    """They may be made of different operations."""

    @remembered
    def made_of(mask: Mask) -> object:
        return len(mask.operations)

    one = Mask.rectangle(SIZE, (2, 3, 9, 8))
    two = Mask.rectangle(SIZE, (2, 3, 9, 5)) | Mask.rectangle(SIZE, (2, 5, 9, 8))
    assert one == two
    assert (made_of(one), made_of(two), made_of(one)) == (1, 2, 1)


def test_an_answer_does_not_outlive_its_mask() -> None:
    """Not even where the answer is the mask itself."""
    mask = Mask.rectangle(SIZE, (2, 3, 9, 8))
    assert hardened(mask) is mask
    assert hardened(mask) is mask
    gone = weakref.ref(mask)
    del mask
    gc.collect()
    assert gone() is None
