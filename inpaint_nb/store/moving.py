"""Jobs out of one ledger and into another, with everything that is said of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from inpaint_nb.store import rows
from inpaint_nb.store.entries import TABLES, Entry, Row, merged
from inpaint_nb.store.records import COLUMNS
from inpaint_nb.store.writer import Work

AT_ONCE = 400  # ids in one statement; every SQLite takes 999 values

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Write = Callable[[Work[Any]], "Future[Any]"]

_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)


class Moving:
    """The way out of one ledger and into it. Any thread; several processes."""

    def __init__(self, read: Read, write: Write) -> None:
        self._read, self._write = read, write

    def out(self, job_ids: Sequence[str]) -> list[Entry]:
        """All that is said of these jobs and of nobody else, the oldest first; those that are gone are left out."""
        asked = frozenset(job_ids)
        entries = [entry for some in _chunks(job_ids) for entry in _entries(self._read, some)]
        entries.sort(key=lambda entry: (entry.job["created"], entry.id))
        return [Entry(entry.job, {**entry.rows, "choices": _among(entry, asked)}) for entry in entries]

    def check(self, entries: Sequence[Entry]) -> None:
        """Raise StoreError where one of these has the id of another job here."""
        here = {entry.id: entry for entry in self.out([entry.id for entry in entries])}
        for entry in entries:
            if entry.id in here:
                merged(here[entry.id], entry)

    def into(self, entries: Sequence[Entry]) -> list[str]:
        """Enter all of these or none, after their pictures; the ids of those that were not known, or not as whole.

        Raises StoreError where one has the id of another job here.
        """

        def work(connection: sqlite3.Connection) -> list[str]:
            return [entry.id for entry in entries if _enter(connection, entry)]

        entered: list[str] = self._write(work).result()
        return entered


def _enter(connection: sqlite3.Connection, entry: Entry) -> bool:
    """Whether the job is new here, or its result."""
    old = next(_entries(lambda sql, values: connection.execute(sql, values).fetchall(), [entry.id]), None)
    both = entry if old is None else merged(old, entry)
    if both is None:
        return False
    if old is None:
        rows.insert(connection, both.values())
    else:
        rows.change(connection, both.id, both.job)
    for name, table in TABLES.items():
        rows.run(connection, f"DELETE FROM {name} WHERE {table.job} = ?", (both.id,))
        marks = ", ".join("?" * (len(table.columns) + 1))
        sql = f"INSERT INTO {name} ({', '.join((table.job, *table.columns))}) VALUES ({marks})"
        connection.executemany(sql, [(both.id, *table.values(row)) for row in both.rows[name]])
    return old is None or both.job != old.job


def _entries(read: Read, job_ids: Sequence[str]) -> Iterator[Entry]:
    marks = ", ".join("?" * len(job_ids))
    several = {name: _rows(read, name, job_ids) for name in TABLES}
    for job in read(f"SELECT {_NAMES} FROM jobs WHERE id IN ({marks})", job_ids):
        yield Entry.of(job, {name: found.get(job[0], ()) for name, found in several.items()})


def _rows(read: Read, name: str, job_ids: Sequence[str]) -> dict[str, list[Row]]:
    """The rows of one table, by job, in an order that is always the same."""
    table = TABLES[name]
    columns = ", ".join((table.job, *table.columns))
    marks = ", ".join("?" * len(job_ids))
    order = ", ".join(str(number + 1) for number in range(len(table.columns) + 1))
    found: dict[str, list[Row]] = {}
    sql = f"SELECT {columns} FROM {name} WHERE {table.job} IN ({marks}) ORDER BY {order}"
    for job, *values in read(sql, job_ids):
        found.setdefault(job, []).append(table.row(values))
    return found


def _among(entry: Entry, asked: frozenset[str]) -> tuple[Row, ...]:
    """The choices between this job and another of those asked for."""
    return tuple(row for row in entry.rows["choices"] if row["worse"] in asked)


def _chunks(job_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    ids = list(dict.fromkeys(job_ids))
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
