"""Whatever a user holds → the picture."""

from __future__ import annotations

import difflib
import io
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images.arrays import from_array
from inpaint_nb.images.files import DAMAGE, decode, read_pixels, reason
from inpaint_nb.images.geometry import check_size
from inpaint_nb.images.upright import upright

Download = Callable[[str], bytes]

SAMPLE = Path(__file__).parent.parent / "data" / "coffee.jpg"
URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
LONGEST_NAME = 120  # characters of a name that an error shows
_LAZY = threading.Lock()  # a PIL image that reads its file late may be handed in by two threads at once


def load(source: object, *, download: Download | None = None) -> Image.Image:
    """One upright picture in mode L, RGB or RGBA, whose `info` holds an ICC profile or nothing.

    `source` is a path, a URL (fetched by `download`), bytes, a file object, a PIL image or an array; it stays
    as it is, and the picture shares no memory with it. Raises InputError. Any thread may call it.
    """
    match source:
        case Image.Image():
            return _from_picture(source)
        case bytes() | bytearray() | memoryview():
            return _from_bytes(bytes(source), "The given data")
        case str() if URL.match(source):
            return _from_url(source, download)
        case str() | os.PathLike():
            return _from_path(os.fspath(source))
    return _from_other(source)


def sample() -> Image.Image:
    """A photograph to try things on: a cup of coffee on a wooden table, 600 × 400."""
    return load(SAMPLE)


def _from_picture(image: Image.Image) -> Image.Image:
    check_size(image.size, "The PIL image")
    try:
        with _LAZY:
            read_pixels(image)
    except DAMAGE as error:
        raise InputError(f"The PIL image cannot be read: {reason(error)}.", "Open its file again.") from error
    return upright(image)


def _from_bytes(data: bytes, name: str) -> Image.Image:
    return upright(decode(io.BytesIO(data), name))


def _from_url(url: str, download: Download | None) -> Image.Image:
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in ("http", "https"):
        raise InputError(f"Addresses that begin with {scheme}:// cannot be opened.", "Use http or https.")
    if download is None:
        raise InputError("Pictures cannot be downloaded here.", "Download it first and hand in its bytes.")
    place = re.split("[?#]", rest.rpartition("@")[2])[0]  # keys hide in the rest of an address
    return _from_bytes(download(url), f"The file at {_short(place)}")


def _from_path(given: str | bytes) -> Image.Image:
    name = os.fsdecode(given)
    try:
        path = Path(name).expanduser()
        if not name or not path.exists():
            raise _missing(path, name)
        if path.is_dir():
            raise InputError(f"{name} is a folder, not a picture.", "Add the name of a file in it.")
        if not path.is_file():  # a device or a pipe may never end
            raise InputError(f"{name} is not a file.", "Save the picture to a file first.")
        with path.open("rb") as file:
            picture = decode(file, name)
    except (OSError, ValueError, RuntimeError) as error:  # no permission, a name too long, an unknown ~user
        raise InputError(f"Cannot read {_short(name)}: {reason(error)}.") from error
    return upright(picture)


def _missing(path: Path, name: str) -> InputError:
    return InputError(f"No such file: {_short(name)!r}.", _missing_hint(path))


def _missing_hint(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r}; the working folder is {str(Path.cwd())!r}."
    names = {entry.name.lower(): entry.name for entry in folder.iterdir()}
    close = [names[match] for match in difflib.get_close_matches(path.name.lower(), names)]
    if close:
        return "Did you mean " + " or ".join(repr(str(folder / name)) for name in close) + "?"
    return f"Nothing in {str(folder.absolute())!r} has a name like it."


def _from_other(source: object) -> Image.Image:
    if hasattr(source, "__array__") or hasattr(source, "__array_interface__"):
        return upright(from_array(source))
    if hasattr(source, "read"):
        return _from_file(cast("_Readable", source))  # what has `read` is tried; the rest shows there
    raise InputError(
        f"A {type(source).__name__} is not a picture.",
        "Use a path, a URL, bytes, a file opened with 'rb', a PIL image or a numpy array.",
    )


class _Readable(Protocol):
    def read(self) -> object: ...


def _from_file(file: _Readable) -> Image.Image:
    name = getattr(file, "name", None)
    shown = name if isinstance(name, str) else "The file object"
    try:
        data = _read_all(file)
    except (OSError, ValueError) as error:  # ValueError: it is closed, or text that is not UTF-8
        raise InputError(
            f"Cannot read {shown}: {reason(error)}.", "Open it again with open(path, 'rb')."
        ) from error
    if not isinstance(data, bytes):
        raise InputError(f"{shown} is opened as text.", "Open it with open(path, 'rb').")
    return _from_bytes(data, shown)


def _read_all(file: _Readable) -> object:
    """All of the file, whatever its position, which is put back where it was."""
    seek, tell = getattr(file, "seek", None), getattr(file, "tell", None)
    if not (seek and tell and getattr(file, "seekable", bool)()):
        return file.read()
    position = tell()
    seek(0)
    try:
        return file.read()
    finally:
        seek(position)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
