"""How far every cell of a sweep is, and who wants to hear of it."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from inpaint_nb.jobs import Job
from inpaint_nb.sweep.plan import Cell
from inpaint_nb.sweep.state import CellState, CellStatus

Listener = Callable[[Cell | None], object]
Finisher = Callable[[], object]

log = logging.getLogger(__name__)


class Board:
    """The states of the cells, those on their way read off their jobs. Any thread may ask and tell."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._lock = threading.Lock()
        self._states = [CellState() for _ in cells]
        self._jobs: dict[int, Job] = {}
        self._listeners: list[Listener] = []
        self._finishers: list[Finisher] = []

    def state(self, cell: Cell) -> CellState:
        """How far the cell is. A job that has just ended still runs, until its pictures are known."""
        with self._lock:
            job = self._jobs.get(cell.number)
            state = self._states[cell.number]
        return state if job is None else _of_job(job)

    def counts(self) -> dict[CellStatus, int]:
        """How many cells have each status; those that none has are left out."""
        with self._lock:
            ended = [state for number, state in enumerate(self._states) if number not in self._jobs]
            jobs = list(self._jobs.values())
        return dict(Counter(state.status for state in (*ended, *map(_of_job, jobs))))

    def put(self, cell: Cell, state: CellState) -> None:
        """From now on the cell stands so; a job that it had is forgotten."""
        with self._lock:
            self._jobs.pop(cell.number, None)
            self._states[cell.number] = state
        self.tell(cell)

    def follow(self, cell: Cell, job: Job) -> None:
        """From now on the cell stands as its job does."""
        with self._lock:
            self._jobs[cell.number] = job
        self.tell(cell)

    def job(self, cell: Cell) -> Job | None:
        """The job that the cell follows just now."""
        with self._lock:
            return self._jobs.get(cell.number)

    def jobs(self) -> list[Job]:
        """The jobs on their way."""
        with self._lock:
            return list(self._jobs.values())

    # -- listeners

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(cell)` when a cell changes and `listener(None)` when all does; returns what ends this."""
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._forget(listener)

    def on_wait(self, finish: Finisher) -> Callable[[], None]:
        """Call `finish()` before a wait for the whole ends; returns what ends this."""
        with self._lock:
            self._finishers.append(finish)
        return lambda: self._forget_finisher(finish)

    def tell(self, cell: Cell | None) -> None:
        """Tell every listener; one that fails is logged and harms nobody."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            with _logged("A listener of a sweep failed"):
                listener(cell)

    def finish(self) -> None:
        """Let everyone finish who is waited for too; one that fails is logged and harms nobody."""
        with self._lock:
            finishers = tuple(self._finishers)
        for finish in finishers:
            with _logged("What a wait for a sweep waits for failed"):
                finish()

    def _forget(self, listener: Listener) -> None:
        with self._lock, suppress(ValueError):
            self._listeners.remove(listener)

    def _forget_finisher(self, finish: Finisher) -> None:
        with self._lock, suppress(ValueError):
            self._finishers.remove(finish)


@contextmanager
def _logged(what: str) -> Iterator[None]:
    try:
        yield
    except Exception:
        log.exception(what)


def _of_job(job: Job) -> CellState:
    status = "running" if job.done() else job.status
    return CellState(
        status,
        recorded=job.recorded,
        progress=job.progress,
        stage=job.stage,
        seconds=job.seconds,
        job_id=job.id,
    )
