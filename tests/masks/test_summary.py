"""A mask in words: its blobs, its summary, what to look at before a run, and its history."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import measure

from inpaint_nb.masks import Mask

SIZE = (300, 200)


def test_regions_are_those_of_scikit_image() -> None:
    """Box and area of each blob in the order of first pixels, on random specks."""
    specks = np.random.default_rng(1).random((90, 130)) < 0.2
    found = Mask.from_array(specks).regions()
    wanted = measure.regionprops(measure.label(specks, connectivity=2))
    assert [region.box for region in found] == [(b[1], b[0], b[3], b[2]) for b in (p.bbox for p in wanted)]
    assert [region.area for region in found] == [p.num_pixels for p in wanted]


def test_soft_pixels_count_in_part() -> None:
    """The area of a blob is what it covers."""
    (blob,) = Mask.rectangle(SIZE, (10, 10, 20.5, 20)).regions()
    assert blob.box == (10, 10, 21, 20)
    assert blob.area == pytest.approx(105, abs=0.1)
    assert Mask.empty(SIZE).regions() == ()
    assert Mask.empty(SIZE).boxes() == []


def test_a_mask_describes_itself() -> None:
    """Coverage, box, and the largest blobs first."""
    mask = Mask.from_boxes(SIZE, [(10, 10, 20, 20), (100, 100, 200, 150)])
    assert mask.describe().splitlines() == [
        "8.5 % of 300 × 200 pixels are masked, within (10, 10, 200, 150), in 2 blobs.",
        "5,000 px in (100, 100, 200, 150)",
        "100 px in (10, 10, 20, 20)",
    ]
    dots = Mask.from_boxes(SIZE, [(x, 5, x + 1, 6) for x in range(0, 300, 30)])
    assert dots.describe().splitlines()[-1] == "and 5 smaller"
    assert dots.describe().startswith("Less than 0.1 % of 300 × 200 pixels")
    assert Mask.empty(SIZE).describe() == "Nothing is masked in 300 × 200 pixels."


CAUTIONS = {
    "empty": (Mask.empty(SIZE), ["empty"]),
    "full": (Mask.full(SIZE), ["full"]),
    "a dot": (Mask.stroke(SIZE, [(50, 50)], 1), ["nearly empty"]),
    "all but a corner": (Mask.full(SIZE) - Mask.rectangle(SIZE, (0, 0, 20, 20)), ["nearly full", "inverted"]),
    "inverted": (~Mask.ellipse(SIZE, (50, 30, 250, 170)), ["inverted"]),
    "at the border": (Mask.rectangle(SIZE, (0, 40, 60, 90)), ["at the border"]),
    "half": (Mask.rectangle(SIZE, (0, 0, 300, 120)), ["at the border"]),
    "a usual mask": (Mask.ellipse(SIZE, (50, 30, 250, 170)), []),
}


@pytest.mark.parametrize(("mask", "kinds"), CAUTIONS.values(), ids=CAUTIONS)
def test_what_to_look_at_before_a_run_is_said(mask: Mask, kinds: list[str]) -> None:
    """Each kind of likely mistake has a sentence; a usual mask has none."""
    found = mask.cautions()
    assert [caution.kind for caution in found] == kinds
    assert all(caution.text.endswith(".") for caution in found)


def test_a_history_reads_as_what_was_done() -> None:
    """Each operation in a few words."""
    gray = np.zeros(SIZE[::-1], np.uint8)
    mask = Mask.ellipse(SIZE, (5, 5, 50, 50)) | Mask.polygon(SIZE, [(1, 1), (50, 2), (3, 60)])
    mask = (mask - Mask.stroke(SIZE, [(5, 5), (9, 9)], 3)) & Mask.rectangle(SIZE, (0, 0, 40, 40))
    mask = (
        (mask ^ Mask.stroke(SIZE, [(5, 5)], 3)) | Mask.wand(gray, (3, 3)) | Mask.colour_range(gray, "black")
    )
    mask = (~mask).grow(8).shrink(2.5).feather(3).feather(4, "outside").smooth(5).fill_holes().drop_specks(9)
    mask = (mask | Mask.from_array(gray)) - Mask.full(SIZE).shrink(3)
    assert mask.history == (
        "add an ellipse",
        "add a polygon",
        "take away a stroke",
        "keep only a rectangle",
        "swap a dot",
        "add what the wand found",
        "add a range of colours",
        "invert",
        "grow by 8 px",
        "shrink by 2.5 px",
        "feather 3 px",
        "feather 4 px outside",
        "smooth 5 px",
        "fill holes",
        "drop specks below 9 px²",
        "add pixels",
        "take away a mask of 2 steps",
    )
    assert Mask.full(SIZE).invert() == Mask.empty(SIZE)
