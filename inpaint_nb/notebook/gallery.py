"""The results of a chain as thumbnails in a `Runs` widget, with what can be done with each."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PIL import Image

from inpaint_nb.chain import Chain
from inpaint_nb.edit import PressRequest, Preview, Queued, Result, rating_words
from inpaint_nb.errors import InpaintError, InputError
from inpaint_nb.jobs import Job
from inpaint_nb.lineage import Comparison
from inpaint_nb.notebook.comparing import Comparing, Exhibit
from inpaint_nb.notebook.runs import Runs, status
from inpaint_nb.notebook.stars import Stars
from inpaint_nb.settings import by_hand, without_asking

log = logging.getLogger(__name__)

CANDIDATE = re.compile(r"[UV]([1-9])")  # buttons that belong to one picture of several
ORIGINAL = "original"
NOT_PRESSED = {"Cancel Job"}  # the panel has a button of its own for it

Use = Callable[[Result, int], None]


class Gallery:
    """Keeps a `Runs` widget up to date with a chain. The show methods are for the marshaller's thread."""

    def __init__(self, chain: Chain, *, use_label: Callable[[Result], str], on_use: Use) -> None:
        """`use_label` names the button that goes on from a result's picture, empty for no such button."""
        self._chain = chain
        self._use_label, self._on_use = use_label, on_use
        self._shown: dict[str, tuple[Result, int]] = {}
        self._presses: dict[tuple[str, str], Job] = {}  # by the pressed job and the label
        self._pressing = threading.Lock()
        self.runs = Runs(
            on_use=self._use,
            on_save=self.save,
            on_press=self._press,
            on_ready=self.show_job,
            on_offer=self._take,
            on_rate=self._rate,
            on_compare=self._compare,
        )
        self.comparing = Comparing(lambda shown: self.guarded(lambda: self._save_page(shown)))
        self.stars = Stars(self.runs, self._shown)
        self._offer: Callable[[], object] | None = None
        self._on_first: Callable[[], object] = lambda: None

    # ------------------------------------------------------------------ what is shown

    def show_job(self) -> None:
        """Shows where the newest job is."""
        running = [job for job in self._chain.jobs if not job.done()]
        newest = running[-1] if running else self._chain.job
        if newest is not None:
            self.runs.show_status(job_status(newest, others=max(0, len(running) - 1)))
            self.runs.show_preview(None if newest.done() else preview(newest))

    def show_first(self, image: Image.Image, on_use: Callable[[], object]) -> None:
        """Shows the picture that everything started from; `on_use` goes back to it."""
        self._on_first = on_use
        self.comparing.add(ORIGINAL, Exhibit(image, "Original"))
        self.runs.add_picture(
            ORIGINAL,
            image,
            label="Original",
            caption=size_words(image),
            alt="The picture before any run",
            use="Start from this",
        )

    def show_results(self) -> None:
        """Adds what has come since it was last called."""
        for number, job in enumerate(self._chain.jobs, 1):
            if (result := self._chain.result_of(job)) is not None:
                self._add(number, result)

    def show_opened(self, result: Result) -> None:
        """Adds the result whose saved picture was opened."""
        self._add(0, result)

    def _add(self, number: int, result: Result) -> None:
        parent = self._key_of(result.parent)
        run, dot = (f"Run {number}", ".") if number else ("Opened", " ")
        for index, image in enumerate(result.images):
            key = f"{number}.{index + 1}"
            if key in self._shown:
                continue
            self._shown[key] = (result, index)
            label = f"{run}{dot}{index + 1}" if len(result.images) > 1 else run
            self.comparing.add(key, Exhibit(image, label, parent))
            caption = caption_of(result, image)
            buttons, more = buttons_of(result, index, self._masked_button(result))
            self.runs.add_picture(
                key,
                image,
                label=label,
                caption=caption,
                alt=f"{label}: {caption}",
                parent=parent,
                use=self._use_label(result),
                buttons=buttons,
                more=more,
                rates=result.opinions is not None,
            )
            if result.opinions is not None:
                self.stars.show(key)

    def _masked_button(self, result: Result) -> str:
        """The label that the editor presses; empty where the provider of an opened result cannot be used here."""
        with suppress(InpaintError), without_asking():
            return self._chain.configured(result.provider).capabilities.masked_button
        return ""

    def _key_of(self, picture: Image.Image | None) -> str:
        """The key of the thumbnail that shows this picture; the first of all where none does, if there is one."""
        for key, (made, index) in self._shown.items():
            if made.images[index] is picture:
                return key
        return ORIGINAL if picture is not None else ""

    @property
    def newest_key(self) -> str:
        """The key of the newest thumbnail."""
        return next(reversed(self._shown), ORIGINAL)

    def use(self, key: str) -> None:
        """Does what the thumbnail's own button does."""
        self._use(key)

    def offer(self, text: str, label: str, action: Callable[[], object]) -> None:
        """Shows one sentence with a button that does `action`, once."""
        self._offer = action
        self.runs.show_offer(text, label)

    # ------------------------------------------------------------------ what the hand does

    def _use(self, key: str) -> None:
        """Goes on from a thumbnail; a page's messages may name pictures that are gone."""
        if key == ORIGINAL:
            self.guarded(self._on_first)
        elif key in self._shown:
            self.guarded(lambda: self._on_use(*self._shown[key]))

    def _press(self, key: str, label: str) -> None:
        """Presses a button once, however fast it is clicked again: while its job runs it may cost nothing more."""
        if key not in self._shown:
            return
        result, _ = self._shown[key]

        def press() -> None:
            self._presses[result.job_id, label] = self._chain.press(label, result=result)

        with self._pressing:
            earlier = self._presses.get((result.job_id, label))
            if earlier is None or earlier.done():
                self.guarded(press)

    def _rate(self, key: str, said: dict[str, object]) -> None:
        self.guarded(lambda: self.stars.judge(key, said))

    def rate(self, name: str) -> None:
        """Does what a key of the editor says of the newest picture, and tells in words what is thought of it now."""
        key = self.newest_key
        if self.guarded(lambda: self.stars.press(key, name)):
            result, index = self._shown[key]
            rating = result.rating(index)
            words = rating_words(rating.stars, rating.starred, rating.rejected) or "no rating"
            self.runs.show_note(f"Run {key}: {words}")

    def save(self, key: str) -> None:
        """Writes a thumbnail's picture beside the notebook, as a PNG under a free name."""

        def write() -> None:
            if key not in self._shown:
                raise InputError("There is no result to save yet.", "Press Run first.")
            result, index = self._shown[key]
            path = free_path(Path.cwd(), "inpaint")
            result.save(path, index)
            self.runs.show_note(f"Saved {path.name} in {path.parent}")

        self.guarded(write)

    def _compare(self, key: str) -> None:
        self.guarded(lambda: self.comparing.open(key))

    def _save_page(self, comparison: Comparison) -> None:
        path = comparison.save(free_path(Path.cwd(), "comparison", ".html"))
        self.runs.show_note(f"Saved {path.name} in {path.parent}")

    def _take(self) -> None:
        offered, self._offer = self._offer, None
        if offered is not None:
            self.runs.show_offer("", "")
            self.guarded(offered)

    def close(self) -> None:
        """Lets go of what tells it of ratings."""
        self.stars.close()

    def cancel(self) -> None:
        """Cancels every job that has not ended."""
        for job in self._chain.jobs:
            if not job.done():
                job.cancel()

    def guarded(self, action: Callable[[], object]) -> bool:
        """Whether the action went well; if not, it is shown why: a widget callback has no cell to fail in."""
        try:
            with by_hand():
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


