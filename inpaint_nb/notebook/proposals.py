"""Masks that are shown before they are taken: what hints select, and refinements."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PIL import Image

from inpaint_nb.errors import InpaintError, JobCancelled
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.tools import Wish, wished
from inpaint_nb.workers import begin

Change = Callable[[Mask], Mask]
Show = Callable[[Mask | None, str], None]


class Proposals:
    """At most one proposal at a time: the newest wish counts, and one that is still being made is called off.

    `show(mask, words)` shows what would come, or why nothing does; None takes it away. `commit(change)` is called when
    it is taken. Wishes are fulfilled on a worker; any thread may ask.
    """

    def __init__(
        self, picture: Callable[[], tuple[Image.Image, Mask]], show: Show, commit: Callable[[Change], None]
    ):
        """`picture` gives the picture and the mask of now."""
        self._picture, self._show, self._commit = picture, show, commit
        self._lock = threading.RLock()
        self._number = 0
        self._change: Change | None = None
        self._is_working = self._is_taken_when_made = False

    def ask(self, wish: Wish, answer: Callable[[], None]) -> None:
        """Begins to make what is wished; `answer` is called when it is shown, or has given way to a newer wish."""
        with self._lock:
            self._number += 1
            self._is_working, self._is_taken_when_made = True, False
            number = self._number
        begin(lambda: self._make(number, wish, answer))

    def settle(self, is_taken: bool) -> None:
        """Takes what is shown, as one step, or forgets it; what is still being made is taken when it is there."""
        with self._lock:
            if is_taken and self._is_working:
                self._is_taken_when_made = True
                return
            change = self._forget()
        self._show(None, "")
        if is_taken and change is not None:
            self._commit(change)

    def drop(self) -> None:
        """Forgets what is shown or being made."""
        with self._lock:
            self._forget()
        self._show(None, "")

    def _forget(self) -> Change | None:
        change, self._change = self._change, None
        self._number += 1
        self._is_working = False
        return change

    def _make(self, number: int, wish: Wish, answer: Callable[[], None]) -> None:
        try:
            image, mask = self._picture()
            change = wished(wish, mask, image, lambda: number != self._number)
            self._offer(number, change, change(mask))
        except JobCancelled:
            pass  # a newer wish came
        except InpaintError as error:
            self._refuse(number, f"{error.message} {error.hint}".strip())
        finally:
            answer()

    def _offer(self, number: int, change: Change, mask: Mask) -> None:
        with self._lock:
            if number != self._number:
                return
            self._change, self._is_working = change, False
            takes_it = self._is_taken_when_made
        if takes_it:
            self.settle(True)
        else:
            self._show(mask, words(mask))

    def _refuse(self, number: int, why: str) -> None:
        with self._lock:
            if number != self._number:
                return
            self._change, self._is_working = None, False
        self._show(None, why)


def words(mask: Mask) -> str:
    """What a proposal would come to."""
    return "Nothing would be masked" if mask.is_empty else f"{mask.coverage:.1%} would be masked"
