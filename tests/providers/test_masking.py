"""The mask on the wire: what is decoded from it, by an asymmetric mask so that a turned or inverted one is seen."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.providers.masking import as_base64, covers_everything

SIZE = (90, 60)
MASK = Mask.rectangle(SIZE, (5, 8, 40, 20)) | Mask.ellipse(SIZE, (50, 30, 80, 55)).feather(4)


def decoded(text):
    """The picture in a base64 text that holds nothing but the standard alphabet."""
    return Image.open(io.BytesIO(base64.b64decode(text, validate=True)))


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("webp", "WEBP")])
def test_it_is_an_opaque_picture_of_the_mask_s_size_with_only_black_and_white(form, kind):
    """RGB without alpha, of the parent's exact size, white wherever anything is to be changed, else black."""
    picture = decoded(as_base64(MASK, form))
    assert (picture.format, picture.mode, picture.size) == (kind, "RGB", SIZE)
    wanted = np.where(MASK.to_array() > 0, 255, 0)
    assert (np.asarray(picture) == wanted[..., None]).all()


def test_both_forms_hold_the_same_pixels():
    """WebP is lossless here."""
    png, webp = (np.asarray(decoded(as_base64(MASK, form)).convert("RGB")) for form in ("png", "webp"))
    assert (png == webp).all()


def test_the_text_has_no_prefix_and_no_line_breaks():
    """Plain base64 of the standard alphabet, as one line."""
    text = as_base64(Mask.full((700, 900)))
    assert not text.startswith("data:")
    assert text.isascii()
    assert not any(character.isspace() or character in "-_" for character in text)


def test_a_large_mask_stays_small():
    """16 megapixels take less than a megabyte, far below what relatives of this service accept."""
    assert len(as_base64(Mask.ellipse((4096, 4096), (500, 500, 3000, 3900)))) < 2**20


@pytest.mark.parametrize(
    ("mask", "full"),
    [
        (Mask.full(SIZE), True),
        (~Mask.rectangle(SIZE, (3, 3, 4, 4)), False),
        (MASK, False),
        (Mask.empty(SIZE), False),
    ],
)
def test_a_full_mask_is_known(mask, full):
    """One pixel to keep is enough not to be full."""
    assert covers_everything(mask) is full
