"""What holds for every mask: it is a value, it keeps what it has worked out, and it can be looked at."""

from __future__ import annotations

import copy
import gc
import io
import pickle
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask
from inpaint_nb.masks.operations import Grow, Rectangle, Stroke
from inpaint_nb.masks.raster import Raster
from inpaint_nb.masks.steps import Combined
from inpaint_nb.masks.tiles import UNPACKED_BYTES

SIZE = (300, 200)
SHAPES = {
    "rectangle": Mask.rectangle(SIZE, (20, 30, 280, 90)),
    "ellipse": Mask.ellipse(SIZE, (100, 10, 290, 190)),
    "stroke": Mask.stroke(SIZE, [(10, 10), (150, 180), (290, 20)], 15),
}


def history(steps: int, size: tuple[int, int] = SIZE) -> Mask:
    mask = Mask.empty(size)
    for step in range(steps):
        at = (step * 37 % size[0], step * 53 % size[1])
        spot = Mask.stroke(size, [at], 4)
        mask = mask - spot if step % 3 == 2 else mask | spot
    return mask


def test_an_empty_mask_changes_nothing() -> None:
    """An empty mask has no box, no coverage, no operations and only zeros."""
    mask = Mask.empty(SIZE)
    assert (mask.bbox, mask.is_empty, mask.coverage, mask.operations) == (None, True, 0, ())
    assert mask.to_array().shape == (200, 300)
    assert not mask.to_array().any()


def test_a_full_mask_changes_everything() -> None:
    """A full mask is 255 everywhere and covers all."""
    mask = Mask.full(SIZE)
    assert (mask.bbox, mask.is_empty, mask.coverage) == ((0, 0, 300, 200), False, 1)
    assert (mask.to_array() == 255).all()


def test_bbox_is_tight_across_tiles() -> None:
    """The box holds all pixels above 0 and no row or column more, wherever the tiles lie."""
    mask = Mask.rectangle((700, 600), (250, 255, 520, 513)) | Mask.rectangle((700, 600), (600, 300, 601, 301))
    assert mask.bbox == (250, 255, 601, 513)


def test_coverage_counts_soft_pixels_in_part() -> None:
    """Half a pixel covered counts as half a pixel."""
    assert Mask.rectangle((10, 1), (0, 0, 2.5, 1)).coverage == pytest.approx(0.25, abs=1e-3)


def test_masks_are_equal_by_pixels_not_by_history() -> None:
    """Masks made in different ways are equal, and one in a set, when size and pixels are equal."""
    left, right = Mask.rectangle(SIZE, (0, 0, 150, 200)), Mask.rectangle(SIZE, (150, 0, 300, 200))
    assert left | right == Mask.full(SIZE)
    assert len({left | right, Mask.full(SIZE), ~Mask.empty(SIZE)}) == 1
    assert left != right
    assert Mask.empty((2, 3)) != Mask.empty((3, 2))
    assert left != "a mask"


def test_the_digest_stays_the_same_between_runs() -> None:
    """A digest that was stored is still the digest of the same pixels."""
    assert Mask.rectangle((3, 2), (1, 0, 3, 1)).digest == "ef18c1dccac4cf20cc57ed8d26d7eb2f"


def test_a_mask_cannot_be_changed_through_its_arrays() -> None:
    """Arrays that are handed out are the caller's own."""
    mask = SHAPES["ellipse"]
    before = mask.digest
    mask.to_array()[:] = 7
    mask.crop((0, 0, 300, 200))[:] = 9
    assert Mask.from_array(mask.to_array()).digest == before


def test_a_mask_does_not_follow_the_array_it_was_made_from() -> None:
    """Changing an array later changes no mask, and the array stays writeable."""
    array = np.zeros((5, 5), np.uint8)
    mask = Mask.from_array(array)
    array[2, 2] = 255
    assert mask.is_empty


def test_a_mask_has_no_settable_attributes() -> None:
    """Assigning to an attribute fails."""
    with pytest.raises(AttributeError):
        SHAPES["stroke"].size = (1, 1)  # type: ignore[misc]


def test_a_shape_that_is_combined_is_appended_as_one_operation() -> None:
    """Painting onto a mask adds one operation to its list."""
    mask = SHAPES["rectangle"] | SHAPES["stroke"]
    assert [type(each) for each in mask.operations] == [Rectangle, Stroke]
    assert (mask - SHAPES["stroke"]).operations[-1].combine == "subtract"


def test_a_mask_of_several_operations_is_combined_as_one() -> None:
    """A mask with a history of its own stays one operation in another's list."""
    mask = SHAPES["rectangle"] - SHAPES["ellipse"].grow(3)
    assert [type(each) for each in mask.operations] == [Rectangle, Combined]
    assert mask.operations[1].mask.operations[-1] == Grow(3)


def test_a_mask_inside_another_prints_as_one_line() -> None:
    """Printing the operations shows how many steps an inner mask has, not each of them."""
    mask = SHAPES["rectangle"] - SHAPES["ellipse"].grow(3)
    assert "<Step 2 of a mask of 300 × 200>" in repr(mask.operations)


def test_nothing_is_appended_for_an_empty_mask() -> None:
    """Combining with an empty mask needs no operation."""
    mask, nothing = SHAPES["stroke"], Mask.empty(SIZE)
    assert mask | nothing is mask
    assert mask - nothing is mask
    assert nothing | mask is mask
    assert (mask & nothing).is_empty
    assert (nothing - mask).is_empty


def test_different_sizes_do_not_combine() -> None:
    """The error names both sizes."""
    with pytest.raises(InputError, match=r"300 × 200 and 200 × 300"):
        Mask.full(SIZE) | Mask.full((200, 300))


