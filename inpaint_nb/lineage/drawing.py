"""A tree as SVG: small pictures in columns, lines between them, and on each line what was asked."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from html import escape

from inpaint_nb.errors import StoreError
from inpaint_nb.lineage import words
from inpaint_nb.lineage.layout import Places, places
from inpaint_nb.lineage.node import Node
from inpaint_nb.lineage.selection import Shown
from inpaint_nb.lineage.shortening import harmless, lines
from inpaint_nb.store import Store

SIDE = 96  # of a node, px
COLUMN, ROW = 288, 142  # from one node to the next, px
MARGIN = 14
TILES = 4  # pictures drawn of one run
LETTERS = 21  # in a line of a label
TITLE_SHOWN = 600

# Words and lines have the colour of the page's own text, so that they are read in the light and in the dark.
_FONT = "font-family:system-ui,sans-serif;font-size:12px"
_SMALL = 'font-size="11"'
FOCUS = "#1a73e8"  # 4.5 to 1 against white, 4.2 against a dark page


def figure(shown: Shown, focus: str, store: Store) -> str:
    """The drawing for a page, in the colours of its text."""
    drawn = _svg(shown, focus, store, "color:inherit;max-width:none", "")
    return f'<div style="overflow-x:auto">{drawn}</div>'


def document(shown: Shown, focus: str, store: Store) -> str:
    """The drawing as a file, dark on white."""
    paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return _svg(shown, focus, store, "color:#1f1f1f", paper)


def _svg(shown: Shown, focus: str, store: Store, style: str, paper: str) -> str:
    placed = placed_nodes(shown)
    width, height = size_px(placed)
    parts = [_edge(node, shown, placed) for node in shown.nodes if node.parent is not None]
    parts += [_node(node, shown, focus, placed, store) for node in shown.nodes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="img" aria-label="Tree of {words.title(shown)}" style="{style};{_FONT}" fill="currentColor">'
        f"{paper}{''.join(parts)}</svg>"
    )


def placed_nodes(shown: Shown) -> Places:
    """Where the nodes stand, in columns and rows."""
    below = {node.key: [child.key for child in shown.children(node.key)] for node in shown.nodes}
    return places(shown.nodes[0].key, below.__getitem__)


def size_px(placed: Places) -> tuple[int, int]:
    """Width and height of the whole drawing."""
    return (placed.columns - 1) * COLUMN + SIDE + 2 * MARGIN, placed.rows * ROW + MARGIN


def corner(placed: Places, key: str) -> tuple[int, int]:
    """The left upper corner of a node, px."""
    column, row = placed.at[key]
    return MARGIN + column * COLUMN, MARGIN + round(row * ROW)


def path_between(placed: Places, parent: str, child: str) -> str:
    """The line from a node to one of its children, as the data of an SVG path."""
    (left, top), (to, level) = corner(placed, parent), corner(placed, child)
    start, high, low = left + SIDE, top + SIDE // 2, level + SIDE // 2
    return f"M{start} {high}C{start + 24} {high} {start + 4} {low} {start + 32} {low}H{to}"


def _edge(node: Node, shown: Shown, placed: Places) -> str:
    left, top = corner(placed, node.key)
    way = path_between(placed, str(node.parent), node.key)
    line = f'<path d="{way}" fill="none" stroke="currentColor" stroke-opacity=".55"/>'
    said = lines(" ".join(words.quoted(node)), LETTERS, 3)
    at = left - COLUMN + SIDE + 38
    label = _text(at, top + SIDE // 2 - 7 - 14 * (len(said) - 1), said)
    asked = escape(title(node))
    return f"<g><title>{asked}</title>{line}{label}</g>"


def _node(node: Node, shown: Shown, focus: str, placed: Places, store: Store) -> str:
    left, top = corner(placed, node.key)
    inside = _pictures(node, store) if node.pictures else _empty(node)
    is_here = node.key == focus
    stroke = f'stroke="{FOCUS}" stroke-width="4"' if is_here else 'stroke="currentColor" stroke-opacity=".45"'
    dashed = ' stroke-dasharray="4 3"' if not node.pictures else ""
    frame = (
        f'<rect x="-1" y="-1" width="{SIDE + 2}" height="{SIDE + 2}" rx="3" fill="none" {stroke}{dashed}/>'
    )
    below = _text(0, SIDE + 14, captions(node, shown.left_out.get(node.key, 0)), _SMALL)
    return f'<g transform="translate({left} {top})"><title>{escape(title(node))}</title>{inside}{frame}{below}</g>'


def captions(node: Node, left_out: int) -> list[str]:
    """Two lines below a node: what it is, and what is thought of it."""
    if node.run is None:
        head = "original"
    else:
        count = f" ({len(node.pictures)})" if len(node.pictures) > 1 else ""
        head = f"{node.number} · {node.run.provider}{count}"
    tail = ", ".join([*words.signs(node), *([f"+{left_out} not drawn"] if left_out else [])])
    return [*lines(head, 18, 1), *lines(tail, 24, 1)]


def _pictures(node: Node, store: Store) -> str:
    digests = node.pictures[:TILES]
    side = SIDE if len(digests) == 1 else SIDE // 2 - 1
    top = (SIDE - side) // 2 if len(digests) == 2 else 0
    return "".join(
        _picture(store, digest, node, number, (number % 2 * (side + 2), top + number // 2 * (side + 2)), side)
        for number, digest in enumerate(digests)
    )


def _picture(store: Store, digest: str, node: Node, number: int, at: tuple[int, int], side: int) -> str:
    place = f'x="{at[0]}" y="{at[1]}" width="{side}" height="{side}"'
    with suppress(StoreError):
        data = base64.b64encode(store.thumbnail(digest)).decode("ascii")
        is_rejected = node.rating(number).rejected
        faint = ' opacity=".35"' if is_rejected else ""
        image = f'<image {place}{faint} href="data:image/jpeg;base64,{data}"/>'
        return image + (_struck(at, side) if is_rejected else "")
    return f'<rect {place} fill-opacity=".08"/>{_text(at[0] + 4, at[1] + side // 2, ["picture", "gone"], _SMALL)}'


def _struck(at: tuple[int, int], side: int) -> str:
    """The line through a rejected picture."""
    left, top = at
    return f'<path d="M{left} {top + side}L{left + side} {top}" stroke="currentColor" stroke-width="2"/>'


def _empty(node: Node) -> str:
    said = [node.status, *lines(node.why, 15, 4)]
    return f'<rect width="{SIDE}" height="{SIDE}" fill-opacity=".05"/>' + _text(5, 17, said, _SMALL)


def title(node: Node) -> str:
    """All of the words, for a pointer that rests there."""
    if node.run is None:
        return "The original picture"
    params = ", ".join(f"{name}={value!r}" for name, value in node.run.params.items())
    said = [node.label, node.run.provider, params, node.status, node.why, *words.signs(node)]
    return harmless(" · ".join(word for word in said if word))[:TITLE_SHOWN]


def _text(x: int, y: int, said: Iterable[str], more: str = "") -> str:
    spans = "".join(
        f'<tspan x="{x}" y="{y + 14 * number}">{escape(line)}</tspan>' for number, line in enumerate(said)
    )
    return f"<text {more}>{spans}</text>" if spans else ""
