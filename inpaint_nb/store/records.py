"""One job as the store keeps it: plain values, pictures and masks by digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PictureRole = Literal["composited", "raw"]
Kind = Literal["edit", "imagine", "press", "fetch"]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of a job: when it came (seconds since 1970), its kind, and what it said."""

    time: float
    kind: str
    said: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture the store holds: by its digest, and where it differs from another one only in a box, as that.

    `patch` is then the digest of what lies in `box`, and `base` that of the picture around it.
    """

    digest: str
    patch: str | None = None
    base: str | None = None
    box: tuple[int, int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One job, from the moment it was asked for to its end.

    `kind` says what was asked. `parent` is the digest of the picture edited or pressed and `mask` that of the
    mask, which is made of `operations` (`Mask.to_record`) and covers `coverage` of the picture: all are None where the
    job had none, and the last one in old records. `target` is the
    picture at the provider that is edited, pressed or fetched, `label` the button, and `edit` what of an edit is
    said nowhere else, for a press that brings out one of its candidates. `options` configured the provider; there is
    no key among them. `source` is Python that opens what the job started from, where somebody knows.

    `status` is "waiting" until the request may have left, then "submitting", and in the end "done", "failed"
    or "cancelled". `actions` is None where the provider did not say. `composited` and `raw` are digests of pictures,
    in order; `deleted` is when they were taken away again, the parent with them.

    `identity` is that of the request as it was asked, `settled` the same with the seed that was used (`identity`), and
    `repeat` counts equal requests, from 0: the second of two equal ones in a row has 1.
    """

    id: str
    created: float
    provider: str
    prompt: str | None
    params: Mapping[str, object]
    count: int = 1
    seed: int | None = None
    feather_px: float = 0.0
    feather: str = "inside"
    parent: str | None = None
    mask: str | None = None
    coverage: float | None = None
    operations: Mapping[str, object] = field(default_factory=dict)
    source: str = ""
    kind: Kind = "edit"
    target: Mapping[str, object] | None = None
    label: str | None = None
    edit: Mapping[str, object] | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    owner: str = ""
    status: str = "waiting"
    remote_id: str | None = None
    error_type: str | None = None
    error_text: str | None = None
    error_hint: str | None = None
    seconds: float | None = None
    cost: float | None = None
    remote: Mapping[str, object] = field(default_factory=dict)
    actions: tuple[str, ...] | None = ()
    grid: bool = False
    reports: tuple[Mapping[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    finished: float | None = None
    composited: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    deleted: float | None = None
    identity: str = ""
    settled: str | None = None
    repeat: int = 0

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, in a result, an error or a cancel."""
        return self.finished is not None


# How each field of a Record lies in the table `jobs`, in order; pictures have a table of their own. What version 1
# lacked has a default, so that a kernel which still runs it can go on writing.
COLUMNS: dict[str, str] = {
    "id": "TEXT PRIMARY KEY",
    "created": "REAL NOT NULL",
    "provider": "TEXT NOT NULL",
    "prompt": "TEXT",
    "params": "TEXT NOT NULL",
    "count": "INTEGER NOT NULL",
    "seed": "TEXT NOT NULL",  # SQLite's integers end at 64 bits
    "feather_px": "REAL NOT NULL",
    "feather": "TEXT NOT NULL",
    "parent": "TEXT",
    "mask": "TEXT",
    "coverage": "REAL",
    "operations": "TEXT NOT NULL",
    "source": "TEXT NOT NULL",
    "kind": "TEXT NOT NULL DEFAULT 'edit'",
    "target": "TEXT NOT NULL DEFAULT 'null'",
    "label": "TEXT",
    "edit": "TEXT NOT NULL DEFAULT 'null'",
    "options": "TEXT NOT NULL DEFAULT '{}'",
    "owner": "TEXT NOT NULL",
    "status": "TEXT NOT NULL",
    "remote_id": "TEXT",
    "error_type": "TEXT",
    "error_text": "TEXT",
    "error_hint": "TEXT",
    "seconds": "REAL",
    "cost": "REAL",
    "remote": "TEXT NOT NULL",
    "actions": "TEXT NOT NULL",
    "grid": "TEXT NOT NULL DEFAULT 'false'",
    "reports": "TEXT NOT NULL",
    "notes": "TEXT NOT NULL",
    "finished": "REAL",
    "deleted": "REAL",
    "identity": "TEXT NOT NULL DEFAULT ''",
    "settled": "TEXT",
    "repeat": "INTEGER NOT NULL DEFAULT 0",
}
# The columns that hold JSON, and what stands there where nothing was said.
JSON_COLUMNS = {
    "seed": "null", "params": "{}", "operations": "{}", "target": "null", "edit": "null", "options": "{}",
    "remote": "{}", "actions": "[]", "grid": "false", "reports": "[]", "notes": "[]",
}  # fmt: skip
_SEQUENCES = {"actions", "reports", "notes"}


def to_json(value: object) -> str:
    """The value as JSON text; what JSON does not know is kept as the text Python shows for it."""
    return json.dumps(value, default=str)


def to_row(values: Mapping[str, object]) -> dict[str, object]:
    """Fields of a record as the table keeps them."""
    return {name: to_json(value) if name in JSON_COLUMNS else value for name, value in values.items()}


def from_row(row: Mapping[str, object]) -> dict[str, object]:
    """The fields of a record that one row of the table holds."""
    return {name: _field(name, value) for name, value in row.items()}


def _field(name: str, value: object) -> object:
    if name not in JSON_COLUMNS:
        return value
    read = json.loads(str(value))
    return tuple(read) if name in _SEQUENCES and read is not None else read
