"""The result of a job that ended long ago, whole."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from PIL import Image

from inpaint_nb.edit import EditRequest, Pending, Presser, PressRequest, Report, Request, Result
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.jobs.engine import Engine
from inpaint_nb.jobs.entries import request_of
from inpaint_nb.providers import capabilities_of, configured
from inpaint_nb.store import Record, Store


def recall(store: Store, record: Record, engine: Engine) -> Result:
    """The result as it was when the job ended, bit for bit; its buttons work where the provider is installed.

    Raises StoreError where there is none, or where a picture is gone or damaged.
    """
    if record.status != "done" or not record.composited:
        raise StoreError(f"The store at {store.folder} holds no result of job {record.id}.")
    request = request_of(store, record)
    pictures: dict[str, Image.Image] = {}
    for digest in (*record.composited, *record.raw):
        if digest not in pictures:
            pictures[digest] = store.picture(digest)
    presser, is_kept = _at_provider(store, record, engine)
    return Result(
        request=request,
        composited=tuple(pictures[digest] for digest in record.composited),
        raw=tuple(pictures[digest] for digest in record.raw),
        reports=tuple(Report(**report) for report in record.reports),
        provider=record.provider,
        seed=_seed_used(request, record),
        remote=record.remote,
        remote_id=record.remote_id,
        actions=record.actions,
        grid=record.grid,
        seconds=record.seconds or 0.0,
        cost=record.cost,
        notes=record.notes,
        job_id=record.id,
        source=record.source,
        is_kept=is_kept,
        created=datetime.fromtimestamp(record.created, UTC),
        is_recorded=True,
        presser=presser,
    )


def _seed_used(request: Request, record: Record) -> int | None:
    told = record.remote.get("seed")
    asked = request.seed if isinstance(request, EditRequest) else None
    return told if isinstance(told, int) else asked


def _at_provider(store: Store, record: Record, engine: Engine) -> tuple[Presser | None, bool]:
    """How a button is pressed, and whether the provider keeps pictures.

    The provider is made when a button is pressed, not before: that may ask somebody for its key.
    """

    def press(request: PressRequest, source: str) -> Pending:
        provider = configured(record.provider, record.options)
        return engine.presser(provider, store)(request, source)

    with suppress(InpaintError):
        capabilities = capabilities_of(record.provider)
        return (press if capabilities.presses else None), capabilities.keeps_pictures
    return None, False
