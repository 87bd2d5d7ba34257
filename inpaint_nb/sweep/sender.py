"""How one cell of a sweep begins: found in the store, followed, picked up again, or sent."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace

from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.jobs import Engine, Job
from inpaint_nb.providers import Provider, real
from inpaint_nb.store import Record, Standing, Store
from inpaint_nb.sweep.budget import Budget
from inpaint_nb.sweep.elsewhere import elsewhere
from inpaint_nb.sweep.plan import Cell, Plan
from inpaint_nb.sweep.state import CellState, ended, failed
from inpaint_nb.sweep.survey import is_settled, standings_of

log = logging.getLogger(__name__)

ELSEWHERE = CellState("running", stage="in another kernel")


class Ways:
    """The providers that really run, by those of the cells, which may only stand in for them."""

    def __init__(self, executor: Executor | None) -> None:
        self._executor = executor
        self._made: dict[int, Provider] = {}

    def open(self, cells: Iterable[Cell]) -> None:
        """Make the providers of these cells, once each; on the user's thread, who may be asked for a key."""
        for cell in cells:
            if id(cell.provider) not in self._made:  # the cell keeps it, so its id stays its own
                self._made[id(cell.provider)] = self._way(real(cell.provider))

    def of(self, cell: Cell) -> Provider:
        """The provider that runs the cell."""
        return self._made[id(cell.provider)]

    def _way(self, provider: Provider) -> Provider:
        return provider if self._executor is None else elsewhere(provider, self._executor)


class Sender:
    """Begins cells; used by the sweep's own thread."""

    def __init__(self, plan: Plan, store: Store, engine: Engine, budget: Budget, ways: Ways) -> None:
        self._plan = plan
        self._store = store
        self._engine = engine
        self._budget = budget
        self._ways = ways
        self._has_picture = False

    def limit(self, cell: Cell) -> int | None:
        """How many cells of this provider run at a time, where it says so."""
        return self._ways.of(cell).capabilities.concurrency

    def begin(self, cell: Cell, *, is_forced: bool) -> Job | CellState | None:
        """The cell's job; its state where it is over at once; None where another process works on it.

        With `is_forced` it is sent whatever the store knows.
        """
        try:
            standing = None if is_forced else standings_of(self._store, [cell]).get(cell.number)
            if standing is not None and is_settled(standing):
                return ended(standing)
            if standing is not None and standing.finished is None:
                return self._on_its_way(cell, standing)
            return self._sent(cell)
        except InpaintError as error:
            return failed(error)
        except Exception as error:
            log.exception("A cell of a sweep could not be begun")
            return failed(error)

    def look(self, cell: Cell) -> CellState | None:
        """The state of a cell that another process works, or worked, on; None where it is to begin again here."""
        standing = standings_of(self._store, [cell]).get(cell.number)
        if standing is None:
            return None
        if standing.finished is not None:
            return ended(standing)
        return ELSEWHERE if self._store.is_alive(self._store.record(standing.id)) else None

    def _on_its_way(self, cell: Cell, standing: Standing) -> Job | None:
        if (job := self._engine.running(self._store, standing.identity, standing.repeat)) is not None:
            return job
        record = self._store.record(standing.id)
        if self._store.is_alive(record) or not self._store.claim(record):
            return None
        return self._picked_up(cell, record)

    def _picked_up(self, cell: Cell, record: Record) -> Job:
        request = replace(self._plan.request(cell), ref=record.id)
        return self._engine.resume(self._ways.of(cell), request, record, store=self._store)

    def _keep_picture(self) -> None:
        """The picture is written once, before a hundred jobs find at once that it is not there."""
        if not self._has_picture:
            self._has_picture = True
            with suppress(StoreError):  # each job says so, in its notes
                self._store.put_picture(self._plan.subject.image, self._plan.subject.digest)

    def _sent(self, cell: Cell) -> Job:
        self._budget.take(cell)
        self._keep_picture()
        return self._engine.submit(
            self._ways.of(cell),
            self._plan.request(cell),
            store=self._store,
            source=self._plan.subject.source,
            repeat=cell.key.repeat,
            digest=cell.key.parent,
            mode="live",
        )
