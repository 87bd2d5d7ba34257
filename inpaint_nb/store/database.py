"""The ledger as SQLite has it: asked by anybody, written by one thread, mended where it is damaged."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from inpaint_nb.errors import StoreError
from inpaint_nb.store.rescue import Rescue, current
from inpaint_nb.store.schema import VERSION, bring_up, version_of
from inpaint_nb.store.writer import Writer

BUSY_SECONDS = 10.0  # how long a write waits for another kernel's
NEW_SECONDS = 60.0  # the first pictures of a store are older than its ledger, by so much at most


class Database:
    """The ledger in `folder`. Any thread; several processes. Its errors are StoreErrors."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rescue = Rescue(folder)
        self._connected: Path | None = None  # used by the writer's thread only
        self.writer = Writer(self._connect, self.explain, self._is_current, self._mend)
        self.take_news = self._rescue.take_news

    @property
    def was_rescued(self) -> bool:
        """Whether an earlier ledger of this store was damaged."""
        return current(self._folder) != self._folder / "ledger.sqlite"

    def read(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The rows that the question brings; none where there is no ledger yet."""
        path = current(self._folder)
        if not path.exists():
            return []
        try:
            return self._read(path, sql, values)
        except sqlite3.Error as error:
            if self._rescue.mend(error, path):
                return self.read(sql, values)
            raise self.explain(error) from error

    def explain(self, error: Exception) -> StoreError:
        """The error in our words."""
        if isinstance(error, StoreError):
            return error
        explained = StoreError(
            f"The store at {self._folder} cannot be used: {error}.",
            "Free some space or mend the folder, or set INPAINT_NB_STORE to another one.",
        )
        explained.__cause__ = error
        return explained

    def make_folder(self) -> None:
        """The store's folder, which no version control takes up."""
        ignore = self._folder / ".gitignore"
        if not ignore.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            ignore.write_text("*\n", encoding="utf-8")

    def _read(self, path: Path, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        with closing(_open(path)) as connection:
            if self._checked_version(connection) == VERSION:
                return connection.execute(sql, values).fetchall()
        return self.writer.write(lambda writing: writing.execute(sql, values).fetchall()).result()

    def _connect(self) -> sqlite3.Connection:
        self.make_folder()
        self._connected = current(self._folder)
        connection = _open(self._connected)
        try:
            is_new = self._checked_version(connection) == 0
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "PRAGMA synchronous = FULL"
            )  # a commit is on disk, not only in the system's memory
            bring_up(connection)
        except BaseException:
            connection.close()
            raise
        if is_new:
            self._tell_of_orphans()
        return connection

    def _is_current(self) -> bool:
        return self._connected == current(self._folder)

    def _mend(self, error: Exception) -> bool:
        return self._connected is not None and self._rescue.mend(error, self._connected)

    def _tell_of_orphans(self) -> None:
        """A ledger that is new, in a store that is not: somebody took it away, or it was cut off to nothing."""
        before = time.time() - NEW_SECONDS
        old = sum(path.stat().st_mtime < before for path in (self._folder / "files").glob("??/*.png"))
        if old:
            self._rescue.tell(
                f"The ledger of the store at {self._folder} was missing or empty. A new one was begun; {old:,} "
                f"picture{' lies' if old == 1 else 's lie'} there whose runs nobody knows: see inpaint_nb.clean()."
            )

    def _checked_version(self, connection: sqlite3.Connection) -> int:
        version = version_of(connection)
        if version > VERSION:
            raise StoreError(
                f"The store at {self._folder} was made by a newer inpaint_nb.",
                "Upgrade inpaint_nb, or set INPAINT_NB_STORE to another folder.",
            )
        return version


def _open(database: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun and ended where they are meant."""
    connection = sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    return connection
