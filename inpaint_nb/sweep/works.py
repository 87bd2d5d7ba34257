"""What runs a sweep: its plan, its board, its runner, and the store that all of them share."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import Result
from inpaint_nb.errors import InpaintError, InputError, JobError, StoreError
from inpaint_nb.jobs import Engine
from inpaint_nb.jobs.answer import missing
from inpaint_nb.jobs.recall import recall
from inpaint_nb.settings import Mode
from inpaint_nb.store import Standing, Store
from inpaint_nb.sweep.board import Board
from inpaint_nb.sweep.budget import Budget
from inpaint_nb.sweep.plan import Cell, Plan
from inpaint_nb.sweep.runner import Runner
from inpaint_nb.sweep.sender import Sender, Ways
from inpaint_nb.sweep.state import CellState, ended, failed
from inpaint_nb.sweep.survey import is_settled, needs_sending, standings_of

THUMBNAIL_PX = 96

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a sweep is run, as its caller wants it."""

    mode: Mode
    is_fresh: bool = False
    concurrency: int | None = None
    executor: Executor | None = None


class Works:
    """Runs the cells of a plan and reads what they made. Any thread may ask, and `start` belongs to the user's."""

    def __init__(self, plan: Plan, store: Store, engine: Engine, budget: Budget, terms: Terms) -> None:
        self.plan = plan
        self.board = Board(plan.cells)
        self.budget = budget
        self._store = store
        self._engine = engine
        self._terms = terms
        self._ways = Ways(terms.executor)
        sender = Sender(plan, store, engine, budget, self._ways)
        self.runner = Runner(self.board, budget, sender, store, terms.concurrency)
        self._known = self._survey()
        self.unsent = self._unsent()

    @property
    def store(self) -> Store:
        """Where everything is recorded."""
        return self._store

    @property
    def recorded(self) -> int:
        """How many cells were found in the store."""
        return sum(is_settled(standing) for standing in self._known.values())

    def start(self) -> None:
        """Begin every cell that has not begun, or was cancelled."""
        idle = [cell for cell in self.plan.cells if self.board.state(cell).status in ("planned", "cancelled")]
        if self._terms.mode == "replay":
            for cell in idle:
                self.board.put(cell, failed(self._missing(cell)))
            self.board.tell(None)
            return
        self._ways.open(idle)
        self.board.tell(None)
        if idle:
            self.runner.add(idle, is_forced=self._terms.is_fresh)

    def again(self, cell: Cell) -> None:
        """Run one cell again, whatever the mode and the store say. Raises InputError for one that has no need to."""
        status = self.board.state(cell).status
        if status not in ("failed", "cancelled"):
            raise InputError(f"This cell is {status}; only a failed or cancelled one is run again.")
        self.budget.check([cell])
        self._ways.open([cell])
        self.board.put(cell, CellState())
        self.runner.add([cell], is_forced=True)

    # -- what came of it

    def result(self, cell: Cell) -> Result:
        """What the cell made, read from the store. Raises the cell's error where there is nothing."""
        if (held := self.runner.unrecorded.get(cell.number)) is not None:
            return held
        state = self.board.state(cell)
        if state.status != "done" or state.job_id is None:
            raise self.error(cell)
        record = self._store.record(state.job_id)
        source, request = self.plan.subject.source, self.plan.request(cell)
        result = recall(
            self._store, record, self._engine, request=request, source=source, provider=cell.provider
        )
        return replace(result, is_recorded=state.recorded is not None)

    def picture(self, cell: Cell, index: int = 0) -> Image.Image | None:
        """Picture `index` of the cell; None where it has none. Raises StoreError where it is gone or damaged."""
        if (held := self.runner.unrecorded.get(cell.number)) is not None:
            return held.composited[index] if index < len(held.composited) else None
        digests = self.board.state(cell).digests
        return self._store.picture(digests[index]) if index < len(digests) else None

    def thumbnail(self, cell: Cell, index: int = 0) -> bytes | None:
        """A small copy of that picture, as a JPEG file."""
        if cell.number in self.runner.unrecorded:
            picture = self.picture(cell, index)
            return None if picture is None else images.encode_jpeg(images.thumbnail(picture, THUMBNAIL_PX))
        digests = self.board.state(cell).digests
        return self._store.thumbnail(digests[index]) if index < len(digests) else None

    def small(self, cell: Cell, index: int) -> Image.Image | None:
        """The same as a picture."""
        file = self.thumbnail(cell, index)
        return None if file is None else Image.open(io.BytesIO(file))

    def error(self, cell: Cell) -> InpaintError:
        """Why the cell has no result."""
        state = self.board.state(cell)
        if not state.is_over:
            return JobError(
                f"This cell is {state.status}: there is no result yet.", "Wait for it: sweep.wait()."
            )
        return state.reason or StoreError(
            "The pictures of this cell are gone.", "Run the cell again: sweep.run_again()."
        )

    def _missing(self, cell: Cell) -> InpaintError:
        request, source = self.plan.request(cell), self.plan.subject.source
        return missing(self._store, cell.provider.name, request, cell.key, source)

    # -- what is known before anything is sent

    def _survey(self) -> dict[int, Standing]:
        """What the store knows of the cells; those that are settled stand on the board from now on."""
        known = {} if self._terms.is_fresh else self._standings()
        for cell in self.plan.cells:
            standing = known.get(cell.number)
            if standing is not None and self._stays(standing):
                self.board.put(cell, ended(standing))
        return known

    def _standings(self) -> dict[int, Standing]:
        try:
            return standings_of(self._store, self.plan.cells)
        except StoreError as error:
            if self._terms.mode == "replay":
                raise
            log.warning("Nothing of this sweep is taken from the store: %s", error)
            return {}

    def _stays(self, standing: Standing) -> bool:
        """In replay what failed once, fails again."""
        is_over = standing.finished is not None and standing.deleted is None
        return is_settled(standing) or (self._terms.mode == "replay" and is_over)

    def _unsent(self) -> Sequence[Cell]:
        if self._terms.mode == "replay":
            return ()
        return tuple(cell for cell in self.plan.cells if needs_sending(self._known.get(cell.number)))
