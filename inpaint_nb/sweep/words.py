"""A sweep in a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inpaint_nb.sweep.axes import OURS, Axis
from inpaint_nb.sweep.budget import cost_told
from inpaint_nb.sweep.plan import Cell, Plan
from inpaint_nb.sweep.state import CellStatus


def summary(plan: Plan, recorded: int, unsent: Sequence[Cell]) -> str:
    """What a sweep sends, and what that costs, in one line."""
    parts = [f"{recorded:,} recorded"] if recorded else []
    begun = len(plan.cells) - recorded - len(unsent)
    parts += [f"{begun:,} begun earlier"] if begun else []
    parts += [f"{len(unsent):,} to send"] if parts else []
    done = f"; {', '.join(parts)}" if parts else ""
    return f"{shape(plan)}{done}; {cost_told(unsent)}"


def shape(plan: Plan) -> str:
    """How many runs there are, and of what: "12 runs: 3 prompts × 4 seeds"."""
    count = len(plan.cells)
    axes = " × ".join(map(_axis, plan.axes))
    return f"{count:,} run{'s' * (count != 1)}" + (f": {axes}" if axes else "")


def counts(by_status: Mapping[CellStatus, int]) -> str:
    """How many cells are where: "8 done, 1 failed, 3 running"."""
    return ", ".join(f"{count:,} {status}" for status, count in by_status.items())


def _axis(axis: Axis) -> str:
    return f"{len(axis)} {axis.name}s" if axis.name in OURS else f"{len(axis)} values of {axis.name}"
