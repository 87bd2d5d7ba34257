"""Foreign text made short and harmless for a drawing."""

from __future__ import annotations

import re
import unicodedata

# What XML 1.0 cannot hold, and what would turn the direction of the words beside it.
_UNFIT = re.compile(
    "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069\u200e\u200f]"
)


def harmless(text: str) -> str:
    """The text as an SVG or HTML document can hold it, unescaped."""
    return _UNFIT.sub("\ufffd", text)


def lines(text: str, width: int, most: int) -> list[str]:
    """The text in at most `most` lines of `width` letters; what is longer ends in an ellipsis.

    Wide letters, such as Chinese ones, count twice.
    """
    words = harmless(text).split()
    made: list[str] = []
    while words and len(made) < most:
        taken = _line(words, width)
        made.append(taken)
    if words and made:
        made[-1] = f"{_head(made[-1], width - 1)}…"
    return made


def _line(words: list[str], width: int) -> str:
    """As many of the first words as fit, taken away; a word that is too long is cut in two."""
    line = words.pop(0)
    if _width(line) > width:
        head = _head(line, width)
        words.insert(0, line[len(head) :])
        return head
    while words and _width(f"{line} {words[0]}") <= width:
        line = f"{line} {words.pop(0)}"
    return line


def _head(word: str, width: int) -> str:
    """As many letters as fit, at least one."""
    at = next((end for end in range(1, len(word) + 1) if _width(word[:end]) > width), len(word) + 1)
    return word[: max(1, at - 1)]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
