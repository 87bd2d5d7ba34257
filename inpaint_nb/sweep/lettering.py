"""Words in a picture: a font that has the letters, and lines that fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from os import PathLike, fspath

from PIL import Image, ImageDraw, ImageFont

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size

Font = str | PathLike[str] | None
Face = ImageFont.FreeTypeFont | ImageFont.ImageFont

LINE_HEIGHT = 1.3  # of the font's size
# Where Pillow's own font lacks a letter: fonts that systems have, by the names under which Pillow finds them.
OTHERS = (
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "PingFang.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
)


@dataclass(frozen=True)
class Lettering:
    """Draws words of one size. A font without the letters draws boxes in their place."""

    face: Face
    size_px: int

    @property
    def line_px(self) -> int:
        """From one line to the next."""
        return round(self.size_px * LINE_HEIGHT)

    def width(self, text: str) -> int:
        """How wide the text is in one line."""
        return int(-(-self.face.getlength(text) // 1))

    def lines(self, text: str, width_px: int, most: int) -> list[str]:
        """The text in at most so many lines of at most that width, with … where it is cut off."""
        lines = [line for paragraph in text.splitlines() for line in self._wrapped(paragraph, width_px)]
        if len(lines) <= most:
            return lines
        return [*lines[: most - 1], self._cut(lines[most - 1], width_px)]

    def draw(
        self, on: Image.Image, at: Size, lines: Iterable[str], color: str, *, centered_in: int | None = None
    ) -> None:
        """Draws the lines downwards from `at`, each in the middle of `centered_in` pixels where that is given."""
        pen = ImageDraw.Draw(on)
        left, top = at
        for line in lines:
            shift = 0 if centered_in is None else max(0, (centered_in - self.width(line)) // 2)
            pen.text((left + shift, top), line, fill=color, font=self.face)
            top += self.line_px

    def _wrapped(self, paragraph: str, width_px: int) -> list[str]:
        lines, line = [], ""
        for word in paragraph.split():
            longer = f"{line} {word}" if line else word
            if self.width(longer) <= width_px:
                line = longer
                continue
            lines += [line] if line else []
            *whole, line = self._broken(word, width_px)
            lines += whole
        return [*lines, line] if line else lines

    def _broken(self, word: str, width_px: int) -> list[str]:
        """A word in pieces that fit; most words are one."""
        pieces = [""]
        for letter in word:
            if pieces[-1] and self.width(pieces[-1] + letter) > width_px:
                pieces.append("")
            pieces[-1] += letter
        return pieces

    def _cut(self, line: str, width_px: int) -> str:
        while line and self.width(f"{line}…") > width_px:
            line = line[:-1]
        return f"{line.rstrip()}…"


def lettering(size_px: int, text: str, font: Font = None) -> Lettering:
    """Lettering that can draw the text, as far as any font here can; `font` is a font file to use instead.

    Raises InputError where that is none.
    """
    if font is not None:
        return Lettering(_given(fspath(font), size_px), size_px)
    own = ImageFont.load_default(size_px)
    letters = {letter for letter in text if not letter.isspace()}
    if _lacking(own, letters):
        found = (face for name in OTHERS if (face := _known(name, size_px)) is not None)
        own = min((own, *found), key=lambda face: _lacking(face, letters))
    return Lettering(own, size_px)


def _given(path: str, size_px: int) -> Face:
    try:
        return ImageFont.truetype(path, size_px)
    except (OSError, ImportError) as error:
        raise InputError(
            f"{path!r} is no font that can be read: {error}.", "Give a .ttf, .otf or .ttc file."
        ) from error


@cache
def _known(name: str, size_px: int) -> Face | None:
    try:
        return ImageFont.truetype(name, size_px)
    except (OSError, ImportError):
        return None


def _lacking(face: Face, letters: Iterable[str]) -> int:
    """How many of the letters the font draws as it draws what no font has."""
    nothing = bytes(face.getmask("\U0010ffff"))
    return sum(bytes(face.getmask(letter)) == nothing for letter in letters)
