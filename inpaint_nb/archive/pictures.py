"""The pictures of an archive: read from the store for packing, and proved by their digests before unpacking."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from inpaint_nb import images
from inpaint_nb.archive.members import Members
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.images.files import DAMAGE, read_pixels
from inpaint_nb.images.geometry import check_size
from inpaint_nb.masks import Mask
from inpaint_nb.store import Entry, Store
from inpaint_nb.store.entries import Row

MODES = ("L", "RGB", "RGBA")  # of every picture in a store


def packed(store: Store, entries: Iterable[Entry]) -> Iterator[tuple[str, bytes]]:
    """The files of the pictures, and of the masks for people to look at. Raises StoreError where one is missing."""
    entries = list(entries)
    for digest in sorted(_needed(store, entries)):
        yield _picture_name(digest), _encoded(store, digest)
    masks = {entry.job["mask"]: entry for entry in entries if entry.job["operations"]}
    for digest, entry in sorted(masks.items()):
        yield _mask_name(digest), images.encode_png(_mask(entry).to_image(), level=9)


def _needed(store: Store, entries: Iterable[Entry]) -> set[str]:
    """The digests of the files: all of a result's, and what is left of a job that has none."""
    whole: set[str] = set()
    for entry in entries:
        if entry.is_whole:
            whole |= entry.needs
        elif entry.job["deleted"] is None:
            whole |= {digest for digest in entry.needs if store.files.has(digest)}
    return whole


def _encoded(store: Store, digest: str) -> bytes:
    """The picture as a file that is the same whether the store has made its own small yet or not."""
    return images.encode_png(store.picture(digest))


def _mask(entry: Entry) -> Mask:
    mask = Mask.from_record(dict(entry.job["operations"]))
    if mask.digest != entry.job["mask"]:
        raise StoreError(f"The mask of job {entry.id} is not the one that was stored.")
    return mask


def prove(members: Members, entries: Sequence[Entry]) -> None:
    """Raise ValueError where a picture or a mask is missing, or is not that of its digest."""
    _prove_all_there(members, entries)
    for name in members:
        if name.startswith("pictures/"):
            _picture(members, _digest_in(name))
        elif name.startswith("masks/"):
            _prove(Mask.from_image(_decoded(members.read(name))).digest, name)
    for entry in entries:
        _prove_mask(entry)
    _prove_changed(members, [row for entry in entries for row in entry.pictures if row["patch"]])


def files(members: Members) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The digest of each picture, and what reads its file."""
    for name in members:
        if name.startswith("pictures/"):
            yield _digest_in(name), lambda name=name: members.read(name)  # type: ignore[misc] # bound now


def _prove_all_there(members: Members, entries: Sequence[Entry]) -> None:
    """That no picture of a result is missing, and nothing is there that nobody needs."""
    named = {name for name in members if "/" in name}
    whole = {_picture_name(digest) for entry in entries if entry.is_whole for digest in entry.needs}
    known = {_picture_name(digest) for entry in entries for digest in entry.needs}
    known |= {_mask_name(entry.job["mask"]) for entry in entries if entry.job["mask"]}
    if missing := whole - named:
        raise ValueError(f"{min(missing)} is missing")
    if strange := named - known:
        raise ValueError(f"nothing in it needs {min(strange)}")


def _prove_mask(entry: Entry) -> None:
    if not entry.job["operations"]:
        return
    try:
        _mask(entry)
    except InpaintError as error:
        raise ValueError(error.message) from error


def _prove_changed(members: Members, rows: Sequence[Row]) -> None:
    """Every picture that is kept as a change, put together."""
    rows = sorted(rows, key=lambda row: (row["base"], row["digest"]))
    for base, changed in groupby(rows, key=lambda row: str(row["base"])):
        picture = _picture(members, base)
        for row in changed:
            _prove(images.digest(_changed(picture, _picture(members, row["patch"]), row)), row["digest"])


def _changed(base: Image.Image, patch: Image.Image, row: Row) -> Image.Image:
    left, top, right, bottom = row["box"]
    fits = right <= base.width and bottom <= base.height and patch.size == (right - left, bottom - top)
    if not fits or patch.mode != base.mode:
        raise ValueError(f"picture {row['digest']} does not fit together")
    whole = base.copy()
    whole.paste(patch, (left, top))
    return whole


def _picture(members: Members, digest: str) -> Image.Image:
    picture = _decoded(members.read(_picture_name(digest)))
    _prove(images.digest(picture), digest)
    return picture


def _decoded(content: bytes) -> Image.Image:
    """The picture as a store reads it, if a store can have written it; its size is known before it is decoded."""
    try:
        picture = PngImageFile(io.BytesIO(content))  # Image.open would warn of every large one
        check_size(picture.size, "A picture")
        read_pixels(picture)
    except InpaintError as error:
        raise ValueError(error.message) from error
    except DAMAGE as error:
        raise ValueError("a picture is damaged") from error
    if picture.mode not in MODES:
        raise ValueError(f"a picture has the mode {picture.mode}")
    profile = picture.info.get("icc_profile")
    picture.info = {} if profile is None else {"icc_profile": profile}
    return picture.copy()


def _prove(digest: str, name: str) -> None:
    if digest not in name:
        raise ValueError(f"{name} is another picture")


def _picture_name(digest: str) -> str:
    return f"pictures/{digest}.png"


def _mask_name(digest: str) -> str:
    return f"masks/{digest}.png"


def _digest_in(name: str) -> str:
    return name.rpartition("/")[2].removesuffix(".png")
