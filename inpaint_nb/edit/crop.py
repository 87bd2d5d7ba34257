"""Boxes: only the part around the mask is worked on, and it goes back exactly where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask


def crop_to(mask: Mask, margin_px: int) -> Box:
    """The box to send: the mask's bounding box grown by `margin_px` and kept inside the picture, in image
    pixels.

    Raises InputError when the mask is empty.
    """
    if mask.bbox is None:
        raise InputError("Nothing is masked yet.", "Paint over the part to change, or pass a mask.")
    return grow_box(mask.bbox, margin_px, mask.size)


def grow_box(box: Box, margin_px: int, size: Size) -> Box:
    """`box` with `margin_px` more on each side, kept inside a picture of `size`."""
    left, top, right, bottom = box
    return clamp_box((left - margin_px, top - margin_px, right + margin_px, bottom + margin_px), size)


def clamp_box(box: Box, size: Size) -> Box:
    """The part of `box` that lies inside a picture of `size`."""
    left, top, right, bottom = box
    return max(left, 0), max(top, 0), min(right, size[0]), min(bottom, size[1])


def box_size(box: Box) -> Size:
    """Width and height of `box`."""
    return box[2] - box[0], box[3] - box[1]


def relative_to(box: Box, outer: Box) -> Box:
    """`box` in the pixels of a crop made by `outer`."""
    left, top = outer[:2]
    return box[0] - left, box[1] - top, box[2] - left, box[3] - top


def union_box(first: Box, second: Box) -> Box:
    """The smallest box around both."""
    return (
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[2], second[2]),
        max(first[3], second[3]),
    )


def merge_near(boxes: Iterable[Box], around: Callable[[Box], Box]) -> list[Box]:
    """Boxes joined until no two of them overlap once each is widened by `around`, from top to bottom."""
    apart: list[Box] = []
    for box in sorted(boxes, key=lambda box: (box[1], box[0])):
        joined = box
        while near := [other for other in apart if _overlap(around(joined), around(other))]:
            for other in near:
                apart.remove(other)
                joined = union_box(joined, other)
        apart.append(joined)
    return sorted(apart, key=lambda box: (box[1], box[0]))


def uncrop(parent: Image.Image, piece: Image.Image, box: Box) -> Image.Image:
    """A copy of `parent` with `piece` in `box`; it has the mode of the parent and the size of the box."""
    if piece.size != box_size(box) or piece.mode != parent.mode:
        raise InputError(
            f"A {piece.mode} piece of {piece.width} × {piece.height} pixels "
            f"does not fit the box {box} of a picture in mode {parent.mode}."
        )
    whole = parent.copy()
    whole.paste(piece, box[:2])
    return whole


def _overlap(first: Box, second: Box) -> bool:
    across = first[0] < second[2] and second[0] < first[2]
    return across and first[1] < second[3] and second[1] < first[3]
