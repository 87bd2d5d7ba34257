"""Masks that are shown before they are taken: what hints select, and refinements."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PIL import Image

from inpaint_nb.errors import InpaintError, JobCancelled
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.tools import Wish, wished

Change = Callable[[Mask], Mask]

LOOKING = "Looking…"

log = logging.getLogger(__name__)


class Proposals:
    """At most one proposal at a time: the newest wish counts, and one that is still being made is called off.

    Any thread may ask. Each wish is fulfilled on a thread of its own, because a user's selector may take long and
    workers are few. What `settle` takes is done by the thread that asks.
    """

    def __init__(
        self,
        picture: Callable[[], tuple[Image.Image, Mask]],
        show: Callable[[Mask | None, str], None],
        commit: Callable[[Change], None],
        refuse: Callable[[str], None],
    ) -> None:
        """`picture` gives the picture and the mask of now; `show(mask, words)` shows what would come.

        A mask of None leaves what is shown as it is while there are words, and takes it away with none. `commit` is
        called with what is taken, `refuse` with the reason why nothing can be shown.
        """
        self._picture, self._show, self._commit, self._refuse = picture, show, commit, refuse
        self._state = threading.Condition(threading.RLock())
        self._number = 0
        self._change: Change | None = None
        self._is_making = False

    @property
    def is_making(self) -> bool:
        """Whether a proposal is on its way."""
        return self._is_making

    @property
    def is_open(self) -> bool:
        """Whether a proposal is shown or on its way."""
        return self._is_making or self._change is not None

    def ask(self, wish: Wish, answer: Callable[[], None]) -> None:
        """Begins to make what is wished; `answer` is called when it is shown, or has given way to a newer wish."""
        with self._state:
            self._number += 1
            self._is_making = True
            number = self._number
            if self._change is None:
                self._show(None, LOOKING)
            self._state.notify_all()
        making = threading.Thread(
            target=self._make, args=(number, wish, answer), name="inpaint-nb-proposal", daemon=True
        )
        making.start()

    def settle(self, is_taken: bool) -> None:
        """Takes the newest proposal, as one step, or forgets it; waits for one that is to be taken and being made."""
        with self._state:
            if is_taken:
                self._state.wait_for(lambda: not self._is_making)
            change = self._forget()
        try:
            if is_taken and change is not None:
                self._commit(change)
        finally:
            self._show(None, "")

    def forget(self) -> None:
        """Takes away what is shown or being made, if anything is."""
        with self._state:
            if self.is_open:
                self._forget()
                self._show(None, "")

    def _forget(self) -> Change | None:
        change, self._change = self._change, None
        self._number += 1
        self._is_making = False
        self._state.notify_all()
        return change

    def _make(self, number: int, wish: Wish, answer: Callable[[], None]) -> None:
        try:
            self._offer(number, *self._made(number, wish))
        except JobCancelled:
            pass  # a newer wish came
        except Exception as error:  # a user's own selector may raise anything
            log.debug("a proposal failed", exc_info=True)
            self._give_up(number, words_of(error))
        finally:
            answer()

    def _made(self, number: int, wish: Wish) -> tuple[Mask, Change]:
        """What would come, and how to do it to the mask of then; nothing is made twice."""
        image, mask = self._picture()
        change = wished(wish, mask, image, lambda: number != self._number)
        proposed = change(mask)
        proposed.bbox  # noqa: B018 - made here and not under a lock
        return proposed, lambda now: proposed if now is mask else change(now)

    def _offer(self, number: int, mask: Mask, change: Change) -> None:
        with self._state:
            if number == self._number:
                self._change, self._is_making = change, False
                self._show(mask, words(mask))
                self._state.notify_all()

    def _give_up(self, number: int, why: str) -> None:
        with self._state:
            if number == self._number:
                self._forget()
                self._show(None, "")
                self._refuse(why)


def words(mask: Mask) -> str:
    """What a proposal would come to."""
    return "Nothing would be masked" if mask.is_empty else f"{mask.coverage:.1%} would be masked"


def words_of(error: Exception) -> str:
    """What went wrong, in one line for the hand."""
    if isinstance(error, InpaintError):
        return f"{error.message} {error.hint}".strip()
    return f"{type(error).__name__}: {error}"
