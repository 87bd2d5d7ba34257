"""The ways to start a job: a new one, and those that an earlier kernel left unfinished."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from PIL import Image

from inpaint_nb import images, settings
from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    FeatherSide,
    FetchRequest,
    ImagineRequest,
    RemotePicture,
)
from inpaint_nb.errors import InpaintError, InputError, StoreError
from inpaint_nb.jobs.engine import Approve, Engine
from inpaint_nb.jobs.entries import request_of
from inpaint_nb.jobs.job import Job
from inpaint_nb.masks import Mask
from inpaint_nb.providers import Provider, check_request, configured, find
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
    remote: RemotePicture | None = None,
    repeat: int | None = None,
    mode: str | None = None,
    digest: str | None = None,
    store: Store | str | Path | None = None,
    source: str = "",
    engine: Engine = ENGINE,
    approve: Approve | None = None,
    **params: object,
) -> Job:
    """The job that changes `image` where `mask` says so; it runs in the background and this returns at once.

    `image` is upright, in mode L, RGB or RGBA. `remote` is where it lives at a provider; for one that takes only its
    own pictures the store is asked where it is not given. A provider that takes no mask changes the whole picture
    where nothing is masked. `source` is Python that opens the picture again, for `Result.code`. `approve` is asked
    last, before anything is sent, and may raise. `repeat` is which of several equal requests this is, counted where it
    is not given; `mode` is "live", "cached" or "replay"; `digest` is that of the picture, where it is known.
    Raises InputError or SettingsError for what cannot be asked, NotRecorded (an InputError) where replay has no record;
    then nothing was recorded and nothing sent.
    """
    if not isinstance(mask, Mask):
        raise InputError(f"A mask must be an inpaint_nb.Mask, not {type(mask).__name__}.")
    found, place = find(provider, mode), _store(store)
    request = EditRequest(
        image,
        meant_mask(mask, found.capabilities),
        prompt,
        count,
        seed,
        feather_px,
        feather,
        params,
        _living(image, remote, found, place),
    )
    check_request(request, found)
    return engine.submit(
        found, request, store=place, source=source, repeat=repeat, mode=mode, digest=digest, approve=approve
    )


def imagine(
    prompt: str,
    *,
    provider: object = None,
    repeat: int | None = None,
    mode: str | None = None,
    store: Store | str | Path | None = None,
    engine: Engine = ENGINE,
    approve: Approve | None = None,
    **params: object,
) -> Job:
    """The job that makes a first picture from a prompt, in the background; `approve` is asked last and may raise.

    Raises InputError or SettingsError for what cannot be asked; then nothing was recorded and nothing sent.
    """
    found = find(provider, mode)
    request = ImagineRequest(prompt, params)
    check_request(request, found)
    return engine.submit(found, request, store=_store(store), repeat=repeat, mode=mode, approve=approve)


def fetch(
    remote_id: str,
    *,
    provider: object,
    repeat: int | None = None,
    mode: str | None = None,
    store: Store | str | Path | None = None,
    engine: Engine = ENGINE,
) -> Job:
    """The job that brings what the provider's job `remote_id` made; it costs nothing.

    Raises InputError or SettingsError for what cannot be asked.
    """
    found = find(provider, mode)
    request = FetchRequest(remote_id)
    check_request(request, found)
    return engine.submit(found, request, store=_store(store), repeat=repeat, mode=mode)


def meant_mask(mask: Mask, capabilities: Capabilities) -> Mask:
    """The mask that a run means: the whole picture where nothing is masked and the provider takes no mask."""
    return Mask.full(mask.size) if mask.is_empty and not capabilities.takes_mask else mask


def _living(
    image: Image.Image, remote: RemotePicture | None, provider: Provider, store: Store
) -> RemotePicture | None:
    """Where the picture lives at this provider, as far as anybody knows."""
    if remote is not None and remote.provider == provider.name:
        return remote
    if provider.capabilities.takes_any_picture:
        return None
    with suppress(StoreError):
        return store.remote_of(images.digest(image), provider.name)
    return None


def resume(
    store: Store | str | Path | None = None, *, provider: object = None, engine: Engine = ENGINE
) -> list[Job]:
    """Every unfinished job of the store whose process has ended, picked up again, the oldest first.

    `provider` may be a configured one, for its own jobs; the others are configured as they were, with keys from where
    keys are looked up. Jobs of other living kernels are left to them. What cannot be picked up here, for lack of its
    provider, key or picture, is logged and stays in the store. In replay nothing is picked up. Raises StoreError where
    the store cannot be read.
    """
    if settings.mode() == "replay":
        return []
    place = _store(store)
    given = None if provider is None else find(provider)
    jobs = (_again(place, record, given, engine) for record in place.orphans())
    return [job for job in jobs if job is not None]


def unfinished(store: Store | str | Path | None = None) -> int:
    """How many jobs `resume` would look at: unfinished, of processes that have ended. Raises StoreError."""
    return len(_store(store).orphans())


def download(url: str) -> bytes:
    """What lies at the URL, fetched by the engine's HTTP client; a kernel interrupt ends the wait."""
    return ENGINE.run(ENGINE.http.download(url))


def _again(store: Store, record: Record, given: Provider | None, engine: Engine) -> Job | None:
    try:
        if given is not None and given.name == record.provider:
            provider = given
        else:
            provider = configured(record.provider, record.options)
        request = request_of(store, record)
    except InpaintError as error:
        log.warning("Job %s stays unfinished in %r: %s", record.id, store, error)
        return None
    if not store.claim(record):
        return None
    return engine.resume(provider, request, record, store=store)


def _store(store: Store | str | Path | None) -> Store:
    return store if isinstance(store, Store) else open_store(store)
