"""Which run made which pixel, from masks alone, and when a picture is worn."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from inpaint_nb import InputError, Mask
from inpaint_nb.edit import EditRequest, Finished, ImagineRequest, Result, ancestry, wear

SIZE = (40, 20)
LEFT = Mask.rectangle(SIZE, (0, 0, 20, 20))
MIDDLE = Mask.rectangle(SIZE, (10, 0, 30, 20))


def test_generations_are_the_sum_of_the_masks():
    """Each pixel counts the runs whose mask is above 0 there, and every run without a mask."""
    counts = ancestry.generations([LEFT, MIDDLE, None, Mask.empty(SIZE)], SIZE)
    assert (counts.dtype, counts.shape) == (np.uint16, (20, 40))
    assert counts[5, [0, 15, 25, 35]].tolist() == [2, 3, 2, 1]


def test_soft_pixels_count_like_hard_ones():
    """A pixel that is only blended was regenerated, too."""
    soft = Mask.from_array(np.array([[0, 1, 255]], np.uint8))
    assert ancestry.generations([soft], (3, 1)).tolist() == [[0, 1, 1]]


def test_other_sizes_are_mapped_by_the_nearest_pixel():
    """A mask of half the size counts for the pixels that it became, and one of twice the size likewise."""
    small = Mask.rectangle((20, 10), (0, 0, 10, 10))
    large = Mask.rectangle((80, 40), (20, 0, 60, 40))
    counts = ancestry.generations([small, large], SIZE)
    assert counts[5, [0, 9, 10, 19, 20, 29, 30]].tolist() == [1, 1, 2, 2, 1, 1, 0]
    assert ancestry.union([small, large], SIZE) == Mask.rectangle(SIZE, (0, 0, 30, 20))


def test_the_origin_is_the_newest_run_over_the_pixel():
    """A later mask hides an earlier run; where no mask was, nothing made the pixel."""
    runs = [LEFT, MIDDLE]
    assert [ancestry.origin(runs, SIZE, x, 5) for x in (5, 15, 25, 35)] == [0, 1, 1, None]
    assert ancestry.origin([LEFT, None, MIDDLE], SIZE, 35, 5) == 1
    assert ancestry.origin([Mask.rectangle((20, 10), (0, 0, 10, 10))], SIZE, 19, 19) == 0


def test_the_union_covers_what_any_mask_covers():
    """And keeps the operations of the masks, so that its code can be read."""
    assert ancestry.union([LEFT, MIDDLE], SIZE) == (LEFT | MIDDLE)
    assert ancestry.union([], SIZE).is_empty


def test_wear_is_told_once_and_not_for_a_few_pixels():
    """A note comes when the limit is reached in more than a speck, and not again when it already was."""
    calm, worn = np.full((100, 100), wear.WORN - 1, np.uint16), np.zeros((100, 100), np.uint16)
    speck = calm.copy()
    speck[0, :9] = wear.WORN
    worn[:20] = wear.WORN
    assert wear.worn_note(calm, calm) == wear.worn_note(calm, speck) == wear.worn_note(worn, worn + 1) == ""
    note = wear.worn_note(calm, worn)
    assert "2,000 pixels" in note
    assert "from_root" in note
    assert wear.tells_of_wear(note)
    assert not wear.tells_of_wear("slow today")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_picture_of_generations_has_a_legend(mode: str):
    """Below the picture there is room for the legend; levels differ in brightness, and untouched pixels stay grey."""
    image = Image.new(mode, (500, 60), "white")
    counts = np.zeros((60, 500), np.uint16)
    for level in range(7):
        counts[:, level * 60 : level * 60 + 60] = level
    shown = wear.generations_picture(image, counts)
    assert (shown.mode, shown.width) == ("RGB", 500)
    assert shown.height > 60
    seen = [shown.getpixel((level * 60 + 30, 20)) for level in range(4)]
    assert len(set(seen[0])) == 1
    lights = [np.dot(colour, (0.2126, 0.7152, 0.0722)) for colour in seen[1:]]
    assert lights == sorted(lights)
    assert wear.generations_picture(image.crop((0, 0, 20, 20)), counts[:20, :20]).width >= wear.LEAST_WIDTH


def alone(request: EditRequest | ImagineRequest) -> Result:
    """A result that lies in no store."""
    return Result.compose(request, Finished((Image.new("RGB", SIZE, "red"),)), "nobody")


def test_a_result_in_no_store_knows_its_own_run():
    """Without a store there are no relatives, but what the run itself did is known."""
    parent = Image.new("RGB", SIZE)
    result = alone(EditRequest(parent, LEFT))
    assert (result.parent_result, result.children) == (None, [])
    assert result.root is parent
    assert result.generations.sum() == 400
    assert result.origin(0, 0) is result
    assert result.origin(39, 0) is None
    assert result.generations_image().size[0] >= SIZE[0]
    with pytest.raises(InputError, match="store"):
        result.from_root()


def test_a_first_picture_is_its_own_root():
    """A run without a mask made every pixel, and there is no original to go back to."""
    result = alone(ImagineRequest("a fox"))
    assert result.root is result.image
    assert (result.generations == 1).all()
    with pytest.raises(InputError, match="no mask"):
        result.from_root()


def test_a_pixel_outside_the_picture_is_refused():
    """Coordinates are those of the picture, and so is the index."""
    result = alone(EditRequest(Image.new("RGB", SIZE), LEFT))
    for at in ((-1, 0), (40, 0), (0, 20)):
        with pytest.raises(InputError, match="no pixel"):
            result.origin(*at)
    with pytest.raises(InputError, match="no picture"):
        result.generations_of(1)


def test_the_ring_of_a_feather_was_regenerated():
    """What the answer is blended over outside of the mask counts."""
    result = alone(EditRequest(Image.new("RGB", SIZE), LEFT, feather_px=4, feather="ring"))
    assert result.generations[0, [19, 21, 30]].tolist() == [1, 1, 0]
