"""A blind trial in a cell: its widget, kept up to date, and what stays of it in a saved notebook."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import ipywidgets
from IPython import get_ipython
from IPython.display import DisplayHandle, display

from inpaint_nb import images
from inpaint_nb.errors import InpaintError
from inpaint_nb.history import Run
from inpaint_nb.notebook.blind import Blind, Content, Wanted
from inpaint_nb.notebook.blindoutputs import BlindOutputs
from inpaint_nb.notebook.cells import Cells, cell_key
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import close_tree
from inpaint_nb.trial import Answer, Trial

LARGE_PX = 1024
QUALITY = 92
MAKING_SECONDS = 0.05  # of pictures for one message: other views wait meanwhile
MOST_WANTED = 500  # pictures that wait to be sent; a page asks again for what it needs
CLOSED = "This blind rating is closed. Run its cell again to go on."


class BlindPanel:
    """The live view of a trial. What the page asks may come on any thread; what it is told goes by the marshaller."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.page = Blind(self)
        self.widget = ipywidgets.VBox([self.page])
        self.widget.add_class("inb-panel")
        self._lock = threading.Lock()
        self._wanted: dict[Wanted, None] = {}  # in the order in which they were asked for
        self._heard: dict[str, int] = {}  # the last answer of each page
        self._stop = trial.on_change(lambda _: self._post_state())

    # ------------------------------------------------------------------ what the hand does

    def ready(self) -> None:
        """Tells a page how far it is."""
        self._post_state()

    def want(self, wanted: Sequence[Wanted]) -> None:
        """Sends pictures soon, the large ones first."""
        with self._lock:
            for size, number in wanted:
                if size in ("large", "small") and 0 <= number < len(self.trial):
                    self._wanted[size, number] = None
            while len(self._wanted) > MOST_WANTED:
                del self._wanted[next(iter(self._wanted))]
        self._post_pictures()

    def answer(self, number: int, said: Content) -> None:
        """Writes an answer down; where that cannot be, the page is told why, and what stands."""
        try:
            if "preference" in said:
                self.trial.choose(number, said["preference"])  # type: ignore[arg-type] # checked there
            else:
                marks = {name: said.get(name) for name in ("starred", "rejected")}
                self.trial.rate(number, said.get("stars"), **marks)  # type: ignore[arg-type] # checked there
        except InpaintError as error:
            self.page.show_refusal(error.message, error.hint)
        self._heard[str(said.get("view"))] = int(str(said["seq"]))
        self._post_state()

    def reveal(self) -> None:
        """Shows what made the pictures, here and in the outputs."""
        self.trial.reveal()

    # ------------------------------------------------------------------ what the page is told

    def _post_state(self) -> None:
        MARSHALLER.post((id(self), "state"), self._send_state)

    def _send_state(self) -> None:
        heard = dict(self._heard)  # before the answers are read: what is heard is among them
        self.page.show_state({**state_of(self.trial), "heard": heard})

    def _post_pictures(self) -> None:
        MARSHALLER.post((id(self), "pictures"), self._send_pictures)

    def _send_pictures(self) -> None:
        end = time.monotonic() + MAKING_SECONDS
        shown: list[Content] = []
        jpegs: list[bytes] = []
        while (wanted := self._next_wanted()) is not None:
            for side, jpeg in enumerate(self._made(*wanted)):
                shown.append({"size": wanted[0], "number": wanted[1], "side": side})
                jpegs.append(jpeg)
            if time.monotonic() > end:
                self._post_pictures()
                break
        if shown:
            self.page.show_pictures(shown, jpegs)

    def _next_wanted(self) -> Wanted | None:
        with self._lock:
            large = (wanted for wanted in self._wanted if wanted[0] == "large")
            wanted = next(large, None) or next(iter(self._wanted), None)
            if wanted is not None:
                del self._wanted[wanted]
            return wanted

    def _made(self, size: str, number: int) -> list[bytes]:
        """The pictures as JPEG files, without their profiles' or files' names; none where one is gone."""
        try:
            if size == "small":
                return [self.trial.thumbnail(number)]
            reduced = [images.thumbnail(image, LARGE_PX) for image in self.trial.images(number)]
            return [images.encode_jpeg(image, QUALITY) for image in reduced]
        except InpaintError:  # its words name a file
            self.page.show_refusal(
                f"Picture {number + 1} cannot be shown: it is gone from the store.", "Go on with the next."
            )
            return []

    def close(self) -> None:
        """Closes the widget; answers stay as they are."""
        self._stop()
        for kind in ("state", "pictures"):
            MARSHALLER.drop((id(self), kind))
        with MARSHALLER.lock:
            close_tree(self.widget)


class BlindView:
    """Shows a trial, once per cell however often the cell names it, and again in any later cell."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self._panel: BlindPanel | None = None
        self._outputs: BlindOutputs | None = None
        self._handles: list[DisplayHandle] = []
        self._execution: int | None = None

    def __call__(self) -> None:
        shell = get_ipython()
        if shell is None or self._execution == shell.execution_count:
            return
        self._execution = shell.execution_count
        if self._panel is None:
            self._panel = BlindPanel(self.trial)
            self._stop = self.trial.on_change(lambda _: self._changed())
            CELLS.start(cell_key(shell, self.trial.key), shell.execution_count, self)
        self._handles.append(display(self._bundle(self._panel), raw=True, display_id=True))
        self._outputs = BlindOutputs(self.trial)
        self._outputs.show()

    def _bundle(self, panel: BlindPanel) -> dict[str, Any]:
        return {**panel.widget._repr_mimebundle_(), "text/plain": repr(self.trial), "text/html": ""}

    def _changed(self) -> None:
        if self._outputs is not None:
            MARSHALLER.post((id(self), "outputs"), self._outputs.update)

    def close(self) -> None:
        """Closes what is shown; the trial can be shown again."""
        if self._panel is None:
            return
        self._stop()
        for handle in self._handles:
            handle.update({"text/plain": CLOSED}, raw=True)
        self._handles.clear()
        self._panel.close()
        self._panel, self._execution = None, None


def state_of(trial: Trial) -> Content:
    """What a page shows of a trial beside its pictures; captions and the summary only when all is revealed."""
    return {
        "who": trial.who,
        "paired": trial.is_paired,
        "total": len(trial),
        "next": trial.next,
        "answers": [None if answer == Answer() else shown_answer(answer) for answer in trial.answers],
        "captions": captions(trial) if trial.is_revealed else None,
        "summary": trial.reveal()._repr_html_() if trial.is_revealed else "",
    }


def shown_answer(answer: Answer) -> Content:
    """An answer for the page."""
    return {
        "stars": answer.stars or 0,
        "starred": answer.starred,
        "rejected": answer.rejected,
        "preference": answer.preference,
        "given": answer.is_given,
    }


def captions(trial: Trial) -> list[list[str]]:
    """What was behind each question's pictures, in words."""
    return [[caption(run) for run in runs] for runs in trial.behind()]


def caption(run: Run) -> str:
    """The prompt and the provider."""
    return " · ".join(filter(None, [run.prompt, run.provider]))


CELLS = Cells()
