"""How far many requests are, in a few fields each: the masks of a thousand records would take seconds to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from inpaint_nb.store.search import Read

AT_ONCE = 400  # every SQLite takes 999 values in one statement, and each is given twice

_FIELDS = (
    "id", "identity", "settled", "repeat", "created", "owner", "status", "finished", "deleted", "seconds", "cost",
    "error_type", "error_text", "error_hint",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """The part of a `Record` that says how its job stands; `composited` are the digests of its pictures."""

    id: str
    identity: str
    settled: str | None
    repeat: int
    created: float
    owner: str
    status: str
    finished: float | None
    deleted: float | None
    seconds: float | None
    cost: float | None
    error_type: str | None
    error_text: str | None
    error_hint: str | None
    composited: tuple[str, ...]

    @property
    def has_pictures(self) -> bool:
        """Whether the job ended in a result that is still here."""
        return self.status == "done" and self.deleted is None and bool(self.composited)


def standings(read: Read, by: Literal["id", "identity"], values: Sequence[str]) -> list[Standing]:
    """The jobs with these ids, or that asked or settled on a request of these identities; the newest first."""
    found: dict[str, Standing] = {}
    for start in range(0, len(values), AT_ONCE):
        some = values[start : start + AT_ONCE]
        marks = ", ".join("?" * len(some))
        columns = ("id",) if by == "id" else ("identity", "settled")
        which = " UNION ".join(f"SELECT id FROM jobs WHERE {column} IN ({marks})" for column in columns)
        found |= {one.id: one for one in _read(read, which, [*some] * len(columns))}
    return sorted(found.values(), key=lambda one: one.created, reverse=True)


def _read(read: Read, which: str, values: Sequence[str]) -> list[Standing]:
    sql = f"SELECT job, digest FROM pictures WHERE role = 'composited' AND job IN ({which}) ORDER BY job, position"
    pictures: dict[str, list[str]] = {}
    for job, digest in read(sql, values):
        pictures.setdefault(job, []).append(digest)
    rows = read(f"SELECT {', '.join(_FIELDS)} FROM jobs WHERE id IN ({which})", values)
    found = (dict(zip(_FIELDS, row, strict=True)) for row in rows)
    return [Standing(**values, composited=tuple(pictures.get(values["id"], ()))) for values in found]
