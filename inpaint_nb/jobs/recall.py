"""The result of a job that ended long ago, whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from PIL import Image

from inpaint_nb import errors, settings
from inpaint_nb.edit import EditRequest, Pending, Presser, PressRequest, Report, Request, Result
from inpaint_nb.edit.asked import picture_of
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.jobs.entries import request_of
from inpaint_nb.jobs.late import LatePictures
from inpaint_nb.jobs.links import StoredLinks
from inpaint_nb.jobs.opinions import StoredOpinions
from inpaint_nb.providers import Provider, capabilities_of, configured
from inpaint_nb.store import Record, Store


class Presses(Protocol):
    """Whoever knows how the buttons of a provider's results are pressed: the engine."""

    def presser(self, provider: Provider, store: Store) -> Presser:
        """The function behind `Result.press`."""
        ...


def recall(
    store: Store,
    record: Record,
    engine: Presses,
    *,
    request: Request | None = None,
    source: str = "",
    provider: Provider | None = None,
    pictures: Mapping[str, Image.Image] | None = None,
) -> Result:
    """The result as it was when the job ended, bit for bit; its buttons work where the provider is installed.

    What the provider itself had sent (`raw`) is read when it is looked at: few do, and it takes as long as all else.
    `request` is an equal one where it is in hand, `source` the Python of its picture, `provider` who presses the
    buttons, and `pictures` are the result's own by digest: what is not given is read from the store. Raises StoreError
    where there is none, or where a picture is gone or damaged.
    """
    if record.status != "done" or not record.composited:
        raise StoreError(f"The store at {store.folder} holds no result of job {record.id}.")
    request = request_of(store, record) if request is None else replace(request, ref=record.id)
    if pictures is None:
        parent = picture_of(request)
        pictures = {
            digest: picture(store, record, parent, digest) for digest in dict.fromkeys(record.composited)
        }
    presser, is_kept = _at_provider(store, record, engine, provider)
    return Result(
        request=request,
        composited=tuple(pictures[digest] for digest in record.composited),
        raw=LatePictures(record.raw, pictures, partial(picture, store, record, picture_of(request))),
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
        source=source or record.source,
        is_kept=is_kept,
        created=datetime.fromtimestamp(record.created, UTC),
        identity=record.identity,
        repeat=record.repeat,
        is_recorded=True,
        presser=presser,
        links=links_of(store, engine, lambda: provider or _configured(record)),
        opinions=StoredOpinions(store),
    )


def links_of(store: Store, engine: Presses, provider: Callable[[], Provider]) -> StoredLinks:
    """The way from a result of this store to its relatives; `provider` is asked for when something is run."""

    def start(request: EditRequest, source: str) -> Pending:
        return engine.presser(provider(), store)(request, source)  # type: ignore[arg-type] # it starts anything

    return StoredLinks(store, lambda record: recall(store, record, engine), start)


def _configured(record: Record) -> Provider:
    return configured(record.provider, record.options, settings.mode())


def _seed_used(request: Request, record: Record) -> int | None:
    told = record.remote.get("seed")
    asked = request.seed if isinstance(request, EditRequest) else None
    return told if isinstance(told, int) else asked


def picture(store: Store, record: Record, parent: Image.Image | None, digest: str) -> Image.Image:
    """One picture of the job; `parent` is the picture that it was made from, where it is in hand."""
    if parent is None or record.parent is None:
        return store.picture(digest)
    return parent.copy() if digest == record.parent else store.picture(digest, {record.parent: parent})


def error_of(record: Record) -> InpaintError:
    """The error that a job ended in, as it was raised; one that is not ours under its name."""
    name, text = record.error_type or "", record.error_text or ""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, InpaintError):
        return kind(text, record.error_hint or "")
    return InpaintError(f"{name}: {text}", record.error_hint or "")


def _at_provider(
    store: Store, record: Record, engine: Presses, given: Provider | None
) -> tuple[Presser | None, bool]:
    """How a button is pressed, and whether the provider keeps pictures.

    The provider is made when a button is pressed, not before: that may ask somebody for its key.
    """

    def press(
        request: PressRequest,
        source: str,
        *,
        repeat: int | None = None,
        mode: str | None = None,
        approve: Callable[..., None] | None = None,
    ) -> Pending:
        provider = given or configured(record.provider, record.options, settings.mode(mode))
        pressed = engine.presser(provider, store)
        return pressed(request, source, repeat=repeat, mode=mode, approve=approve)

    with suppress(InpaintError):
        capabilities = given.capabilities if given is not None else capabilities_of(record.provider)
        return (press if capabilities.presses else None), capabilities.keeps_pictures
    return None, False
