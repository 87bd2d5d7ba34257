"""A sweep in words: for the page's grid, for one cell of it, and for what stays in a saved notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from inpaint_nb.edit import Result
from inpaint_nb.masks import Mask
from inpaint_nb.providers import options_of
from inpaint_nb.sweep import Axis, Cell, CellState, Sweep

MOST_ROWS = 200  # cells told one by one in a saved notebook
MOST_FAILURES = 20  # of larger sweeps
_CELL = "text-align:left;vertical-align:top"


def axis_content(axis: Axis) -> dict[str, object]:
    """An axis for the page: its name, short labels, and the same in full."""
    return {"name": axis.name, "labels": list(axis.labels), "texts": full_texts(axis)}


def full_texts(axis: Axis) -> list[str]:
    """The values of an axis in words, nothing shortened."""
    return [value_words(value, label) for value, label in zip(axis.values, axis.labels, strict=True)]


def value_words(value: object, label: str) -> str:
    """A value in words: a prompt as it stands, a mask by its name and size, anything else by its label."""
    if isinstance(value, str):
        return value or label
    if isinstance(value, Mask):
        return f"{label} ({value.coverage:.1%} of the picture)"
    return label


def row(number: int, state: CellState) -> list[object]:
    """A cell for the page, in the order that sweepview.js expects."""
    return [
        number, state.status, state.progress, state.stage, state.seconds, state.error, state.hint, when(state.recorded),
    ]  # fmt: skip


def when(moment: datetime | None) -> str:
    """A moment in the kernel's own time zone; empty for none."""
    return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M}"


def coordinates(sweep: Sweep, cell: Cell) -> list[tuple[str, str]]:
    """The cell by every axis, also those that are the same everywhere: names and words in full."""
    fixed = [(axis.name, full_texts(axis)[0]) for axis in sweep.plan.fixed]
    varying = zip(sweep.axes, cell.at, strict=True)
    return [(axis.name, value_words(axis.values[at], axis.labels[at])) for axis, at in varying] + fixed


def request_of(sweep: Sweep, cell: Cell, result: Result | None) -> list[tuple[str, str]]:
    """Everything that was asked in one cell, and how it ended, as names and words."""
    state = sweep.state(cell)
    told = [
        *coordinates(sweep, cell),
        *_mask_words(sweep, cell),
        *_options(cell),
        ("state", state_words(state)),
    ]
    if state.hint:
        told.append(("what to do", state.hint))
    if result is not None:
        told += _result_words(result)
    if state.job_id:
        told.append(("run", state.job_id))
    return told


def _mask_words(sweep: Sweep, cell: Cell) -> list[tuple[str, str]]:
    width, height = sweep.plan.subject.image.size
    box = cell.mask.bbox
    where = "" if box is None else ", box {}, {}, {}, {}".format(*box)
    return [("picture", f"{width} × {height} pixels; {cell.mask.coverage:.1%} masked{where}")]


def _options(cell: Cell) -> list[tuple[str, str]]:
    """What the provider was configured with, as far as it may be told: keys are not among it."""
    return [(f"{cell.provider.name} {name}", str(value)) for name, value in options_of(cell.provider).items()]


def _result_words(result: Result) -> list[tuple[str, str]]:
    told = [("result", " · ".join(f"{image.width} × {image.height} pixels" for image in result.images))]
    if result.seed is not None:
        told.append(("seed used", str(result.seed)))
    if result.report is not None:
        report = result.report
        told.append(
            (
                "changed",
                f"{report.changed_inside:,} pixels inside the mask, {report.changed_outside:,} outside",
            )
        )
    if result.cost is not None:
        told.append(("cost", f"{result.cost:g}"))
    return told + [("note", note) for note in result.notes]


def code_of(sweep: Sweep, cell: Cell) -> str:
    """Python that gives the cell's result, for a variable called `sweep`."""
    pairs = [
        (axis.name, axis.values[at], axis.labels[at]) for axis, at in zip(sweep.axes, cell.at, strict=True)
    ]
    return f"sweep.result({_arguments(pairs)})"


def _arguments(pairs: Iterable[tuple[str, Any, str]]) -> str:
    """Keyword arguments; a name that Python takes for none is given in a dictionary."""
    told = [
        (name, repr(value if isinstance(value, str | int | float) else label)) for name, value, label in pairs
    ]
    named = [f"{name}={value}" for name, value in told if name.isidentifier()]
    others = [f"{name!r}: {value}" for name, value in told if not name.isidentifier()]
    return ", ".join([*named, *([f"**{{{', '.join(others)}}}"] if others else [])])


