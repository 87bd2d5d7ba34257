"""Editor, prompt, progress and results of one session, put together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Any

import ipywidgets

from inpaint_nb.chain import Chain, Change
from inpaint_nb.errors import StoreError
from inpaint_nb.jobs import resume, unfinished
from inpaint_nb.notebook import keys, lanes
from inpaint_nb.notebook.editor import Editor
from inpaint_nb.notebook.gallery import Gallery, preview
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.maskpanel import MaskPanel
from inpaint_nb.notebook.treepanel import TreePanel
from inpaint_nb.providers import registry
from inpaint_nb.session import Session


class Panel:
    """The live view of a session.

    Button presses may come on any thread. What the session tells goes through the marshaller; only the mask
    after a gesture of the hand is drawn at once.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._starting = threading.Lock()
        self._typed = session.prompt
        self.editor = Editor(
            session.image,
            session.mask,
            on_edit=self._edit,
            on_undo=self._undo,
            on_redo=self._redo,
            on_action=self._act,
        )
        self.masks = MaskPanel(session, self.editor)
        self.gallery = Gallery(session, use_label=lambda _: "Use as next", on_use=session.use)
        self.tree = TreePanel(session, self.gallery.guarded)
        self.prompt = lanes.Textarea(
            value=session.prompt,
            rows=2,
            placeholder="What should the painted part become?",
            layout=_width("auto"),
            tooltip="Prompt",
        )
        self.provider = lanes.Dropdown(
            options=sorted({*registry.names(), session.provider}),
            value=session.provider,
            tooltip="Provider",
            layout=_width("130px"),
        )
        self.count = lanes.BoundedIntText(
            value=int(str(session.params.get("count", 1))),
            min=1,
            max=session.capabilities.max_count,
            tooltip="How many pictures",
            layout=_width("60px"),
        )
        self.run = _button("Run", "Change the painted part", style="primary")
        self.cancel = _button("Cancel", "Cancel the run", disabled=True)
        self.note = ipywidgets.HTML()
        self.widget = self._arranged()
        self._connect()
        self._show_provider()
        self._show_history()
        self.gallery.show_first(session.original, session.start_over)
        if session.began.result is not None:
            self.gallery.show_opened(session.began.result)
        if session.notes:
            self.gallery.runs.show_note(" ".join(session.notes))
        self.gallery.show_results()
        offer_unfinished(self.gallery, session)

    # ------------------------------------------------------------------ building

    def _arranged(self) -> ipywidgets.VBox:
        form = ipywidgets.HBox(
            [
                _labelled("Prompt", self.prompt, grow=True),
                _labelled("Provider", self.provider),
                _labelled("Count", self.count),
                self.run,
                self.cancel,
            ]
        )
        form.add_class("inb-form")
        self.note.add_class("inb-provider-note")
        rows = [self.note, self.gallery.runs, self.gallery.comparing.view, self.tree.view]
        widget = ipywidgets.VBox([self.masks.bar, self.editor.widget, form, self.masks.cautions, *rows])
        widget.add_class("inb-panel")
        return widget

    def _connect(self) -> None:
        self.run.on_click(lambda _: self._run())
        self.cancel.on_click(lambda _: self.gallery.cancel())
        self.prompt.observe(self._type, "value")
        self.provider.observe(self._choose_provider, "value")
        self._disconnect = self.session.on_change(self._changed)

    # ------------------------------------------------------------------ what the hand does

    def _edit(self, change: Callable[[Any], Any]) -> None:
        self.session.edit(change)
        self._show_mask()

    def _undo(self) -> None:
        self.session.undo()
        self._show_mask()

    def _redo(self) -> None:
        self.session.redo()
        self._show_mask()

    def _act(self, action: str) -> None:
        {
            "run": self._run, "cancel": self.gallery.cancel, "prompt": self.prompt.focus,
            "compare": lambda: self.editor.show_preview(self._newest()), "compare_end": self._show_job,
            "use": lambda: self.gallery.use(self.gallery.newest_key),
            "save": lambda: self.gallery.save(self.gallery.newest_key),
            **{name: partial(self.gallery.rate, name) for one in keys.RATING for name in one.names},
        }[action]()  # fmt: skip

    def _newest(self) -> Any:
        return self.session.images[0] if self.session.images else None

    def _run(self) -> None:
        """Submits once, however fast Run is pressed again: the button is grey before the job is there."""
        with self._starting:
            if self.run.disabled:
                return
            self.run.disabled = True
        self.editor.settle(True, self._submit)

    def _submit(self) -> None:
        if not self.gallery.guarded(lambda: self.session.run(self.prompt.value, count=self.count.value)):
            self.run.disabled = False

    def _type(self, change: dict[str, Any]) -> None:
        self._typed = change["new"]
        self.session.prompt = self._typed

    def _choose_provider(self, change: dict[str, Any]) -> None:
        """Takes the provider of the menu; where it cannot be had, for lack of a key, the menu goes back."""
        if not self.gallery.guarded(lambda: setattr(self.session, "provider", change["new"])):
            self.provider.value = self.session.provider

    # ------------------------------------------------------------------ what the session tells

    def _changed(self, change: Change) -> None:
        shows = {
            "image": self._show_image, "mask": self._show_mask, "prompt": self._show_prompt,
            "provider": self._show_provider, "job": self._show_job, "result": self.gallery.show_results,
        }  # fmt: skip
        if change == "closed":
            self.close()
        elif change in shows:
            MARSHALLER.post((id(self), change), shows[change])

    def _show_image(self) -> None:
        self.editor.show_image(self.session.image, self.session.mask)
        self.masks.show_view()
        self._show_history()

    def _show_mask(self) -> None:
        self.editor.show_mask(self.session.mask)
        self.masks.show_view()
        self._show_history()

    def _show_history(self) -> None:
        self.editor.set_history(self.session.can_undo, self.session.can_redo)

    def _show_prompt(self) -> None:
        """Shows a prompt set by code; what was typed stands there already, and may have been typed on since."""
        if self.session.prompt != self._typed:
            self._typed = self.prompt.value = self.session.prompt

    def _show_provider(self) -> None:
        name, capabilities = self.session.provider, self.session.capabilities
        if name not in self.provider.options:
            self.provider.options = sorted({*self.provider.options, name})
        self.provider.value = name
        self.note.value = escape(f"{name}: {capabilities.note}")
        self.count.max = capabilities.max_count

    def _show_job(self) -> None:
        job = self.session.job
        if job is None:
            return
        running = any(not each.done() for each in self.session.jobs)
        self.run.disabled = running
        self.cancel.disabled = not running
        self.gallery.show_job()
        self.editor.show_preview(None if job.done() else preview(job))

    def close(self) -> None:
        """Closes every widget; the session stays usable."""
        self._disconnect()
        self.gallery.close()
        self.tree.close()
        self.masks.close()
        for change in ("image", "mask", "prompt", "provider", "job", "result"):
            MARSHALLER.drop((id(self), change))
        with MARSHALLER.lock:
            self.editor.close()
            close_tree(self.widget)


