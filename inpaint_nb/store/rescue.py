"""A damaged ledger, left where it lies, and a new one in its place with all that could be read.

The new ledger has the next number in its name: a database that some process may have open is never renamed, for
what that process still writes beside it would be taken for part of another one.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from inpaint_nb.errors import StoreError
from inpaint_nb.store.owner import try_lock
from inpaint_nb.store.records import JSON_COLUMNS
from inpaint_nb.store.salvage import Salvaged, salvage

LOCK_SECONDS = 60.0  # how long one process waits while another one rescues
LOOK_SECONDS = 0.05
MOST_RESCUES = 3  # in one process: on a disk that damages all it gets there is no end
# A lock, a full disk, a missing right or a newer version are no damage.
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
DAMAGED_TEXT = ("decode to UTF-8", "malformed JSON", "user-defined function")

log = logging.getLogger(__name__)


def current(folder: Path) -> Path:
    """The ledger of the store: the one with the highest number."""
    path, number = folder / "ledger.sqlite", 2
    while (later := folder / f"ledger-{number}.sqlite").exists():
        path, number = later, number + 1
    return path


class Rescue:
    """Makes new ledgers out of damaged ones. Any thread; of several processes one does it, and the others wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._done = 0
        self._news: list[str] = []

    def mend(self, error: BaseException, path: Path) -> bool:
        """Whether there is another ledger by now than the one at `path`, whose use ended in `error`."""
        if not looks_damaged(error):
            return False
        with suppress(OSError, sqlite3.Error, StoreError), self._lock, _alone(self._folder):
            if current(self._folder) != path:
                return True
            if self._done < MOST_RESCUES and is_damaged(path):
                self._done += 1
                self._replace(path, error)
                return True
        return False

    def tell(self, text: str) -> None:
        """Say it in the log, and to the next job, which says it to whoever watches."""
        log.warning("%s", text)
        self._news.append(text)

    def take_news(self) -> list[str]:
        """What was told since the last time."""
        with self._lock:
            news, self._news = self._news, []
        return news

    def _replace(self, path: Path, error: BaseException) -> None:
        new = self._folder / f".{uuid.uuid4().hex}"
        try:
            with _nobody_writes(path):
                found = salvage(path, new)
                new.rename(_next(path))
        finally:
            new.unlink(missing_ok=True)
        self.tell(_told(path, error, found))


def looks_damaged(error: BaseException) -> bool:
    """Whether the error may come from a damaged file, and from nothing that passes."""
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = getattr(error, "sqlite_errorcode", None) or 0
    return (code & 0xFF) in DAMAGE or any(text in str(error) for text in DAMAGED_TEXT)


def is_damaged(path: Path) -> bool:
    """Whether the ledger is, on a closer look. Raises sqlite3.Error where nobody can look just now."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            return said != "ok" or not _reads(connection)
    except sqlite3.DatabaseError as error:
        if looks_damaged(error):
            return True
        raise


def _reads(connection: sqlite3.Connection) -> bool:
    """Whether every job can be read."""
    rows = connection.execute("SELECT * FROM jobs")
    names = [name for name, *_ in rows.description]
    at = [number for number, name in enumerate(names) if name in JSON_COLUMNS]
    try:
        for row in rows:
            for number in at:
                json.loads(row[number])
    except (ValueError, TypeError):
        return False
    return True


def _next(path: Path) -> Path:
    _, _, number = path.stem.partition("-")
    return path.with_name(f"ledger-{int(number or 1) + 1}.sqlite")


def _told(path: Path, error: BaseException, found: Salvaged) -> str:
    saved = f"{found.runs:,} run{'' if found.runs == 1 else 's'}"
    lost = f"at least {found.lost:,} could not be read" if found.lost else "no other was found"
    return (
        f"The ledger of the store was damaged ({error}). {saved} could be saved into a new one, {_next(path).name}; "
        f"{lost}. The damaged one lies where it was, at {path}; all pictures are kept."
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other process rescues this store meanwhile. Raises StoreError where that takes too long."""
    descriptor = os.open(folder / "rescue.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = time.monotonic() + LOCK_SECONDS
        while not try_lock(descriptor):
            if time.monotonic() > end:
                raise StoreError(f"Another process has been mending the store at {folder} for too long.")
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _nobody_writes(path: Path) -> Iterator[None]:
    """No process writes to the damaged ledger meanwhile, as far as it is still one that can be locked."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.DatabaseError as error:
            if not looks_damaged(error):
                raise
        yield
        with suppress(sqlite3.DatabaseError):
            connection.execute("ROLLBACK")
