"""Where a picture comes from: anything a user may name, and the Python that opens it again."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import Result
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import download
from inpaint_nb.providers import registry


def open_picture(source: object) -> tuple[Image.Image, str]:
    """The upright picture in mode L, RGB or RGBA, and what to type to name it again, empty where nothing does.

    Takes a path, URL, bytes, file object, PIL image, numpy array or `Result`; raises InputError for the rest.
    """
    if isinstance(source, Result):
        return source.image, source.picture_code()
    if isinstance(source, str):
        refuse_remote(source)
        return images.load(source, download=download), repr(source)
    if isinstance(source, Path):
        return images.load(source), repr(str(source))
    return images.load(source), ""


def refuse_remote(source: str) -> None:
    """Raises InputError for `PROVIDER:ID` where the provider keeps no pictures of its own."""
    name, colon, remote = source.partition(":")
    if colon and not remote.startswith("//") and name in registry.names() and not Path(source).exists():
        raise InputError(
            f"The provider {name!r} keeps no pictures of its own, so there is no {source!r} to open.",
            "Give a path, a URL or a variable instead.",
        )
