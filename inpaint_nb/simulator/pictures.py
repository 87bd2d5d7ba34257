"""Really makes pictures: each drawn from a text's hash, each edit visible.

Every function takes and gives pictures in mode RGB and draws the same for the same text.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

Size = tuple[int, int]
SHAPES = 6
VISIBLE = 48  # how far, of 255, an edited pixel is from what it was
QUARTERS = ((0, 0), (1, 0), (0, 1), (1, 1))
LIE = (255, 0, 255)


def draw(text: str, size: Size) -> Image.Image:
    """A picture of `size`: a gradient and shapes, chosen by the hash of `text`."""
    bits = hashlib.shake_128(text.encode()).digest(6 + 8 * SHAPES)
    slope = Image.linear_gradient("L").resize(size)
    top, bottom = tuple(bits[:3]), tuple(bits[3:6])
    picture = Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), slope)
    pen = ImageDraw.Draw(picture)
    for n in range(SHAPES):
        _draw_shape(pen, bits[6 + 8 * n : 14 + 8 * n], size)
    return picture


def _draw_shape(pen: ImageDraw.ImageDraw, bits: bytes, size: Size) -> None:
    x, y = bits[0] * size[0] // 256, bits[1] * size[1] // 256
    wide, high = (max(2, bits[n] * side // 640) for n, side in ((2, size[0]), (3, size[1])))
    shape = pen.ellipse if bits[4] % 2 else pen.rectangle
    shape((x - wide, y - high, x + wide, y + high), fill=tuple(bits[5:8]))


def draw_four(text: str, size: Size) -> list[Image.Image]:
    """Four different pictures of `size`."""
    return [draw(f"{text}#{n}", size) for n in range(4)]


def mosaic(tiles: list[Image.Image]) -> Image.Image:
    """The 2×2 grid of four pictures of one size."""
    width, height = tiles[0].size
    grid = Image.new("RGB", (2 * width, 2 * height))
    for tile, (column, row) in zip(tiles, QUARTERS, strict=True):
        grid.paste(tile, (column * width, row * height))
    return grid


def quarter(grid: Image.Image, index: int) -> Image.Image:
    """Tile `index`, from 0, of a 2×2 grid."""
    width, height = grid.width // 2, grid.height // 2
    column, row = QUARTERS[index]
    left, top = column * width, row * height
    return grid.crop((left, top, left + width, top + height))


def enlarge(picture: Image.Image, size: Size) -> Image.Image:
    """The picture at `size`."""
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC)


def vary(parent: Image.Image, text: str, strength: float) -> list[Image.Image]:
    """Four variations: the parent mixed with `strength`, from 0 to 1, of something new."""
    return [Image.blend(parent, new, strength) for new in draw_four(text, parent.size)]


def zoom_out(parent: Image.Image, text: str, factor: float) -> list[Image.Image]:
    """Four pictures of the parent's size: the parent, smaller, in the middle of something new."""
    small = parent.resize((max(1, int(parent.width / factor)), max(1, int(parent.height / factor))))
    corner = ((parent.width - small.width) // 2, (parent.height - small.height) // 2)
    return [_pasted(new, small, corner) for new in draw_four(text, parent.size)]


def pan(parent: Image.Image, text: str, right: int, down: int) -> list[Image.Image]:
    """Four pictures with half a picture more on one side; `right` and `down` are -1, 0 or 1."""
    more = (abs(right) * parent.width // 2, abs(down) * parent.height // 2)
    size = (parent.width + more[0], parent.height + more[1])
    corner = (more[0] if right < 0 else 0, more[1] if down < 0 else 0)
    return [_pasted(new, parent, corner) for new in draw_four(text, size)]


def square(parent: Image.Image, text: str) -> list[Image.Image]:
    """Four squares with the parent in the middle."""
    side = max(parent.size)
    corner = ((side - parent.width) // 2, (side - parent.height) // 2)
    return [_pasted(new, parent, corner) for new in draw_four(text, (side, side))]


def _pasted(paper: Image.Image, picture: Image.Image, corner: Size) -> Image.Image:
    paper.paste(picture, corner)
    return paper


def repaint(parent: Image.Image, mask: Image.Image | None, text: str) -> list[Image.Image]:
    """Four candidates that differ visibly from the parent in every white pixel, and only there.

    Without a mask they differ everywhere.
    """
    import numpy as np

    was = np.asarray(parent)
    where = np.ones(was.shape[:2], bool) if mask is None else np.asarray(mask) > 0
    news = (np.asarray(new) for new in draw_four(text, parent.size))
    return [Image.fromarray(np.where(where[..., None], _unlike(was, new), was)) for new in news]


def _unlike(was: Pixels, new: Pixels) -> Pixels:
    """`new`, pushed away from `was` wherever the two look alike."""
    import numpy as np

    alike = np.abs(was.astype(np.int16) - new).max(axis=2, keepdims=True) < VISIBLE
    pushed: Pixels = np.where(alike, was ^ np.uint8(128), new)
    return pushed


def lie(candidates: list[Image.Image], mask: Image.Image) -> list[Image.Image]:
    """The candidates with a scribble outside the mask too, as real providers leave traces there."""
    outside = mask.point(lambda value: 255 - value)
    return [_scribbled(candidate, outside) for candidate in candidates]


def _scribbled(picture: Image.Image, outside: Image.Image) -> Image.Image:
    """A line over the whole picture, and every pixel outside a little brighter or darker."""
    changed = picture.point(lambda value: value ^ 1)
    pen = ImageDraw.Draw(changed)
    pen.line((0, 0, *picture.size), fill=LIE, width=3)
    return Image.composite(changed, picture, outside)
