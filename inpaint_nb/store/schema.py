"""The ledger's tables, and how an older ledger becomes one of today."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from inpaint_nb.store.identity import identity, seed_used
from inpaint_nb.store.records import COLUMNS, from_row

VERSION = 4

SEARCHED = "created, id, provider, status, finished, parent, prompt, source"

_COLUMNS = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
_JOBS = f"CREATE TABLE IF NOT EXISTS jobs ({_COLUMNS})"
_TABLES = (
    _JOBS,
    "CREATE INDEX IF NOT EXISTS jobs_unfinished ON jobs (created) WHERE finished IS NULL",
    "CREATE TABLE IF NOT EXISTS events ("
    "job TEXT NOT NULL, seq INTEGER NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL,"
    "PRIMARY KEY (job, seq)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS pictures ("
    "job TEXT NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL,"
    "patch TEXT, base TEXT, box TEXT,"
    "PRIMARY KEY (job, role, position)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS pictures_patched ON pictures (digest) WHERE patch IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS pictures_digest ON pictures (digest)",
    "CREATE INDEX IF NOT EXISTS pictures_patch ON pictures (patch) WHERE patch IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS pictures_base ON pictures (base) WHERE base IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS jobs_parent ON jobs (parent)",
    "CREATE INDEX IF NOT EXISTS jobs_identity ON jobs (identity, repeat)",
    "CREATE INDEX IF NOT EXISTS jobs_settled ON jobs (settled, repeat) WHERE settled IS NOT NULL",
    # What people think of pictures; nothing is changed or deleted, the newest of each person counts.
    "CREATE TABLE IF NOT EXISTS ratings ("
    "job TEXT NOT NULL, position INTEGER NOT NULL, who TEXT NOT NULL, time REAL NOT NULL,"
    "stars INTEGER, starred INTEGER, rejected INTEGER, blind INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX IF NOT EXISTS ratings_job ON ratings (job, position, time)",
    # Which of two pictures somebody preferred; in a tie neither. Lines are only added here, too.
    "CREATE TABLE IF NOT EXISTS choices ("
    "better TEXT NOT NULL, better_position INTEGER NOT NULL, worse TEXT NOT NULL, worse_position INTEGER NOT NULL,"
    "tie INTEGER NOT NULL, who TEXT NOT NULL, time REAL NOT NULL, blind INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX IF NOT EXISTS choices_better ON choices (better)",
    "CREATE INDEX IF NOT EXISTS choices_worse ON choices (worse)",
    # What deleted jobs had made, so that what was made of it still knows where it came from.
    "CREATE TABLE IF NOT EXISTS deleted_pictures ("
    "digest TEXT NOT NULL, job TEXT NOT NULL, PRIMARY KEY (digest, job)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS deleted_pictures_job ON deleted_pictures (job)",
    # Which jobs pressed or fetched what another one made, and which one that was.
    "CREATE INDEX IF NOT EXISTS jobs_remote ON jobs (remote_id) WHERE remote_id IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS jobs_target ON jobs (json_extract(target, '$.remote_id'))"
    " WHERE kind IN ('press', 'fetch')",
    # What providers answered about themselves; lines are only added, the newest answer to a question counts.
    "CREATE TABLE IF NOT EXISTS answers ("
    "identity TEXT NOT NULL, repeat INTEGER NOT NULL, time REAL NOT NULL, said TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS answers_identity ON answers (identity, repeat, time)",
    # All that is searched, so that rows with their long masks are read for one page only.
    f"CREATE INDEX IF NOT EXISTS jobs_history ON jobs ({SEARCHED})",
    f"PRAGMA user_version = {VERSION}",
)


def version_of(connection: sqlite3.Connection) -> int:
    """The version that the ledger was last written as; 0 for a new file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def bring_up(connection: sqlite3.Connection) -> None:
    """Make the tables where they are missing, and today's out of older ones; all of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)
        if version == 1:
            _from_1(connection)
        if version == 2:
            _from_2(connection)
        if version in (2, 3):
            _from_3(connection)
        if 0 < version < VERSION:
            know_again(connection)
        for statement in _TABLES if version < VERSION else ():
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _from_1(connection: sqlite3.Connection) -> None:
    """Version 1 knew edits only: every job had a parent and a mask. What it lacks has defaults."""
    old = [name for _, name, *_ in connection.execute("PRAGMA table_info(jobs)")]
    names = ", ".join(f'"{name}"' for name in old if name in COLUMNS)
    connection.execute("ALTER TABLE jobs RENAME TO jobs_1")
    connection.execute("DROP INDEX IF EXISTS jobs_unfinished")
    connection.execute(_JOBS)
    connection.execute(f"INSERT INTO jobs ({names}) SELECT {names} FROM jobs_1 ORDER BY rowid")
    connection.execute("DROP TABLE jobs_1")


def _from_2(connection: sqlite3.Connection) -> None:
    """Version 2 did not know how much a mask covers, and could not delete."""
    for name in ("coverage", "deleted"):
        connection.execute(f'ALTER TABLE jobs ADD COLUMN "{name}" {COLUMNS[name]}')


def _from_3(connection: sqlite3.Connection) -> None:
    """Version 3 did not know equal requests again."""
    for name in ("identity", "settled", "repeat"):
        connection.execute(f'ALTER TABLE jobs ADD COLUMN "{name}" {COLUMNS[name]}')


def know_again(connection: sqlite3.Connection) -> None:
    """Give the jobs of an older ledger the identities that they would have today."""
    names = [name for name in COLUMNS if name not in ("operations", "repeat")]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f"SELECT {columns} FROM jobs WHERE identity = ''").fetchall()
    for row in rows:
        asked = from_row(dict(zip(names, row, strict=True)))
        values = (identity(asked, asked["seed"]), identity(asked, seed_used(asked)), asked["id"])  # type: ignore[arg-type] # a seed is a whole number
        connection.execute("UPDATE jobs SET identity = ?, settled = ? WHERE id = ?", values)
