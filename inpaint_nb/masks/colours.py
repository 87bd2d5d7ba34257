"""How near each pixel's colour is to some colours: 255 within a tolerance, falling to 0 over a softness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageColor

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.masks.packing import Pixels
from inpaint_nb.masks.signs import Space

Colour = tuple[int, int, int]
Floats = NDArray[np.floating]

STRIP_PIXELS = 2**22  # looked at together where each takes 4 bytes
COLOURS = 2**24
TO_XYZ = np.array(  # from linear sRGB, relative to the white D65
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def near(
    picture: Image.Image, colours: Sequence[Colour], tolerance: float, softness: float, space: Space
) -> Pixels:
    """255 for pixels whose distance to the nearest of the colours is at most `tolerance`.

    Distances are the largest difference in a channel ("rgb", 0..255), or ΔE*ab of 1976 ("lab", black to white 100).
    """
    if space == "rgb":
        return _near_in_rgb(picture.convert("RGB"), colours, tolerance, softness)
    wanted = to_lab(np.array(colours))

    def value(rgb: NDArray[Any]) -> Pixels:
        lab = to_lab(rgb)
        nearest = np.full(len(lab), np.inf)
        for each in wanted:
            np.minimum(nearest, np.sqrt(((lab - each) ** 2).sum(axis=1)), out=nearest)
        return _value(nearest, tolerance, softness)

    return _by_colour(picture, value)


def colour_of(value: Any) -> Colour:
    """Red, green and blue, from three numbers or what Pillow calls a colour."""
    try:
        rgb = ImageColor.getrgb(value)[:3] if isinstance(value, str) else tuple(map(int, value))
    except (TypeError, ValueError) as error:
        raise InputError(_not_a_colour(value)) from error
    if len(rgb) != 3 or not all(0 <= each <= 255 for each in rgb):
        raise InputError(_not_a_colour(value))
    return rgb[0], rgb[1], rgb[2]


def colours_of(value: Any) -> list[Colour]:
    """One colour, or several in a row."""
    try:
        parts = [value] if isinstance(value, str) else list(value)
    except TypeError as error:
        raise InputError(_not_a_colour(value)) from error
    is_one = len(parts) > 0 and all(map(_is_number, parts))
    return [colour_of(parts)] if is_one else [colour_of(part) for part in parts]


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and not isinstance(value, str)


def _not_a_colour(value: Any) -> str:
    return f"{value!r} is no colour: use (red, green, blue) from 0 to 255, or a name such as 'teal' or '#1e90ff'."


def colour_at(picture: Image.Image, place: tuple[int, int], sample: int) -> Colour:
    """The colour of a pixel, or the mean of the `sample` × `sample` pixels around it."""
    rgb = np.asarray(picture.crop(around(place, sample, picture.size)).convert("RGB"), np.float64)
    red, green, blue = np.floor(rgb.mean(axis=(0, 1)) + 0.5).astype(int).tolist()
    return red, green, blue


def around(place: tuple[int, int], sample: int, size: Size) -> tuple[int, int, int, int]:
    """The box of `sample` × `sample` pixels around a pixel, as far as the picture goes."""
    left, top = place[0] - (sample - 1) // 2, place[1] - (sample - 1) // 2
    return max(0, left), max(0, top), min(size[0], left + sample), min(size[1], top + sample)


def to_lab(rgb: NDArray[Any]) -> Floats:
    """L*, a*, b* of sRGB colours given as rows of three numbers 0..255."""
    levels = np.arange(256) / 255
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    red, green, blue = linear[rgb].T
    rows = (TO_XYZ / TO_XYZ.sum(axis=1, keepdims=True)).tolist()
    # a product of matrices rounds differently for one colour and for many, and differently elsewhere
    share = np.stack([red * row[0] + green * row[1] + blue * row[2] for row in rows], axis=1)
    bent = np.where(share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116)
    x, y, z = bent.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def _near_in_rgb(
    picture: Image.Image, colours: Sequence[Colour], tolerance: float, softness: float
) -> Pixels:
    """In Pillow's tables alone: the value of the largest difference is the lowest value of all differences."""
    bands, found = picture.split(), Image.new("L", picture.size)
    for colour in colours:
        lowest: Image.Image | None = None
        for band, level in zip(bands, colour, strict=True):
            table = _value(np.abs(np.arange(256.0) - level), tolerance, softness)
            value = band.point(table.tolist())
            lowest = value if lowest is None else ImageChops.darker(lowest, value)
        assert lowest is not None
        found = lowest if len(colours) == 1 else ImageChops.lighter(found, lowest)
    return np.asarray(found)


def _value(distance: Floats, tolerance: float, softness: float) -> Pixels:
    beyond = np.maximum(distance - tolerance, 0)
    share = 1 - beyond / softness if softness else beyond <= 0
    values: Pixels = np.floor(np.clip(share, 0, 1) * 255 + 0.5).astype(np.uint8)
    return values


def _by_colour(picture: Image.Image, value: Callable[[NDArray[Any]], Pixels]) -> Pixels:
    """For each pixel what `value` says of its colour, worked out once for each colour that the picture has."""
    seen = np.zeros(COLOURS, bool)
    for _, codes in _codes(picture):
        seen[codes] = True
    there = np.flatnonzero(seen)
    table = np.zeros(COLOURS, np.uint8)
    for part in np.array_split(there, -(-len(there) // STRIP_PIXELS)):
        table[part] = value(np.stack([part & 255, part >> 8 & 255, part >> 16], axis=1))
    out = np.empty((picture.height, picture.width), np.uint8)
    for rows, codes in _codes(picture):
        out[rows] = table[codes]
    return out


def _codes(picture: Image.Image) -> Iterator[tuple[slice, NDArray[np.uint32]]]:
    """Rows of the picture, and their colours as numbers: red, green and blue from the lowest byte on."""
    rows = max(1, STRIP_PIXELS // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        pixels = np.asarray(strip.convert("RGB").convert("RGBX"))
        yield slice(top, top + rows), pixels.view("<u4")[:, :, 0] & np.uint32(COLOURS - 1)
