"""What can still be read of a damaged ledger, copied into a new one."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inpaint_nb.store.entries import TABLES
from inpaint_nb.store.records import COLUMNS, JSON_COLUMNS
from inpaint_nb.store.schema import bring_up, know_again

BLOCK = 500  # rows read at once; where that fails, one by one
LEAST_ROW_BYTES = 50
HEAD_BYTES = 100  # of the first page; the rest of it lists the tables
OF_JOBS = {name: table for name, table in TABLES.items() if name not in ("ratings", "choices")}
BY_ROW = ("ratings", "choices", "answers")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """How many runs were read, and how many at least are lost."""

    runs: int
    lost: int


def salvage(damaged: Path, new: Path) -> Salvaged:
    """Fill the new ledger with every job that can be read; the damaged one stays as it is, but for its own upkeep."""
    with closing(_opened(new)) as writing:
        bring_up(writing)
        for source in _readings(damaged, new):
            found = _copied(source, damaged.stat().st_size, writing)
            if found.runs:
                break
        _know_again(writing)
    return found


def _know_again(writing: sqlite3.Connection) -> None:
    """Give the jobs of an older ledger the identities that they would have today."""
    writing.execute("BEGIN IMMEDIATE")
    know_again(writing)
    writing.execute("COMMIT")


def _readings(damaged: Path, beside: Path) -> Iterator[Path]:
    """The ledger, and copies of it whose beginning is that of a new one, for where only that is damaged."""
    yield damaged
    page = _first_page(beside)
    for count in (HEAD_BYTES, len(page)):
        copy = beside.with_name(f"{beside.name}c")
        try:
            with_wal = _copies(damaged, copy)
            content = bytearray(copy.read_bytes())
            content[:count] = page[:count]
            copy.write_bytes(content)
            yield copy
        finally:
            for path in with_wal:
                path.unlink(missing_ok=True)


def _copies(damaged: Path, copy: Path) -> list[Path]:
    shutil.copyfile(damaged, copy)
    log, copied_log = (path.with_name(f"{path.name}-wal") for path in (damaged, copy))
    with suppress(FileNotFoundError):
        shutil.copyfile(log, copied_log)
    return [copy, copied_log, copy.with_name(f"{copy.name}-shm")]


def _first_page(new: Path) -> bytes:
    """The first page of a ledger that has just been made, as one that keeps a log beside it."""
    content = bytearray(new.read_bytes()[:65536])
    size = int.from_bytes(content[16:18], "big")
    content[18:20] = b"\2\2"
    content[28:32] = bytes(4)  # how many pages there are is then told by the file itself
    return bytes(content[: 65536 if size == 1 else size])


def _copied(source: Path, size: int, writing: sqlite3.Connection) -> Salvaged:
    """Every job that can be read, with what is said of it; all in one transaction."""
    writing.execute("BEGIN IMMEDIATE")
    saved: set[str] = set()
    known: set[str] = set()
    with suppress(sqlite3.DatabaseError), closing(_opened(source)) as reading:
        known = _known(reading)
        for row in _jobs(reading, size):
            _insert(writing, "jobs", row)
            saved.add(str(row["id"]))
            for name, table in OF_JOBS.items():
                _copy_rows(reading, writing, name, (table.job, *table.columns), str(row["id"]))
        for name in BY_ROW:
            for other in _by_row(reading, name, _columns(reading, name), size):
                _insert(writing, name, other)
    writing.execute("COMMIT" if saved else "ROLLBACK")
    return Salvaged(len(saved), len(known - saved))


def _jobs(reading: sqlite3.Connection, size: int) -> Iterator[dict[str, Any]]:
    """The rows of `jobs` that look like jobs; a damaged field of JSON is empty."""
    names = [name for name in _columns(reading, "jobs") if name in COLUMNS]
    for row in _by_row(reading, "jobs", names, size):
        if isinstance(row.get("id"), str) and isinstance(row.get("created"), float):
            yield {name: _whole(name, value) for name, value in row.items()}


def _whole(name: str, value: Any) -> Any:
    if name not in JSON_COLUMNS:
        return value
    try:
        json.loads(value)
    except (ValueError, TypeError):
        return JSON_COLUMNS[name]
    return value


def _by_row(
    reading: sqlite3.Connection, table: str, names: Sequence[str], size: int
) -> Iterator[dict[str, Any]]:
    """Every row that can be read, in the order in which they were written."""
    listed = ", ".join(f'"{name}"' for name in names)
    sql = f"SELECT {listed} FROM {table} WHERE rowid > ? AND rowid <= ? ORDER BY rowid"
    for start in range(0, _last_row(reading, table, size) if names else 0, BLOCK):
        for row in _read(reading, sql, start):
            yield dict(zip(names, row, strict=True))


def _read(reading: sqlite3.Connection, sql: str, start: int) -> Iterator[Row]:
    try:
        yield from reading.execute(sql, (start, start + BLOCK)).fetchall()
    except sqlite3.DatabaseError:
        for row in range(start, start + BLOCK):
            with suppress(sqlite3.DatabaseError):
                yield from reading.execute(sql, (row, row + 1)).fetchall()


def _last_row(reading: sqlite3.Connection, table: str, size: int) -> int:
    most = size // LEAST_ROW_BYTES
    with suppress(sqlite3.DatabaseError):
        (last,) = reading.execute(f"SELECT max(rowid) FROM {table}").fetchone()
        return min(int(last or 0), most + BLOCK)
    return most


def _copy_rows(
    reading: sqlite3.Connection, writing: sqlite3.Connection, table: str, names: Sequence[str], job: str
) -> None:
    listed = ", ".join(names)
    with suppress(sqlite3.DatabaseError):
        sql = f"SELECT {listed} FROM {table} WHERE {names[0]} = ?"
        for row in reading.execute(sql, (job,)).fetchall():
            _insert(writing, table, dict(zip(names, row, strict=True)))


def _insert(writing: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    with suppress(sqlite3.DatabaseError):  # a second row of the same id, or one without what it must have
        writing.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def _columns(reading: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in reading.execute(f"PRAGMA table_info({table})")]


def _known(reading: sqlite3.Connection) -> set[str]:
    """The ids that are named anywhere, as far as that can be read."""
    found: set[str] = set()
    for sql in (
        "SELECT id FROM jobs INDEXED BY jobs_history",
        "SELECT id FROM jobs",
        "SELECT DISTINCT job FROM pictures",
        "SELECT DISTINCT job FROM events",
    ):
        with suppress(sqlite3.DatabaseError):
            found |= {str(job) for (job,) in _each(reading.execute(sql))}
    return found


def _each(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows up to the first that cannot be read."""
    with suppress(sqlite3.DatabaseError):
        yield from rows


def _opened(path: Path) -> sqlite3.Connection:
    """A connection in autocommit mode that shows damaged text as far as it can be read."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.text_factory = lambda text: text.decode("utf-8", errors="replace")
    return connection
