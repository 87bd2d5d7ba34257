"""When a picture has been changed in one place too often: the limit, the words that say so, and a picture of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from inpaint_nb.images import Size

if TYPE_CHECKING:
    from inpaint_nb.edit.ancestry import Counts

# A picture that goes to a provider and back is enlarged or reduced, made a JPEG and brought back to its size. Measured
# on the sample photograph at 1024 px and quality 90: 37.8 dB are left after one way, 33.9 dB after four, which is 2.4
# times the error; from the third on whoever knows the original sees it.
WORN = 4
WORN_SHARE = 0.001  # of the picture; less is where the edges of masks cross, and is not worth a word
WORN_WORDS = "Quality is being eaten:"  # what the note begins with, so that it is known again in a record

# Of pixels made anew 1, 2, 3, 4 times and more: from the map "plasma", dark to bright for every eye.
COLOURS = ((106, 0, 168), (177, 42, 144), (225, 100, 98), (252, 206, 37))
OPACITY = 0.72
PAPER, INK = (255, 255, 255), (20, 20, 20)
LEAST_WIDTH = 420  # px, for the legend
SENTENCE = "How often each pixel was regenerated"


def is_worn(counts: Counts) -> bool:
    """Whether so many pixels were made anew so often that it shows."""
    return bool((counts >= WORN).mean() >= WORN_SHARE)


def worn_note(before: Counts, now: Counts) -> str:
    """What is to be said when a picture is worn now and was not before; empty otherwise, so that it is said once."""
    if not is_worn(now) or is_worn(before):
        return ""
    pixels = int((now >= WORN).sum())
    return (
        f"{WORN_WORDS} {pixels:,} pixels were regenerated {int(now.max())} times, each time from the last answer. "
        "result.from_root() runs all masks at once on the untouched original."
    )


def tells_of_wear(note: str) -> bool:
    """Whether a note of a run is the one that `worn_note` makes."""
    return note.startswith(WORN_WORDS)


def generations_picture(image: Image.Image, counts: Counts) -> Image.Image:
    """The picture in grey, coloured by how often each pixel was made anew, with a legend below.

    The colours differ in brightness, too, and the last one is hatched.
    """
    grey = image.convert("RGB").convert("L").convert("RGB").point(lambda value: 30 + value // 2)
    shown = grey.copy()
    for level, colour in enumerate(COLOURS, 1):
        tint = Image.blend(grey, Image.new("RGB", grey.size, colour), OPACITY)
        if level == WORN:
            tint = _hatched(tint)
        shown.paste(tint, mask=_where(counts, level))
    return _with_legend(shown, counts)


def _where(counts: Counts, level: int) -> Image.Image:
    import numpy as np

    found = counts >= level if level == WORN else counts == level
    return Image.fromarray(np.where(found, np.uint8(255), np.uint8(0)))


def _hatched(tint: Image.Image) -> Image.Image:
    draw, step = ImageDraw.Draw(tint), max(6, max(tint.size) // 90)
    for at in range(-tint.height, tint.width, step):
        draw.line((at, tint.height, at + tint.height, 0), fill=INK, width=max(1, step // 6))
    return tint


def _with_legend(shown: Image.Image, counts: Counts) -> Image.Image:
    text = max(13, max(shown.size) // 48)
    font, row = ImageFont.load_default(text), text * 2
    width = max(shown.width, LEAST_WIDTH * text // 13)
    sheet = Image.new("RGB", (width, shown.height + 2 * row), PAPER)
    sheet.paste(shown, ((width - shown.width) // 2, 0))
    draw = ImageDraw.Draw(sheet)
    draw.text((text, shown.height + row // 4), SENTENCE, INK, font)
    for level in range(WORN + 1):
        place = (text + level * (width - text) // (WORN + 1), shown.height + row)
        _swatch(sheet, place, text, level)
        draw.text((place[0] + text * 1.6, place[1] - text * 0.1), _share_words(counts, level), INK, font)
    return sheet


def _swatch(sheet: Image.Image, place: Size, side: int, level: int) -> None:
    swatch = Image.new("RGB", (side, side), COLOURS[level - 1] if level else (110, 110, 110))
    sheet.paste(_hatched(swatch) if level == WORN else swatch, place)
    ImageDraw.Draw(sheet).rectangle((*place, place[0] + side, place[1] + side), outline=INK)


def _share_words(counts: Counts, level: int) -> str:
    share = (counts >= level if level == WORN else counts == level).mean()
    percent = f"{share:.0%}" if share == 0 or share >= 0.01 else "<1%"
    return f"{level}+: {percent}" if level == WORN else f"{level}: {percent}"
