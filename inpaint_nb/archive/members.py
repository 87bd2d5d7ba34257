"""An archive as a file: a zip whose members are known by name and checked by digest, and nothing else is in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from inpaint_nb.errors import InputError

FORMAT = "inpaint_nb runs"
VERSION = 1

MANIFEST = "manifest.json"
RECORDS = "records.jsonl"
ANSWERS = "answers.jsonl"
NAMES = re.compile(
    r"manifest\.json|records\.jsonl|answers\.jsonl|README\.txt|tree(-[0-9]{1,3})?\.svg|script\.py"
    r"|pictures/[0-9a-f]{40}\.png|masks/[0-9a-f]{32}\.png"
)

MAX_MEMBERS = 200_000
MAX_RATIO = 200  # text that repeats itself deflates to a hundredth; a bomb to a thousandth
FREE_BYTES = 64 * 1024  # that a small member may have whatever its ratio
MAX_TEXT_BYTES = 1 << 30  # of the manifest and of the records, which are held in memory

_PACKED_AT = (1980, 1, 1, 0, 0, 0)  # the first moment a zip knows: the same runs give the same bytes
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


def write(path: Path, members: Iterable[tuple[str, bytes]], *, overwrite: bool) -> None:
    """Write the archive, which is seen under this name when it is whole. Raises InputError where it cannot be."""
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    try:
        if path.exists() and not overwrite:
            raise _taken(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(unfinished, "x") as archive:
            _fill(archive, members)
        _publish(unfinished, path, overwrite=overwrite)
    except OSError as error:
        raise InputError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _fill(archive: zipfile.ZipFile, members: Iterable[tuple[str, bytes]]) -> None:
    listed = {}
    for name, content in members:
        _add(archive, name, content)
        listed[name] = {"bytes": len(content), "blake2b": _digest(content)}
    manifest = {"format": FORMAT, "version": VERSION, "members": listed}
    _add(archive, MANIFEST, json.dumps(manifest, indent=1, sort_keys=True).encode())


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _PACKED_AT)
    info.create_system = 3  # as on POSIX, on every system
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    # A PNG is deflated already.
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def _publish(unfinished: Path, path: Path, *, overwrite: bool) -> None:
    """Give the file its name; where another file has it meanwhile, not."""
    if overwrite:
        unfinished.replace(path)
        return
    try:
        os.link(unfinished, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:  # a file system without links
        unfinished.rename(path)


def _taken(path: Path) -> InputError:
    return InputError(f"There is a file {str(path)!r} already.", "Give another name, or overwrite=True.")


class Members:
    """The members of an archive that is open, each checked against the manifest when it is read."""

    def __init__(self, archive: zipfile.ZipFile, name: str, file_bytes: int) -> None:
        """Raises InputError for what we have not packed."""
        self._archive = archive
        self._name = name
        self._infos = {info.filename: info for info in _plain(archive.infolist(), name, file_bytes)}
        self._listed = self._manifest()

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __contains__(self, name: object) -> bool:
        return name in self._listed

    def read(self, name: str) -> bytes:
        """The content of a member. Raises InputError where it is not what was packed."""
        content = self._content(name)
        listed = self._listed[name]
        if (len(content), _digest(content)) != (listed["bytes"], listed["blake2b"]):
            raise refused(self._name, f"{name} is not what was packed")
        return content

    def _content(self, name: str) -> bytes:
        try:
            return self._archive.read(self._infos[name])
        except MemoryError as error:
            raise refused(self._name, f"{name} is too large") from error
        except _DAMAGE as error:
            raise refused(self._name, f"{name} cannot be read") from error

    def _manifest(self) -> Mapping[str, Any]:  # Any: read from JSON, and checked below
        if MANIFEST not in self._infos:
            raise refused(self._name, "it has no manifest")
        try:
            manifest = json.loads(self._content(MANIFEST))
            kind, version, listed = manifest["format"], manifest["version"], manifest["members"]
            read = {name: {"bytes": one["bytes"], "blake2b": one["blake2b"]} for name, one in listed.items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise refused(self._name, "its manifest is damaged") from error
        if kind != FORMAT:
            raise refused(self._name, "it holds something else")
        if not isinstance(version, int) or version > VERSION:
            raise InputError(f"{self._name} was packed by a newer inpaint_nb.", "Upgrade inpaint_nb.")
        if read.keys() != self._infos.keys() - {MANIFEST} or RECORDS not in read:
            raise refused(self._name, "its members are not those of its manifest")
        return read


@contextmanager
def opened(path: Path) -> Iterator[Members]:
    """The members of the archive at `path`. Raises InputError where there is none, or one that we have not packed."""
    name = str(path)
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError as error:
        raise InputError(f"No such file: {name!r}.") from error
    except _DAMAGE as error:
        raise refused(name, "it is no zip file, or a damaged one") from error
    with archive:
        yield Members(archive, name, path.stat().st_size)


def refused(name: str, why: str) -> InputError:
    """The error for an archive that is not taken."""
    return InputError(
        f"{name} was not unpacked: {why}.", "Nothing was changed. Copy it again, or have it packed again."
    )


def _plain(infos: list[zipfile.ZipInfo], name: str, file_bytes: int) -> list[zipfile.ZipInfo]:
    """The members, if they are files of ours by name, size and kind. Nothing of them is unpacked yet."""
    if len(infos) > MAX_MEMBERS:
        raise refused(name, f"it has {len(infos):,} members")
    names = [info.filename for info in infos]
    for info in infos:
        if why := _problem(info):
            raise refused(name, f"{info.filename[:80]!a} {why}")
    if len(set(names)) < len(names):
        raise refused(name, "a member is there twice")
    if sum(info.compress_size for info in infos) > file_bytes:
        raise refused(name, "its members overlap")
    return infos


def _problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not NAMES.fullmatch(info.filename) or info.orig_filename != info.filename:
        return "is no name of ours"
    if kind not in (0, stat.S_IFREG):
        return "is no file"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in an unknown way"
    if info.file_size > MAX_TEXT_BYTES or info.file_size > FREE_BYTES + MAX_RATIO * info.compress_size:
        return "is too large"
    return ""


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()
