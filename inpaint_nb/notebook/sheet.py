"""One small picture that shows a run: the parent with the mask outlined, and the results beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter

from inpaint_nb import images
from inpaint_nb.masks import Mask

MAX_BYTES = 180_000  # 240 kB in a notebook's base64, which leaves room in the 300 kB that a run may cost
PAIR_PX = 512  # longest side of a tile where two stand side by side
MANY_PX = 384  # where there are more
EARLIER_PX = 128
SMALLEST_PX = 96  # icons are shown enlarged, or nobody sees them
GAP_PX = 8
PAPER = (255, 255, 255)


def run_sheet(
    parent: Image.Image | None,
    mask: Mask | None,
    results: Sequence[Image.Image],
    earlier: Sequence[Image.Image] = (),
) -> Image.Image:
    """The outlined parent if there is one, then the results; below them `earlier` results, small.

    Four pictures make a square, others stand three in a row at most.
    """
    count = len(results) + (parent is not None)
    side = PAIR_PX if count <= 2 else MANY_PX
    tiles = [outlined(parent, mask, side)] if parent is not None else []
    tiles += [tile(result, side) for result in results]
    columns = 2 if count <= 2 or (parent is None and count == 4) else 3
    rows = [joined(tiles[start : start + columns]) for start in range(0, len(tiles), columns)]
    if earlier:
        rows.append(joined([tile(image, EARLIER_PX) for image in earlier]))
    return joined(rows, downwards=True)


def outlined(image: Image.Image, mask: Mask | None, longest_px: int) -> Image.Image:
    """The picture, reduced, with a line round the mask: white in black, so that it shows on any picture."""
    small = tile(image, longest_px)
    if mask is None or mask.is_empty:
        return small
    inside = mask.to_image().resize(small.size, Image.Resampling.BOX).point(lambda value: 255 * (value > 63))
    near, far = (inside.filter(ImageFilter.MaxFilter(size)) for size in (3, 5))
    small.paste((0, 0, 0), mask=ImageChops.subtract(far, near))
    small.paste((255, 255, 255), mask=ImageChops.subtract(near, inside))
    return small


def tile(image: Image.Image, longest_px: int) -> Image.Image:
    """The picture in RGB on white, its longest side at most `longest_px`; an icon enlarged in whole steps."""
    small = images.thumbnail(image, longest_px)
    steps = SMALLEST_PX // max(small.size)
    if steps > 1:
        small = small.resize((small.width * steps, small.height * steps), Image.Resampling.NEAREST)
    paper = Image.new("RGB", small.size, PAPER)
    paper.paste(small.convert("RGB"), mask=small.getchannel("A") if "A" in small.getbands() else None)
    return paper


def joined(tiles: Sequence[Image.Image], *, downwards: bool = False) -> Image.Image:
    """The pictures in one, side by side or one below the other, with white gaps."""
    if len(tiles) == 1:
        return tiles[0]
    widths, heights = [each.width for each in tiles], [each.height for each in tiles]
    gaps = GAP_PX * (len(tiles) - 1)
    size = (max(widths), sum(heights) + gaps) if downwards else (sum(widths) + gaps, max(heights))
    sheet, at = Image.new("RGB", size, PAPER), 0
    for each in tiles:
        sheet.paste(each, (0, at) if downwards else (at, 0))
        at += (each.height if downwards else each.width) + GAP_PX
    return sheet


def jpeg(sheet: Image.Image, max_bytes: int = MAX_BYTES) -> bytes:
    """The sheet as JPEG of at most `max_bytes`: first at lower quality, then smaller."""
    for quality in (88, 80, 70, 55):
        encoded = images.encode_jpeg(sheet, quality)
        if len(encoded) <= max_bytes:
            return encoded
    return jpeg(images.thumbnail(sheet, max(sheet.size) * 3 // 4), max_bytes)
