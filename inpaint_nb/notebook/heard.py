"""Which messages of each page were heard: one that comes again after a broken connection is done once."""

from __future__ import annotations

import threading


class Heard:
    """The numbers of the messages of each page. Pages count from 1, so that few need to be kept; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all_up_to: dict[str, int] = {}
        self._beyond: dict[str, set[int]] = {}
        self._open: set[tuple[str, object]] = set()

    def is_new(self, view: str, number: int) -> bool:
        """Whether this is the first time that the message is heard; it counts as heard from now on."""
        with self._lock:
            up_to, beyond = self._all_up_to.get(view, 0), self._beyond.setdefault(view, set())
            if number <= up_to or number in beyond:
                return False
            self._open.add((view, number))
            beyond.add(number)
            while up_to + 1 in beyond:
                up_to += 1
                beyond.remove(up_to)
            self._all_up_to[view] = up_to
            return True

    def done(self, view: str, number: object) -> None:
        """What the message asked for is done."""
        with self._lock:
            self._open.discard((view, number))

    def is_done(self, view: str, number: int) -> bool:
        """Whether what a message that was heard asked for is done."""
        with self._lock:
            return (view, number) not in self._open
