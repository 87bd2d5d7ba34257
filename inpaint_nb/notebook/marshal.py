"""The one way from background threads to the views: newest state only, at most ten times a second."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Hashable

INTERVAL_SECONDS = 0.1  # ten updates a second: below what a hand notices, far below Jupyter's message limit

log = logging.getLogger(__name__)


class Marshaller:
    """Runs posted updates on its own daemon thread; of several posts under one key only the newest runs.

    `lock` is held while an update runs, so a view's callbacks that take it never meet a half-drawn state.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None

    def post(self, key: Hashable, update: Callable[[], None]) -> None:
        """Runs `update` soon on the marshaller's thread, unless a newer one with the same key comes first."""
        with self._wake:
            self._waiting[key] = update
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="inpaint-nb-views", daemon=True)
                self._thread.start()
            self._wake.notify()

    def drop(self, key: Hashable) -> None:
        """Forgets an update that has not run yet."""
        with self._wake:
            self._waiting.pop(key, None)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: bool(self._waiting))
                updates, self._waiting = list(self._waiting.values()), {}
            for update in updates:
                self._apply(update)
            time.sleep(INTERVAL_SECONDS)

    def _apply(self, update: Callable[[], None]) -> None:
        try:
            with self.lock:
                update()
        except Exception:  # one view that fails must not stop the others
            log.exception("a view could not be updated")


MARSHALLER = Marshaller()


def _renew() -> None:
    """A forked child has no threads and perhaps a held lock: it starts with a fresh marshaller's state."""
    MARSHALLER.__init__()  # type: ignore[misc] # the same object, so that everyone's reference stays good


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
