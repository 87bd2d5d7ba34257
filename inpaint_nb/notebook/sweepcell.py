"""A sweep shown in a cell: its live grid and its static outputs, once however often the cell names it."""

from __future__ import annotations

from typing import Any

from IPython import get_ipython
from IPython.display import DisplayHandle, display

from inpaint_nb.notebook.cells import SWEEPS, cell_key
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.sweepoutputs import SweepOutputs
from inpaint_nb.notebook.sweeppanel import SweepPanel
from inpaint_nb.sweep import Cell, Sweep

CLOSED = "This grid is closed. Its sweep is still here: show it again by naming it in a cell."


class SweepView:
    """Shows one sweep, in every cell that names it. A cell that runs again closes what its run before had shown."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._cell: int | None = None

    def __call__(self) -> None:
        shell = get_ipython()
        if shell is None or self._cell == shell.execution_count:
            return
        self._cell = shell.execution_count
        shown = Shown(self._sweep)
        SWEEPS.start(cell_key(shell, source_of(shell)), shell.execution_count, shown)
        shown.show()


class Shown:
    """The live grid and the static outputs of one cell."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._panel = SweepPanel(sweep)
        self._outputs = SweepOutputs(sweep)
        self._handle: DisplayHandle | None = None
        self._stop = sweep.on_change(self._changed)

    def show(self) -> None:
        """Shows both in the running cell."""
        self._handle = display(bundle(self._panel), raw=True, display_id=True)
        self._outputs.show()

    def _changed(self, _: Cell | None) -> None:
        MARSHALLER.post((id(self), "outputs"), self._outputs.update)

    def close(self) -> None:
        """Closes the live grid; what the static outputs say stays, and the sweep goes on."""
        self._stop()
        MARSHALLER.drop((id(self), "outputs"))
        self._outputs.close()
        if self._handle is not None:
            self._handle.update({"text/plain": CLOSED}, raw=True)
        self._panel.close()


def bundle(panel: SweepPanel) -> dict[str, Any]:
    """The grid for a live notebook; nothing where no widget can be shown: the outputs below say it all."""
    return {**panel.widget._repr_mimebundle_(), "text/plain": repr(panel.sweep), "text/html": ""}


def source_of(shell: Any) -> str:
    """What tells a cell from others where its front end gives it no id: its words, else its number."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return str((parent.get("content") or {}).get("code") or shell.execution_count)