def test_a_mask_combines_with_masks_only() -> None:
    """Anything else is a TypeError, as Python does it."""
    with pytest.raises(TypeError):
        Mask.full(SIZE) | 3  # type: ignore[operator]


@pytest.mark.parametrize(
    "size", [(0, 5), (5, -1), (2.5, 3), (1,), "ab", None, (10**6, 10**6), (float("nan"), 1)]
)
def test_impossible_sizes_are_refused(size: object) -> None:
    """A size is two whole numbers above 0 that a picture can have."""
    with pytest.raises(InputError, match="mask"):
        Mask.empty(size)  # type: ignore[arg-type]


def test_crop_gives_the_values_of_a_box() -> None:
    """A crop equals the same part of the whole array; a box that leaves the picture is refused."""
    mask = SHAPES["ellipse"]
    assert (mask.crop((90, 5, 270, 100)) == mask.to_array()[5:100, 90:270]).all()
    assert mask.crop((5, 5, 5, 5)).size == 0
    with pytest.raises(InputError, match="not inside"):
        mask.crop((0, 0, 301, 200))


def test_adding_an_operation_keeps_the_earlier_pixels() -> None:
    """Tiles that a stroke does not touch are the very same objects before and after it."""
    size = (2048, 2048)
    before = Mask.ellipse(size, (0, 0, 2048, 2048))
    after = before | Mask.stroke(size, [(100, 100)], 20)
    kept = [old is new for old, new in zip(before.raster.tiles, after.raster.tiles, strict=True)]
    assert kept.count(False) <= 1


def test_kept_pixels_equal_fresh_ones() -> None:
    """A mask worked out step by step equals the same operations worked out at once."""
    mask = Mask.empty(SIZE)
    for step in range(1, 30):
        mask = (mask | Mask.stroke(SIZE, [(step * 9, step * 5)], step)) ^ SHAPES["stroke"]
        assert mask.coverage >= 0
    assert mask == Mask.from_record(mask.to_record())


def test_packed_pixels_come_back_unchanged() -> None:
    """More masks than fit unpacked keep their pixels."""
    noise = np.random.default_rng(5)
    arrays = [
        np.tile(noise.integers(0, 255, (1, 2048), np.uint8), (2048, 1))
        for _ in range(UNPACKED_BYTES // 2**22 + 2)
    ]
    masks = [Mask.from_array(array) for array in arrays]
    assert all((mask.to_array() == array).all() for mask, array in zip(masks, arrays, strict=True))


def test_ten_thousand_steps_need_no_recursion() -> None:
    """A very long history is worked out, combined, pickled and thrown away."""
    mask = Mask.full((8, 8))
    for step in range(9_999):
        mask = mask ^ Mask.rectangle((8, 8), (step % 8, 0, 8, 8))
    assert len(mask.operations) == 10_000
    assert pickle.loads(pickle.dumps(mask)) == mask
    del mask
    gc.collect()


def test_deep_nesting_needs_no_recursion() -> None:
    """A mask inside a mask inside a mask, thousands deep, is worked out and recorded."""
    mask = Mask.full((8, 8))
    for step in range(2 * sys.getrecursionlimit()):
        mask = Mask.rectangle((8, 8), (0, 0, step % 9, 8)) - mask
    assert Mask.from_record(mask.to_record()) == mask


def test_copies_are_equal() -> None:
    """Copying and pickling give equal masks with equal operations."""
    mask = history(20).grow(2)
    for twin in (copy.copy(mask), copy.deepcopy(mask), pickle.loads(pickle.dumps(mask))):
        assert twin == mask
        assert twin.operations == mask.operations


def test_threads_share_a_mask() -> None:
    """Many threads that ask at once all get the same pixels."""
    mask, digests = history(100), []
    threads = [threading.Thread(target=lambda: digests.append(mask.digest)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert digests == [history(100).digest] * 8


def test_repr_is_one_short_line() -> None:
    """The repr names size, operations and how much is covered."""
    assert repr(SHAPES["rectangle"]) == "<Mask 300 × 200, 1 operation, covers 26.0 %>"
    assert repr(Mask.empty((1, 1))) == "<Mask 1 × 1, 0 operations, covers 0 %>"
    assert repr(Mask.full((9, 9)) - Mask.empty((9, 9))) == "<Mask 9 × 9, 1 operation, covers 100 %>"


def test_a_notebook_shows_a_picture() -> None:
    """The static form is a small PNG of the mask."""
    with Image.open(io.BytesIO(Mask.ellipse((2000, 1000), (0, 0, 2000, 1000))._repr_png_())) as shown:
        assert (shown.size, shown.mode) == ((512, 256), "L")
        assert shown.getpixel((256, 128)) == 255


def test_save_writes_what_from_image_reads(tmp_path) -> None:
    """A saved mask reads back equal; a name without a format is refused."""
    mask = SHAPES["ellipse"].feather(9)
    mask.save(tmp_path / "mask.png")
    assert Mask.from_image(tmp_path / "mask.png") == mask
    with pytest.raises(InputError, match="names no picture format"):
        mask.save(tmp_path / "mask.what")


def test_to_image_is_gray() -> None:
    """The picture has the mask's size, in mode L."""
    image = SHAPES["stroke"].to_image()
    assert (image.mode, image.size) == ("L", SIZE)
    assert (np.asarray(image) == SHAPES["stroke"].to_array()).all()


def test_a_raster_is_equal_by_pixels() -> None:
    """Rasters of equal pixels are equal and hash equal."""
    pixels = SHAPES["stroke"].to_array()
    assert Raster.of(pixels) == SHAPES["stroke"].raster
    assert hash(Raster.of(pixels)) == hash(SHAPES["stroke"].raster)
    assert Raster.of(pixels) != "a raster"
