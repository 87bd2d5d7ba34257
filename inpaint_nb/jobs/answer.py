"""What the store answers instead of a provider, and what is said where it has no answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal

from PIL import Image

from inpaint_nb.edit import FetchRequest, Notice, PressRequest, Request, Result, edit_of
from inpaint_nb.errors import JobCancelled, NotRecorded, StoreError
from inpaint_nb.jobs.job import Job
from inpaint_nb.jobs.key import Key
from inpaint_nb.jobs.recall import error_of
from inpaint_nb.store import Record, Store
from inpaint_nb.workers import offload

Pictures = Mapping[str, Image.Image]

PROMPT_SHOWN = 200  # characters

log = logging.getLogger(__name__)


def recorded(store: Store, key: Key) -> Record | None:
    """The record that answers this request in replay: of a run that is done, else of one that failed.

    Raises StoreError where the store cannot be read.
    """
    if (done := store.find(key.identity, key.repeat)) is not None:
        return done
    ended = store.find_ended(key.identity, key.repeat)
    return None if ended is None or ended.status == "done" else ended


def cached(store: Store, key: Key) -> Record | None:
    """The record of the same request whose pictures are all here; a store that cannot be read has none."""
    try:
        record = store.find(key.identity, key.repeat)
    except StoreError as error:
        log.warning("Nothing is taken from the store: %s", error)
        return None
    if record is None:
        return None
    files = store.stored_files([record.id]).get(record.id, [])
    return record if all(path.exists() for path in files) else None


class Answer:
    """A job that is answered from the store, on the engine's thread; it writes nothing and costs nothing."""

    def __init__(
        self,
        job: Job,
        record: Record,
        read: Callable[[str], Image.Image],
        bring: Callable[[Pictures], Result],
    ) -> None:
        """`read` gives a picture by digest and `bring` makes the result of them; both are called on workers."""
        self._job = job
        self._record = record
        self._read = read
        self._bring = bring
        job.recorded = datetime.fromtimestamp(record.created, UTC)

    async def through(self) -> None:
        """End the job as the recorded one ended, notices included; raises nothing of its own."""
        for note in self._record.notes:
            self._job._publish(Notice(note))
        try:
            outcome = await self._outcome()
        except asyncio.CancelledError:
            self._job._end("cancelled", JobCancelled("The engine was closed."))
            raise
        self._job._seconds = self._record.seconds
        self._job._end(self._status(outcome), outcome)

    async def _outcome(self) -> Result | BaseException:
        if self._record.status != "done":
            return error_of(self._record)
        try:
            digests = list(dict.fromkeys(self._record.composited))
            read = await asyncio.gather(*(offload(self._read, digest) for digest in digests))
            return await offload(self._bring, dict(zip(digests, read, strict=True)))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is how the job ends
            return error

    def _status(self, outcome: Result | BaseException) -> Literal["done", "failed", "cancelled"]:
        if isinstance(outcome, Result):
            return "done"
        return "cancelled" if self._record.status == "cancelled" else "failed"


def missing(store: Store, provider: str, request: Request, key: Key, source: str) -> NotRecorded:
    """The error that names a request of which there is no record, and what to do."""
    return NotRecorded(
        f"Nothing is recorded of {_asked(request)} by {provider!r}{_of(request, key, source)}"
        f" (repeat={key.repeat}); the store is {store.folder}.",
        f"{_others(store, key)}Run it once with mode='live' (or %config InpaintMagics.mode = 'live'), or let "
        "INPAINT_NB_STORE name the store that has the record.",
    )


def _asked(request: Request) -> str:
    match request:
        case FetchRequest(remote_id):
            return f"a fetch of {remote_id!r}"
        case PressRequest(remote, label, prompt):
            words = f" with the prompt {_short(prompt)}" if prompt else ""
            return f"pressing {label!r} of {remote.remote_id}{words}"
    kind = "an edit" if edit_of(request) is not None else "a first picture"
    return f"{kind} with the prompt {_short(request.prompt)}"


def _of(request: Request, key: Key, source: str) -> str:
    """The picture and the mask that the request is about."""
    said = []
    if key.parent is not None:
        named = f" ({source})" if source and "\n" not in source else ""
        said.append(f"of the picture {key.parent[:12]}…{named}")
    if (edit := edit_of(request)) is not None:
        said.append(f"{edit.mask.coverage:.2%} masked")
        if edit.seed is not None:
            said.append(f"seed={edit.seed}")
    return "".join(f", {words}" for words in said)


def _others(store: Store, key: Key) -> str:
    """What the store knows of equal requests."""
    ended = store.find_ended(key.identity, key.repeat)
    if ended is not None and ended.deleted is not None:
        at = datetime.fromtimestamp(ended.deleted).astimezone()
        return f"Its pictures were deleted on {at:%Y-%m-%d at %H:%M}. "
    if store.find_unfinished(key.identity, key.repeat) is not None:
        return "It was begun and has not ended: inpaint_nb.resume() in a live kernel brings its end. "
    count = store.next_repeat(key.identity)
    return f"Equal requests are recorded up to repeat={count - 1}. " if count else ""


def _short(prompt: str) -> str:
    return repr(prompt if len(prompt) <= PROMPT_SHOWN else f"{prompt[:PROMPT_SHOWN]}…")
