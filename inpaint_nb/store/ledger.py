"""The store: a folder with an SQLite ledger of jobs and the pictures they are about."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image

from inpaint_nb import images, settings
from inpaint_nb.edit import RemotePicture
from inpaint_nb.errors import StoreError
from inpaint_nb.images import Box
from inpaint_nb.store import owner as owners
from inpaint_nb.store import rows, search
from inpaint_nb.store.deletion import forget, sweep
from inpaint_nb.store.files import Files
from inpaint_nb.store.records import (
    COLUMNS,
    Kept,
    PictureRole,
    Record,
    StoredEvent,
    to_json,
    to_row,
)
from inpaint_nb.store.schema import VERSION, bring_up, version_of
from inpaint_nb.store.thumbnails import Thumbnails
from inpaint_nb.store.writer import Writer

BUSY_SECONDS = 10.0  # how long a write waits for another kernel's


class Store:
    """Jobs and pictures under `folder`, which is made at the first write. Any thread; several processes.

    Writes return a Future that ends when the change is on disk, or in StoreError. Reads answer at once.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder).absolute()
        self.files = Files(self.folder / "files")
        self.thumbnails = Thumbnails(self.folder / "thumbnails")
        self._database = self.folder / "ledger.sqlite"
        self._writer = Writer(self._connect, self._explain)

    def __repr__(self) -> str:
        return f"<Store {self.folder}>"

    # -- writes

    def begin(self, record: Record) -> Future[None]:
        """Enter a new job; it belongs to this process."""
        values = {name: getattr(record, name) for name in COLUMNS}

        def work(connection: sqlite3.Connection) -> None:
            rows.insert(connection, to_row(values | {"owner": owners.this_process(self.folder)}))

        return self._writer.write(work)

    def submitting(self, job_id: str) -> Future[None]:
        """Note that from now on the request may have left."""
        return self._update(job_id, {"status": "submitting"})

    def remote_id(self, job_id: str, remote_id: str) -> Future[None]:
        """Note under which id the provider knows the job."""
        return self._update(job_id, {"remote_id": remote_id})

    def event(self, job_id: str, event: StoredEvent) -> Future[None]:
        """Add one event to the job's list."""
        row = (job_id, job_id, event.time, event.kind, to_json(event.said))
        sql = "INSERT INTO events SELECT ?, count(*), ?, ?, ? FROM events WHERE job = ?"
        values = (row[0], *row[2:], row[1])
        return self._writer.write(lambda connection: rows.run(connection, sql, values))

    def end(
        self,
        job_id: str,
        outcome: Mapping[str, object],
        pictures: Mapping[PictureRole, Sequence[Kept]] | None = None,
    ) -> Future[None]:
        """Note how the job ended: fields of `Record`, and its pictures by role."""
        kept_as = [
            (job_id, role, position, kept.digest, kept.patch, kept.base, kept.box and to_json(kept.box))
            for role, several in (pictures or {}).items()
            for position, kept in enumerate(several)
        ]

        def work(connection: sqlite3.Connection) -> None:
            rows.change(connection, job_id, outcome)
            connection.executemany("INSERT OR REPLACE INTO pictures VALUES (?, ?, ?, ?, ?, ?, ?)", kept_as)

        return self._writer.write(work)

    def claim(self, record: Record) -> bool:
        """Take over a job from a process that has ended; False where another process was faster."""
        sql = "UPDATE jobs SET owner = ? WHERE id = ? AND owner = ? AND finished IS NULL"

        def work(connection: sqlite3.Connection) -> bool:
            values = (owners.this_process(self.folder), record.id, record.owner)
            return connection.execute(sql, values).rowcount == 1

        return self._writer.write(work).result()

    def delete(self, job_id: str, *, everything: bool = False) -> None:
        """Take away the job's pictures that no other job needs, and with `everything` its record too.

        Raises StoreError for a job that is not there or has not ended.
        """
        if not self.record(job_id).is_finished:
            raise StoreError(f"Job {job_id} has not ended.", "Cancel it, or let inp.resume() end it first.")
        own = self._writer.write(lambda writing: forget(writing, job_id, everything=everything)).result()
        self._writer.write(lambda writing: sweep(writing, own, self._remove)).result()

    def put_picture(self, image: Image.Image) -> str:
        """Keep the picture and return its digest. Encodes: call it on a worker."""
        try:
            self._make_folder()
            return self.files.put(image)
        except OSError as error:
            raise self._explain(error) from error

    def put_changed(self, image: Image.Image, base: str, box: Box) -> Kept:
        """Keep a picture that differs from the stored picture `base` only inside `box`.

        Only the box is encoded, a fraction of a second instead of seconds for a large picture. On a worker.
        """
        return Kept(images.digest(image), self.put_picture(image.crop(box)), base, box)

    def close(self) -> None:
        """Write what waits and let go of the files; the next use opens them again."""
        self.files.compactor.close()
        self._writer.close()

    # -- reads

    def picture(self, digest: str) -> Image.Image:
        """The picture with this digest, bit for bit. Raises StoreError where it is gone or damaged."""
        patched = None if self.files.has(digest) else self._patched(digest)
        if patched is None:
            return self.files.get(digest)
        if images.digest(patched) != digest:
            raise StoreError(f"The store at {self.folder} has a damaged picture {digest[:12]}…")
        return patched

    def thumbnail(self, digest: str) -> bytes:
        """A small copy of the picture, as a JPEG file. Raises StoreError where the picture is gone or damaged."""
        return self.thumbnails.get(digest) or self.thumbnails.put(digest, self.picture(digest))

    def search(self, wanted: search.Search) -> list[str]:
        """The ids of the jobs that are wanted, the newest first."""
        return search.ids(self._read, wanted)

    def several(self, job_ids: Sequence[str]) -> list[Record]:
        """The jobs with these ids, in this order; those that are gone are left out."""
        return search.by_ids(self._read, job_ids)

    def stored_files(self, job_ids: Sequence[str]) -> dict[str, list[Path]]:
        """The files that hold the jobs' pictures, by job; of a picture kept as its change, that of the change."""
        found = search.stored_as(self._read, job_ids)
        return {job: [self.files.path(digest) for digest in digests] for job, digests in found.items()}

    def has_files(self, kept: Iterable[Kept]) -> bool:
        """Whether the files of all these pictures are here still; another process may have deleted some."""
        return all(self.files.has(each.patch or each.digest) for each in kept)

    def is_alive(self, record: Record) -> bool:
        """Whether the process that the job belongs to still runs."""
        return owners.lives(self.folder, record.owner)

    def record(self, job_id: str) -> Record:
        """The job with this id."""
        found = search.where(self._read, "WHERE id = ?", (job_id,))
        if not found:
            raise StoreError(f"The store at {self.folder} has no job {job_id}.")
        return found[0]

    def records(self) -> list[Record]:
        """Every job, the oldest first."""
        return search.where(self._read, "ORDER BY created, rowid")

    def orphans(self) -> list[Record]:
        """The unfinished jobs whose process has ended, the oldest first."""
        waiting = search.where(self._read, "WHERE finished IS NULL ORDER BY created, rowid")
        dead = {
            owner for owner in {record.owner for record in waiting} if not owners.lives(self.folder, owner)
        }
        return [record for record in waiting if record.owner in dead]

    def events(self, job_id: str) -> list[StoredEvent]:
        """What happened to the job, in order."""
        sql = "SELECT time, kind, said FROM events WHERE job = ? ORDER BY seq"
        return [StoredEvent(time, kind, json.loads(said)) for time, kind, said in self._read(sql, (job_id,))]

    def remote_of(self, digest: str, provider: str) -> RemotePicture | None:
        """Where the picture with this digest lives at `provider`: the newest job there that made it, if any."""
        return search.remote_of(self._read, digest, provider)

    # -- inside

    def _patched(self, digest: str) -> Image.Image | None:
        sql = "SELECT patch, base, box FROM pictures WHERE digest = ? AND patch IS NOT NULL LIMIT 1"
        for patch, base, box in self._read(sql, (digest,)):
            image = self.picture(base).copy()
            image.paste(self.files.get(patch), tuple(json.loads(box)))
            return image
        return None

    def _read(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if not self._database.exists():
            return []
        try:
            with closing(_open(self._database)) as connection:
                if self._checked_version(connection) == VERSION:
                    return connection.execute(sql, values).fetchall()
            return self._writer.write(lambda writing: writing.execute(sql, values).fetchall()).result()
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _remove(self, digest: str) -> None:
        self.files.remove(digest)
        self.thumbnails.remove(digest)

    def _update(self, job_id: str, values: Mapping[str, object]) -> Future[None]:
        return self._writer.write(lambda connection: rows.change(connection, job_id, values))

    def _connect(self) -> sqlite3.Connection:
        self._make_folder()
        connection = _open(self._database)
        try:
            self._checked_version(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(
                "PRAGMA synchronous = FULL"
            )  # a commit is on disk, not only in the system's memory
            bring_up(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _checked_version(self, connection: sqlite3.Connection) -> int:
        version = version_of(connection)
        if version > VERSION:
            raise StoreError(
                f"The store at {self.folder} was made by a newer inpaint_nb.",
                "Upgrade inpaint_nb, or set INPAINT_NB_STORE to another folder.",
            )
        return version

    def _make_folder(self) -> None:
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            ignore.write_text("*\n", encoding="utf-8")

    def _explain(self, error: Exception) -> StoreError:
        if isinstance(error, StoreError):
            return error
        explained = StoreError(
            f"The store at {self.folder} cannot be used: {error}.",
            "Free some space or mend the folder, or set INPAINT_NB_STORE to another one.",
        )
        explained.__cause__ = error
        return explained


def _open(database: Path) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun and ended where they are meant."""
    connection = sqlite3.connect(database, timeout=BUSY_SECONDS, isolation_level=None)
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
    return connection


_lock = threading.Lock()
_stores: dict[Path, Store] = {}


def open_store(folder: str | Path | None = None) -> Store:
    """The store at `folder`, or where the settings say just now; one object per folder and process."""
    path = Path(folder if folder is not None else settings.store_folder()).absolute()
    with _lock:
        return _stores.setdefault(path, Store(path))


def close_stores() -> None:
    """Close every store this process has opened."""
    with _lock:
        stores = list(_stores.values())
        _stores.clear()
    for store in stores:
        store.close()
