"""One picture being worked on: its mask, prompt and provider, the runs made of it, and the way back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from inpaint_nb.archive import pack
from inpaint_nb.chain import Chain
from inpaint_nb.edit import RemotePicture, Result
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import Job, submit
from inpaint_nb.lineage import Tree, tree
from inpaint_nb.masks import Mask
from inpaint_nb.restoration import Beginning, beginning
from inpaint_nb.sources import Opened, of_result, open_picture


class Session(Chain):
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
        remote: RemotePicture | None = None,
        params: dict[str, object] | None = None,
        spending_limit: float | None = None,
        mode: str | None = None,
    ) -> None:
        """`remote` is where the picture lives at a provider; `spending_limit` is in the provider's unit."""
        super().__init__(provider=provider, spending_limit=spending_limit, mode=mode)
        self._root = self._picture = Opened(image, source, remote)
        self._mask = fitting(mask, image) if mask is not None else Mask.empty(image.size)
        self._undone: list[Mask] = []
        self._done: list[Mask] = []
        self._prompt = prompt
        self.params = dict(params or {})
        self.began = Beginning()

    @classmethod
    def begun(
        cls,
        source: object,
        picture: Opened,
        *,
        mask: Mask | None = None,
        prompt: str = "",
        provider: object = None,
        default: object = None,
        word: str = "",
        params: dict[str, object] | None = None,
        spending_limit: float | None = None,
        mode: str | None = None,
    ) -> Session:
        """A session on the picture that `source` names; what is not given is what its file carries of its run.

        `default` is the provider where neither is one, and `word` the picture's name where it has none of its own.
        """
        began = beginning(source, picture.image, mode)
        session = cls(
            picture.image,
            mask=began.mask if mask is None else mask,
            prompt=prompt or began.prompt,
            provider=next(
                (one for one in (provider, began.provider, default) if one is not None), picture.keeper
            ),
            source=picture.source or word,
            remote=picture.remote or began.remote,
            spending_limit=spending_limit,
            mode=mode,
        )
        session.params = {**began.params_for(session.provider), **(params or {})}
        session._go_on_after(began)
        return session

    @classmethod
    def of(cls, chain: Chain, result: Result, index: int = 0) -> Session:
        """A session on picture `index` of a chain's result, with the chain's providers, keys and spending limit."""
        picture = of_result(result, index)
        session = cls(
            picture.image,
            prompt=result.prompt,
            provider=chain.configured(result.provider),
            source=picture.source,
            remote=picture.remote,
            mode=chain.mode,
        )
        session._spending = chain._spending
        return session

    # ------------------------------------------------------------------ what is being worked on

    @property
    def image(self) -> Image.Image:
        """The picture, upright, in mode L, RGB or RGBA; `use` changes it."""
        return self._picture.image

    @property
    def remote(self) -> RemotePicture | None:
        """Where the picture lives at a provider, for those who take only their own."""
        return self._picture.remote

    @property
    def original(self) -> Image.Image:
        """The picture that the session was opened on."""
        return self._root.image

    @property
    def tree(self) -> Tree:
        """Everything that the store has of the picture that the session was opened on; the newest run is marked."""
        return tree(self)

    @property
    def source(self) -> str:
        """Where the picture came from, as Python that opens it again; empty when nobody can say."""
        return self._picture.source

    @property
    def mask(self) -> Mask:
        """What to change; setting it can be undone. Raises InputError for a mask of another size."""
        return self._mask

    @mask.setter
    def mask(self, mask: Mask) -> None:
        fitting(mask, self.image)
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
    def notes(self) -> tuple[str, ...]:
        """What to know of the file that was opened, in sentences: what it carries, and what is not restored."""
        return self.began.notes

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
        repeat: int | None = None,
        mode: str | None = None,
        **params: object,
    ) -> Job:
        """Submits the picture and its mask; the job runs in the background and the mask stays.

        `repeat` and `mode` are those of `inpaint`. What is not given here is the session's own. Raises InputError for
        what the provider cannot be asked.
        """
        if prompt is not None:
            self.prompt = prompt
        asked = {**self.params, **params}
        if count is not None:
            asked["count"] = count
        if seed is not None:
            asked["seed"] = seed
        return self._start(
            lambda approve: submit(
                self.image,
                self._mask,
                self._prompt,
                provider=self._provider,
                source=self.source,
                remote=self.remote,
                approve=approve,
                repeat=repeat,
                mode=self._mode(mode),
                **asked,  # type: ignore[arg-type] # names and values are checked by submit
            )
        )

    # ------------------------------------------------------------------ going on

    def use(self, result_or_image: object, index: int = 0) -> None:
        """Goes on from a result's picture, counted from 0, or from any picture.

        The mask stays where the size is the same; otherwise it starts empty, and so does undo.
        """
        if isinstance(result_or_image, Result):
            self._go_on_from(of_result(result_or_image, index))
        else:
            self._go_on_from(open_picture(result_or_image, self._provider))

    def start_over(self) -> None:
        """Goes back to the picture that the session was opened on; the mask stays where the size is the same."""
        self._go_on_from(self._root)

    def pack(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the runs of this session, and what they came from, to a zip file that `inp.unpack` reads; its path."""
        return pack(self, path, overwrite=overwrite)

    def _go_on_after(self, began: Beginning) -> None:
        """Takes up what was before this session: the picture that the run began with, its result, and what to know."""
        self._root = began.original or self._root
        self._results.extend([] if began.result is None else [began.result])
        self.began = began

    def _go_on_from(self, picture: Opened) -> None:
        with self._lock:
            if picture.image.size != self.image.size:
                self._mask = Mask.empty(picture.image.size)
                self._done.clear()
                self._undone.clear()
            self._picture = picture
        self._tell("image")

    def __repr__(self) -> str:
        width, height = self.image.size
        return (
            f"<Session {width} × {height}, {self._mask.coverage:.1%} masked, "
            f"{self.provider}, {len(self._results)} results>"
        )


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
