"""Runs as a table of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from inpaint_nb.history.run import Run

COLUMNS = (
    "id", "kind", "parent", "created", "prompt", "provider", "params", "seed", "mask_coverage", "mask_digest",
    "status", "seconds", "cost", "changed_outside", "raw_changed_outside", "raw_max_difference_outside",
    "error", "images", "files",
    "rating", "starred", "rejected",
)  # fmt: skip


def to_frame(
    runs: Iterable[Run],
) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
    """A DataFrame with one row per run; without pandas a list of dicts with the same keys."""
    return framed([row(run) for run in runs], COLUMNS)


def framed(
    rows: Sequence[dict[str, object]], columns: Sequence[str]
) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
    """The rows as a DataFrame with these columns; without pandas as they are."""
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(rows, columns=list(columns))


def row(run: Run) -> dict[str, object]:
    """The run as plain values, by the names of the columns."""
    record, reports, error = run.record, run.reports, run.error
    values = (
        run.id, run.kind, run.parent, run.created, run.prompt, run.provider, dict(run.params), run.seed,
        run.coverage, record.mask, run.status, run.seconds, run.cost,
        sum(report.changed_outside for report in reports) if reports else None,
        sum(report.raw_changed_outside for report in reports) if reports else None,
        max((report.raw_max_difference_outside for report in reports), default=None),
        None if error is None else f"{type(error).__name__}: {error.message}",
        list(record.composited), [str(path) for path in run.files],
        run.rating, run.starred, run.rejected,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))
