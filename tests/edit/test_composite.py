"""The answer over the parent: what is kept, what is counted, what is refused."""

import numpy as np
import pytest
from PIL import Image

from inpaint_nb.edit import Report, composite
from inpaint_nb.edit.composite import BAND_ROWS, verify
from inpaint_nb.errors import InpaintError
from inpaint_nb.masks import Mask

SIZE = (64, 48)
HOLE = Mask.rectangle(SIZE, (10, 8, 30, 28))


def noise(mode, size=SIZE, seed=0):
    bands = len(Image.new(mode, (1, 1)).getbands())
    values = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], bands), dtype=np.uint8)
    return Image.fromarray(values.squeeze())


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("raw_mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_size_and_mode_are_the_parents_whatever_comes_back(mode, raw_mode):
    """A raw picture of any mode and size gives a result in the parent's, with the parent's bytes outside."""
    parent = noise(mode)
    raw = Image.new("I;16", (32, 24)) if raw_mode == "I;16" else noise("RGB", (32, 24), 1).convert(raw_mode)
    image, report = composite(parent, raw, HOLE, HOLE)
    assert (image.mode, image.size) == (mode, SIZE)
    outside = HOLE.to_array() == 0
    assert (np.asarray(image)[outside] == np.asarray(parent)[outside]).all()
    assert report.changed_outside == 0
    assert report.raw_changed_outside > 0


def test_inside_a_hard_mask_stand_the_raw_bytes():
    """Where the blend mask is 255 the result holds exactly the raw picture's bytes."""
    parent, raw = noise("RGB"), noise("RGB", seed=1)
    image, _ = composite(parent, raw, HOLE, HOLE)
    inside = HOLE.to_array() == 255
    assert (np.asarray(image)[inside] == np.asarray(raw)[inside]).all()


def test_a_soft_mask_mixes_with_exact_rounding():
    """Between 0 and 255 each byte is the nearest to the weighted mean."""
    parent, raw = noise("RGB"), noise("RGB", seed=1)
    soft = Mask.from_array(np.random.default_rng(2).integers(0, 256, SIZE[::-1], dtype=np.uint8))
    image, _ = composite(parent, raw, soft, soft)
    weight = soft.to_array().astype(np.int64)[..., None]
    exact = np.asarray(parent) * (255 - weight) + np.asarray(raw) * weight
    assert (np.asarray(image) == (2 * exact + 255) // 510).all()


def test_alpha_and_profile_of_the_parent_are_kept():
    """Transparency and colour profile are the parent's, whatever the raw picture has."""
    parent, raw = noise("RGBA"), noise("RGBA", seed=1)
    parent.info["icc_profile"] = b"the parent's"
    raw.info["icc_profile"] = b"another"
    image, _ = composite(parent, raw, HOLE, HOLE)
    assert image.getchannel("A").tobytes() == parent.getchannel("A").tobytes()
    assert image.info["icc_profile"] == b"the parent's"


def test_what_is_transparent_in_the_raw_picture_shows_the_parent():
    """A transparent answer to an opaque picture changes nothing there."""
    parent, raw = noise("RGB"), Image.new("RGBA", SIZE, (255, 0, 0, 0))
    image, report = composite(parent, raw, HOLE, HOLE)
    assert image.tobytes() == parent.tobytes()
    assert report == Report(0, 0, 0, 0, 0)


def test_the_report_counts_inside_ring_and_what_the_provider_did_outside():
    """Each number of the report counts its own pixels."""
    parent = Image.new("RGB", SIZE, (100, 100, 100))
    raw = parent.copy()
    raw.paste((103, 100, 90), (0, 0, 20, 48))
    ring = HOLE.grow(4) | HOLE
    _, report = composite(parent, raw, ring, HOLE)
    changed = np.asarray(raw)[..., 0] != 100
    painted, blended = HOLE.to_array() > 0, ring.to_array() > 0
    assert report == Report(
        changed_inside=int((changed & painted).sum()),
        changed_ring=int((changed & blended & ~painted).sum()),
        changed_outside=0,
        raw_changed_outside=int((changed & ~blended).sum()),
        raw_max_difference_outside=10,
    )


@pytest.mark.parametrize("soft", [False, True])
def test_a_tall_picture_is_counted_and_laid_over_as_one(soft):
    """Changes far apart from top to bottom all count, in a mask with hard or soft edges."""
    size = (20, 5 * BAND_ROWS + 7)
    parent, raw = noise("RGB", size), noise("RGB", size, 1)
    values = np.zeros(size[::-1], np.uint8)
    values[3:-2:11, 4:9] = 255
    blend = Mask.from_array(values // 2 if soft else values)
    painted = Mask.from_array(np.where(np.arange(20) < 6, values, 0).astype(np.uint8))
    image, report = composite(parent, raw, blend, painted)
    old, new, given = (np.asarray(picture, int) for picture in (parent, image, raw))
    changed, ring = (old != new).any(axis=2), (values > 0) & (np.arange(20) >= 6)
    assert report == Report(
        changed_inside=int((changed & (painted.to_array() > 0)).sum()),
        changed_ring=int((changed & ring).sum()),
        changed_outside=0,
        raw_changed_outside=int((old != given).any(axis=2)[values == 0].sum()),
        raw_max_difference_outside=int(np.abs(old - given)[values == 0].max()),
    )


def test_a_difference_in_alpha_alone_is_counted():
    """A provider that changed only the transparency outside the mask is found out."""
    parent = Image.new("RGBA", SIZE, (9, 9, 9, 255))
    raw = parent.copy()
    raw.putpixel((0, 0), (9, 9, 9, 0))
    _, report = composite(parent, raw, HOLE, HOLE)
    assert (report.raw_changed_outside, report.raw_max_difference_outside) == (1, 255)


def test_a_raw_picture_that_is_the_result_is_not_copied():
    """Where compositing has nothing to do the raw picture itself is the result, so nothing is held twice."""
    parent = noise("RGB")
    raw = parent.copy()
    raw.paste((1, 2, 3), (10, 8, 30, 28))
    assert composite(parent, raw, HOLE, HOLE)[0] is raw


def test_the_parent_is_never_handed_out_as_the_result():
    """A provider that gives back the parent itself gives a copy of it, so that drawing on it harms nothing."""
    parent = noise("RGB")
    assert composite(parent, parent, HOLE, HOLE)[0] is not parent


def test_an_empty_blend_mask_gives_a_copy_of_the_parent():
    """Nothing to blend: the result equals the parent, and the report still tells what the provider did."""
    parent, raw, nothing = noise("L"), noise("L", seed=1), Mask.empty(SIZE)
    image, report = composite(parent, raw, nothing, nothing)
    assert image.tobytes() == parent.tobytes()
    assert report.raw_changed_outside > 0


def test_a_change_outside_would_be_refused():
    """If pixels outside the mask had changed, an error is raised, also under python -O."""
    verify(0)
    with pytest.raises(InpaintError, match="3 pixels outside"):
        verify(3)
