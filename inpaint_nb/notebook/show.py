"""The panel of a session or chain and its static outputs, shown in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython import get_ipython
from IPython.display import DisplayHandle, display

from inpaint_nb.chain import Chain, Change
from inpaint_nb.notebook.display import Outputs
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.session import Session

if TYPE_CHECKING:
    from inpaint_nb.notebook.chainpanel import ChainPanel
    from inpaint_nb.notebook.panel import Panel

CLOSED = "The editor is closed. Its session is still here: show it again by naming it in a cell."


class View:
    """Shows one session or chain, once per cell however often the cell names it, and again in any later cell."""

    def __init__(self, session: Chain) -> None:
        self._session = session
        self._panel: Panel | ChainPanel | None = None
        self._handles: list[DisplayHandle] = []
        self._outputs: Outputs | None = None
        self._cell: int | None = None

    def __call__(self) -> None:
        shell = get_ipython()
        if shell is None or self._cell == shell.execution_count:
            return
        self._cell = shell.execution_count
        if self._panel is None:
            self._panel = panel_of(self._session)
            self._stop = self._session.on_change(self._changed)
        self._handles.append(display(bundle(self._panel), raw=True, display_id=True))
        self._outputs = Outputs(self._session)
        self._outputs.show()

    def _changed(self, change: Change) -> None:
        if change in ("result", "job") and self._outputs is not None:
            MARSHALLER.post((id(self), "outputs"), self._outputs.update)
        elif change == "closed":
            self._close()

    def _close(self) -> None:
        self._stop()
        for handle in self._handles:
            handle.update({"text/plain": CLOSED}, raw=True)
        self._handles.clear()
        if self._panel is not None:
            self._panel.close()
        self._panel, self._cell = None, None


def panel_of(session: Chain) -> Panel | ChainPanel:
    """The panel that fits: with an editor where there is a picture to edit."""
    from inpaint_nb.notebook.chainpanel import ChainPanel  # here, so that the magics load without widgets
    from inpaint_nb.notebook.panel import Panel

    return Panel(session) if isinstance(session, Session) else ChainPanel(session)


def bundle(panel: Panel | ChainPanel) -> dict[str, Any]:
    """The panel for a live notebook; nothing where no widget can be shown: the outputs below say it all."""
    return {**panel.widget._repr_mimebundle_(), "text/plain": repr(panel.session), "text/html": ""}
