"""Runs as a page to look at: HTML that needs no JavaScript and no network, and plain text."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from html import escape

from inpaint_nb.edit import MOST_STARS, rating_words
from inpaint_nb.errors import StoreError
from inpaint_nb.history.run import Run
from inpaint_nb.store import Store

PAGE = 20
THUMBNAILS = 4  # pictures shown of one run
PROMPT_SHOWN = 300  # characters

_HEADS = ("", "Picture", "Run", "When", "Prompt", "Provider", "Mask", "Rating", "Ended", "Seconds", "Cost")
# Colours are those of the page, so that it reads in the light and in the dark.
_CELL = "padding:4px 8px;text-align:left;vertical-align:top;border-bottom:1px solid rgba(128,128,128,.4)"
_PICTURE = "max-width:96px;max-height:96px;margin:0 4px 0 0"


def html(store: Store, runs: Sequence[Run], total: int) -> str:
    """The runs as a table with thumbnails, the first of `total`."""
    heads = "".join(f'<th scope="col" style="{_CELL}">{head}</th>' for head in _HEADS)
    rows = "\n".join(_row(store, number, run) for number, run in enumerate(runs))
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse;color:inherit">\n'
        f'<caption style="text-align:left;color:inherit">{_caption(len(runs), total)}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
    )


def text(runs: Sequence[Run], total: int) -> str:
    """The runs as lines of text, the first of `total`."""
    return "\n".join(
        [_caption(len(runs), total), *(f"{number:4} {run!r}" for number, run in enumerate(runs))]
    )


def _caption(shown: int, total: int) -> str:
    if total <= shown:
        return "No runs" if not total else f"{total:,} run{'s' * (total > 1)}, newest first"
    return f"{shown} of {total:,} runs, newest first; [{shown}:{min(2 * shown, total)}] is the next page"


def _row(store: Store, number: int, run: Run) -> str:
    cells = [
        str(number),
        _thumbnails(store, run),
        f"<code>{escape(run.id[:8])}</code>",
        f'<span style="white-space:nowrap">{run.created.astimezone():%Y-%m-%d %H:%M}</span>',
        _prompt(run),
        escape(run.provider),
        "" if run.coverage is None else f"{run.coverage:.1%}",
        stars_html(run.rating, run.starred, run.rejected),
        _ended(run),
        "" if run.seconds is None else f"{run.seconds:.1f}",
        "" if run.cost is None else f"{run.cost:g}",
    ]
    return "<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _prompt(run: Run) -> str:
    label = f"{run.record.label}: " if run.record.label else ""
    words = f"{label}{run.prompt}"
    shown = words if len(words) <= PROMPT_SHOWN else f"{words[:PROMPT_SHOWN]}…"
    return escape(shown).replace("\n", "<br>")


def _ended(run: Run) -> str:
    if run.has_result:
        return "done"
    error = run.error
    return escape(run.status if error is None else f"{run.status}: {error.message}")


def stars_html(stars: float | None, starred: bool, rejected: bool) -> str:
    """A rating, to be seen and to be read aloud; nothing where there is none."""
    words = rating_words(stars, starred, rejected)
    if stars is None:
        return words
    full = int(stars + 0.5)
    drawn = "★" * full + "☆" * (MOST_STARS - full)
    return f'<span style="white-space:nowrap"><span aria-hidden="true">{drawn}</span> {words}</span>'


def _thumbnails(store: Store, run: Run) -> str:
    digests = run.record.composited
    more = f" +{len(digests) - THUMBNAILS}" if len(digests) > THUMBNAILS else ""
    return "".join(_thumbnail(store, digest, run.prompt) for digest in digests[:THUMBNAILS]) + more


def _thumbnail(store: Store, digest: str, prompt: str) -> str:
    with suppress(StoreError):
        data = base64.b64encode(store.thumbnail(digest)).decode("ascii")
        alt = escape(f"Result: {prompt[:80]}" if prompt else "Result")
        return f'<img src="data:image/jpeg;base64,{data}" alt="{alt}" style="{_PICTURE}">'
    return "<em>picture gone</em>"
