"""A request as the store keeps it, and back: the one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping

from inpaint_nb import images
from inpaint_nb.edit import Request
from inpaint_nb.edit.asked import mask_values, picture_of, request_from, values_of
from inpaint_nb.jobs.job import Job
from inpaint_nb.jobs.key import Key
from inpaint_nb.store import Record, Store, identity


def entry_of(job: Job, source: str, options: Mapping[str, object]) -> Record:
    """The record of a new job. On a worker: what its key does not know is read from every pixel."""
    key = job.key if job.key.identity else key_of(job.provider, job.request, repeat=job.key.repeat)
    return Record(
        id=job.id,
        created=job.created.timestamp(),
        source=source,
        options=options,
        provider=job.provider,
        parent=key.parent,
        identity=key.identity,
        repeat=key.repeat,
        **values_of(job.request),
        **mask_values(job.request),
    )


def key_of(provider: str, request: Request, digest: str | None = None, repeat: int = 0) -> Key:
    """What tells this request from others; `digest` is that of its picture, where it is known already."""
    picture = picture_of(request)
    parent = None if picture is None else digest or images.digest(picture)
    asked = {**values_of(request), "provider": provider, "parent": parent}
    return Key(parent, identity(asked, asked.get("seed")), repeat)


def request_of(store: Store, record: Record) -> Request:
    """The request as it was asked, its picture read from the store. Raises StoreError where that is gone."""
    return request_from(record, record.id, store.picture)
