"""Taking a job's pictures away, and nothing that another job needs."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable

from inpaint_nb.store import ratings

_OWN = """
    SELECT digest FROM pictures WHERE job = :job UNION SELECT patch FROM pictures WHERE job = :job
    UNION SELECT base FROM pictures WHERE job = :job UNION SELECT parent FROM jobs WHERE id = :job"""
_REMEMBER = """
    INSERT OR IGNORE INTO deleted_pictures (digest, job)
    SELECT digest, job FROM pictures WHERE role = 'composited' AND job = ?"""
_NEEDED = """
    SELECT EXISTS (SELECT 1 FROM pictures WHERE digest = :digest)
        OR EXISTS (SELECT 1 FROM pictures WHERE patch = :digest AND patch IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pictures WHERE base = :digest AND base IS NOT NULL)
        OR EXISTS (SELECT 1 FROM jobs WHERE parent = :digest AND deleted IS NULL)"""


def forget(connection: sqlite3.Connection, job_id: str, *, everything: bool) -> list[str]:
    """Take the job out of the tables, or only its pictures; the digests that it referred to."""
    own = [digest for (digest,) in connection.execute(_OWN, {"job": job_id}) if digest is not None]
    connection.execute(_REMEMBER, (job_id,))
    connection.execute("DELETE FROM pictures WHERE job = ?", (job_id,))
    if everything:
        connection.execute("DELETE FROM events WHERE job = ?", (job_id,))
        ratings.forget(connection, job_id)
        connection.execute("DELETE FROM deleted_pictures WHERE job = ?", (job_id,))
        connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
    else:
        connection.execute("UPDATE jobs SET deleted = ? WHERE id = ?", (time.time(), job_id))
    return own


def sweep(connection: sqlite3.Connection, digests: Iterable[str], remove: Callable[[str], None]) -> None:
    """Remove those of the pictures that no job refers to.

    In a transaction of its own after that of `forget`: a kill between them leaves files too many, never a record
    too much. And while it lasts nobody writes, so whoever enters a job that needs one of these pictures either
    came before, and is seen here, or comes after, and sees that the file is gone.
    """
    for digest in digests:
        if not _is_needed(connection, digest):
            remove(digest)


def _is_needed(connection: sqlite3.Connection, digest: str) -> bool:
    (answer,) = connection.execute(_NEEDED, {"digest": digest}).fetchone()
    return bool(answer)
