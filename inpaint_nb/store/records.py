"""One job as the store keeps it: plain values, pictures and masks by digest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PictureRole = Literal["composited", "raw"]


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

    `status` is "waiting" until the request may have left, then "submitting", and in the end "done", "failed"
    or "cancelled". `mask` is the mask's digest and `operations` what it is made of (`Mask.to_record`);
    `source` is Python that opens the parent again, where somebody knows.
    `composited` and `raw` are digests of pictures, in order.
    """

    id: str
    created: float
    provider: str
    prompt: str
    params: Mapping[str, object]
    count: int
    seed: int | None
    feather_px: float
    feather: str
    parent: str
    mask: str
    operations: Mapping[str, object]
    source: str = ""
    owner: str = ""
    status: str = "waiting"
    remote_id: str | None = None
    error_type: str | None = None
    error_text: str | None = None
    error_hint: str | None = None
    seconds: float | None = None
    cost: float | None = None
    remote: Mapping[str, object] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    reports: tuple[Mapping[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    finished: float | None = None
    composited: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether the job has ended, in a result, an error or a cancel."""
        return self.finished is not None


# How each field of a Record lies in the table `jobs`, in order; pictures have a table of their own.
COLUMNS: dict[str, str] = {
    "id": "TEXT PRIMARY KEY",
    "created": "REAL NOT NULL",
    "provider": "TEXT NOT NULL",
    "prompt": "TEXT NOT NULL",
    "params": "TEXT NOT NULL",
    "count": "INTEGER NOT NULL",
    "seed": "TEXT NOT NULL",  # SQLite's integers end at 64 bits
    "feather_px": "REAL NOT NULL",
    "feather": "TEXT NOT NULL",
    "parent": "TEXT NOT NULL",
    "mask": "TEXT NOT NULL",
    "operations": "TEXT NOT NULL",
    "source": "TEXT NOT NULL",
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
    "reports": "TEXT NOT NULL",
    "notes": "TEXT NOT NULL",
    "finished": "REAL",
}
_JSON = {"seed", "params", "operations", "remote", "actions", "reports", "notes"}
_SEQUENCES = {"actions", "reports", "notes"}


def to_json(value: object) -> str:
    """The value as JSON text; what JSON does not know is kept as the text Python shows for it."""
    return json.dumps(value, default=str)


def to_row(values: Mapping[str, object]) -> dict[str, object]:
    """Fields of a record as the table keeps them."""
    return {name: to_json(value) if name in _JSON else value for name, value in values.items()}


def from_row(row: Mapping[str, object]) -> dict[str, object]:
    """The fields of a record that one row of the table holds."""
    return {name: _field(name, value) for name, value in row.items()}


def _field(name: str, value: object) -> object:
    if name not in _JSON:
        return value
    read = json.loads(str(value))
    return tuple(read) if name in _SEQUENCES else read
