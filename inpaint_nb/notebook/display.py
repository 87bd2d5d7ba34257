"""What stays of a session in a saved notebook: pictures and words as plain outputs beside the panel.

A session has two outputs: a picture, and words.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from html import escape

from IPython.display import display
from PIL import Image

from inpaint_nb.chain import Chain
from inpaint_nb.edit import FetchRequest, PressRequest, Request, Result
from inpaint_nb.errors import InpaintError
from inpaint_nb.jobs import Job
from inpaint_nb.masks import Mask
from inpaint_nb.notebook import sheet
from inpaint_nb.notebook.handles import Bundle, Handles, State
from inpaint_nb.providers import registry
from inpaint_nb.session import Session

OPENED_PX = 240
EARLIER_SHOWN = 7


class Outputs(Handles):
    """The static outputs of one session or chain. `update` may be called from any thread; `show` in a cell."""

    def __init__(self, session: Chain) -> None:
        super().__init__()
        self._session = session
        self._opened = (session.image, session.mask) if isinstance(session, Session) else None
        self._source = session.source if isinstance(session, Session) else ""
        self._notes = session.notes if isinstance(session, Session) else ()
        self._picture_of: tuple[list[str], Bundle] | None = None

    def _state(self) -> State:
        return tuple((job.id, job.status if job.done() else "running") for job in self._jobs())

    def _jobs(self) -> list[Job]:
        """The chain's jobs, then those of the editor that was opened on one of its pictures."""
        opened = self._session.session
        return [*self._session.jobs, *(opened.jobs if opened is not None else [])]

    def _done(self) -> list[Job]:
        """The jobs that have a result, newest first."""
        return [job for job in reversed(self._jobs()) if job.status == "done"]

    def _picture_bundle(self) -> Bundle:
        """The picture's MIME bundle, drawn anew only when there is another result."""
        done = [job.id for job in self._done()]
        if self._picture_of is None or self._picture_of[0] != done:
            drawn = self._drawn()
            if drawn is None:
                return {"text/plain": "No picture yet."}
            encoded = base64.b64encode(sheet.jpeg(drawn)).decode("ascii")
            told = f"<picture, {drawn.width} × {drawn.height} pixels>"
            self._picture_of = (done, {"image/jpeg": encoded, "text/plain": told})
        return self._picture_of[1]

    def _drawn(self) -> Image.Image | None:
        done = [job.result() for job in self._done()]
        if not done:
            return sheet.outlined(*self._opened, OPENED_PX) if self._opened is not None else None
        newest, *earlier = done
        return sheet.run_sheet(
            newest.parent, newest.mask, newest.images, [result.image for result in earlier[:EARLIER_SHOWN]]
        )

    def _metadata(self) -> dict[str, object]:
        return {"image/jpeg": {"alt": self._alt()}}

    def _alt(self) -> str:
        """The picture in words."""
        done = self._done()
        if not done:
            if self._opened is None:
                return "Pictures appear here."
            return opened_words(self._source, *self._opened)
        result = done[0].result()
        pictures = "the result" if len(result.images) == 1 else f"{len(result.images)} results"
        earlier = " Below: earlier results, newest first." if done[1:] else ""
        if result.parent is None:
            return f"{pictures[0].upper()}{pictures[1:]}.{earlier}"
        outlined = " with the mask outlined" if result.mask is not None else ""
        return f"Left: the picture{outlined}. Beside it: {pictures}.{earlier}"

    def _words_bundle(self) -> Bundle:
        jobs = list(enumerate(self._jobs(), 1))
        said = [run_words(number, job) for number, job in reversed(jobs)]
        paragraphs = [self._alt(), *self._notes, *(" ".join(words) for words in said)]
        heads = [f"<p>{escape(words)}</p>" for words in (self._alt(), *self._notes)]
        return {
            "text/html": "\n".join([*heads, *map(run_html, said)]),
            "text/plain": "\n".join(paragraphs),
        }


def opened_words(source: str, image: Image.Image, mask: Mask) -> str:
    """The picture before any run, in words."""
    width, height = image.size
    masked = f"{mask.coverage:.1%} of it masked" if not mask.is_empty else "nothing masked yet"
    name = f" {source}" if source and "\n" not in source else ""  # not the Python that made it
    return f"The picture{name} as it was opened: {width} × {height} pixels, {masked}. Results appear here."


def run_words(number: int, job: Job) -> list[str]:
    """A run in words: its number, then what was asked, by whom, and how it ended."""
    return [f"Run {number}:", f"{asked_words(job.request)}; {provider_words(job.provider)}; {end_words(job)}"]


def asked_words(request: Request) -> str:
    """What was asked, in words."""
    match request:
        case FetchRequest(remote_id):
            return f"the pictures of {remote_id}"
        case PressRequest(label=label, prompt=prompt):
            return f"{label}, “{prompt}”" if prompt else label
    return f"“{request.prompt}”" if request.prompt else "no prompt"


def run_html(words: Sequence[str]) -> str:
    """The words of a run as a paragraph; line breaks of a prompt are kept without a style."""
    head, *rest = (escape(word).replace("\n", "<br>") for word in words)
    return f"<p><strong>{head}</strong> {' '.join(rest)}</p>"


def provider_words(name: str) -> str:
    """The provider's name, with what people should know of it."""
    with suppress(InpaintError):  # a configured provider of the user's own need not be registered
        if note := registry.capabilities_of(name).note:
            return f"by {name} ({note})"
    return f"by {name}"


def end_words(job: Job) -> str:
    """How a job ended, or that it has not."""
    if not job.done():
        return "running."
    if job.status == "done":
        return result_words(job.result())
    if job.status == "cancelled":
        return f"cancelled after {job.seconds:.1f} s ({job.when})."
    error = job.exception()
    if isinstance(error, InpaintError):
        return f"failed: {error.message} {error.hint}".rstrip() + f" ({job.when})"
    return f"failed: {type(error).__name__}: {error} ({job.when})"


def result_words(result: Result) -> str:
    """A result in words: when it was made, time, cost, pixels changed, and what the user was told."""
    when = f"{result.when}; " if result.when else ""
    took = f"{result.seconds:.1f} s{_cost_words(result)}{_changed_words(result)}."
    return " ".join([f"{when}{took}", *result.notes])


def show_result(result: Result) -> None:
    """Shows a result that a cell names: its picture, and in words when it was run or recorded and what came of it.

    Two outputs, as of a session: hosting pages strip pictures out of HTML.
    """
    pictures = {"image/jpeg": result._repr_jpeg_(), "image/png": result._repr_png_()}
    encoded = {kind: base64.b64encode(made).decode("ascii") for kind, made in pictures.items() if made}
    display({**encoded, "text/plain": repr(result)}, raw=True)
    words = f"{asked_words(result.request)}; by {result.provider}; {result_words(result)}"
    display({"text/html": f"<p>{escape(words)}</p>", "text/plain": words}, raw=True)


def _cost_words(result: Result) -> str:
    return f"; cost {result.cost:g}" if result.cost else ""


def _changed_words(result: Result) -> str:
    if not result.reports:
        count = len(result.images)
        return "; 1 picture" if count == 1 else f"; {count} pictures"
    inside = sum(report.changed_inside for report in result.reports)
    outside = sum(report.changed_outside for report in result.reports)
    return f"; {inside:,} pixels changed inside the mask, {outside:,} outside"
