"""The answer laid over the parent: nothing changes where the blend mask is 0, and a report says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageChops

from inpaint_nb import images
from inpaint_nb.errors import InpaintError
from inpaint_nb.images import Box
from inpaint_nb.masks import Mask

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

BAND_ROWS = 64  # a band of both pictures and their difference stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Report:
    """How many pixels differ from the parent, and where.

    `changed_inside` counts where the user's mask is above 0, `changed_ring` where only the feather reaches,
    `changed_outside` where the blend mask is 0: always 0. The raw numbers say what the provider's own picture
    had changed out there, brought to the parent's size and mode, before it was composited.
    """

    changed_inside: int
    changed_ring: int
    changed_outside: int
    raw_changed_outside: int
    raw_max_difference_outside: int


def composite(
    parent: Image.Image, raw: Image.Image, blend_mask: Mask, mask: Mask
) -> tuple[Image.Image, Report]:
    """`raw` laid over `parent` as strongly as `blend_mask` says, and the report about it.

    The result has the parent's size, mode, colour profile and alpha: a provider changes colours, never
    transparency. Where the blend mask is 0 it holds the parent's bytes, which is verified; where it is 255
    the raw picture's. A raw picture of another size or mode is converted first. It is handed back itself,
    uncopied, where it already is the result.
    """
    fitted = fit(raw, parent)
    from_raw = _changes(parent, fitted, blend_mask, mask)
    if blend_mask.bbox is None:
        return parent.copy(), Report(0, 0, 0, from_raw.outside, from_raw.largest_outside)
    image, changes = fitted, from_raw
    if (
        fitted is parent
        or from_raw.outside
        or not _same_profile(fitted, parent)
        or not _is_hard(blend_mask, blend_mask.bbox)
    ):
        image = _laid_over(parent, fitted, blend_mask, blend_mask.bbox)
        changes = _changes(parent, image, blend_mask, mask)
        verify(changes.outside)
    return image, Report(changes.inside, changes.ring, 0, from_raw.outside, from_raw.largest_outside)


def fit(raw: Image.Image, parent: Image.Image) -> Image.Image:
    """`raw` in size, mode and alpha of `parent`; where it is transparent the parent shows through."""
    picture = raw if raw.mode in ("L", "RGB", "RGBA") else images.load(raw)
    if picture.size != parent.size:
        picture = picture.resize(parent.size, Image.Resampling.LANCZOS)
    if picture.mode == "RGBA" != parent.mode and picture.getchannel("A").getextrema() != (255, 255):
        picture = Image.alpha_composite(parent.convert("RGBA"), picture)
    if parent.mode == "RGBA" and picture.mode != "RGBA":
        picture = picture.convert("RGB")
        picture.putalpha(parent.getchannel("A"))
    return picture if picture.mode == parent.mode else picture.convert(parent.mode)


_WHERE_ZERO = [255] + [0] * 255
_WHERE_SET = [0] + [255] * 255


def _laid_over(parent: Image.Image, fitted: Image.Image, blend_mask: Mask, box: Box) -> Image.Image:
    image = parent.copy()
    for band in _bands(box):
        piece = fitted.crop(band)
        if parent.mode == "RGBA":
            piece.putalpha(parent.crop(band).getchannel("A"))
        blend = Image.fromarray(blend_mask.crop(band))
        image.paste(piece, band[:2], blend)  # Pillow rounds a·(255−m)+b·m over 255 to the nearest, exactly
    return image


def verify(changed_outside: int) -> None:
    """Raise when a pixel outside the blend mask changed: never seen, and never to be handed on."""
    if changed_outside:
        raise InpaintError(
            f"{changed_outside} pixels outside the mask would have changed, so the result was refused.",
            "This is a fault in inpaint_nb: please report it with the picture and the mask.",
        )


def _is_hard(blend_mask: Mask, box: Box) -> bool:
    return not any(any(Image.fromarray(blend_mask.crop(band)).histogram()[1:255]) for band in _bands(box))


def _same_profile(first: Image.Image, second: Image.Image) -> bool:
    return bool(first.info.get("icc_profile") == second.info.get("icc_profile"))


class _Changes(NamedTuple):
    """How many pixels differ in the user's mask, in the blend mask's ring and outside, and there by how much."""

    inside: int
    ring: int
    outside: int
    largest_outside: int


def _changes(parent: Image.Image, image: Image.Image, blend_mask: Mask, mask: Mask) -> _Changes:
    counts = [
        _changes_in(difference, blend_mask.crop(box), mask.crop(box))
        for box, difference in _differences(parent, image)
    ]
    inside, ring, outside, largest = zip(*counts, strict=True) if counts else ((), (), (), ())
    return _Changes(sum(inside), sum(ring), sum(outside), max(largest, default=0))


def _differences(parent: Image.Image, image: Image.Image) -> Iterator[tuple[Box, Image.Image]]:
    """Where the pictures differ, a box for each band, and how much there, in mode L."""
    if image is parent:
        return
    for band in _bands((0, 0, *parent.size)):
        difference = ImageChops.difference(parent.crop(band), image.crop(band))
        box = difference.getbbox(alpha_only=False)
        if box is not None:
            place = box[0], band[1] + box[1], box[2], band[1] + box[3]
            yield place, _largest_channel(difference.crop(box))


def _changes_in(difference: Image.Image, blend: Pixels, painted: Pixels) -> _Changes:
    blended = Image.fromarray(blend)
    outside = difference.histogram(blended.point(_WHERE_ZERO))
    inside = difference.histogram(ImageChops.darker(blended, Image.fromarray(painted)).point(_WHERE_SET))
    changed = sum(difference.histogram()[1:])
    largest = max(value for value, count in enumerate([1, *outside[1:]]) if count)
    return _Changes(sum(inside[1:]), changed - sum(inside[1:]) - sum(outside[1:]), sum(outside[1:]), largest)


def _bands(box: Box) -> Iterator[Box]:
    """`box` in strips of some rows, from top to bottom."""
    left, top, right, bottom = box
    return ((left, row, right, min(row + BAND_ROWS, bottom)) for row in range(top, bottom, BAND_ROWS))


def _largest_channel(picture: Image.Image) -> Image.Image:
    first, *others = picture.split()
    for other in others:
        first = ImageChops.lighter(first, other)
    return first
