"""Number arrays → pictures, and deep pictures → eight bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images.files import reason
from inpaint_nb.images.geometry import check_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROUNDING = 1e-6  # how far float arithmetic may leave 0..1
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def from_array(source: object) -> Image.Image:
    """A picture of its own memory, in mode L, LA, RGB or RGBA, from bool, uint8, uint16 or float 0..1."""
    array = _as_array(source)
    _check_shape(array)
    mode = MODES[1 if array.ndim == 2 else array.shape[2]]
    pixels = _eight_bits(array)
    return Image.frombytes(mode, (array.shape[1], array.shape[0]), pixels.tobytes())


def flatten_depth(image: Image.Image) -> Image.Image:
    """The picture in mode L from mode I;16 (and relatives), I or F.

    I;16 runs from 0 to 65535. The other two tell no range, so it is the smallest of 0..1 (F only), 0..255 and
    0..65535 that holds every value.
    """
    import numpy as np

    values = np.asarray(image)
    low, high = _range(values, "The picture")
    top = 65535 if image.mode.startswith("I;16") else _top(image.mode, low, high)
    return Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8)).copy()


def _top(mode: str, low: float, high: float) -> int:
    for top in (1, 255, 65535) if mode == "F" else (255, 65535):
        if low >= 0 and high <= top:
            return top
    raise InputError(
        f"The picture's values run from {low:g} to {high:g}; 0 to 65535 can be read.",
        "Scale it first, for example to a float array from 0 to 1.",
    )


def _as_array(source: object) -> NDArray[Any]:
    import numpy as np

    try:
        return np.asarray(source)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged lists, tensors on a GPU
        raise InputError(
            f"The {type(source).__name__} cannot be read as an array: {reason(error)}."
        ) from error


def _check_shape(array: NDArray[Any]) -> None:
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in MODES):
        raise InputError(f"An array of shape {array.shape} is not a picture.", _shape_hint(array))
    check_size((array.shape[1], array.shape[0]), "The array")


def _shape_hint(array: NDArray[Any]) -> str:
    if array.ndim == 4:
        return "Hand in one picture of the stack: array[0]."
    if array.ndim == 3 and array.shape[0] in MODES:
        return "Move the channels to the end: numpy.moveaxis(array, 0, -1)."
    return "It takes (height, width), or (height, width, channels) with 1 to 4 channels."


def _eight_bits(array: NDArray[Any]) -> NDArray[np.uint8]:
    import numpy as np

    match array.dtype.kind, array.dtype.itemsize:
        case "b", _:
            return np.where(array, 255, 0).astype(np.uint8)
        case "u", 1:
            return array
        case "u", 2:  # 65535 / 255 = 257, so this rounds exactly
            return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
        case "f", _:
            return _unit_to_bytes(array)
    raise InputError(
        f"An array of {array.dtype} is not a picture: bool, uint8, uint16 or float from 0 to 1 are.",
        "Convert values from 0 to 255 with array.astype(numpy.uint8).",
    )


def _unit_to_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    import numpy as np

    low, high = _range(array, "The array")
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise InputError(
            f"A float array runs from 0 to 1; this one from {low:g} to {high:g}.",
            "Scale it, for example array / 255, or cut it off with numpy.clip(array, 0, 1).",
        )
    pixels: NDArray[np.uint8] = np.rint(np.clip(array, 0, 1) * 255.0).astype(np.uint8)
    return pixels


def _range(values: NDArray[Any], name: str) -> tuple[float, float]:
    import numpy as np

    low, high = float(values.min()), float(values.max())
    if not (np.isfinite(low) and np.isfinite(high)):  # min and max hand on NaN
        raise InputError(
            f"{name} has NaN or infinite values.", "Replace them first: numpy.nan_to_num(array)."
        )
    return low, high
