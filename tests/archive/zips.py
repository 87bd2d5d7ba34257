"""Archives to take apart, and to put together again in ways that `pack` never does."""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Change = Callable[[dict[str, Any]], object]


def contents(path: Path) -> dict[str, bytes]:
    """Every member by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def lines(path: Path) -> list[dict[str, Any]]:
    """The records as they stand in the archive."""
    return [json.loads(line) for line in contents(path)["records.jsonl"].splitlines()]


def rewritten(path: Path, members: Mapping[str, bytes], *, listed: bool = True, **manifest: object) -> Path:
    """The archive with these members; its manifest tells the truth about them unless `listed` is False."""
    members = dict(members)
    told = json.loads(members.pop("manifest.json"))
    if listed:
        told["members"] = {
            name: {"bytes": len(data), "blake2b": hashlib.blake2b(data, digest_size=20).hexdigest()}
            for name, data in members.items()
        }
    members["manifest.json"] = json.dumps({**told, **manifest}).encode()
    return zipped(path.with_name("rewritten.zip"), members.items())


def with_lines(path: Path, changed: Iterable[object]) -> Path:
    """The archive with other records, which its manifest tells of."""
    text = "\n".join(json.dumps(line) for line in changed)
    return rewritten(path, {**contents(path), "records.jsonl": text.encode()})


def with_changed(path: Path, change: Change) -> Path:
    """The archive with its first record changed in place."""
    first, *rest = lines(path)
    change(first)
    return with_lines(path, [first, *rest])


def zipped(path: Path, members: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    """A zip of exactly these members, in order."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name that is there twice is what some tests are about
        for name, data in members:
            archive.writestr(name, data)
    return path
