"""One picture being worked on: its mask, prompt and provider, the runs made of it, and the way back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from PIL import Image

from inpaint_nb.edit import Capabilities, Result
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import Job, submit
from inpaint_nb.masks import Mask
from inpaint_nb.providers import registry
from inpaint_nb.sources import open_picture

Change = Literal["image", "mask", "prompt", "provider", "job", "result", "closed"]

log = logging.getLogger(__name__)


class Session:
    """A picture, the mask painted on it, and every job run from them.

    Safe to use from any thread. Undo and redo go back and forth over everything that changed the mask.
    """

    def __init__(
        self,
        image: Image.Image,
        *,
        mask: Mask | None = None,
        prompt: str = "",
        provider: object = None,
        source: str = "",
        params: dict[str, object] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._root = (image, source)
        self._image, self._source = self._root
        self._mask = fitting(mask, image) if mask is not None else Mask.empty(image.size)
        self._undone: list[Mask] = []
        self._done: list[Mask] = []
        self._prompt = prompt
        self._provider = registry.find(provider)
        self._configured = {self._provider.name: self._provider}
        self._jobs: list[Job] = []
        self._results: list[Result] = []
        self._listeners: list[Callable[[Change], None]] = []
        self._is_closed = False
        self.params = dict(params or {})
        self.viewer: Callable[[], None] | None = None

    # ------------------------------------------------------------------ what is being worked on

    @property
    def image(self) -> Image.Image:
        """The picture, upright, in mode L, RGB or RGBA; `use` changes it."""
        return self._image

    @property
    def original(self) -> Image.Image:
        """The picture that the session was opened on."""
        return self._root[0]

    @property
    def source(self) -> str:
        """Where the picture came from, as Python that opens it again; empty when nobody can say."""
        return self._source

    @property
    def mask(self) -> Mask:
        """What to change; setting it can be undone. Raises InputError for a mask of another size."""
        return self._mask

    @mask.setter
    def mask(self, mask: Mask) -> None:
        fitting(mask, self._image)
        self.edit(lambda _: mask)

    def edit(self, change: Callable[[Mask], Mask]) -> None:
        """Sets the mask to `change(mask)` as one undoable step, whatever other threads do meanwhile."""
        with self._lock:
            changed = change(self._mask)
            if changed is self._mask:
                return
            self._done.append(self._mask)
            self._undone.clear()
            self._mask = changed
        self._tell("mask")

    @property
    def prompt(self) -> str:
        """What the masked part should become."""
        return self._prompt

    @prompt.setter
    def prompt(self, prompt: str) -> None:
        if prompt != self._prompt:
            self._prompt = prompt
            self._tell("prompt")

    @property
    def provider(self) -> str:
        """The name of the provider that runs; set it to a name or a configured provider, which is remembered."""
        return self._provider.name

    @provider.setter
    def provider(self, provider: object) -> None:
        found = self._configured.get(provider) if isinstance(provider, str) else None
        self._provider = found or registry.find(provider)
        self._configured[self._provider.name] = self._provider
        self._tell("provider")

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can be asked."""
        return self._provider.capabilities

    # ------------------------------------------------------------------ undo

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def undo(self) -> None:
        """Goes back to the mask before the last change; does nothing at the beginning."""
        self._step(self._done, self._undone)

    def redo(self) -> None:
        """Takes the last undo back; does nothing when there is none."""
        self._step(self._undone, self._done)

    def _step(self, taken: list[Mask], kept: list[Mask]) -> None:
        with self._lock:
            if not taken:
                return
            kept.append(self._mask)
            self._mask = taken.pop()
        self._tell("mask")

    # ------------------------------------------------------------------ runs

    def run(
        self,
        prompt: str | None = None,
        *,
        count: int | None = None,
        seed: int | None = None,
        **params: object,
    ) -> Job:
        """Submits the picture and its mask; the job runs in the background and the mask stays.

        What is not given here is the session's own. Raises InputError for what the provider cannot be asked.
        """
        if prompt is not None:
            self.prompt = prompt
        asked = {**self.params, **params}
        if count is not None:
            asked["count"] = count
        if seed is not None:
            asked["seed"] = seed
        job = submit(
            self._image,
            self._mask,
            self._prompt,
            provider=self._provider,
            source=self._source,
            **asked,  # type: ignore[arg-type] # names and values are checked by submit
        )
        self._jobs.append(job)
        self._tell("job")
        job.on_event(lambda _: self._follow(job))
        self._follow(job)
        return job

    def _follow(self, job: Job) -> None:
        if job.status == "done":
            self._keep(job.result())
        self._tell("job")

    def _keep(self, result: Result) -> None:
        with self._lock:
            if any(kept is result for kept in self._results):
                return
            self._results.append(result)
        self._tell("result")

    @property
    def jobs(self) -> list[Job]:
        """Every job of this session, oldest first."""
        return list(self._jobs)

    @property
    def job(self) -> Job | None:
        """The newest job."""
        return self._jobs[-1] if self._jobs else None

    @property
    def results(self) -> list[Result]:
        """The results of the jobs that are done, in the order in which they ended."""
        return list(self._results)

    @property
    def result(self) -> Result | None:
        """The newest result."""
        return self._results[-1] if self._results else None

    @property
    def images(self) -> list[Image.Image]:
        """The pictures of the newest result; empty before there is one."""
        return self._results[-1].images if self._results else []

    # ------------------------------------------------------------------ going on

    def use(self, result_or_image: object, index: int = 0) -> None:
        """Goes on from a result's picture, counted from 0, or from any picture.

        The mask stays where the size is the same; otherwise it starts empty, and so does undo.
        """
        self._go_on_from(*picked(result_or_image, index))

    def start_over(self) -> None:
        """Goes back to the picture that the session was opened on; the mask stays where the size is the same."""
        self._go_on_from(*self._root)

    def _go_on_from(self, image: Image.Image, source: str) -> None:
        with self._lock:
            if image.size != self._image.size:
                self._mask = Mask.empty(image.size)
                self._done.clear()
                self._undone.clear()
            self._image, self._source = image, source
        self._tell("image")

    def close(self) -> None:
        """Closes the editor; pictures, mask and jobs stay as they are."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._tell("closed")

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def on_change(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Calls `callback(change)` on the thread that changed something; returns the function that ends this."""
        with self._lock:
            self._listeners.append(callback)

        def stop() -> None:
            with self._lock:
                if callback in self._listeners:
                    self._listeners.remove(callback)

        return stop

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:  # a failing view must not harm the session or the other views
                log.exception("a listener of %r failed", self)

    # ------------------------------------------------------------------ how it shows

    def __repr__(self) -> str:
        width, height = self._image.size
        return (
            f"<Session {width} × {height}, {self._mask.coverage:.1%} masked, "
            f"{self.provider}, {len(self._results)} results>"
        )

    def _ipython_display_(self) -> None:
        if self.viewer is None:
            raise NotImplementedError  # IPython's word for "use the repr"
        self.viewer()


def fitting(mask: Mask, image: Image.Image) -> Mask:
    """The mask itself; raises InputError when it is not one or has another size than the picture."""
    if not isinstance(mask, Mask):
        raise InputError(
            f"A mask must be an inpaint_nb.Mask, not {type(mask).__name__}.",
            "Make one with Mask.from_image(...) or Mask.from_array(...).",
        )
    if mask.size != image.size:
        raise InputError(
            f"The mask is {mask.size[0]} × {mask.size[1]} pixels, "
            f"and the picture {image.size[0]} × {image.size[1]}.",
            "Make the mask with the picture's own size: session.image.size.",
        )
    return mask


def picked(result_or_image: object, index: int) -> tuple[Image.Image, str]:
    """The picture meant by a result and an index, or by anything `open` takes, and what to type for it."""
    if not isinstance(result_or_image, Result):
        return open_picture(result_or_image)
    if not -len(result_or_image.images) <= index < len(result_or_image.images):
        raise InputError(
            f"This result has {len(result_or_image.images)} pictures; there is no picture {index}.",
            "They are counted from 0.",
        )
    return result_or_image.images[index], result_or_image.picture_code(index)