def buttons_of(result: Result, index: int, masked: str) -> tuple[list[str], list[str]]:
    """The labels to press on picture `index`: its own, and those of the whole job, which stand at the first picture.

    `masked` is the label that needs a mask; the editor presses it. Where nobody said what is offered, a grid has its
    four upscales.
    """
    if result.actions is None:
        return ([f"U{index + 1}"] if result.grid else []), []
    offered = [label for label in result.actions if label != masked and label not in NOT_PRESSED]
    own = [label for label in offered if (one := CANDIDATE.fullmatch(label)) and int(one[1]) == index + 1]
    shared = [label for label in offered if not CANDIDATE.fullmatch(label)] if index == 0 else []
    return own, shared


def caption_of(result: Result, image: Image.Image) -> str:
    """What was asked, in a few words: the button pressed, the prompt; else the picture's size."""
    label = result.request.label if isinstance(result.request, PressRequest) else ""
    return " · ".join(filter(None, [label, result.prompt])) or size_words(image)


def job_status(job: Job, others: int = 0) -> dict[str, object]:
    """What the progress line says of a job, and of how many `others` run; its error in the words of who refused."""
    if not job.done():
        stage = queue_words(job) if job.status == "queued" else job.stage
        stage = f"{stage} (and {others} more)" if others else stage
        return status("running", stage, fraction=job.progress, elapsed=job.seconds)
    if job.status == "done":
        words = [f"Done, {job.when}.", *cost_words(job), *job.notices]
        return status("done", " ".join(words), elapsed=job.seconds)
    if job.status == "cancelled":
        return status("cancelled", f"Cancelled, {job.when}", elapsed=job.seconds)
    error = job.exception()
    message = error.message if isinstance(error, InpaintError) else f"{type(error).__name__}: {error}"
    hint = error.hint if isinstance(error, InpaintError) else ""
    return status("failed", f"Failed, {job.when}", elapsed=job.seconds, error=message, hint=hint)


def queue_words(job: Job) -> str:
    """Where the job stands in the provider's queue, as far as it tells."""
    told = [event.position for event in job.events if isinstance(event, Queued)]
    return f"queued, number {told[-1]}" if told and told[-1] is not None else "queued"


def cost_words(job: Job) -> list[str]:
    """What the job cost and what is left, where the provider told."""
    result = job.result()
    left = result.remote.get("credits_left")
    words = [f"Cost {result.cost:g}."] if result.cost else []
    return [*words, f"{left:g} credits left."] if isinstance(left, int | float) else words


def preview(job: Job) -> Image.Image | None:
    """The newest picture the provider showed of an unfinished job."""
    return next((event.image for event in reversed(job.events) if isinstance(event, Preview)), None)


def free_path(folder: Path, stem: str, suffix: str = ".png") -> Path:
    """`folder/stem-1.png`, or the first such number that is not taken."""
    number = 1
    while (path := folder / f"{stem}-{number}{suffix}").exists():
        number += 1
    return path


def size_words(image: Image.Image) -> str:
    """The picture's size in words."""
    return f"{image.size[0]} × {image.size[1]} pixels"
