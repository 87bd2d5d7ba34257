"""Two pictures on a page that needs no script and no network: slider, side by side, blink, and heat map.

The views are chosen by radio buttons, and so is the place of the slider: each of its positions is one, an invisible
strip of the picture that is clicked, pointed at, or reached with the arrow keys. Where a page takes styles and
controls away, three pictures with their names are left, one below the other.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from html import escape
from pathlib import Path

from PIL import Image

from inpaint_nb.lineage.heat import GAIN, colour
from inpaint_nb.lineage.shortening import harmless
from inpaint_nb.lineage.sides import Sides, within

MAX_BYTES = 300_000  # of one comparison in a saved notebook
PICTURE_BYTES = 210_000  # of its files, which base64 makes a third larger
ENCODED_PX = 1280
STEPS = 40  # of the slider, from one side to the other
LARGEST = (900, 680)  # CSS pixels; the page's width may make it smaller
SMALLEST_PX = 320  # the longer side of an icon
LEGEND_STOPS = 8

# Written for one comparison called "own"; sizes and colours come as properties of the whole.
_CSS = (Path(__file__).parent / "sidespage.css").read_text("utf-8")

_OWN_KEYS = "data-lm-suppress-shortcuts"  # what has it keeps its keys from JupyterLab

_HEAD = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title>
<style>:root{{color-scheme:light dark}}body{{margin:16px;font:15px/1.45 system-ui,sans-serif}}</style></head>
<body>
"""


def fragment(sides: Sides, names: tuple[str, str], words: str) -> str:
    """The comparison as part of a page: of any number on one page, each works for itself."""
    own = f"inb-{secrets.token_hex(5)}"
    first, second = (escape(harmless(name)) for name in names)
    files = [_data(mime, file) for mime, file in within(_pictures(sides), PICTURE_BYTES)]
    return (
        f'<fieldset id="{own}" style="{_properties(sides)}">'
        f"<legend>{first} and {second}</legend>\n"
        f"<style>{_style(own)}</style>\n{_views(own, first)}\n"
        f'<div class="stage">{"".join(_positions(own, first, second))}'
        f'<button type="button" class="hold" {_OWN_KEYS}><span>Hold to see {first}</span></button>'
        f'<span class="line"></span>\n'
        f'<figure class="a"><img src="{files[0]}" alt="{first}"><figcaption>{first}</figcaption></figure>\n'
        f'<figure class="b"><img src="{files[1]}" alt="{second}"><figcaption>{second}</figcaption></figure>\n'
        f'<figure class="heat"><img src="{files[2]}" alt="Heat map: the brighter, the more the pixel differs">'
        f"<figcaption>{legend()}</figcaption></figure></div>\n"
        f"<p>{escape(harmless(words))}</p></fieldset>"
    )


def document(sides: Sides, names: tuple[str, str], words: str) -> str:
    """The comparison as a page of its own."""
    title = escape(harmless(" and ".join(names)))
    return f"{_HEAD.format(title=title)}{fragment(sides, names, words)}\n</body></html>\n"


def legend() -> str:
    """What the colours of the heat map say, as HTML; its bar is drawn by the page's style."""
    return (
        f'Difference of the worst channel: 0 <span class="scale"></span> {255 // GAIN} of 255 or more. '
        "The brighter, the more."
    )


def gradient() -> str:
    """The colours of the heat map as stops of a CSS gradient."""
    levels = (round(255 * stop / LEGEND_STOPS) for stop in range(LEGEND_STOPS + 1))
    return ",".join("#{:02x}{:02x}{:02x}".format(*colour(level)) for level in levels)


def _pictures(sides: Sides) -> list[Image.Image]:
    return [*sides.framed(ENCODED_PX), sides.heat_image]


def _data(mime: str, file: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(file).decode('ascii')}"


def _style(own: str) -> str:
    return _CSS.replace("#own", f"#{own}") + "\n".join(_places(own))


def _properties(sides: Sides) -> str:
    """What the style is told of these pictures."""
    width, height = sides.a.size
    page = min(most / side for most, side in zip(LARGEST, (width, height), strict=True))
    told = {
        "w": f"{max(1, round(width * min(page, _most_enlarged(sides))))}px",
        "ratio": f"{width}/{height}",
        "pixels": "pixelated" if sides.is_small else "auto",
        "strip": f"{100 / STEPS:g}%",
        "stops": gradient(),
    }
    return ";".join(f"--{name}:{value}" for name, value in told.items())


def _most_enlarged(sides: Sides) -> float:
    """How many CSS pixels one of the picture may have: one, whole steps for an icon."""
    return max(1, SMALLEST_PX // max(sides.a.size)) if sides.is_small else 1


def _places(own: str) -> Iterator[str]:
    """Where the slider stands: as chosen; and where the mouse is, unless keys are used while it rests there."""
    stage = f"#{own} .stage"
    for begin, state in ((stage, "checked"), (f"{stage}:not(:has(.p:focus-visible))", "hover")):
        for step in range(STEPS + 1):
            yield f"{begin} .p:nth-of-type({step + 1}):{state}~*{{--at:{step * 100 / STEPS:g}%}}"


def _views(own: str, first: str) -> str:
    names = {"slider": "Slider", "side": "Side by side", "blink": "Blink", "heat": "Difference"}
    buttons = "".join(
        _input("radio", "m", f'name="{own}-view" id="{own}-{name}"', name == "slider")
        + f'<label for="{own}-{name}">{label}</label>'
        for name, label in names.items()
    )
    flip = _input("checkbox", "f", f'id="{own}-flip"')
    return f'{buttons}{flip}<label for="{own}-flip">Show {first}</label>'


def _positions(own: str, first: str, second: str) -> Iterator[str]:
    for step in range(STEPS + 1):
        share = step * 100 / STEPS
        words = f"{first} {share:g} %, {second} {100 - share:g} %"
        place = f'name="{own}-at" style="--k:{step}" aria-label="{words}"'
        yield _input("radio", "p", place, step == STEPS // 2)


def _input(kind: str, own_class: str, attributes: str, is_checked: bool = False) -> str:
    checked = " checked" if is_checked else ""
    return f'<input type="{kind}" class="{own_class}" {attributes}{checked} {_OWN_KEYS}>'
