"""Taking a job's pictures away, and nothing that another job needs."""

from __future__ import annotations

import sqlite3
import time

_OWN = """
    SELECT digest FROM pictures WHERE job = :job UNION SELECT patch FROM pictures WHERE job = :job
    UNION SELECT base FROM pictures WHERE job = :job UNION SELECT parent FROM jobs WHERE id = :job"""
_NEEDED = """
    SELECT EXISTS (SELECT 1 FROM pictures WHERE digest = :digest)
        OR EXISTS (SELECT 1 FROM pictures WHERE patch = :digest AND patch IS NOT NULL)
        OR EXISTS (SELECT 1 FROM pictures WHERE base = :digest AND base IS NOT NULL)
        OR EXISTS (SELECT 1 FROM jobs WHERE parent = :digest AND deleted IS NULL)"""


def forget(connection: sqlite3.Connection, job_id: str, *, everything: bool) -> list[str]:
    """Take the job out of the tables, or only its pictures; the digests that nothing refers to any more."""
    own = [digest for (digest,) in connection.execute(_OWN, {"job": job_id}) if digest is not None]
    connection.execute("DELETE FROM pictures WHERE job = ?", (job_id,))
    if everything:
        connection.execute("DELETE FROM events WHERE job = ?", (job_id,))
        connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
    else:
        connection.execute("UPDATE jobs SET deleted = ? WHERE id = ?", (time.time(), job_id))
    return [digest for digest in own if not _is_needed(connection, digest)]


def _is_needed(connection: sqlite3.Connection, digest: str) -> bool:
    (answer,) = connection.execute(_NEEDED, {"digest": digest}).fetchone()
    return bool(answer)
