"""Where a picture comes from: anything a user may name, and the Python that opens it again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from inpaint_nb import images, settings
from inpaint_nb.edit import RemotePicture, Result
from inpaint_nb.edit.refusals import check_editable
from inpaint_nb.errors import InputError, NotRecorded
from inpaint_nb.images.sources import URL
from inpaint_nb.jobs import download, fetch
from inpaint_nb.providers import Provider, registry
from inpaint_nb.store import open_store

DIGEST = re.compile(r"[0-9a-f]{6,40}")


@dataclass(frozen=True, slots=True)
class Opened:
    """An upright picture in mode L, RGB or RGBA, with what is known of where it came from.

    `source` is what to type to name it again, empty where nothing does; `remote` is where it lives at a provider,
    and `keeper` that provider where it was asked for the picture.
    """

    image: Image.Image
    source: str = ""
    remote: RemotePicture | None = None
    keeper: Provider | None = None


def open_picture(source: object, provider: object = None, mode: str | None = None) -> Opened:
    """The picture that `source` names.

    Takes a path, URL, bytes, file object, PIL image, numpy array, `Result` or `PROVIDER:ID`; raises InputError for
    the rest. The last is fetched, and waited for: `provider` may be that provider, configured. In replay nothing is
    fetched or downloaded: that, and a file that is not here, is what it was when the store recorded it.
    """
    if isinstance(source, Result):
        return of_result(source)
    if isinstance(source, str):
        if (keeper := keeper_of(source, provider, mode)) is not None:
            return _fetched(keeper, source.partition(":")[2], mode)
        return _named(source, mode)
    if isinstance(source, Path):
        return _named(str(source), mode)
    return Opened(images.load(source))


def _named(name: str, mode: str | None) -> Opened:
    """The picture at a path or URL."""
    if settings.mode(mode) == "replay" and (URL.match(name) or not _exists(name)):
        return Opened(_recorded(name), repr(name))
    return Opened(images.load(name, download=download), repr(name))


def _recorded(name: str) -> Image.Image:
    """The picture that the newest recorded run of this path or URL began with."""
    store = open_store()
    digest = store.picture_of(repr(name))
    if digest is None:
        raise NotRecorded(
            f"Nothing is recorded of a run on {name!r}; the store is {store.folder}.",
            "Open it once with mode='live' and run, or let INPAINT_NB_STORE name the store that has the record.",
        )
    return store.picture(digest)


def _exists(name: str) -> bool:
    try:
        return Path(name).expanduser().exists()
    except (OSError, ValueError, RuntimeError):  # a name too long, an unknown ~user: loading says so
        return True


def picture(digest: str) -> Image.Image:
    """The picture in the store with this digest; its first six digits or more do.

    Raises InputError where none or several begin so, StoreError where its file is gone.
    """
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise InputError(
            f"{digest!r} is no digest of a picture.", "A digest is 40 digits from 0 to f; 6 of them do."
        )
    store = open_store()
    found = store.digests(digest)
    if len(found) > 1:
        raise InputError(
            f"{len(found)} pictures or more begin with {digest!r}.", f"Such as {', '.join(found[:3])}."
        )
    if not found:
        raise InputError(f"The store at {store.folder} has no picture {digest!r}.")
    return store.picture(found[0])


def of_result(result: Result, index: int = 0) -> Opened:
    """Picture `index` of the result, counted from 0. Raises InputError where there is no such picture."""
    if not -len(result.composited) <= index < len(result.composited):
        raise InputError(
            f"This result has {len(result.composited)} pictures; there is no picture {index}.",
            "They are counted from 0.",
        )
    return Opened(result.composited[index], result.picture_code(index), result.remote_picture(index))


def keeper_of(source: str, provider: object = None, mode: str | None = None) -> Provider | None:
    """The provider that `PROVIDER:ID` names; None where `source` is a path, a URL or anything else.

    Raises InputError where the provider keeps no pictures of its own.
    """
    name, colon, remote_id = source.partition(":")
    if not colon or remote_id.startswith("//") or name not in registry.names() or Path(source).exists():
        return None
    named = registry.find(provider, mode) if provider is not None else None
    keeper = named if named is not None and named.name == name else registry.find(name, mode)
    if not keeper.capabilities.keeps_pictures:
        raise InputError(
            f"The provider {name!r} keeps no pictures of its own, so there is no {source!r} to open.",
            "Give a path, a URL or a variable instead.",
        )
    return keeper


def _fetched(keeper: Provider, remote_id: str, mode: str | None) -> Opened:
    opened = of_result(fetch(remote_id, provider=keeper, mode=mode).result())
    if not keeper.capabilities.takes_any_picture and opened.remote is not None:
        check_editable(replace(opened.remote, index=None), keeper.name, keeper.capabilities)
        check_editable(opened.remote, keeper.name, keeper.capabilities)  # where nobody knows the buttons
    return replace(opened, keeper=keeper)
