"""Two plain outputs of a cell, a picture and words, kept up to date after the cell has ended.

They are updated through display handles. They are apart: hosting pages show picture outputs but may strip
pictures from HTML, and words in HTML can be read aloud.
"""

from __future__ import annotations

import threading
import weakref
from abc import ABC, abstractmethod
from typing import Any

from IPython import get_ipython
from IPython.display import DisplayHandle

Bundle = dict[str, str]
State = tuple[tuple[object, ...], ...]
Sent = tuple[State, Bundle]


class Handles(ABC):
    """The outputs of what `_state`, `_picture_bundle`, `_metadata` and `_words_bundle` of a subclass tell.

    `update` may be called from any thread; `show` in a cell.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._picture, self._words = DisplayHandle(), DisplayHandle()
        self._is_shown = False
        self._sent: Sent = ((), {})
        self._sent_in_cell: Sent = ((), {})

    def show(self) -> None:
        """Makes the two outputs in the running cell, with all that is known so far."""
        with self._lock:
            self._sent = self._sent_in_cell = self._state(), self._picture_bundle()
            self._picture.display(self._sent[1], raw=True, metadata=self._metadata())
            self._words.display(self._words_bundle(), raw=True)
            self._is_shown = True
        _LIVE.add(self)
        if (shell := get_ipython()) is not None:
            watch(shell)

    def update(self) -> None:
        """Brings the outputs up to date; sends nothing when the state is still the one that was sent."""
        with self._lock:
            if self._is_shown and self._state() != self._sent[0]:
                self._sent = self._send(self._sent)

    def reissue(self) -> None:
        """Sends what changed since a cell last sent it, on behalf of the running cell.

        nbclient and papermill drop updates from the background, so a run that ended there is told again here.
        """
        with self._lock:
            if self._is_shown and self._state() != self._sent_in_cell[0]:
                self._sent = self._sent_in_cell = self._send(self._sent_in_cell)

    def _send(self, before: Sent) -> Sent:
        """Sends the words, and the picture where it is another one than `before`; returns what is sent now."""
        state, picture = self._state(), self._picture_bundle()
        if picture is not before[1]:
            self._picture.update(picture, raw=True, metadata=self._metadata())
        self._words.update(self._words_bundle(), raw=True)
        return state, picture

    @abstractmethod
    def _state(self) -> State:
        """What the outputs depend on; while it stays equal nothing is sent."""

    @abstractmethod
    def _picture_bundle(self) -> Bundle:
        """The picture's MIME bundle: the very same object while the picture is the same."""

    @abstractmethod
    def _metadata(self) -> dict[str, object]:
        """The picture's alternative text."""

    @abstractmethod
    def _words_bundle(self) -> Bundle:
        """The words as HTML and as plain text."""


def at_cell_end(*_: object) -> None:
    """IPython's `post_run_cell`: tells the results that came while the cell ran or before it."""
    for outputs in list(_LIVE):
        outputs.reissue()


def watch(shell: Any) -> None:
    """Makes every cell end by bringing the outputs up to date; doing it twice changes nothing."""
    if at_cell_end not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", at_cell_end)


def unwatch(shell: Any) -> None:
    """Takes back what `watch` did, and forgets the outputs shown so far."""
    _LIVE.clear()
    if at_cell_end in shell.events.callbacks["post_run_cell"]:
        shell.events.unregister("post_run_cell", at_cell_end)


_LIVE: weakref.WeakSet[Handles] = weakref.WeakSet()
