"""Where a picture comes from: anything a user may name, and the Python that opens it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import RemotePicture, Result
from inpaint_nb.edit.refusals import check_editable
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import download, fetch
from inpaint_nb.providers import Provider, registry


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


def open_picture(source: object, provider: object = None) -> Opened:
    """The picture that `source` names.

    Takes a path, URL, bytes, file object, PIL image, numpy array, `Result` or `PROVIDER:ID`; raises InputError for
    the rest. The last is fetched, and waited for: `provider` may be that provider, configured.
    """
    if isinstance(source, Result):
        return of_result(source)
    if isinstance(source, str):
        if (keeper := keeper_of(source, provider)) is not None:
            return _fetched(keeper, source.partition(":")[2])
        return Opened(images.load(source, download=download), repr(source))
    if isinstance(source, Path):
        return Opened(images.load(source), repr(str(source)))
    return Opened(images.load(source))


def of_result(result: Result, index: int = 0) -> Opened:
    """Picture `index` of the result, counted from 0. Raises InputError where there is no such picture."""
    if not -len(result.composited) <= index < len(result.composited):
        raise InputError(
            f"This result has {len(result.composited)} pictures; there is no picture {index}.",
            "They are counted from 0.",
        )
    return Opened(result.composited[index], result.picture_code(index), result.remote_picture(index))


def keeper_of(source: str, provider: object = None) -> Provider | None:
    """The provider that `PROVIDER:ID` names; None where `source` is a path, a URL or anything else.

    Raises InputError where the provider keeps no pictures of its own.
    """
    name, colon, remote_id = source.partition(":")
    if not colon or remote_id.startswith("//") or name not in registry.names() or Path(source).exists():
        return None
    named = registry.find(provider) if provider is not None else None
    keeper = named if named is not None and named.name == name else registry.find(name)
    if not keeper.capabilities.keeps_pictures:
        raise InputError(
            f"The provider {name!r} keeps no pictures of its own, so there is no {source!r} to open.",
            "Give a path, a URL or a variable instead.",
        )
    return keeper


def _fetched(keeper: Provider, remote_id: str) -> Opened:
    opened = of_result(fetch(remote_id, provider=keeper).result())
    if not keeper.capabilities.takes_any_picture and opened.remote is not None:
        check_editable(replace(opened.remote, index=None), keeper.name, keeper.capabilities)
        check_editable(opened.remote, keeper.name, keeper.capabilities)  # where nobody knows the buttons
    return replace(opened, keeper=keeper)
