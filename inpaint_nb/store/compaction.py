"""Making files small once nobody is in a hurry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from inpaint_nb.errors import StoreError

QUIET_SECONDS = (
    5.0  # jobs that follow one another keep their pictures waiting, and the processor to themselves
)


class Compactor:
    """Calls `rewrite` for each path some time after it was added, on a daemon thread that the first path starts.

    It waits until nothing was added for `quiet_seconds`. What fails, or is not done when Python exits, stays as it is:
    large, and whole. Any thread may add.
    """

    def __init__(self, rewrite: Callable[[Path], None], quiet_seconds: float = QUIET_SECONDS) -> None:
        self._rewrite = rewrite
        self._quiet_seconds = quiet_seconds
        self._paths: list[Path] = []
        self._quiet_at = 0.0
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, path: Path) -> None:
        """Makes this file small later."""
        with self._changed:
            self._paths.append(path)
            self._quiet_at = time.monotonic() + self._quiet_seconds
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="inpaint-nb-compaction", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Leaves everything that waits as it is, and ends the thread."""
        with self._changed:
            self._paths.clear()
            self._changed.notify_all()

    def finish(self) -> None:
        """Does at once, on this thread, what waits."""
        while (path := self._next()) is not None:
            self._make_small(path)

    def _make_small(self, path: Path) -> None:
        with suppress(
            OSError, StoreError, MemoryError
        ):  # gone, or read by someone on Windows: it stays large
            self._rewrite(path)

    def _next(self) -> Path | None:
        with self._changed:
            return self._paths.pop() if self._paths else None

    def _run(self) -> None:
        while self._is_quiet_with_work():
            if (path := self._next()) is not None:
                self._make_small(path)

    def _is_quiet_with_work(self) -> bool:
        with self._changed:
            while self._paths and (left := self._quiet_at - time.monotonic()) > 0:
                self._changed.wait(left)
            if not self._paths:
                self._thread = None
            return bool(self._paths)
