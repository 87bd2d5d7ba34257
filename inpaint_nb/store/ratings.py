"""Opinions of pictures, in tables to which lines are only added: the newest of each person counts."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from inpaint_nb.edit import Judgement, Opinion
from inpaint_nb.errors import StoreError
from inpaint_nb.store.writer import Work

AT_ONCE = 400  # ids in one statement; every SQLite takes 999 values
TICK_SECONDS = 1e-6  # two opinions of one person are this far apart, however coarse the clock

_FIELDS = "job, position, who, time, stars, starred, rejected, blind"
# SQLite takes the other columns from the row that has the largest time.
_LAST = "SELECT job, position, who, max(time) AS time, stars, starred, rejected, blind FROM ratings"
NEWEST = f"{_LAST} GROUP BY job, position, who"
_PICTURES = (
    "SELECT job, position, avg(stars) AS stars, max(starred) AS starred, max(rejected) AS rejected"
    f" FROM ({NEWEST}) GROUP BY job, position"
)
# A run is as good as its best picture, starred with any of them, rejected with all of them.
RATED = f"SELECT job FROM ({_PICTURES}) GROUP BY job HAVING max(stars) >= ?"
STARRED = f"SELECT job FROM ({_PICTURES}) GROUP BY job HAVING max(starred)"
REJECTED = (
    f"SELECT job FROM ({_PICTURES}) AS rated GROUP BY job HAVING max(rejected) AND sum(rejected) >= max(1, "
    "(SELECT count(*) FROM pictures WHERE pictures.job = rated.job AND role = 'composited'))"
)

log = logging.getLogger(__name__)

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Write = Callable[[Work[Any]], "Future[Any]"]
Picture = tuple[str, int]  # a job and which of its pictures
Listener = Callable[[Picture], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of two pictures somebody preferred, `better` to `worse`; in a `tie` neither."""

    better: Picture
    worse: Picture
    who: str
    when: datetime
    tie: bool = False
    blind: bool = False


class Ratings:
    """The opinions and choices of one store. Any thread; several processes."""

    def __init__(self, read: Read, write: Write) -> None:
        self._read, self._write = read, write
        self._listeners: list[Listener] = []

    def add(self, picture: Picture, judgement: Judgement, who: str) -> Opinion:
        """What this person thinks of the picture from now on, on disk. Raises StoreError for an unknown job."""

        def work(connection: sqlite3.Connection) -> Opinion:
            _check_known(connection, [picture])
            said = _merged(_before(connection, picture, who), judgement)
            row = (*picture, who, *said)
            connection.execute(f"INSERT INTO ratings ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            return _opinion(row)

        opinion: Opinion = self._write(work).result()
        self._tell(picture)
        return opinion

    def newest(self, job_ids: Iterable[str]) -> dict[str, list[Opinion]]:
        """The newest opinion of each person on each picture, by job; by position and time."""
        found: dict[str, list[Opinion]] = {}
        for some, marks in _chunks(job_ids):
            sql = f"{_LAST} WHERE job IN ({marks}) GROUP BY job, position, who ORDER BY job, position, 4"
            for row in self._read(sql, some):
                found.setdefault(row[0], []).append(_opinion(row))
        return found

    def of(self, picture: Picture) -> list[Opinion]:
        """The newest opinion of each person on one picture, the last one at the end."""
        sql = f"{_LAST} WHERE job = ? AND position = ? GROUP BY who ORDER BY 4"
        return [_opinion(row) for row in self._read(sql, picture)]

    def log(self, picture: Picture) -> list[Opinion]:
        """Every opinion on one picture that was ever written, the oldest first."""
        sql = f"SELECT {_FIELDS} FROM ratings WHERE job = ? AND position = ? ORDER BY time, rowid"
        return [_opinion(row) for row in self._read(sql, picture)]

    def choose(
        self, better: Picture, worse: Picture, who: str, *, tie: bool = False, blind: bool = False
    ) -> None:
        """Note, on disk, which of two pictures this person prefers."""

        def work(connection: sqlite3.Connection) -> None:
            _check_known(connection, [better, worse])
            row = (*better, *worse, int(tie), who, time.time(), int(blind))
            connection.execute("INSERT INTO choices VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

        self._write(work).result()

    def choices(self, job_ids: Iterable[str]) -> list[Choice]:
        """The newest choice of each person between any two pictures of these jobs, the oldest first."""
        asked = set(job_ids)
        newest: dict[tuple[str, frozenset[Picture]], Choice] = {}
        for some, marks in _chunks(asked):
            sql = f"SELECT * FROM choices WHERE better IN ({marks}) ORDER BY time, rowid"
            for choice in map(_choice, self._read(sql, some)):
                if choice.worse[0] in asked:
                    _keep_newest(newest, choice)
        return sorted(newest.values(), key=lambda choice: choice.when)

    def on_change(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(picture)` when this process rates a picture, on that thread; returns what ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def _tell(self, picture: Picture) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(picture)
            except Exception:  # a failing view must not harm the store or the other views
                log.exception("a listener of the ratings failed")


def forget(connection: sqlite3.Connection, job_id: str) -> None:
    """Take all opinions of the job's pictures away, and all choices they were in."""
    connection.execute("DELETE FROM ratings WHERE job = ?", (job_id,))
    connection.execute("DELETE FROM choices WHERE better = ? OR worse = ?", (job_id, job_id))


def _merged(before: Opinion | None, said: Judgement) -> tuple[float, int | None, bool, bool, bool]:
    """Time, stars, starred, rejected and blind of the next line: what was said, else as before."""
    now = time.time()
    if before is None:
        return now, said.stars or None, bool(said.starred), bool(said.rejected), said.blind
    return (
        max(now, before.when.timestamp() + TICK_SECONDS),
        before.stars if said.stars is None else said.stars or None,
        before.starred if said.starred is None else said.starred,
        before.rejected if said.rejected is None else said.rejected,
        before.blind if said.stars is None else said.blind,
    )


def _before(connection: sqlite3.Connection, picture: Picture, who: str) -> Opinion | None:
    sql = f"{_LAST} WHERE job = ? AND position = ? AND who = ? GROUP BY who"
    row = connection.execute(sql, (*picture, who)).fetchone()
    return None if row is None else _opinion(row)


def _opinion(row: Sequence[Any]) -> Opinion:
    job, position, who, at, stars, starred, rejected, blind = row
    when = datetime.fromtimestamp(at, UTC)
    return Opinion(job, position, who, when, stars, bool(starred), bool(rejected), bool(blind))


def _choice(row: Sequence[Any]) -> Choice:
    better, better_at, worse, worse_at, tie, who, at, blind = row
    when = datetime.fromtimestamp(at, UTC)
    return Choice((better, better_at), (worse, worse_at), who, when, bool(tie), bool(blind))


def _keep_newest(newest: dict[tuple[str, frozenset[Picture]], Choice], choice: Choice) -> None:
    key = (choice.who, frozenset((choice.better, choice.worse)))
    if key not in newest or newest[key].when <= choice.when:
        newest[key] = choice


def _check_known(connection: sqlite3.Connection, pictures: Sequence[Picture]) -> None:
    for job, _ in pictures:
        if connection.execute("SELECT 1 FROM jobs WHERE id = ?", (job,)).fetchone() is None:
            raise StoreError(f"The store has no job {job}, so nothing of it can be rated.")


def _chunks(job_ids: Iterable[str]) -> Iterator[tuple[list[str], str]]:
    ids = list(job_ids)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        yield some, ", ".join("?" * len(some))
