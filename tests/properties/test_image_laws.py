"""Laws of reading pictures, against numpy and Pillow as references."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from PIL import Image

from inpaint_nb import images

SIDES = st.integers(1, 12)
law = settings(deadline=None)  # the first example pays for imports
PLAIN = {1: "L", 3: "RGB", 4: "RGBA"}

TURNED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a.swapaxes(0, 1), 2),
    8: lambda a: np.rot90(a),
}


@st.composite
def arrays(draw, dtype, channels=(1, 3, 4), elements=None):
    """A picture as an array of height × width × channels."""
    shape = (draw(SIDES), draw(SIDES), draw(st.sampled_from(channels)))
    return draw(npst.arrays(dtype, shape, elements=elements))


def pixels(image):
    """The picture's pixels as height × width × channels."""
    array = np.asarray(image)
    return array[:, :, None] if array.ndim == 2 else array


@law
@given(arrays(np.uint8))
def test_bytes_of_an_array_are_the_pixels(array):
    """An array of uint8 becomes a picture with the same values, in the mode its channels say."""
    image = images.load(array)
    assert image.mode == PLAIN[array.shape[2]]
    assert np.array_equal(pixels(image), array)


@law
@given(arrays(np.uint8), st.booleans(), st.booleans())
def test_memory_layout_does_not_matter(array, flip, fortran):
    """Views, reversed arrays and Fortran order give the same picture as their copy."""
    view = array[::-1, ::-1] if flip else array
    view = np.asfortranarray(view) if fortran else view
    assert np.array_equal(pixels(images.load(view)), view)


@law
@given(arrays(np.bool_))
def test_true_is_white(array):
    """True becomes 255 and False 0."""
    assert np.array_equal(pixels(images.load(array)), np.where(array, 255, 0))


@law
@given(arrays(st.sampled_from([np.dtype("<u2"), np.dtype(">u2")])))
def test_sixteen_bits_are_rounded(array):
    """An array of uint16 becomes the nearest eight bit values."""
    assert np.array_equal(pixels(images.load(array)), np.rint(array / 257))


@law
@given(arrays(st.sampled_from([np.float32, np.float64]), elements=st.floats(0, 1, width=32)))
def test_floats_are_rounded(array):
    """A float array from 0 to 1 becomes the nearest eight bit values."""
    difference = pixels(images.load(array)) - array.astype(np.float64) * 255
    assert np.abs(difference).max() <= 0.5001


@law
@given(arrays(np.uint8))
def test_a_float_array_made_of_bytes_comes_back(array):
    """Dividing by 255 and loading gives the bytes again, in every float precision."""
    for dtype in (np.float16, np.float32, np.float64):
        assert np.array_equal(pixels(images.load((array / 255).astype(dtype))), array)


@law
@given(arrays(np.uint8, channels=(2,)))
def test_gray_and_alpha_become_rgba(array):
    """Two channels are gray and alpha: the gray is repeated, the alpha kept."""
    expected = array[:, :, [0, 0, 0, 1]]
    assert np.array_equal(pixels(images.load(array)), expected)


@law
@given(arrays(np.uint8))
def test_png_round_trip_keeps_the_digest(array):
    """Encoding as PNG and loading gives a picture with the same digest."""
    image = images.load(array)
    for level in (0, 1, 6):
        assert images.digest(images.load(images.encode_png(image, level))) == images.digest(image)


@law
@given(arrays(np.uint8), arrays(np.uint8))
def test_digests_differ_when_pixels_differ(first, second):
    """Two pictures have the same digest when mode, size and pixels are the same, and only then."""
    same = first.shape == second.shape and np.array_equal(first, second)
    assert (images.digest(images.load(first)) == images.digest(images.load(second))) is same


@law
@given(arrays(np.uint8))
def test_loading_a_loaded_picture_changes_nothing(array):
    """What `load` gives is already plain: loading it again gives an equal picture."""
    image = images.load(array)
    assert images.digest(images.load(image)) == images.digest(image)


@law
@given(SIDES, SIDES, st.integers(1, 30))
def test_thumbnails_keep_the_shape_and_never_grow(width, height, longest):
    """The longer side becomes what was asked or stays, the other keeps the proportion to within a pixel."""
    small = images.thumbnail(Image.new("RGB", (width, height)), longest)
    scale = min(1, longest / max(width, height))
    assert max(small.size) == min(longest, max(width, height))
    assert abs(small.width - width * scale) <= 1
    assert abs(small.height - height * scale) <= 1


def oriented(array, format, orientation):
    """A file whose EXIF says how to turn it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    options = {"lossless": True} if format == "WEBP" else {}
    Image.fromarray(array).save(file, format, exif=exif, **options)
    return file.getvalue()


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
@law
@given(array=arrays(np.uint8, channels=(3,)), orientation=st.sampled_from(sorted(TURNED)))
def test_exif_orientation_is_applied_once(format, array, orientation):
    """A file with any of the eight orientations, and the same file opened by PIL, come upright, once."""
    data = oriented(array, format, orientation)
    expected = TURNED[orientation](array)
    opened = Image.open(io.BytesIO(data))
    for source in (data, opened, opened, images.load(data)):
        image = images.load(source)
        assert np.array_equal(pixels(image), expected)
        assert 0x0112 not in image.getexif()
