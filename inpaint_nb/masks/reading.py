"""Pictures and arrays as the pixels of a mask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size, load
from inpaint_nb.masks import check
from inpaint_nb.masks.signs import Channel

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster
    from inpaint_nb.masks.tiles import Pixels


def from_picture(source: object, invert: bool, channel: Channel = "brightness") -> Raster:
    """A picture's brightness, transparent parts black; or one of its channels."""
    gray = _channel(load(source), channel)
    return from_gray(ImageChops.invert(gray) if invert else gray)


def _channel(image: Image.Image, channel: Channel) -> Image.Image:
    if channel == "alpha":
        if "A" not in image.getbands():
            raise InputError(
                "The picture has no alpha channel.", "Leave out channel= to read its brightness."
            )
        return image.getchannel("A")
    if channel != "brightness":
        return image.convert("RGB").getchannel(channel[0].upper())
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
    return image.convert("L")


def from_gray(gray: Image.Image) -> Raster:
    """The values of a picture in mode L."""
    import numpy as np

    from inpaint_nb.masks.raster import Raster

    return Raster.of(np.asarray(gray))


def placed(gray: Image.Image, size: Size, box: Sequence[int]) -> Raster:
    """The values of a picture in mode L in a box of a larger one, and 0 around it."""
    left, top, right, bottom = map(int, box)
    if not (0 <= left <= right <= size[0] and 0 <= top <= bottom <= size[1]):
        raise InputError(f"The box {tuple(box)} is not inside the picture of {check.words(size)} pixels.")
    if gray.size != (right - left, bottom - top):
        raise InputError(f"The pixels are {check.words(gray.size)}, not as large as the box {tuple(box)}.")
    import numpy as np

    from inpaint_nb.masks.raster import Raster

    return Raster.blank(size).write((left, top, right, bottom), np.asarray(gray))


def from_labels(array: Any) -> dict[int, Raster]:
    """For each whole number in an array but 0, in order, where it stands."""
    import numpy as np

    from inpaint_nb.masks.raster import Raster

    labels = _checked(np.asarray(array))
    if labels.dtype.kind == "f":
        raise InputError(f"A label map must hold whole numbers, not {labels.dtype}.")
    found = np.unique(labels)
    return {int(label): Raster.of((labels == label) * np.uint8(255)) for label in found if label}


def from_values(array: Any, threshold: float | None) -> Raster:
    """The values of an array of booleans or numbers, height × width."""
    import numpy as np

    from inpaint_nb.masks.raster import Raster

    values = _checked(np.asarray(array))
    if threshold is None:
        return Raster.of(_scaled(values))
    return Raster.of(np.where(values >= check.finite(threshold, "The threshold"), np.uint8(255), np.uint8(0)))


def _checked(values: Any) -> Any:
    import numpy as np

    if values.ndim == 3 and values.shape[2] == 1:
        values = values[:, :, 0]
    if values.ndim != 2:
        raise InputError(f"A mask array must be height × width, not of shape {values.shape}.")
    if not values.size:
        raise InputError(f"The mask array has no pixels: its shape is {values.shape}.")
    if values.dtype.kind not in "buif":
        raise InputError(f"A mask array must hold numbers or booleans, not {values.dtype}.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise InputError(
            "The mask array holds NaN or infinite values.", "Replace them: numpy.nan_to_num(array)."
        )
    check.size(values.shape[::-1])
    return values


def _scaled(values: Any) -> Pixels:
    import numpy as np

    if values.dtype == np.uint8:
        return np.asarray(values)
    is_float = values.dtype.kind == "f"
    low, high, top = values.min(), values.max(), 1 if is_float else 255
    if low < 0 or high > top:
        raise InputError(
            f"A mask array of {values.dtype} must stay within 0 and {top}; this one has {low} to {high}.",
            "Scale it, or pass threshold= to say which values count as masked.",
        )
    as_share = is_float or high <= 1
    return np.asarray(np.floor(values * 255.0 + 0.5) if as_share else values, np.uint8)
