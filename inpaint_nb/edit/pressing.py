"""The buttons of a result: what may be pressed, what pressing asks, and who does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from PIL import Image

from inpaint_nb.edit.refusals import UPSCALE, check_offered
from inpaint_nb.edit.request import PressRequest, RemotePicture, Request, edit_of
from inpaint_nb.errors import InputError

Started = TypeVar("Started")
Started_co = TypeVar("Started_co", covariant=True)

CANDIDATE = re.compile(r"[UV]([1-9])")  # the buttons that belong to one candidate of several


class Presses(Protocol[Started_co]):
    """What presses a button."""

    def __call__(
        self,
        request: PressRequest,
        source: str,
        *,
        repeat: int | None = None,
        mode: str | None = None,
        approve: Callable[..., None] | None = None,
    ) -> Started_co:
        """The job; `source` is Python that ends in the pressed result; `approve` is asked before anything is sent."""
        ...


class Pressable(Generic[Started]):
    """A result whose buttons can be pressed, where somebody knows how."""

    request: Request
    composited: tuple[Image.Image, ...]
    raw: Sequence[Image.Image]
    provider: str
    remote_id: str | None
    actions: tuple[str, ...] | None
    presser: Presses[Started] | None

    def press(
        self,
        label: str,
        prompt: str | None = None,
        *,
        repeat: int | None = None,
        mode: str | None = None,
        approve: Callable[..., None] | None = None,
    ) -> Started:
        """The job of one of `actions`, submitted at once. Raises InputError for a button not there.

        `repeat` and `mode` are those of `inpaint`; `approve` is asked before anything is sent, and may raise.
        """
        if self.presser is None or self.remote_id is None:
            raise InputError(
                f"{self.provider!r} offers no buttons on its results.",
                "To change this result further, mask it and run again.",
            )
        pressing = self.pressing(label, prompt)
        return self.presser(pressing, self.result_code(), repeat=repeat, mode=mode, approve=approve)

    def pressing(self, label: str, prompt: str | None = None) -> PressRequest:
        """What `press` asks, unsent."""
        check_offered(label, self.actions)
        remote = RemotePicture(self.provider, self.remote_id or "", None, self.actions)
        edit = edit_of(self.request) if UPSCALE.fullmatch(label) else None
        return PressRequest(remote, label, prompt, parent=self._pressed(label), edit=edit)

    def upscale(self, index: int, *, repeat: int | None = None, mode: str | None = None) -> Started:
        """The job that makes picture `index` large, counted from 0: `upscale(0)` presses U1."""
        if self.actions is None and not 0 <= index < len(self.raw):
            raise InputError(
                f"This result has {len(self.raw)} pictures; there is no picture {index}.",
                "They are counted from 0.",
            )
        return self.press(f"U{index + 1}", repeat=repeat, mode=mode)

    def _pressed(self, label: str) -> Image.Image | None:
        """The picture that the button is about; None where it is about the whole sheet."""
        one = CANDIDATE.fullmatch(label)
        if one and int(one[1]) <= len(self.composited):
            return self.composited[int(one[1]) - 1]
        return self.composited[0] if len(self.composited) == 1 else None

    def result_code(self) -> str:
        """Python that ends in the expression of this result; empty where nobody knows."""
        return ""
