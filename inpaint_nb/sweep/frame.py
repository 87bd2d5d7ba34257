"""A sweep as a table of plain values: a row for each cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inpaint_nb.history.collection import History
from inpaint_nb.history.frame import COLUMNS, framed, row
from inpaint_nb.store import Search, Store
from inpaint_nb.sweep.axes import MASK, OURS, PROVIDER, Axis
from inpaint_nb.sweep.plan import Cell, Plan
from inpaint_nb.sweep.state import CellState


def to_frame(
    plan: Plan, state_of: Callable[[Cell], CellState], store: Store
) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
    """A DataFrame with a row per cell: its number, what varies, and the columns of a run in the history."""
    states = {cell.number: state_of(cell) for cell in plan.cells}
    ids = [state.job_id for state in states.values() if state.job_id is not None]
    rows = {run.id: row(run) for run in History(store, Search(), ids)}
    columns = _columns(plan)
    table = [_row(plan, cell, states[cell.number], rows) for cell in plan.cells]
    return framed([{name: each.get(name) for name in columns} for each in table], columns)


def _columns(plan: Plan) -> tuple[str, ...]:
    axes = [_column(axis) for axis in (*plan.fixed, *plan.axes)]
    return tuple(dict.fromkeys(["cell", *axes, *COLUMNS]))


def _column(axis: Axis) -> str:
    """The axis' own name; a parameter that is called as a column is, gets another one."""
    return f"param_{axis.name}" if axis.name in (*COLUMNS, "cell") and axis.name not in OURS else axis.name


def _row(plan: Plan, cell: Cell, state: CellState, rows: dict[str, dict[str, object]]) -> dict[str, object]:
    known = rows.get(state.job_id or "")
    made = known or dict.fromkeys(COLUMNS) | _unsent(plan, cell, state)
    return {"cell": cell.number} | made | _asked(plan, cell, made)


def _asked(plan: Plan, cell: Cell, made: dict[str, object]) -> dict[str, object]:
    """What the cell has on each axis, plain: masks and providers by their labels."""
    values = plan.values(cell)
    labels = {axis.name: axis.labels[0] for axis in plan.fixed} | plan.labels(cell)
    asked = {}
    for axis in (*plan.fixed, *plan.axes):
        is_plain = axis.name not in (MASK, PROVIDER)
        asked[_column(axis)] = values[axis.name] if is_plain else labels[axis.name]
    return asked


def _unsent(plan: Plan, cell: Cell, state: CellState) -> dict[str, object]:
    """The columns of a cell that no run in the store is about."""
    return {
        "kind": "edit",
        "parent": plan.subject.digest,
        "prompt": cell.prompt,
        "provider": cell.provider.name,
        "params": dict(cell.params),
        "seed": cell.seed,
        "mask_coverage": cell.mask.coverage,
        "mask_digest": cell.mask.digest,
        "status": state.status,
        "error": state.error or None,
    }
