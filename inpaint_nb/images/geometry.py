"""Names for shapes in image pixels, origin top-left, and how large a picture may be."""

from __future__ import annotations

from inpaint_nb.errors import InputError

Size = tuple[int, int]  # width, height
Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are outside
Point = tuple[float, float]  # x, y

MAX_PIXELS = 178_956_970  # where Pillow itself refuses: twice its Image.MAX_IMAGE_PIXELS


def check_size(size: Size, name: str) -> None:
    """Raise InputError when a picture of this size has no pixels or too many to be opened safely."""
    width, height = size
    if width < 1 or height < 1:
        raise InputError(f"{name} has no pixels: it is {width} × {height}.", "Check how it was cut out.")
    if width * height > MAX_PIXELS:
        raise InputError(
            f"{name} has {width} × {height} pixels; at most {MAX_PIXELS // 1_000_000} million can be opened.",
            "Make it smaller first, or cut out the part you need.",
        )
