"""What differs between two results, in words and as a page that needs no script."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal, Protocol

from PIL import Image

from inpaint_nb import images
from inpaint_nb.lineage.heat import Heat
from inpaint_nb.lineage.shortening import harmless

How = Literal["same", "added", "removed"]
Pair = tuple[object, object]

SHOWN_PX = 320  # longest side of a picture on the page
WORDS_SHOWN = 12  # of each kind, in a sentence

_CELL = "padding:4px 10px;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.4)"
_IMAGE = "max-width:100%;height:auto"


class Compared(Protocol):
    """What is known of two results, side by side: the fields of a `Diff`."""

    @property
    def a(self) -> Image.Image: ...
    @property
    def b(self) -> Image.Image: ...
    @property
    def words(self) -> Sequence[tuple[str, How]]: ...
    @property
    def params(self) -> Mapping[str, Pair]: ...
    @property
    def providers(self) -> tuple[str, str]: ...
    @property
    def mask_overlap(self) -> float | None: ...
    @property
    def heat(self) -> Heat: ...
    @property
    def resized_from(self) -> tuple[int, int] | None: ...


def only(words: Sequence[tuple[str, How]], wanted: How) -> list[str]:
    """The words of one kind, without space."""
    return [word.strip() for word, how in words if how == wanted and word.strip()]


def sentences(diff: Compared) -> list[str]:
    """What differs, one sentence each."""
    said = [_words("added", only(diff.words, "added")), _words("removed", only(diff.words, "removed"))]
    said += [f"{name}: {old!r} → {new!r}" for name, (old, new) in diff.params.items()]
    if diff.providers[0] != diff.providers[1]:
        said.append(f"{diff.providers[0]} → {diff.providers[1]}")
    if diff.mask_overlap is not None:
        said.append(f"masks overlap by {diff.mask_overlap:.0%}")
    return [*(sentence for sentence in said if sentence), pixels(diff.heat)]


def pixels(heat: Heat) -> str:
    """How the pixels differ, in words."""
    if not heat.changed:
        return "every pixel is the same"
    share = f"{heat.share:.1%}" if heat.share >= 0.001 else "less than 0.1%"
    much = f"by {heat.max} at most and {heat.mean:.2f} on average"
    return f"{heat.changed:,} pixels differ ({share}), {much}"


def page(diff: Compared) -> str:
    """The table: words, settings, masks, and both pictures with the heat map."""
    rows = [
        _row("Prompt", _prompts(diff)),
        _row("Provider", _pair(*diff.providers) if any(diff.providers) else ""),
        *(_row(escape(harmless(name)), _pair(*pair)) for name, pair in diff.params.items()),
        _row(
            "Masks", "" if diff.mask_overlap is None else f"overlap by {diff.mask_overlap:.1%} of their union"
        ),
        _row("Pixels", escape(pixels(diff.heat)) + _size_words(diff)),
    ]
    return (
        f'<table style="border-collapse:collapse;color:inherit">{"".join(rows)}</table>\n'
        f'<div style="display:flex;flex-wrap:wrap;gap:10px;margin-top:8px">{_pictures(diff)}</div>'
    )


def _words(how: str, words: list[str]) -> str:
    more = f" and {len(words) - WORDS_SHOWN} more" if len(words) > WORDS_SHOWN else ""
    return harmless(f"{how}: {' '.join(words[:WORDS_SHOWN])}{more}") if words else ""


def _row(name: str, content: str) -> str:
    if not content:
        return ""
    return f'<tr><th scope="row" style="{_CELL}">{name}</th><td style="{_CELL}">{content}</td></tr>'


def _prompts(diff: Compared) -> str:
    """Both prompts in one: what was added is underlined, what was removed struck through."""
    tags = {"same": "span", "added": "ins", "removed": "del"}
    pieces = (f"<{tags[how]}>{escape(harmless(word))}</{tags[how]}>" for word, how in diff.words)
    return "".join(pieces).replace("\n", "<br>")


def _pair(old: object, new: object) -> str:
    said = ["not set" if value is None else escape(harmless(str(value))) for value in (old, new)]
    return said[0] if old == new else f"<del>{said[0]}</del> → <ins>{said[1]}</ins>"


def _size_words(diff: Compared) -> str:
    if diff.resized_from is None:
        return ""
    width, height = diff.resized_from
    return f"; the second was brought from {width} × {height} to {diff.a.width} × {diff.a.height} for this"


def _pictures(diff: Compared) -> str:
    heat = "Heat map: the brighter, the more the pixel differs"
    return "".join(
        _figure(image, words)
        for image, words in ((diff.a, "First"), (diff.b, "Second"), (diff.heat.image, heat))
    )


def _figure(image: Image.Image, words: str) -> str:
    data = base64.b64encode(images.encode_jpeg(images.thumbnail(image, SHOWN_PX))).decode("ascii")
    return (
        f'<figure style="margin:0;max-width:{SHOWN_PX}px"><img src="data:image/jpeg;base64,{data}" alt="{words}"'
        f' style="{_IMAGE}"><figcaption>{words}</figcaption></figure>'
    )
