"""Two pictures and their heat map as one picture, for papers and slides."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from inpaint_nb.lineage.heat import GAIN, colour
from inpaint_nb.lineage.sides import Sides

PAPER, INK = (255, 255, 255), (20, 20, 20)
LEAST_WIDTH = 300  # px at the smallest letters, for the legend
LETTERS_PX = 13
BAR = 8  # letters' sizes that the bar of the legend is long


def side_by_side(sides: Sides) -> Image.Image:
    """Both, RGB, at the resolution of the finer one, with a white gap."""
    return _row(_pair(sides))


def heat_map(sides: Sides) -> Image.Image:
    """The heat map with a legend below."""
    return _with_legend(sides.heat_image)


def all_three(sides: Sides) -> Image.Image:
    """Both and the heat map with its legend, in a row."""
    pair = _pair(sides)
    heat = sides.heat_image.resize(pair[0].size, Image.Resampling.NEAREST)
    return _row([*pair, _with_legend(heat)])


def _pair(sides: Sides) -> list[Image.Image]:
    framed = [image.convert("RGB") for image in sides.framed(max(*sides.a.size, *sides.b.size))]
    size = max(framed, key=lambda image: image.width).size
    return [image if image.size == size else image.resize(size, Image.Resampling.LANCZOS) for image in framed]


def _row(pictures: Sequence[Image.Image]) -> Image.Image:
    gap = max(4, pictures[0].width // 60)
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in pictures)), PAPER)
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width + gap
    return sheet


def _with_legend(heat: Image.Image) -> Image.Image:
    letters = max(LETTERS_PX, max(heat.size) // 48)
    font, row = ImageFont.load_default(letters), 2 * letters
    sheet = Image.new("RGB", (max(heat.width, LEAST_WIDTH * letters // LETTERS_PX), heat.height + row), PAPER)
    sheet.paste(heat, ((sheet.width - heat.width) // 2, 0))
    draw, top = ImageDraw.Draw(sheet), heat.height + row // 4
    draw.text((letters // 2, top), "0", INK, font)
    bar = (letters * 3 // 2, top + letters // 4, letters * (3 + 2 * BAR) // 2, top + letters)
    sheet.paste(_bar(bar[2] - bar[0], bar[3] - bar[1]), bar[:2])
    draw.rectangle(bar, outline=INK)
    draw.text((bar[2] + letters // 2, top), f"{255 // GAIN} of 255 or more", INK, font)
    return sheet


def _bar(width: int, height: int) -> Image.Image:
    bar = Image.new("RGB", (width, 1))
    bar.putdata([colour(255 * at // max(1, width - 1)) for at in range(width)])
    return bar.resize((width, height), Image.Resampling.NEAREST)
