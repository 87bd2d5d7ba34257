"""What one job writes to the store, and what happens when the store cannot take it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import Event, Finished, Notice, Preview, Progress, Queued, Result, Submitted, edit_of
from inpaint_nb.edit.asked import picture_of
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.jobs.entries import entry_of
from inpaint_nb.jobs.job import Job
from inpaint_nb.jobs.loop import settled
from inpaint_nb.secret import without_keys
from inpaint_nb.store import Kept, PictureRole, Record, Store, StoredEvent, identity
from inpaint_nb.workers import offload

QUICK_PIXELS = 1_000_000  # encoded in about 0.1 s

log = logging.getLogger(__name__)


class Journal:
    """The record of one job as it grows; used on the engine's thread only.

    A store that cannot be written never costs the job: it is told once, through `tell`, and the job goes on.
    Only a job that costs something and is not on disk yet stops there, with StoreError, before it is sent.
    """

    def __init__(
        self,
        store: Store,
        job: Job,
        *,
        source: str,
        must_record: bool,
        options: Mapping[str, object] | None = None,
        record: Record | None = None,
    ) -> None:
        """`record` is the job's where it is in the store already: it is picked up again."""
        self._store = store
        self._job = job
        self._source = source
        self._must_record = must_record
        self._options = options or {}
        self._record = record
        self._is_new = record is None
        self._is_begun = record is not None
        self._is_broken = False
        self._keeping: asyncio.Task[None] | None = None
        self.tell: Callable[[Notice], None] = lambda notice: None

    async def begin(self) -> None:
        """The job is on disk, mask included; for a job picked up again it is there already.

        Its picture is too, unless it is large and the job free: then encoding takes seconds, nothing can be lost
        but a run that costs nothing, and the picture is written while the provider works.
        """
        if not self._is_new:
            return
        try:
            record = self._record = await offload(entry_of, self._job, self._source, self._options)
            picture = picture_of(self._job.request)
            may_lag = not self._must_record and picture is not None and _is_large(picture)
            if picture is not None and not may_lag:
                await offload(self._store.put_picture, picture, record.parent)
            self._is_begun = True  # even where a cancel ends the wait, the row comes
            await settled(self._store.begin(record))
            for text in self._store.take_news():
                self.tell(Notice(text))
            if picture is not None and not may_lag and not self._store.has_files([_whole(record)]):
                await offload(
                    self._store.put_picture, picture, record.parent
                )  # deleted with the last job that had it
            if picture is not None and may_lag:
                self._keeping = asyncio.create_task(self._keep_parent(picture, record.parent))
        except StoreError as error:
            self._is_begun = False
            self._stop_or_tell(error)

    async def submitting(self) -> None:
        """It is on disk that from now on the request may have left."""
        if self._is_broken:
            return
        try:
            await settled(self._store.submitting(self._job.id))
        except StoreError as error:
            self._stop_or_tell(error)

    async def note(self, event: Event) -> None:
        """Write the event; a remote id is on disk when this returns, anything else soon after."""
        if self._is_broken:
            return
        self._watch(
            self._store.event(self._job.id, StoredEvent(time.time(), type(event).__name__, said(event)))
        )
        if isinstance(event, Submitted) and event.remote_id is not None:
            future = self._store.remote_id(self._job.id, event.remote_id)
            self._watch(future)
            await _over(future)

    async def end(self, outcome: Result | BaseException, status: str) -> None:
        """How the job ended, on disk, pictures included; raises nothing, whatever the store does."""
        if not self._is_begun:
            return
        try:
            if isinstance(outcome, Result):
                if self._keeping is not None:
                    await self._keeping
                pictures = await self._keep(outcome)
                await settled(self._store.end(self._job.id, self._values(outcome), pictures))
                if not self._store.has_files(kept for several in pictures.values() for kept in several):
                    await self._keep(outcome)  # deleted with the last job that had them
            else:
                await settled(self._store.end(self._job.id, self._error(outcome, status)))
        except StoreError as error:
            self._tell_once(error)
        except Exception as error:
            log.exception("The end of job %s could not be recorded", self._job.id)
            self._tell_once(StoreError(str(error)))

    async def _keep_parent(self, picture: Image.Image, digest: str | None) -> None:
        try:
            await offload(self._store.put_picture, picture, digest)
        except StoreError as error:
            self._tell_once(error)

    async def _keep(self, result: Result) -> dict[PictureRole, list[Kept]]:
        """The pictures of a result, on disk; the provider's own beside the composited ones."""
        composited, raw = await asyncio.gather(
            offload(self._keep_composited, result), offload(self._keep_raw, result)
        )
        both = [own or same for own, same in zip(raw, composited, strict=True)]
        return {"composited": composited, "raw": both}

    def _keep_composited(self, result: Result) -> list[Kept]:
        """On a worker: it encodes."""
        kept = [self._keep_one(image) for image in result.images]
        for each, image in zip(kept, result.images, strict=True):
            self._store.thumbnails.put(each.digest, image)
        return kept

    def _keep_raw(self, result: Result) -> list[Kept | None]:
        """None for what is the composited picture itself. On a worker: it encodes."""
        return [
            None if picture is image else Kept(self._store.put_picture(_storable(picture)))
            for picture, image in zip(result.raw, result.images, strict=True)
        ]

    def _values(self, result: Result) -> dict[str, object]:
        """The fields of a record that a result has."""
        return {
            "status": "done",
            "finished": time.time(),
            "seconds": result.seconds,
            "cost": result.cost,
            "remote": result.remote,
            "remote_id": result.remote_id,
            "actions": result.actions,
            "grid": result.grid,
            "reports": [asdict(report) for report in result.reports],
            "notes": result.notes,
            "settled": self._settled(result),
        }

    def _settled(self, result: Result) -> str:
        record = self._record
        asked = {} if record is None else {name: getattr(record, name) for name in record.__slots__}
        return identity(asked, result.seed)

    def _keep_one(self, image: Image.Image) -> Kept:
        edit = edit_of(self._job.request)
        box = None if edit is None else edit.blend_mask.bbox
        parent = None if self._record is None else self._record.parent
        if box is None or parent is None:
            return Kept(self._store.put_picture(image))
        return self._store.put_changed(image, parent, box)

    def _error(self, error: BaseException, status: str) -> dict[str, object]:
        ours = error if isinstance(error, InpaintError) else InpaintError(str(error))
        return {
            "status": status,
            "finished": time.time(),
            "seconds": self._job.seconds,
            "error_type": type(error).__name__,
            "error_text": without_keys(ours.message),
            "error_hint": without_keys(ours.hint),
            "notes": self._job.notices,
        }

    def _watch(self, future: Future[None]) -> None:
        loop = asyncio.get_running_loop()

        def look(done: Future[None]) -> None:
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(self._look_at, done)

        future.add_done_callback(look)

    def _look_at(self, done: Future[None]) -> None:
        if isinstance(error := done.exception(), StoreError):
            self._tell_once(error)

    def _stop_or_tell(self, error: StoreError) -> None:
        if self._must_record:
            raise StoreError(
                f"Nothing was sent, because a job of {self._job.provider!r} may cost something "
                f"and could not be recorded. {error.message}",
                error.hint,
            ) from error
        self._tell_once(error)

    def _tell_once(self, error: StoreError) -> None:
        if not self._is_broken:
            self._is_broken = True
            self.tell(Notice(f"This run is not recorded: {error.message}"))


def _is_large(picture: Image.Image) -> bool:
    return picture.width * picture.height > QUICK_PIXELS


def _whole(record: Record) -> Kept:
    return Kept(record.parent or "")


async def _over(future: Future[None]) -> None:
    """Wait for the end of a write whose error is told elsewhere."""
    try:
        await settled(future)
    except StoreError:
        return


def _storable(picture: Image.Image) -> Image.Image:
    """The provider's picture in a mode that a PNG file can hold."""
    return picture if picture.mode in ("L", "RGB", "RGBA") else images.load(picture)


def said(event: Event) -> Mapping[str, object]:
    """What the event says, without its pictures."""
    match event:
        case Submitted(remote_id):
            return {"remote_id": remote_id}
        case Queued(position):
            return {"position": position}
        case Progress(stage, fraction):
            return {"stage": stage, "fraction": fraction}
        case Preview(image):
            return {"size": image.size}
        case Notice(text):
            return {"text": text}
        case Finished(images, cost, _, actions, grid):
            return {"count": len(images), "cost": cost, "actions": actions, "grid": grid}
