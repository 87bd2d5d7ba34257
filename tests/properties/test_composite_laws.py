"""Laws of compositing: whatever comes back, outside nothing changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from inpaint_nb.edit import EditRequest, composite
from inpaint_nb.masks import Mask

SIDES = st.integers(1, 24)


@st.composite
def pictures(draw, size, mode):
    bands = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
    return Image.fromarray(draw(arrays.arrays(np.uint8, (size[1], size[0], *bands))))


@st.composite
def edits(draw):
    size = draw(SIDES), draw(SIDES)
    mode = draw(st.sampled_from(["L", "RGB", "RGBA"]))
    raw_mode = draw(st.sampled_from([mode, "L", "RGB", "RGBA"]))
    raw_size = draw(st.sampled_from([size, (size[0] + 3, size[1])]))
    values = draw(arrays.arrays(np.uint8, size[::-1], elements=st.sampled_from([0, 0, 0, 1, 127, 255])))
    feather = draw(st.integers(0, 8)), draw(st.sampled_from(["inside", "ring"]))
    parent = draw(pictures(size, mode))
    request = EditRequest(parent, Mask.from_array(values), feather_px=feather[0], feather=feather[1])
    return request, draw(pictures(raw_size, raw_mode))


@given(edits())
def test_outside_the_blend_mask_every_byte_is_the_parents(edit):
    """Where the blend mask is 0 the result equals the parent, for every mode, size and feather."""
    request, raw = edit
    before = request.image.tobytes()
    image, report = composite(request.image, raw, request.blend_mask, request.mask)
    outside = request.blend_mask.to_array() == 0
    assert (image.mode, image.size) == (request.image.mode, request.image.size)
    assert (np.asarray(image)[outside] == np.asarray(request.image)[outside]).all()
    assert report.changed_outside == 0
    assert request.image.tobytes() == before


@given(edits())
def test_the_report_counts_what_numpy_counts(edit):
    """The report's counts are those of a plain comparison of all pixels."""
    request, raw = edit
    image, report = composite(request.image, raw, request.blend_mask, request.mask)
    changed = np.asarray(image) != np.asarray(request.image)
    changed = changed.any(axis=2) if changed.ndim == 3 else changed
    painted, blended = request.mask.to_array() > 0, request.blend_mask.to_array() > 0
    assert report.changed_inside == (changed & painted).sum()
    assert report.changed_ring == (changed & blended & ~painted).sum()
    if (raw.mode, raw.size) == (request.image.mode, request.image.size):
        apart = np.abs(np.asarray(raw).astype(int) - np.asarray(request.image))
        apart = (apart.max(axis=2) if apart.ndim == 3 else apart)[~blended]
        assert report.raw_changed_outside == (apart > 0).sum()
        assert report.raw_max_difference_outside == apart.max(initial=0)


@given(edits())
def test_a_feather_inside_never_leaves_the_mask_and_a_ring_never_its_width(edit):
    """ "inside" writes in the mask only; "ring" is 255 in it and ends where growing by its width ends."""
    request, _ = edit
    painted, blend = request.mask.to_array() > 0, request.blend_mask.to_array()
    if request.feather_px == 0:
        assert request.blend_mask == request.mask
    elif request.feather == "inside":
        assert ((blend > 0) == painted).all()
        assert (blend <= request.mask.to_array()).all()
    else:
        reach = Mask.from_array(painted).grow(request.feather_px).to_array() == 255
        assert ((blend > 0) == reach).all()
        assert (blend[painted] == 255).all()


@given(edits())
def test_the_feather_follows_the_exact_distance(edit):
    """Each value of the ramp is that of the distance to the nearest pixel across the mask's edge."""
    request, _ = edit
    painted = request.mask.to_array() > 0
    if request.feather_px == 0 or painted.all() or not painted.any():
        return
    y, x = np.indices(painted.shape)
    target = ~painted if request.feather == "inside" else painted
    apart = np.hypot(y[..., None] - y[target], x[..., None] - x[target]).min(axis=-1)
    width = request.feather_px + 1
    share = np.minimum(apart, width) / width
    blend = request.blend_mask.to_array()
    if request.feather == "inside":
        expected = np.minimum(request.mask.to_array(), np.ceil(255 * share - 1e-3))
    else:
        expected = np.where(apart <= request.feather_px, np.ceil(255 * (1 - share) - 1e-3), 0)
    assert np.abs(blend - expected).max() <= 1
