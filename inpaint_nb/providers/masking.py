"""The mask on the wire: a black picture with the part to change in white, as base64."""

from __future__ import annotations

import base64
import io
from typing import Literal

from PIL import Image, features

from inpaint_nb.edit.memory import remembered
from inpaint_nb.errors import SettingsError
from inpaint_nb.images import encode_png
from inpaint_nb.masks import Mask

MaskFormat = Literal["png", "webp"]


# Source: PROVIDERS.md §3; documented are white = change, black = keep, and base64; inferred are the parent's size,
# RGB without alpha, and PNG. If PNG is refused one day: Midjourney's own page sends lossless WebP.
@remembered
def as_base64(mask: Mask, form: MaskFormat = "png") -> str:
    """The mask as an opaque RGB picture of its size, 255 where it is above 0 and else 0: plain base64, no prefix.

    Slow for large masks: to be called on a worker. Raises SettingsError where this Pillow cannot write WebP.
    """
    grey = mask.to_image().point(WHERE_SET)
    picture = Image.merge("RGB", (grey, grey, grey))
    file = encode_png(picture) if form == "png" else _encode_webp(picture)
    return base64.b64encode(file).decode("ascii")


def covers_everything(mask: Mask) -> bool:
    """Whether no pixel is left to keep. To be called on a worker."""
    return mask.bbox == (0, 0, *mask.size) and mask.to_image().getextrema()[0] != 0


WHERE_SET = [0] + [255] * 255


def _encode_webp(picture: Image.Image) -> bytes:
    if not features.check("webp"):
        raise SettingsError(
            "This Pillow cannot write WebP.", "Leave mask_format='webp' out: PNG is sent then."
        )
    file = io.BytesIO()
    picture.save(file, "WEBP", lossless=True, exact=True)
    return file.getvalue()
