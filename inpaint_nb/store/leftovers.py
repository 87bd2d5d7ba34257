"""Files of a store that nobody refers to, and runs whose files are gone."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inpaint_nb.errors import StoreError
from inpaint_nb.store import owner as owners
from inpaint_nb.store.deletion import sweep
from inpaint_nb.store.files import Files
from inpaint_nb.store.thumbnails import Thumbnails

YOUNG_SECONDS = (
    3600.0  # a picture is on disk before the job is that has it, and an unfinished file before its name
)
AT_ONCE = 200  # files taken away in one transaction, for which every other process waits

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Write = Callable[[Callable[[sqlite3.Connection], None]], Future[None]]

_DIGEST = re.compile("[0-9a-f]{40}")
_UNFINISHED = re.compile(r"\.[0-9a-f]{32}c?(-(wal|shm|journal))?")
_NEEDED = """
    SELECT digest FROM pictures UNION SELECT patch FROM pictures UNION SELECT base FROM pictures
    UNION SELECT parent FROM jobs WHERE deleted IS NULL"""
_KEPT = "SELECT job, digest, patch, base FROM pictures ORDER BY job, role, position"


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Files nobody refers to: pictures, small copies, files that were never finished, signs of dead processes.

    `missing` are the ids of runs of whose pictures a file is gone.
    """

    pictures: tuple[Path, ...] = ()
    thumbnails: tuple[Path, ...] = ()
    unfinished: tuple[Path, ...] = ()
    owners: tuple[Path, ...] = ()
    missing: tuple[str, ...] = ()


class Sweeper:
    """Finds and removes what is left over in one store, beside any number of processes that write. Any thread."""

    def __init__(self, folder: Path, files: Files, thumbnails: Thumbnails, read: Read, write: Write) -> None:
        self._folder, self._files, self._thumbnails = folder, files, thumbnails
        self._read, self._write = read, write

    def find(self, young_seconds: float = YOUNG_SECONDS) -> Leftovers:
        """What nobody refers to and is older than that; the files are looked at before the ledger is."""
        before = time.time() - young_seconds
        pictures = _named(self._files.folder, ".png")
        small = _named(self._thumbnails.folder, ".jpg")
        needed = {digest for (digest,) in self._read(_NEEDED, ())}
        return Leftovers(
            _old((path for name, path in pictures.items() if name not in needed), before),
            _old((path for name, path in small.items() if name not in needed), before),
            _old(_half_written(self._files.folder, self._thumbnails.folder, self._folder), before),
            tuple(sorted(owners.dead(self._folder))),
            self._missing(pictures.keys()),
        )

    def remove(self, found: Leftovers) -> None:
        """Take these files away, but for those that somebody refers to by now.

        Raises StoreError where there is no ledger that could say so.
        """
        if not self._read("SELECT 1 FROM sqlite_master WHERE name = 'jobs'", ()):
            raise StoreError(
                f"The store at {self._folder} has no ledger, so nobody knows which pictures are needed.",
                "If you need none of them, remove the folder.",
            )
        digests = [path.stem for path in (*found.pictures, *found.thumbnails)]
        for start in range(0, len(digests), AT_ONCE):
            some = digests[start : start + AT_ONCE]
            self._write(lambda connection, some=some: sweep(connection, some, self._take_away)).result()  # type: ignore[misc] # bound now
        for path in (*found.unfinished, *found.owners):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _take_away(self, digest: str) -> None:
        with suppress(OSError):  # read by someone on Windows: it stays until the next time
            self._files.remove(digest)
            self._thumbnails.remove(digest)

    def _missing(self, here: Iterable[str]) -> tuple[str, ...]:
        """The runs of whose pictures a file is gone, and that picture cannot be put together otherwise."""
        rows, files = self._read(_KEPT, ()), set(here)
        changed = {digest for _, digest, patch, base in rows if {patch, base} <= files}
        gone = [job for job, digest, *_ in rows if digest not in files and digest not in changed]
        return tuple(dict.fromkeys(gone))


def _named(folder: Path, suffix: str) -> dict[str, Path]:
    """The files that are named by a digest."""
    found = (path for path in folder.glob(f"??/*{suffix}") if _DIGEST.fullmatch(path.stem))
    return {path.stem: path for path in found}


def _half_written(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        for pattern in (".*", "??/.*"):
            yield from (path for path in folder.glob(pattern) if _UNFINISHED.fullmatch(path.name))


def _old(paths: Iterable[Path], before: float) -> tuple[Path, ...]:
    """Those that were last written before that, in order."""
    found = []
    for path in paths:
        with suppress(OSError):  # gone meanwhile
            if path.stat().st_mtime < before:
                found.append(path)
    return tuple(sorted(set(found)))
