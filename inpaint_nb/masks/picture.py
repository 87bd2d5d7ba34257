"""The picture that a tool looks at: as it is where it is fit already, since copying a large one takes long."""

from __future__ import annotations

from PIL import Image

from inpaint_nb.images import load

PLAIN_MODES = ("L", "RGB", "RGBA")


def picture_of(source: object) -> Image.Image:
    """One upright picture in mode L, RGB or RGBA, to look at only: it may be the very one that was given."""
    is_fit = (
        type(source) is Image.Image and source.mode in PLAIN_MODES and set(source.info) <= {"icc_profile"}
    )
    return source if is_fit and isinstance(source, Image.Image) else load(source)
