"""Which records are wanted, as SQL; and their rows, read many at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeVar

from inpaint_nb.edit import RemotePicture
from inpaint_nb.store.ratings import RATED, REJECTED, STARRED
from inpaint_nb.store.records import COLUMNS, JSON_COLUMNS, Record, from_row

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Outcome = Literal["done", "failed", "cancelled", "unfinished"]
T = TypeVar("T")

AT_ONCE = 500  # every SQLite takes 999 values in one statement

# The prompt that a result shows: a button without one shows that of its edit.
_PROMPT = (
    "coalesce(prompt, (SELECT json_extract(edit, '$.prompt') FROM jobs AS own WHERE own.id = jobs.id), '')"
)
_CONTAINS = "instr(casefold({}), ?) > 0"


@dataclass(frozen=True, slots=True)
class Search:
    """What records to look for; None asks for anything. Texts are looked for in any case, as they stand.

    `source` is a part of the record's source and `parent` a digest; `since` is included and `until` is not, in
    seconds since 1970. `prefix` begins the id. `rating` is the least that the best picture must have.
    """

    text: str | None = None
    provider: str | None = None
    source: str | None = None
    parent: str | None = None
    since: float | None = None
    until: float | None = None
    status: Outcome | None = None
    prefix: str | None = None
    rating: float | None = None
    starred: bool | None = None
    rejected: bool | None = None

    def where(self) -> tuple[str, list[object]]:
        """The SQL condition and its values."""
        asked = [(sql, value) for sql, value in self._conditions() if value is not None]
        return " AND ".join(sql for sql, _ in asked) or "1", [value for _, value in asked]

    def _conditions(self) -> Iterator[tuple[str, object]]:
        yield _CONTAINS.format(_PROMPT), _folded(self.text)
        yield _CONTAINS.format("source"), _folded(self.source)
        yield "provider = ?", self.provider
        yield "parent = ?", self.parent
        yield "created >= ?", self.since
        yield "created < ?", self.until
        yield "status = ?", self.status if self.status != "unfinished" else None
        yield "(finished IS NULL) = ?", 1 if self.status == "unfinished" else None
        yield "id >= ?", self.prefix
        yield "id < ? || char(1114111)", self.prefix
        yield f"id IN ({RATED})", self.rating
        yield f"(id IN ({STARRED})) = ?", self.starred
        yield f"(id IN ({REJECTED})) = ?", self.rejected


def ids(read: Read, search: Search) -> list[str]:
    """The ids of the records that are wanted, newest first."""
    where, values = search.where()
    # From the index alone: the rows are long with their masks.
    order = "ORDER BY created DESC, rowid DESC"
    return [job_id for (job_id,) in read(f"SELECT id FROM jobs WHERE {where} {order}", values)]


def by_ids(read: Read, wanted: Sequence[str]) -> list[Record]:
    """The records with these ids, in this order; those that are gone are left out."""
    found: dict[str, Record] = {}
    for some in _chunks(wanted):
        marks = ", ".join("?" * len(some))
        found |= {record.id: record for record in where(read, f"WHERE id IN ({marks})", some)}
    return [found[job_id] for job_id in wanted if job_id in found]


def newest(read: Read, identity: str, repeat: int, ended: str) -> Record | None:
    """The newest job with this identity and number for which the SQL `ended` holds."""
    which = f"WHERE (identity = ? OR settled = ?) AND repeat = ? AND {ended}"
    found = where(read, f"{which} ORDER BY created DESC, rowid DESC LIMIT 1", (identity, identity, repeat))
    return found[0] if found else None


def digests(read: Read, prefix: str, most: int) -> list[str]:
    """The digests of pictures that begin so and that some job made or started from, at most so many."""
    sql = """
        SELECT digest FROM pictures WHERE digest >= ?1 AND digest < ?2
        UNION SELECT parent FROM jobs WHERE parent >= ?1 AND parent < ?2 AND deleted IS NULL LIMIT ?3"""
    after = f"{prefix}g"  # what comes after every hex digit
    return [digest for (digest,) in read(sql, (prefix, after, most))]


def where(read: Read, which: str, values: Sequence[object] = ()) -> list[Record]:
    """The records that the SQL `which` asks for, with their pictures."""
    return or_mended(read, lambda: _where(read, which, values))


def or_mended(read: Read, ask: Callable[[], T]) -> T:
    """What `ask()` returns; where a row is damaged, that of the ledger once it is mended."""
    try:
        return ask()
    except ValueError:  # asked about all rows, SQLite says which it is
        read(f"SELECT {', '.join(f'json({name})' for name in JSON_COLUMNS)} FROM jobs", ())
        return ask()


def _where(read: Read, which: str, values: Sequence[object]) -> list[Record]:
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in read(f"SELECT {names} FROM jobs {which}", values)]
    pictures = _pictures(read, [str(row["id"]) for row in rows])
    return [_record(row, pictures.get(str(row["id"]), {})) for row in rows]


def _record(row: Mapping[str, object], pictures: Mapping[str, list[str]]) -> Record:
    known = {field.name for field in fields(Record)}
    values = {name: value for name, value in from_row(row).items() if name in known}
    several = {role: tuple(pictures.get(role, ())) for role in ("composited", "raw")}
    return Record(**values, **several)  # type: ignore[arg-type]  # the columns are the fields


def _pictures(read: Read, job_ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """The digests of the jobs' pictures, by job and role, in order."""
    found: dict[str, dict[str, list[str]]] = {}
    for some in _chunks(job_ids):
        marks = ", ".join("?" * len(some))
        sql = f"SELECT job, role, digest FROM pictures WHERE job IN ({marks}) ORDER BY job, role, position"
        for job, role, digest in read(sql, some):
            found.setdefault(job, {}).setdefault(role, []).append(digest)
    return found


def stored_as(read: Read, job_ids: Sequence[str]) -> dict[str, list[str]]:
    """The digests of the files that hold the jobs' pictures, by job; of a picture kept as its change, the change."""
    found: dict[str, list[str]] = {}
    for some in _chunks(job_ids):
        marks = ", ".join("?" * len(some))
        sql = f"SELECT job, coalesce(patch, digest) FROM pictures WHERE job IN ({marks}) ORDER BY job, role, position"
        for job, digest in read(sql, some):
            found.setdefault(job, []).append(digest)
    return {job: list(dict.fromkeys(digests)) for job, digests in found.items()}


def remote_of(read: Read, digest: str, provider: str) -> RemotePicture | None:
    """Where the picture with this digest lives at `provider`: the newest job there that made it, if any."""
    sql = """
        SELECT remote_id, actions, position, grid = 'true' OR 1 < (
            SELECT count(*) FROM pictures AS others WHERE others.job = found.job AND others.role = found.role)
        FROM pictures AS found JOIN jobs ON jobs.id = found.job
        WHERE found.digest = ? AND provider = ? AND status = 'done' AND remote_id IS NOT NULL
        ORDER BY created DESC, role LIMIT 1"""
    for remote_id, actions, position, is_one_of_several in read(sql, (digest, provider)):
        offered = json.loads(actions)
        return RemotePicture(
            provider,
            remote_id,
            position if is_one_of_several else None,
            None if offered is None else tuple(offered),
        )
    return None


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()
