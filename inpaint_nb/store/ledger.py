"""The store: a folder with an SQLite ledger of jobs and the pictures they are about."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from PIL import Image

from inpaint_nb import images, settings
from inpaint_nb.errors import StoreError
from inpaint_nb.images import Box
from inpaint_nb.store import owner as owners
from inpaint_nb.store import rows, search
from inpaint_nb.store.answers import Answers
from inpaint_nb.store.database import Database
from inpaint_nb.store.deletion import forget, sweep
from inpaint_nb.store.files import Files
from inpaint_nb.store.leftovers import Sweeper
from inpaint_nb.store.lineage import Lineage
from inpaint_nb.store.moving import Moving
from inpaint_nb.store.ratings import Ratings
from inpaint_nb.store.reading import Reads
from inpaint_nb.store.records import (
    COLUMNS,
    Kept,
    PictureRole,
    Record,
    StoredEvent,
    to_json,
    to_row,
)
from inpaint_nb.store.thumbnails import Thumbnails


class Store(Reads):
    """Jobs and pictures under `folder`, which is made at the first write. Any thread; several processes.

    Writes return a Future that ends when the change is on disk, or in StoreError. Reads answer at once.
    """

    def __init__(self, folder: str | Path) -> None:
        self._database = Database(Path(folder).absolute())
        self._read, self._writer = self._database.read, self._database.writer
        super().__init__(Path(folder).absolute(), self._read)
        self.files = Files(self.folder / "files")
        self.thumbnails = Thumbnails(self.folder / "thumbnails")
        self.answers = Answers(self._read, self._writer.write)
        self.ratings = Ratings(self._read, self._writer.write)
        self.moving = Moving(self._read, self._writer.write)
        self.sweeper = Sweeper(self.folder, self.files, self.thumbnails, self._read, self._writer.write)
        self.lineage = Lineage(self._read)

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

    def put_picture(self, image: Image.Image, digest: str | None = None) -> str:
        """Keep the picture and return its digest, if that is not known already. Encodes: call it on a worker."""
        try:
            self._database.make_folder()
            return self.files.put(image, digest)
        except OSError as error:
            raise self._database.explain(error) from error

    def take_picture(self, digest: str, read: Callable[[], bytes]) -> None:
        """Keep a picture's file that was made elsewhere and proved, unless it is here and whole."""
        try:
            self._database.make_folder()
            self.files.take(digest, read)
        except OSError as error:
            raise self._database.explain(error) from error

    def put_changed(self, image: Image.Image, base: str, box: Box) -> Kept:
        """Keep a picture that differs from the stored picture `base` only inside `box`.

        Only the box is encoded, a fraction of a second instead of seconds for a large picture. On a worker.
        """
        return Kept(images.digest(image), self.put_picture(image.crop(box)), base, box)

    def close(self) -> None:
        """Write what waits and let go of the files; the next use opens them again."""
        self.files.compactor.close()
        self._writer.close()

    @property
    def was_rescued(self) -> bool:
        """Whether an earlier ledger of this store was damaged."""
        return self._database.was_rescued

    def take_news(self) -> list[str]:
        """What befell the store since the last time, in words for a user: a damaged ledger that was replaced."""
        return self._database.take_news()

    # -- reads

    def picture(self, digest: str, in_hand: Mapping[str, Image.Image] | None = None) -> Image.Image:
        """The picture with this digest, bit for bit. Raises StoreError where it is gone or damaged.

        `in_hand` are pictures by digest that need not be read again.
        """
        try:
            return self.files.get(digest)
        except StoreError:  # it may be kept as its change, too, or that alone
            patched = self._patched(digest, in_hand or {})
            if patched is None:
                raise
        if images.digest(patched) != digest:
            raise StoreError(f"The store at {self.folder} has a damaged picture {digest[:12]}…")
        return patched

    def thumbnail(self, digest: str) -> bytes:
        """A small copy of the picture, as a JPEG file. Raises StoreError where the picture is gone or damaged."""
        return self.thumbnails.get(digest) or self.thumbnails.put(digest, self.picture(digest))

    def stored_files(self, job_ids: Sequence[str]) -> dict[str, list[Path]]:
        """The files that hold the jobs' pictures, by job; of a picture kept as its change, that of the change."""
        found = search.stored_as(self._read, job_ids)
        return {job: [self.files.path(digest) for digest in digests] for job, digests in found.items()}

    def has_files(self, kept: Iterable[Kept]) -> bool:
        """Whether the files of all these pictures are here still; another process may have deleted some."""
        return all(self.files.has(each.patch or each.digest) for each in kept)

    # -- inside

    def _patched(self, digest: str, in_hand: Mapping[str, Image.Image]) -> Image.Image | None:
        sql = "SELECT patch, base, box FROM pictures WHERE digest = ? AND patch IS NOT NULL LIMIT 1"
        for patch, base, box in self._read(sql, (digest,)):
            image = (in_hand[base] if base in in_hand else self.picture(base)).copy()
            image.paste(self.files.get(patch), tuple(json.loads(box)))
            return image
        return None

    def _remove(self, digest: str) -> None:
        self.files.remove(digest)
        self.thumbnails.remove(digest)

    def _update(self, job_id: str, values: Mapping[str, object]) -> Future[None]:
        return self._writer.write(lambda connection: rows.change(connection, job_id, values))


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
