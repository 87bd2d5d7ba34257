"""The mask that a file tells of, looked at before it is drawn: files come from anywhere."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from typing import Any

from inpaint_nb.edit.jsonvalues import mapping, text
from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.images.files import DAMAGE
from inpaint_nb.masks import Mask

MOST_STEPS = 20_000  # a day of painting has some thousand
MOST_WHOLE = 200  # of these, those that work through the whole picture and take up to a second each
DRAWN = {"ellipse", "polygon", "rectangle", "stroke"}  # these touch what they cover
SIZE_AT = 16  # where a PNG file says its size


def checked_mask(operations: Mapping[str, object], size: Size, digest: str) -> Mask:
    """The mask of these operations. Raises ValueError with the reason where it is not the one with this digest."""
    try:
        _check(operations, size)
        mask = Mask.from_record(dict(operations))
        is_it = mask.digest == digest
    except (InputError, *DAMAGE) as error:
        raise ValueError(f"its mask cannot be read: {error}") from error
    if not is_it:
        raise ValueError("its mask is not the one that it names")
    return mask


def _check(operations: Mapping[str, Any], size: Size) -> None:
    if operations["size"] != list(size):
        raise ValueError("it has another size than the picture")
    steps = [mapping(step) for step in operations["steps"]]
    whole = [step for step in steps if step["kind"] not in DRAWN]
    if len(steps) > MOST_STEPS or len(whole) > MOST_WHOLE:
        raise ValueError("it has too many steps")
    if any(_size(step["raster"]) != size for step in whole if "raster" in step):
        raise ValueError("it holds a picture of another size")


def _size(png: object) -> tuple[int, ...]:
    """The size that a PNG file in base64 has, without its pixels."""
    head = base64.b64decode(text(png)[:44])
    return struct.unpack(">II", head[SIZE_AT : SIZE_AT + 8])