def close_tree(widget: ipywidgets.Widget) -> None:
    """Closes a widget and all it is made of; ipywidgets keeps every part that is not closed for ever."""
    for child in getattr(widget, "children", ()):
        close_tree(child)
    for part in (getattr(widget, "layout", None), getattr(widget, "style", None), widget):
        if isinstance(part, ipywidgets.Widget):
            part.close()


def offer_unfinished(gallery: Gallery, chain: Chain) -> None:
    """Offers to pick up what an earlier kernel left unfinished, if there is anything."""
    try:
        count = unfinished()
    except StoreError:
        return  # a store that cannot be read is told by the next job

    def pick_up() -> None:
        for job in resume():
            chain.adopt(job)

    if count:
        jobs = "1 job" if count == 1 else f"{count} jobs"
        gallery.offer(f"{jobs} of an earlier kernel did not end. Nothing is paid twice.", "Pick up", pick_up)


def _button(label: str, tooltip: str, *, style: str = "", disabled: bool = False) -> lanes.Button:
    return lanes.Button(
        description=label,
        tooltip=tooltip,
        button_style=style,
        disabled=disabled,
        layout=_width("96px"),
    )


def _labelled(label: str, widget: ipywidgets.Widget, *, grow: bool = False) -> ipywidgets.VBox:
    caption = ipywidgets.Label(label)
    return ipywidgets.VBox(
        [caption, widget], layout=ipywidgets.Layout(flex="1 1 280px" if grow else "0 0 auto")
    )


def _width(width: str) -> ipywidgets.Layout:
    return ipywidgets.Layout(width=width)
