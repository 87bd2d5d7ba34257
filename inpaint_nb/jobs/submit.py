"""The ways to start a job: a new one, and those that an earlier kernel left unfinished."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import cast

from PIL import Image

from inpaint_nb.edit import EditRequest, FeatherSide
from inpaint_nb.errors import InpaintError, InputError
from inpaint_nb.jobs.engine import Engine
from inpaint_nb.jobs.job import Job
from inpaint_nb.masks import Mask
from inpaint_nb.providers import Provider, check_request, find
from inpaint_nb.store import Record, Store, open_store

ENGINE = Engine()

log = logging.getLogger(__name__)


def submit(
    image: Image.Image,
    mask: Mask,
    prompt: str = "",
    *,
    provider: object = None,
    count: int = 1,
    seed: int | None = None,
    feather_px: float = 0,
    feather: FeatherSide = "inside",
    store: Store | str | Path | None = None,
    source: str = "",
    engine: Engine = ENGINE,
    **params: object,
) -> Job:
    """The job that changes `image` where `mask` says so; it runs in the background and this returns at once.

    `image` is upright, in mode L, RGB or RGBA. `source` is Python that opens it again, for `Result.code`.
    Raises InputError or SettingsError for what cannot be asked; then nothing was recorded and nothing sent.
    """
    if not isinstance(mask, Mask):
        raise InputError(f"A mask must be an inpaint_nb.Mask, not {type(mask).__name__}.")
    found = find(provider)
    request = EditRequest(image, mask, prompt, count, seed, feather_px, feather, params)
    check_request(request, found)
    return engine.submit(found, request, store=_store(store), source=source)


def resume(store: Store | str | Path | None = None, *, engine: Engine = ENGINE) -> list[Job]:
    """Every unfinished job of the store whose process has ended, picked up again, the oldest first.

    Jobs of other living kernels are left to them. What cannot be picked up here, for lack of its provider or
    its picture, is logged and stays in the store. Raises StoreError where the store cannot be read.
    """
    place = _store(store)
    jobs = (_again(place, record, engine) for record in place.orphans())
    return [job for job in jobs if job is not None]


def download(url: str) -> bytes:
    """What lies at the URL, fetched by the engine's HTTP client; a kernel interrupt ends the wait."""
    return ENGINE.run(ENGINE.http.download(url))


def _again(store: Store, record: Record, engine: Engine) -> Job | None:
    try:
        provider: Provider = find(record.provider)
        request = request_of(store, record)
    except InpaintError as error:
        log.warning("Job %s stays unfinished in %r: %s", record.id, store, error)
        return None
    if not store.claim(record):
        return None
    return engine.resume(provider, request, record, store=store)


def request_of(store: Store, record: Record) -> EditRequest:
    """The request as it was asked, its picture read from the store. Raises StoreError where that is gone."""
    return EditRequest(
        image=store.picture(record.parent),
        mask=Mask.from_record(dict(record.operations)),
        prompt=record.prompt,
        count=record.count,
        seed=record.seed,
        feather_px=record.feather_px,
        feather=cast(FeatherSide, record.feather),  # checked before it was recorded
        params=record.params,
    )


def _store(store: Store | str | Path | None) -> Store:
    return store if isinstance(store, Store) else open_store(store)
