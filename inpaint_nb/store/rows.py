"""Rows of the table `jobs`, written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from inpaint_nb.store.records import to_row


def insert(connection: sqlite3.Connection, row: Mapping[str, object]) -> None:
    """A new job."""
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    run(connection, f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(row.values()))


def change(connection: sqlite3.Connection, job_id: str, values: Mapping[str, object]) -> None:
    """New values for fields of a job."""
    changes = ", ".join(f'"{name}" = ?' for name in values)
    row = to_row(values)
    run(connection, f"UPDATE jobs SET {changes} WHERE id = ?", (*row.values(), job_id))


def run(connection: sqlite3.Connection, sql: str, values: Iterable[object]) -> None:
    """One statement that answers nothing."""
    connection.execute(sql, tuple(values))
