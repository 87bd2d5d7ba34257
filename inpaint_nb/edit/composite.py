"""The answer laid over the parent: nothing changes where the blend mask is 0, and a report says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops

from inpaint_nb import images
from inpaint_nb.edit.crop import box_size
from inpaint_nb.errors import InpaintError
from inpaint_nb.images import Box, Size
from inpaint_nb.masks import Mask

BAND_ROWS = 256  # a band of both pictures and their difference stays in the processor's cache


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
    box = blend_mask.bbox
    if box is None:
        changed, largest = _changed_around(parent, fitted, None, parent.size)
        return parent.copy(), Report(0, 0, 0, changed, largest)
    blend = Image.fromarray(blend_mask.crop(box))
    outside = blend.point(_WHERE_ZERO)
    raw_changed, raw_largest = _changed_outside(parent, fitted, box, outside)
    image = fitted
    if fitted is parent or raw_changed or not _is_hard(blend) or not _same_profile(fitted, parent):
        image = _laid_over(parent, fitted, blend, box)
        raw_changed_after, _ = _changed_outside(parent, image, box, outside)
        verify(raw_changed_after)
    inside, ring = _changed_within(parent, image, box, blend, mask)
    return image, Report(inside, ring, 0, raw_changed, raw_largest)


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


def _laid_over(parent: Image.Image, fitted: Image.Image, blend: Image.Image, box: Box) -> Image.Image:
    piece = fitted.crop(box)
    if parent.mode == "RGBA":
        piece.putalpha(parent.crop(box).getchannel("A"))
    image = parent.copy()
    image.paste(piece, box[:2], blend)  # Pillow rounds a·(255−m)+b·m over 255 to the nearest, exactly
    return image


def verify(changed_outside: int) -> None:
    """Raise when a pixel outside the blend mask changed: never seen, and never to be handed on."""
    if changed_outside:
        raise InpaintError(
            f"{changed_outside} pixels outside the mask would have changed, so the result was refused.",
            "This is a fault in inpaint_nb: please report it with the picture and the mask.",
        )


def _is_hard(blend: Image.Image) -> bool:
    return not any(blend.histogram()[1:255])


def _same_profile(first: Image.Image, second: Image.Image) -> bool:
    return bool(first.info.get("icc_profile") == second.info.get("icc_profile"))


def _changed_within(
    parent: Image.Image, image: Image.Image, box: Box, blend: Image.Image, mask: Mask
) -> tuple[int, int]:
    """How many pixels changed where the user's mask is above 0, and in the blend mask's ring outside it."""
    painted = Image.fromarray(mask.crop(box)).point(_WHERE_SET)
    ring = ImageChops.subtract(blend.point(_WHERE_SET), painted)
    inside_changed, _ = _changed(parent, image, box, painted)
    ring_changed, _ = _changed(parent, image, box, ring) if ring.getbbox() else (0, 0)
    return inside_changed, ring_changed


def _changed_outside(
    parent: Image.Image, image: Image.Image, box: Box, outside: Image.Image
) -> tuple[int, int]:
    around = _changed_around(parent, image, box, parent.size)
    within = _changed(parent, image, box, outside)
    return around[0] + within[0], max(around[1], within[1])


def _changed_around(parent: Image.Image, image: Image.Image, box: Box | None, size: Size) -> tuple[int, int]:
    counts = [_changed(parent, image, part, None) for part in _around(box, size)]
    return sum(changed for changed, _ in counts), max((largest for _, largest in counts), default=0)


def _around(box: Box | None, size: Size) -> Iterator[Box]:
    """The rectangles that make up a picture of `size` without `box`."""
    width, height = size
    left, top, right, bottom = box or (0, height, width, height)
    parts = [
        (0, 0, width, top),
        (0, top, left, bottom),
        (right, top, width, bottom),
        (0, bottom, width, height),
    ]
    return (part for part in parts if min(box_size(part)) > 0)


def _changed(parent: Image.Image, image: Image.Image, box: Box, where: Image.Image | None) -> tuple[int, int]:
    """How many pixels of `box` differ, and by how much at most, where `where`, of its size, is not 0."""
    left, top, right, bottom = box
    total = largest = 0
    for start in range(top, bottom, BAND_ROWS):
        band = (left, start, right, min(start + BAND_ROWS, bottom))
        difference = ImageChops.difference(parent.crop(band), image.crop(band))
        if difference.getbbox(alpha_only=False) is None:
            continue
        rows = where and where.crop((0, start - top, right - left, band[3] - top))
        counts = _largest_channel(difference).histogram(rows)
        total += sum(counts[1:])
        largest = max([largest, *(value for value, count in enumerate(counts) if count)])
    return total, largest


def _largest_channel(picture: Image.Image) -> Image.Image:
    first, *others = picture.split()
    for other in others:
        first = ImageChops.lighter(first, other)
    return first
