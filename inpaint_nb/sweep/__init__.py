"""Many runs at once: every combination of masks, prompts, providers, seeds and parameters, as one grid."""

from inpaint_nb.sweep.announcement import ANNOUNCEMENT, sweep
from inpaint_nb.sweep.axes import Axis
from inpaint_nb.sweep.layout import Layout, Place
from inpaint_nb.sweep.plan import Cell, Plan, Subject, plan
from inpaint_nb.sweep.preparation import prepare
from inpaint_nb.sweep.state import CellState, CellStatus
from inpaint_nb.sweep.sweep import Sweep

__all__ = [
    "ANNOUNCEMENT",
    "Axis",
    "Cell",
    "CellState",
    "CellStatus",
    "Layout",
    "Place",
    "Plan",
    "Subject",
    "Sweep",
    "plan",
    "prepare",
    "sweep",
]
