"""What providers answered when they were asked about themselves, so that a notebook that asks can be replayed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple

from inpaint_nb.store.records import to_json

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Write = Callable[[Callable[[sqlite3.Connection], None]], Future[None]]


class Said(NamedTuple):
    """One answer: to which question, the how manyth equal one, when in seconds since 1970, and its JSON."""

    identity: str
    repeat: int
    time: float
    said: str


class Answers:
    """Answers by the identity of the question and its number among equal ones; only added, so the newest counts."""

    def __init__(self, ask: Read, write: Write) -> None:
        self._ask = ask
        self._write = write

    def put(self, identity: str, repeat: int, answer: object) -> Future[None]:
        """Keep an answer, as JSON."""
        row = (identity, repeat, time.time(), to_json(answer))

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", row)

        return self._write(work)

    def get(self, identity: str, repeat: int) -> str | None:
        """The newest answer, as JSON; None where there is none."""
        sql = "SELECT said FROM answers WHERE identity = ? AND repeat = ? ORDER BY time DESC, rowid DESC LIMIT 1"
        rows = self._ask(sql, (identity, repeat))
        return None if not rows else str(rows[0][0])

    def everything(self) -> list[Said]:
        """Every answer, in an order that is always the same."""
        sql = "SELECT identity, repeat, time, said FROM answers ORDER BY 1, 2, 3, 4"
        return [Said(*row) for row in self._ask(sql, ())]

    def take(self, answers: Sequence[Said]) -> Future[None]:
        """Add those of these answers that are not here."""
        sql = (
            "INSERT INTO answers SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM answers"
            " WHERE identity = ?1 AND repeat = ?2 AND time = ?3 AND said = ?4)"
        )

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(sql, answers)

        return self._write(work)
