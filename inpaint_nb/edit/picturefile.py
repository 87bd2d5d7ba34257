"""Pictures as files that carry their run: in a PNG itself, beside a file of another kind."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit.carried import FORMAT, MOST_BYTES, Carried, from_text
from inpaint_nb.errors import InputError
from inpaint_nb.images.chunks import put_in, read_text, text_chunk
from inpaint_nb.images.files import DAMAGE, reason

JPEG_QUALITY = 95
BESIDE = ".json"  # after the whole name of the picture's file

Why = Callable[[str], object]


def write(path: Path, image: Image.Image, carried: Carried | None, *, sidecar: bool, overwrite: bool) -> Path:
    """The file, written whole or not at all; what a PNG carries lies in it, and beside it where `sidecar` says so.

    Raises InputError for a name that is no picture's, a picture that the format would spoil, and a file that is there
    already, unless it is to be overwritten or holds the same pixels.
    """
    content = _encoded(path, image)
    saved = image if _is_png(path) else images.load(content)
    told = carried if carried is None or saved is image else replace(carried, saved=images.digest(saved))
    if told and _is_png(path):
        content = put_in(content, text_chunk(FORMAT, _text(told)))
    beside = (
        _text(replace(told, file=_hash(content)), indent=1)
        if told and (sidecar or not _is_png(path))
        else None
    )
    if not overwrite:
        _check_free(path, saved, beside is not None)
    try:
        _write_whole(path, content)
        _put_beside(path, beside)
    except OSError as error:
        raise InputError(
            f"Cannot write {path}: {reason(error)}.", "Give a folder that can be written."
        ) from error
    return path


def read(file: Path | bytes, image: Image.Image, why: Why = lambda reason: None) -> Carried | None:
    """The run that the file carries, in it or beside it; None where there is none about `image`, which is the picture
    in it as `images.load` gives it.

    `why` is told why something that is there is not used. Nothing here raises: a picture with damaged, foreign or
    hostile data is still a picture.
    """
    for found in (_inside, _beside):
        try:
            carried, fits = found(file)
            if carried is None:
                continue
            if fits or images.digest(image) == carried.saved:
                return carried
            why("the picture was changed after it was saved")
        except (ValueError, *DAMAGE) as error:
            why(reason(error))
    return None


def _inside(file: Path | bytes) -> tuple[Carried | None, bool]:
    with _opened(file) as opened:
        text = read_text(opened, FORMAT, MOST_BYTES)
    if text is None:
        return None, False
    if (carried := from_text(text)) is None:
        raise ValueError("it is about something else")
    return carried, False


def _beside(file: Path | bytes) -> tuple[Carried | None, bool]:
    """What lies beside the file, and whether it is about these very bytes: other readers see other pixels in a JPEG."""
    if isinstance(file, bytes) or not (path := _path_beside(file)).is_file():
        return None, False
    carried = _sidecar(path)
    return carried, carried is not None and carried.file == _hash(file.read_bytes())


def _sidecar(path: Path) -> Carried | None:
    """What the JSON file carries; None for one of another kind. Raises ValueError for one of ours that is unusable."""
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} is longer than {MOST_BYTES:,} bytes")
    text = path.read_bytes()
    return from_text(text) if FORMAT.encode() in text else None


def _opened(file: Path | bytes) -> IO[bytes]:
    return io.BytesIO(file) if isinstance(file, bytes) else file.open("rb")


def _encoded(path: Path, image: Image.Image) -> bytes:
    if (encode := _ENCODERS.get(path.suffix.lower())) is None:
        known = ", ".join(_ENCODERS)
        raise InputError(f"{path.name!r} names no picture that can be written.", f"Use one of {known}.")
    try:
        return encode(image)
    except DAMAGE as error:  # a side longer than the format knows
        raise InputError(
            f"{path.name} cannot be written: {reason(error)}.", "A PNG takes every picture."
        ) from error


def _jpeg(image: Image.Image) -> bytes:
    if image.mode == "RGBA":
        raise InputError("A JPEG cannot be see-through, and this picture is.", "Use .png or .webp.")
    return images.encode_jpeg(image, JPEG_QUALITY)


def _webp(image: Image.Image) -> bytes:
    return _saved(image, "WEBP", lossless=True, exact=True)


def _tiff(image: Image.Image) -> bytes:
    return _saved(image, "TIFF", compression="tiff_adobe_deflate")


def _saved(image: Image.Image, kind: str, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, icc_profile=image.info.get("icc_profile"), **how)
    return file.getvalue()


_ENCODERS: dict[str, Callable[[Image.Image], bytes]] = {
    ".png": images.encode_png,
    ".jpg": _jpeg,
    ".jpeg": _jpeg,
    ".webp": _webp,
    ".tif": _tiff,
    ".tiff": _tiff,
}


def _text(carried: Carried, indent: int | None = None) -> bytes:
    try:
        return carried.to_text(indent=indent)
    except ValueError as error:
        raise InputError(
            f"The run is too long for a file: {error}.", "strip=True saves the picture alone."
        ) from error


def _check_free(path: Path, image: Image.Image, has_sidecar: bool) -> None:
    """Raise InputError where something would be lost: saving the same pixels again loses nothing."""
    if path.exists() and not _holds(path, image):
        raise InputError(f"There is a {path.name!r} already.", "Take another name, or overwrite=True.")
    beside = _path_beside(path)
    if has_sidecar and beside.exists() and not _is_ours(beside):
        raise InputError(f"There is a {beside.name!r} already.", "Take another name, or overwrite=True.")


def _holds(path: Path, image: Image.Image) -> bool:
    with suppress(InputError):
        return images.digest(images.load(path)) == images.digest(image)
    return False


def _is_ours(beside: Path) -> bool:
    with suppress(ValueError, OSError):
        return _sidecar(beside) is not None
    return False


def _put_beside(path: Path, text: bytes | None) -> None:
    """Write what lies beside the picture, or take away what an earlier picture of this name left there."""
    beside = _path_beside(path)
    if text is not None:
        _write_whole(beside, text)
    elif beside.is_file() and _is_ours(beside):
        beside.unlink()


def _write_whole(path: Path, content: bytes) -> None:
    """Write so that nobody ever sees half a file under this name."""
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _path_beside(path: Path) -> Path:
    return path.with_name(path.name + BESIDE)


def _is_png(path: Path) -> bool:
    return path.suffix.lower() == ".png"


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()
