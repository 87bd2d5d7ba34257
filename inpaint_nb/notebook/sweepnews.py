"""What a page has not been told of a sweep yet, taken in pieces that are quickly made and sent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from inpaint_nb import images
from inpaint_nb.errors import InpaintError
from inpaint_nb.notebook import sweepwords
from inpaint_nb.sweep import CellState, Sweep

STORED_PX = 96  # of the store's own small copies
SIZES_PX = ((48, 320), (200, 192))  # up to so many cells: pictures so large
WIDEST_CSS_PX = {320: 224, 192: 150, STORED_PX: STORED_PX}
MOST_PICTURES = 100  # in one message
MAKING_SECONDS = 0.05  # of small pictures for one message: other views wait meanwhile
ON_THE_WAY = ("waiting", "submitting", "queued", "running")

Taken = tuple[dict[str, object], dict[int, bytes]]


class News:
    """Collects what changed, from any thread; `take` is for one thread at a time."""

    def __init__(self, sweep: Sweep, clock: Callable[[], float] = time.monotonic) -> None:
        self._sweep = sweep
        self._clock = clock
        self._lock = threading.Lock()
        self._grid = self._is_anew = True
        self._cells = set(range(len(sweep.cells)))
        self._pictures: dict[int, None] = {}  # in the order in which they came
        self._states: dict[int, CellState] = {}  # as they were told last
        self._small: dict[int, tuple[str, bytes]] = {}  # by cell: the picture's digest, and its small copy
        self._began: float | None = None
        self._worked = 0.0  # seconds, up to the last time that nothing was on its way
        self.thumbnail_px = next((px for most, px in SIZES_PX if len(sweep.cells) <= most), STORED_PX)

    def add(self, number: int) -> None:
        """The cell has changed."""
        with self._lock:
            self._cells.add(number)

    def add_grid(self) -> None:
        """The layout has changed, or the sweep has begun or ended."""
        with self._lock:
            self._grid = True

    def add_all(self) -> None:
        """A page knows nothing."""
        with self._lock:
            self._grid = self._is_anew = True
            self._cells = set(range(len(self._sweep.cells)))

    @property
    def is_waiting(self) -> bool:
        """Whether there is something to take."""
        with self._lock:
            return bool(self._grid or self._cells or self._pictures)

    def take(self) -> Taken:
        """What one message tells: what is new of grid and cells, and as many pictures as are quickly made."""
        with self._lock:
            with_grid, self._grid = self._grid, False
            is_anew, self._is_anew = self._is_anew, False
            numbers, self._cells = sorted(self._cells), set()
        if is_anew:
            self._states.clear()
        changed = {number: self._sweep.state(number) for number in numbers}
        content: dict[str, object] = {"cells": [sweepwords.row(n, state) for n, state in changed.items()]}
        for number, state in changed.items():
            self._note(number, state)
        if with_grid:
            content["grid"] = self._grid_content()
        content["overall"] = self._overall()
        return content, self._made()

    def _note(self, number: int, state: CellState) -> None:
        """Remembers a state, and that its picture is to be sent where it is another one."""
        before = self._states.get(number)
        if state.digest is not None and (before is None or before.digest != state.digest):
            with self._lock:
                self._pictures[number] = None
        self._states[number] = state

    def _made(self) -> dict[int, bytes]:
        """The next small pictures; at least one is made however long it takes."""
        made: dict[int, bytes] = {}
        until = self._clock() + MAKING_SECONDS
        while len(made) < MOST_PICTURES and (not made or self._clock() < until):
            with self._lock:
                if not self._pictures:
                    break
                number = next(iter(self._pictures))
                del self._pictures[number]
            if (small := self._picture(number)) is not None:
                made[number] = small
        return made

    def _picture(self, number: int) -> bytes | None:
        """The cell's picture, small; None where it has none or it cannot be read any more."""
        digest = self._states[number].digest
        if digest is None:
            return None
        kept = self._small.get(number)
        if kept is None or kept[0] != digest:
            with suppress(InpaintError):
                if (made := self._reduced(number)) is not None:
                    self._small[number] = kept = digest, made
        return kept[1] if kept is not None and kept[0] == digest else None

    def _reduced(self, number: int) -> bytes | None:
        if self.thumbnail_px <= STORED_PX:
            return self._sweep.thumbnail(number)
        image = self._sweep.picture(number)
        return None if image is None else images.encode_jpeg(images.thumbnail(image, self.thumbnail_px))

    def _grid_content(self) -> dict[str, object]:
        """The axes with their words, and which of them are rows and columns."""
        sweep = self._sweep
        width, height = sweep.plan.subject.image.size
        return {
            "axes": [sweepwords.axis_content(axis) for axis in sweep.axes],
            "rows": list(sweep.rows),
            "columns": list(sweep.columns),
            "title": sweep.plan.title,
            "summary": sweep.summary,
            "notes": sweepwords.notes(sweep),
            "aspect": width / height,
            "px": WIDEST_CSS_PX[self.thumbnail_px],
        }

    def _overall(self) -> dict[str, object]:
        """Where the sweep as a whole is."""
        states = list(self._states.values())
        counts: dict[str, int] = {}
        for state in states:
            counts[state.status] = counts.get(state.status, 0) + 1
        ticking = self._is_ticking(counts)
        return {
            "total": len(self._sweep.cells),
            "counts": counts,
            "recorded": sum(state.status == "done" and state.recorded is not None for state in states),
            "elapsed": self._elapsed(ticking),
            "ticking": ticking,
            "start": self._start_label(counts),
            "spent": f"{self._sweep.spent:g}" if self._sweep.spent else "",
        }

    def _start_label(self, counts: dict[str, int]) -> str:
        """What the button says that sends what is not there yet; empty where there is nothing to send."""
        if not self._sweep.is_started:
            return "Run"
        return "Go on" if self._sweep.done and counts.get("cancelled") else ""

    def _is_ticking(self, counts: dict[str, int]) -> bool:
        return any(counts.get(status) for status in ON_THE_WAY) or (
            self._sweep.is_started and not self._sweep.done
        )

    def _elapsed(self, ticking: bool) -> float:
        """Seconds during which something was on its way."""
        now = self._clock()
        if ticking and self._began is None:
            self._began = now
        running = 0.0 if self._began is None else now - self._began
        if not ticking and self._began is not None:
            self._worked, self._began, running = self._worked + running, None, 0.0
        return self._worked + running
