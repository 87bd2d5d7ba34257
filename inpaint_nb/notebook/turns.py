"""What the hand asks for, one thing after the other; what takes long holds up nobody but what comes after it."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from inpaint_nb.workers import begin

Work = Callable[[], None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    work: Work
    answer: Work
    is_long: Callable[[], bool]


class Turns:
    """Does work in the order in which it is given, from any thread, one piece at a time.

    Work is done at once by who gives it, unless other work is before it or it takes long: then a worker does it.
    """

    def __init__(self, on_error: Callable[[Exception], None]) -> None:
        """`on_error` hears of work that failed; what comes after it is done all the same."""
        self._on_error = on_error
        self._lock = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._is_busy = False
        self._doer = 0  # the thread whose turn it is

    def take(
        self, work: Work, answer: Work = lambda: None, is_long: Callable[[], bool] = lambda: False
    ) -> None:
        """Does `work()` after all that was given before, then calls `answer()`, also when the work failed.

        `is_long` is asked when the turn comes. What is given while work is done, by that work, is part of it.
        """
        turn = _Turn(work, answer, is_long)
        if self._doer == threading.get_ident():
            self._do(turn)
            return
        with self._lock:
            self._waiting.append(turn)
            if self._is_busy:
                return
            self._is_busy = True
        self._go_on(may_take_long=False)

    def _go_on(self, may_take_long: bool) -> None:
        while (turn := self._next()) is not None:
            if not may_take_long and turn.is_long():
                self._waiting.appendleft(turn)
                begin(lambda: self._go_on(may_take_long=True))
                return
            self._doer = threading.get_ident()
            self._do(turn)
            self._doer = 0

    def _next(self) -> _Turn | None:
        with self._lock:
            self._is_busy = bool(self._waiting)
            return self._waiting.popleft() if self._waiting else None

    def _do(self, turn: _Turn) -> None:
        try:
            turn.work()
        except Exception as error:  # whatever one gesture does, those after it are done
            log.debug("a gesture failed", exc_info=True)
            self._on_error(error)
        finally:
            turn.answer()
