"""Begins the cells of a sweep, a few at a time, and writes on its board what becomes of them."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue

from inpaint_nb import images
from inpaint_nb.edit import Ended, Finished, JobEvent, Result
from inpaint_nb.errors import JobCancelled, OutcomeUnknown, StoreError
from inpaint_nb.jobs import Job
from inpaint_nb.store import Standing, Store
from inpaint_nb.sweep.board import Board
from inpaint_nb.sweep.budget import Budget
from inpaint_nb.sweep.plan import Cell
from inpaint_nb.sweep.sender import ELSEWHERE, Sender
from inpaint_nb.sweep.state import CellState, ended, failed

AT_ONCE = 100  # cells in flight where neither the caller nor a provider says how many
AHEAD = 2  # times a provider's own limit, so that one is ready whenever another has ended
UNFINISHED = (
    2  # times as many may be begun and not recorded yet: what came is laid over the picture here, and written
)
LOOK_SECONDS = 1.0  # between two looks at cells that another process runs
UNSENT = failed(JobCancelled("The sweep was cancelled before this was sent."))

log = logging.getLogger(__name__)


class Runner:
    """One thread for all cells: it ends when nothing is left to do, and a new one starts when there is again.

    Any thread may ask. `unrecorded` holds the results that the store could not take, by the numbers of the cells.
    """

    def __init__(
        self, board: Board, budget: Budget, sender: Sender, store: Store, concurrency: int | None
    ) -> None:
        self.unrecorded: dict[int, Result] = {}
        self._board = board
        self._budget = budget
        self._sender = sender
        self._store = store
        self._at_once = concurrency or AT_ONCE
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._thread: threading.Thread | None = None
        self._news: SimpleQueue[tuple[Cell, Job] | None] = SimpleQueue()
        self._waiting: dict[int, deque[tuple[Cell, bool]]] = {}
        self._flying: dict[int, tuple[Cell, Job]] = {}
        self._answered: set[int] = set()  # those on their way whose pictures are here
        self._elsewhere: dict[int, Cell] = {}
        self._is_cancelled = False

    @property
    def is_busy(self) -> bool:
        """Whether anything is left to do."""
        return self._thread is not None and self._thread.is_alive()  # in a forked child it is not

    def add(self, cells: Iterable[Cell], *, is_forced: bool = False) -> None:
        """Begin these cells too, each when its turn comes; those that wait or are on their way are left as they are."""
        with self._lock:
            self._is_cancelled = False
            busy = {cell.number for queue in self._waiting.values() for cell, _ in queue}
            busy |= {*self._flying, *self._elsewhere}
            for cell in cells:
                if cell.number not in busy:
                    self._waiting.setdefault(id(cell.provider), deque()).append((cell, is_forced))
            if not self.is_busy:
                self._thread = threading.Thread(target=self._work, name="inpaint-nb-sweep", daemon=True)
                self._thread.start()
        self._news.put(None)

    def cancel(self) -> None:
        """Begin no more, and cancel what is on its way."""
        with self._lock:
            self._is_cancelled = True
            unsent = [cell for queue in self._waiting.values() for cell, _ in queue]
            unsent += self._elsewhere.values()
            self._waiting.clear()
            self._elsewhere.clear()
            flying = list(self._flying.values())
        for cell in unsent:
            self._board.put(cell, UNSENT)
        for _, job in flying:
            job.cancel()
        self._news.put(None)

    def wait(self, seconds: float) -> bool:
        """Whether nothing is left to do, after waiting for that so long."""
        with self._lock:
            return self._idle.wait_for(lambda: not self.is_busy, seconds)

    # -- on its own thread

    def _work(self) -> None:
        try:
            while self._goes_on():
                self._begin_what_fits()
                if self._flying or self._elsewhere:
                    self._take_news()
        except Exception as error:  # a sweep never hangs, whatever is wrong with us
            log.exception("A sweep failed")
            self._give_up(error)

    def _goes_on(self) -> bool:
        with self._lock:
            if any(self._waiting.values()) or self._flying or self._elsewhere:
                return True
            self._thread = None
            self._idle.notify_all()
        self._board.tell(None)
        return False

    def _begin_what_fits(self) -> None:
        while (next_one := self._next()) is not None:
            cell, is_forced = next_one
            begun = self._sender.begin(cell, is_forced=is_forced)
            if isinstance(begun, CellState):
                self._board.put(cell, begun)
            elif begun is None:
                self._leave_elsewhere(cell)
            else:
                self._follow(cell, begun)

    def _leave_elsewhere(self, cell: Cell) -> None:
        with self._lock:
            is_cancelled = self._is_cancelled
            if not is_cancelled:
                self._elsewhere[cell.number] = cell
        self._board.put(cell, UNSENT if is_cancelled else ELSEWHERE)

    def _next(self) -> tuple[Cell, bool] | None:
        """The first cell whose provider has room, if the sweep has."""
        with self._lock:
            asked = [cell for number, (cell, _) in self._flying.items() if number not in self._answered]
            if len(asked) >= self._at_once or len(self._flying) >= self._at_once * UNFINISHED:
                return None
            busy = Counter(id(cell.provider) for cell in asked)
            queues = [
                queue for key, queue in self._waiting.items() if queue and self._has_room(queue, busy[key])
            ]
            return min(queues, key=lambda queue: queue[0][0].number).popleft() if queues else None

    def _has_room(self, queue: Sequence[tuple[Cell, bool]], busy: int) -> bool:
        limit = self._sender.limit(queue[0][0])
        return limit is None or busy < limit * AHEAD

    def _follow(self, cell: Cell, job: Job) -> None:
        with self._lock:
            self._flying[cell.number] = cell, job
            is_cancelled = self._is_cancelled
        self._board.follow(cell, job)
        job.on_event(lambda event: self._heard(cell, job, event))
        if job.done():
            self._news.put((cell, job))  # it ended before anybody listened
        if is_cancelled:
            job.cancel()

    def _heard(self, cell: Cell, job: Job, event: JobEvent) -> None:
        """On the engine's thread."""
        match event:
            case Ended():
                self._news.put((cell, job))
            case Finished(cost=cost):
                self._budget.told(cell, cost)
                self._answered.add(cell.number)
                self._news.put(None)  # another may be sent, while this one is recorded
            case _:
                self._board.tell(cell)

    def _take_news(self) -> None:
        """Wait for news, and finish all jobs that have ended by then at once."""
        try:
            news = [self._news.get(timeout=LOOK_SECONDS if self._elsewhere else None)]
        except Empty:
            self._look_elsewhere()
            return
        with suppress(Empty):
            while True:
                news.append(self._news.get_nowait())
        over = {told[0].number: told for told in news if told is not None}
        self._finish([(cell, job) for cell, job in over.values() if self._is_flying(cell, job)])

    def _is_flying(self, cell: Cell, job: Job) -> bool:
        flying = self._flying.get(cell.number)
        return flying is not None and flying[1] is job

    def _finish(self, over: Sequence[tuple[Cell, Job]]) -> None:
        standings = self._standings([job.id for _, job in over])
        for cell, job in over:
            state = self._state(cell, job, standings.get(job.id))
            with self._lock:
                del self._flying[cell.number]
                self._answered.discard(cell.number)
            self._board.put(cell, state)  # who hears of it may add the cell again

    def _state(self, cell: Cell, job: Job, standing: Standing | None) -> CellState:
        error = job.exception()
        if error is not None:
            self._settle(cell, job, error)
            return failed(error, job.id, job.seconds)
        result = job.result()
        self._budget.told(cell, result.cost)
        if standing is not None and standing.has_pictures:
            return ended(standing, is_live=job.recorded is None)
        self.unrecorded[cell.number] = result
        digests = tuple(images.digest(image) for image in result.composited)
        return CellState("done", seconds=result.seconds, cost=result.cost, digests=digests, job_id=job.id)

    def _settle(self, cell: Cell, job: Job, error: BaseException) -> None:
        """A job that never reached its provider costs nothing."""
        if job.remote_id is None and not isinstance(error, OutcomeUnknown | JobCancelled):
            self._budget.back(cell)

    def _standings(self, ids: Sequence[str]) -> dict[str, Standing]:
        try:
            return {one.id: one for one in self._store.standings("id", ids)} if ids else {}
        except StoreError as error:
            log.warning("What a sweep made cannot be read: %s", error)
            return {}

    def _look_elsewhere(self) -> None:
        """Cells that another process works on: what it has ended, ends; what it has left begins again here."""
        for cell in list(self._elsewhere.values()):
            state = self._sender.look(cell)
            if state is ELSEWHERE:
                continue
            with self._lock:
                if self._elsewhere.pop(cell.number, None) is None:
                    continue  # cancelled meanwhile
                if state is None:
                    self._waiting.setdefault(id(cell.provider), deque()).append((cell, False))
            if state is not None:
                self._board.put(cell, state)

    def _give_up(self, error: Exception) -> None:
        with self._lock:
            left = [cell for queue in self._waiting.values() for cell, _ in queue]
            left += [cell for cell, _ in self._flying.values()] + list(self._elsewhere.values())
            for several in (self._waiting, self._flying, self._elsewhere):
                several.clear()
            self._thread = None
            self._idle.notify_all()
        for cell in left:
            self._board.put(cell, failed(error))