def state_words(state: CellState) -> str:
    """Where a cell is, in words."""
    match state.status:
        case "done":
            took = "" if state.seconds is None else f", {state.seconds:.1f} s"
            how = "run live" if state.recorded is None else f"recorded on {when(state.recorded)}"
            return f"done{took}, {how}"
        case "failed" | "cancelled":
            return f"{state.status}: {state.error}" if state.error else state.status
        case "planned":
            return "not sent yet"
        case _:
            share = "" if state.progress is None else f" {state.progress:.0%}"
            return f"{state.stage or state.status}{share}"


def end_words(state: CellState) -> str:
    """The same, with what to do where there is no picture."""
    return f"{state_words(state)} {state.hint}".rstrip()


# ---------------------------------------------------------------------- in a saved notebook


def overall(sweep: Sweep, states: Sequence[CellState], began: datetime | None) -> str:
    """How the whole sweep stands, in one or two sentences."""
    done = [state for state in states if state.status == "done"]
    recorded = [state.recorded for state in done if state.recorded is not None]
    live = len(done) - len(recorded)
    parts = [f"{len(done)} of {len(states)} done"]
    if live:
        parts.append(f"{live} run live" + (f" on {when(began)}" if began else ""))
    if recorded:
        parts.append(f"{len(recorded)} recorded {_days(recorded)}")
    for status in ("failed", "cancelled"):
        if count := sum(state.status == status for state in states):
            parts.append(f"{count} {status}")
    if spent := sweep.spent:
        parts.append(f"cost {spent:g}")
    return "; ".join(parts) + "."


def _days(moments: Sequence[datetime]) -> str:
    first, last = (f"{moment.astimezone():%Y-%m-%d}" for moment in (min(moments), max(moments)))
    return f"on {first}" if first == last else f"from {first} to {last}"


def legend(sweep: Sweep) -> str:
    """Which axis is where, and what is the same everywhere."""
    sides = (("Rows", sweep.rows), ("Columns", sweep.columns), ("One grid for each", sweep.layout.pages))
    told = [f"{side}: {' × '.join(names)}." for side, names in sides if names]
    return " ".join([*told, *([f"The same everywhere: {sweep.plan.title}."] if sweep.plan.title else [])])


def notes(sweep: Sweep) -> list[str]:
    """What people should know of the providers, such as that one ignores the prompt."""
    providers = {cell.provider.name: cell.provider for cell in sweep.cells}
    return [f"{name}: {one.capabilities.note}" for name, one in providers.items() if one.capabilities.note]


def as_html(sweep: Sweep, states: Sequence[CellState], began: datetime | None) -> str:
    """The sweep as HTML that needs no script: what was asked, how it stands, and a table or what failed."""
    paragraphs = [sweep.summary, overall(sweep, states, began), legend(sweep), *notes(sweep)]
    said = [f"<p>{_lines(text)}</p>" for text in paragraphs if text]
    return "\n".join([*said, _every(sweep, states) if len(states) <= MOST_ROWS else _failures(sweep, states)])


def as_text(sweep: Sweep, states: Sequence[CellState], began: datetime | None) -> str:
    """The same as lines."""
    head = [sweep.summary, overall(sweep, states, began), legend(sweep), *notes(sweep)]
    cells = [
        f"{', '.join(sweep.plan.labels(cell).values()) or 'the one run'}: {end_words(state)}"
        for cell, state in zip(sweep.cells, states, strict=True)
        if len(states) <= MOST_ROWS or state.status == "failed"
    ]
    return "\n".join([*filter(None, head), *cells[:MOST_ROWS]])


def _every(sweep: Sweep, states: Sequence[CellState]) -> str:
    """A row for each cell, its axes in full: read aloud it makes sense, and a column can be searched."""
    heads = "".join(
        f'<th scope="col" style="{_CELL}">{escape(name)}</th>'
        for name in [*(axis.name for axis in sweep.axes), "state"]
    )
    rows = "\n".join(_row(sweep, cell, state) for cell, state in zip(sweep.cells, states, strict=True))
    table = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table>"
    return f"<details><summary>Every run in words</summary>\n{table}\n</details>"


def _row(sweep: Sweep, cell: Cell, state: CellState) -> str:
    words = [
        value_words(axis.values[at], axis.labels[at]) for axis, at in zip(sweep.axes, cell.at, strict=True)
    ]
    cells = [f'<td style="{_CELL}">{_lines(text)}</td>' for text in [*words, end_words(state)]]
    return f"<tr>{''.join(cells)}</tr>"


def _failures(sweep: Sweep, states: Sequence[CellState]) -> str:
    failed = [
        (cell, state) for cell, state in zip(sweep.cells, states, strict=True) if state.status == "failed"
    ]
    items = "\n".join(
        f"<li>{_lines(', '.join(sweep.plan.labels(cell).values()))}: {_lines(end_words(state))}</li>"
        for cell, state in failed[:MOST_FAILURES]
    )
    return f"<ul>\n{items}\n</ul>" if items else ""


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
