"""A table of ratings to look at: HTML that needs no JavaScript and no network, and plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from inpaint_nb.edit import MOST_STARS

VALUE_SHOWN = 120  # characters of a prompt

_CELL = "padding:4px 8px;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.4)"
_COUNTS = tuple(f"stars_{number}" for number in range(1, MOST_STARS + 1))
Row = Mapping[str, object]


def html(names: Sequence[str], rows: Sequence[Row]) -> str:
    """The table; the darker a count of stars, the more of the line's ratings it is."""
    heads = [*names, *_shown(rows)]
    head = "".join(
        f'<th scope="col" style="{_CELL};text-align:{_side(name, names)}">{_head(name)}</th>'
        for name in heads
    )
    body = "\n".join(_row(names, heads, row) for row in rows)
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;color:inherit">\n'
        f'<caption style="text-align:left;white-space:nowrap;color:inherit">{escape(_caption(names, rows))}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def text(names: Sequence[str], rows: Sequence[Row]) -> str:
    """The table as lines of text."""
    told = [name for name in _shown(rows) if name not in _COUNTS]
    return "\n".join([_caption(names, rows), *(_line(names, told, row) for row in rows)])


def _line(names: Sequence[str], told: Sequence[str], row: Row) -> str:
    said = (f"{name} {_words(name, row[name])}" for name in told)
    return f"{' · '.join(_cut(row[name]) for name in names)}: {', '.join(said)}"


def _shown(rows: Sequence[Row]) -> list[str]:
    """The columns that say something here: pairs only where there were any, and so on."""
    stars = ["n", "mean", "spread", *_COUNTS, "pictures", "people"]
    told = any(row["pictures"] for row in rows)
    return [
        *(stars if told else []),
        *(
            name
            for name in ("starred", "rejected", "blind", "pairs", "won")
            if any(row[name] for row in rows)
        ),
    ]


def _row(names: Sequence[str], heads: Sequence[str], row: Row) -> str:
    cells = "".join(
        f'<td style="{_style(name, names, row)}">{_value(name, names, row)}</td>' for name in heads
    )
    return f"<tr>{cells}</tr>"


def _value(name: str, names: Sequence[str], row: Row) -> str:
    if name in names:
        return escape(_cut(row[name])).replace("\n", "<br>")
    return escape(_words(name, row[name]))


def _style(name: str, names: Sequence[str], row: Row) -> str:
    style = f"{_CELL};text-align:{_side(name, names)}"
    n, count = row["n"], row[name]
    if name not in _COUNTS or not n or not count:
        return style
    share = int(str(count)) / int(str(n))
    return f"{style};background:rgba(128,128,128,{0.1 + 0.4 * share:.2f})"


def _side(name: str, names: Sequence[str]) -> str:
    return "left" if name in names else "right"


def _head(name: str) -> str:
    if name in _COUNTS:
        number = name[-1]
        return f'<span title="{number} star{"s" * (number != "1")}">★{number}</span>'
    return escape(name.capitalize() if name != "n" else "n")


def _caption(names: Sequence[str], rows: Sequence[Row]) -> str:
    if not rows:
        return "No ratings"
    n, blind, pairs = (sum(int(str(row[name])) for row in rows) for name in ("n", "blind", "pairs"))
    how = ", all blind" if n and blind == n else f", {blind} of them blind" if blind else ""
    said = [f"{n:,} rating{'s' * (n != 1)}{how}"] if n or not pairs else []
    chosen = [f"{pairs // 2:,} choice{'s' * (pairs != 2)} in pairs"] if pairs else []
    return f"{' and '.join(said + chosen)}, by {', '.join(names)}"


def _words(name: str, value: object) -> str:
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0%}" if name == "won" else f"{value:.2f}"


def _cut(value: object) -> str:
    if value is None or value == "":
        return "none"
    words = str(value)
    return words if len(words) <= VALUE_SHOWN else f"{words[:VALUE_SHOWN]}…"
