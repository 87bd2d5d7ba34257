"""First pictures from words: progress, the pictures with their buttons, and the editor of the one that is painted."""

from __future__ import annotations

from functools import partial
from html import escape

import ipywidgets

from inpaint_nb.chain import Chain, Change
from inpaint_nb.edit import PressRequest, Result
from inpaint_nb.notebook import lanes
from inpaint_nb.notebook.gallery import Gallery
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel, close_tree, offer_unfinished
from inpaint_nb.session import Session


class ChainPanel:
    """The live view of a chain. A picture that can be edited opens the editor below, by itself after an upscale."""

    def __init__(self, chain: Chain) -> None:
        self.session = chain
        self.gallery = Gallery(chain, use_label=self._use_label, on_use=self.open)
        self.cancel = lanes.Button(description="Cancel", tooltip="Cancel what runs", disabled=True)
        self.cancel.layout.width = "96px"
        self.cancel.on_click(lambda _: self.gallery.cancel())
        self.note = ipywidgets.HTML(escape(f"{chain.provider}: {chain.capabilities.note}"))
        self.note.add_class("inb-provider-note")
        self.widget = ipywidgets.VBox(
            [self.note, self.cancel, self.gallery.runs, self.gallery.comparing.view]
        )
        self.widget.add_class("inb-panel")
        self.editor_panel: Panel | None = None
        self._opened: set[int] = set()
        self._disconnect = chain.on_change(self._changed)
        self._show_job()
        self._show_results()
        offer_unfinished(self.gallery, chain)

    def open(self, result: Result, index: int = 0) -> None:
        """Opens the editor on a picture; the one that is open goes on from it instead."""
        if self.editor_panel is not None:
            self.editor_panel.session.use(result, index)
            return
        session = Session.of(self.session, result, index)
        self.editor_panel = Panel(session)
        with MARSHALLER.lock:
            self.widget.children = (*self.widget.children, self.editor_panel.widget)
        self.session.attach(session)

    def _use_label(self, result: Result) -> str:
        return "Paint" if is_editable(result, self.session) else ""

    def _changed(self, change: Change) -> None:
        if change == "job":
            MARSHALLER.post((id(self), "job"), self._show_job)
        elif change == "result":
            MARSHALLER.post((id(self), "result"), self._show_results)
        elif change == "closed":
            self.close()

    def _show_job(self) -> None:
        self.cancel.disabled = all(job.done() for job in self.session.jobs)
        self.gallery.show_job()

    def _show_results(self) -> None:
        self.gallery.show_results()
        for result in self.session.results:
            if id(result) not in self._opened and is_editable(result, self.session):
                self._opened.add(id(result))
                if isinstance(result.request, PressRequest):
                    self.gallery.guarded(partial(self.open, result))

    def close(self) -> None:
        """Closes every widget, the editor's too; pictures and jobs stay as they are."""
        self._disconnect()
        self.gallery.close()
        for change in ("job", "result"):
            MARSHALLER.drop((id(self), change))
        if self.editor_panel is not None:
            self.editor_panel.session.close()
        with MARSHALLER.lock:
            close_tree(self.widget)


def is_editable(result: Result, chain: Chain) -> bool:
    """Whether the provider that made this result says that it edits it."""
    capabilities = chain.configured(result.provider).capabilities
    if capabilities.takes_any_picture:
        return True
    return not result.grid and (result.actions is None or capabilities.masked_button in result.actions)
