"""Editor, prompt, progress and results of one session, put together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets

from inpaint_nb import images
from inpaint_nb.edit import Preview, Result
from inpaint_nb.errors import InpaintError, InputError
from inpaint_nb.jobs import Job
from inpaint_nb.notebook import lanes
from inpaint_nb.notebook.editor import Editor
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.runs import Runs, status
from inpaint_nb.providers import registry
from inpaint_nb.session import Change, Session

log = logging.getLogger(__name__)

ORIGINAL = "original"


class Panel:
    """The live view of a session.

    Button presses may come on any thread. What the session tells goes through the marshaller; only the mask
    after a gesture of the hand is drawn at once.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self._pictures: dict[str, tuple[Result, int]] = {}
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
        self.runs = Runs(on_use=self._use, on_save=self._save, on_ready=self._show_job)
        self.prompt = lanes.Textarea(
            value=session.prompt,
            rows=2,
            placeholder="What should the painted part become?",
            layout=_width("100%"),
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
        self.runs.add_picture(
            ORIGINAL,
            session.original,
            label="Original",
            caption=_size(session.original),
            alt="The picture before any run",
        )
        for job in session.jobs:
            self._add_results(job)

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
        widget = ipywidgets.VBox([self.editor.widget, form, self.note, self.runs])
        widget.add_class("inb-panel")
        return widget

    def _connect(self) -> None:
        self.run.on_click(lambda _: self._run())
        self.cancel.on_click(lambda _: self._cancel())
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
            "run": self._run, "cancel": self._cancel, "prompt": self.prompt.focus,
            "compare": lambda: self.editor.show_preview(self._newest()), "compare_end": self._show_job,
            "use": lambda: self._use(self._newest_key()), "save": lambda: self._save(self._newest_key()),
        }[action]()  # fmt: skip

    def _newest_key(self) -> str:
        return next(reversed(self._pictures), ORIGINAL)

    def _newest(self) -> Any:
        return self.session.images[0] if self.session.images else None

    def _run(self) -> None:
        """Submits once, however fast Run is pressed again: the button is grey before the job is there."""
        with self._starting:
            if self.run.disabled:
                return
            self.run.disabled = True
        if not self._guarded(lambda: self.session.run(self.prompt.value, count=self.count.value)):
            self.run.disabled = False

    def _type(self, change: dict[str, Any]) -> None:
        self._typed = change["new"]
        self.session.prompt = self._typed

    def _cancel(self) -> None:
        for job in self.session.jobs:
            if not job.done():
                job.cancel()

    def _choose_provider(self, change: dict[str, Any]) -> None:
        self._guarded(lambda: setattr(self.session, "provider", change["new"]))

    def _use(self, key: str) -> None:
        """Makes a thumbnail's picture the one to edit; a page's messages may name pictures that are gone."""
        if key == ORIGINAL:
            self._guarded(self.session.start_over)
        elif key in self._pictures:
            self._guarded(lambda: self.session.use(*self._pictures[key]))

    def _save(self, key: str) -> None:
        def save() -> None:
            if key not in self._pictures:
                raise InputError("There is no result to save yet.", "Press Run first.")
            result, index = self._pictures[key]
            path = free_path(Path.cwd(), "inpaint")
            path.write_bytes(images.encode_png(result.images[index]))
            self.runs.show_note(f"Saved {path.name} in {path.parent}")

        self._guarded(save)

    def _guarded(self, action: Callable[[], object]) -> bool:
        """Whether the action went well; if not, the panel shows why: a widget callback has no cell to fail in."""
        try:
            action()
            return True
        except InpaintError as error:
            self.runs.show_status(status("failed", "Not run", error=error.message, hint=error.hint))
        except OSError as error:
            self.runs.show_status(status("failed", "Not done", error=f"{error.strerror or error}", hint=""))
        except Exception as error:
            log.exception("a button of the panel failed")
            self.runs.show_status(status("failed", "Not done", error=f"{type(error).__name__}: {error}"))
        return False

    # ------------------------------------------------------------------ what the session tells

    def _changed(self, change: Change) -> None:
        shows = {
            "image": self._show_image, "mask": self._show_mask, "prompt": self._show_prompt,
            "provider": self._show_provider, "job": self._show_job, "result": self._show_results,
        }  # fmt: skip
        if change == "closed":
            self.close()
        else:
            MARSHALLER.post((id(self), change), shows[change])

    def _show_image(self) -> None:
        self.editor.show_image(self.session.image, self.session.mask)
        self._show_history()

    def _show_mask(self) -> None:
        self.editor.show_mask(self.session.mask)
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
        self.runs.show_status(job_status(job))
        self.editor.show_preview(None if job.done() else preview(job))

    def _show_results(self) -> None:
        for job in self.session.jobs:
            self._add_results(job)

    def _add_results(self, job: Job) -> None:
        if job.status != "done":
            return
        result, number = job.result(), self.session.jobs.index(job) + 1
        parent = self._parent_key(result)
        for index, image in enumerate(result.images):
            key = f"{number}.{index + 1}"
            self._pictures[key] = (result, index)
            label = f"Run {key}" if len(result.images) > 1 else f"Run {number}"
            caption = result.prompt or _size(image)
            self.runs.add_picture(
                key, image, label=label, caption=caption, alt=f"{label}: {caption}", parent=parent
            )

    def _parent_key(self, result: Result) -> str:
        """The key of the thumbnail whose picture this result was made from."""
        for key, (made, index) in self._pictures.items():
            if made.images[index] is result.parent:
                return key
        return ORIGINAL

    def close(self) -> None:
        """Closes every widget; the session stays usable."""
        self._disconnect()
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


def job_status(job: Job) -> dict[str, object]:
    """What the progress line says of a job, its error in the words of whoever refused."""
    if not job.done():
        return status("running", job.stage, fraction=job.progress, elapsed=job.seconds)
    if job.status == "done":
        return status("done", " ".join(["Done.", *job.notices]), elapsed=job.seconds)
    if job.status == "cancelled":
        return status("cancelled", "Cancelled", elapsed=job.seconds)
    error = job.exception()
    message = error.message if isinstance(error, InpaintError) else f"{type(error).__name__}: {error}"
    hint = error.hint if isinstance(error, InpaintError) else ""
    return status("failed", "Failed", elapsed=job.seconds, error=message, hint=hint)


def preview(job: Job) -> Any:
    """The newest picture the provider showed of an unfinished job, or None."""
    return next((event.image for event in reversed(job.events) if isinstance(event, Preview)), None)


def free_path(folder: Path, stem: str) -> Path:
    """`folder/stem-1.png`, or the first such number that is not taken."""
    number = 1
    while (path := folder / f"{stem}-{number}.png").exists():
        number += 1
    return path


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


def _size(image: Any) -> str:
    return f"{image.size[0]} × {image.size[1]} pixels"
