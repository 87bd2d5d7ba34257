"""Anything → one upright picture in mode L, RGB or RGBA; hashes, encodings and the sample picture."""

from __future__ import annotations

from inpaint_nb.images.encoding import digest, encode_jpeg, encode_png, quick_png, thumbnail
from inpaint_nb.images.geometry import MAX_PIXELS, Box, Point, Size
from inpaint_nb.images.sources import load, sample

__all__ = [
    "MAX_PIXELS",
    "Box",
    "Point",
    "Size",
    "digest",
    "encode_jpeg",
    "encode_png",
    "load",
    "quick_png",
    "sample",
    "thumbnail",
]
