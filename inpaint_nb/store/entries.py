"""Everything that a ledger says of one job, and what two ledgers say of it together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from inpaint_nb.errors import StoreError
from inpaint_nb.secret import without_keys
from inpaint_nb.store.records import COLUMNS, from_row, to_json, to_row

Row = Mapping[str, Any]  # Any: values of several types, by column


class Table(NamedTuple):
    """A table beside `jobs`: the column that names the job, and the others; `json` holds JSON as text."""

    job: str
    columns: tuple[str, ...]
    json: frozenset[str] = frozenset()

    def row(self, values: Sequence[object]) -> Row:
        """One row, as the ledger gives the columns."""
        return {name: self._read(name, value) for name, value in zip(self.columns, values, strict=True)}

    def values(self, row: Row) -> list[object]:
        """The columns of a row, as the ledger takes them."""
        return [
            to_json(row[name]) if name in self.json and row[name] is not None else row[name]
            for name in self.columns
        ]

    def _read(self, name: str, value: Any) -> object:
        return json.loads(value) if name in self.json and value is not None else value


TABLES = {
    "events": Table("job", ("seq", "time", "kind", "said"), frozenset({"said"})),
    "pictures": Table("job", ("role", "position", "digest", "patch", "base", "box"), frozenset({"box"})),
    "deleted_pictures": Table("job", ("digest",)),
    "ratings": Table("job", ("position", "who", "time", "stars", "starred", "rejected", "blind")),
    "choices": Table(
        "better", ("better_position", "worse", "worse_position", "tie", "who", "time", "blind")
    ),
}  # fmt: skip
ADDED_TO = ("ratings", "choices")  # by people, at any time

# What a job was asked with never changes; the rest is told when it ends.
_ASKED = (
    "created", "provider", "prompt", "params", "count", "seed", "feather_px", "feather", "parent", "mask", "operations",
    "kind", "target", "label", "edit", "repeat",
)  # fmt: skip
_TOLD = (
    "status", "remote_id", "error_type", "error_text", "error_hint", "seconds", "cost", "remote", "actions", "grid",
    "reports", "notes", "finished",
)  # fmt: skip

LEFT_TYPE = "OutcomeUnknown"
LEFT_TEXT = "This run had not ended when it was packed."


@dataclass(frozen=True, slots=True)
class Entry:
    """A job: its columns by name, and its rows in the other tables, by table."""

    job: Mapping[str, Any]  # Any: values of several types, by column
    rows: Mapping[str, tuple[Row, ...]]

    @property
    def id(self) -> str:
        """Our id of the job."""
        return str(self.job["id"])

    @property
    def is_whole(self) -> bool:
        """Whether it has a result, with its pictures."""
        return self.job["status"] == "done" and self.job["deleted"] is None

    @property
    def is_left(self) -> bool:
        """Whether it is here only because it was packed elsewhere before it had ended."""
        return (self.job["error_type"], self.job["error_text"]) == (LEFT_TYPE, LEFT_TEXT)

    @property
    def pictures(self) -> tuple[Row, ...]:
        """Its pictures."""
        return self.rows["pictures"]

    @property
    def needs(self) -> set[str]:
        """The digests of the files that its pictures are made of, the one it started from included."""
        files = {row["patch"] or row["digest"] for row in self.pictures}
        bases = {row["base"] for row in self.pictures if row["base"]}
        return files | bases | ({self.job["parent"]} if self.job["parent"] else set())

    @classmethod
    def of(cls, values: Sequence[object], rows: Mapping[str, Iterable[Row]]) -> Entry:
        """The entry of a row of `jobs`."""
        job = from_row(dict(zip(COLUMNS, values, strict=True)))
        return cls(job, {name: tuple(rows.get(name, ())) for name in TABLES})

    def values(self) -> Mapping[str, object]:
        """The row of `jobs`."""
        return to_row(self.job)


def keyless(value: object) -> object:
    """The value with everything in its texts that is a key, or looks like one, replaced."""
    match value:
        case str():
            return without_keys(value)
        case list() | tuple():
            return [keyless(each) for each in value]
        case dict():
            return {without_keys(name): keyless(each) for name, each in value.items()}
    return value


def left(entry: Entry) -> Entry:
    """The entry as another ledger takes it in: a job that has not ended goes on where it was started, if anywhere.

    It is nobody's, so nobody sends or pays it again; and how its provider was configured is this machine's business,
    for a stranger's address would be sent this machine's key.
    """
    job = {**entry.job, "owner": "", "options": {}}
    if job["finished"] is None:
        known = f" It is known there as {job['remote_id']}." if job["remote_id"] else ""
        job |= {
            "status": "failed",
            "finished": job["created"],
            "error_type": LEFT_TYPE,
            "error_text": LEFT_TEXT,
            "error_hint": f"Look for it where it was started, or run it again here.{known}",
        }
    return replace(entry, job=job)


def merged(old: Entry, new: Entry) -> Entry | None:
    """What the ledger that has `old` knows once it has heard of `new`; None where that is nothing new.

    Raises StoreError where both speak of different jobs.
    """
    if old.job["finished"] is None:  # it may be on its way just now
        return None
    ranks = _rank(old), _rank(new)
    _check(old, new, [*_ASKED, *(_TOLD if min(ranks) > 0 else ())])
    if ranks[0] == ranks[1] == _WHOLE and _digests(old) != _digests(new):
        raise _differs(old, "pictures")
    fuller = new if ranks[1] > ranks[0] else old
    job = {**fuller.job, "options": old.job["options"]}
    rows = {**fuller.rows, **{name: _both(old.rows[name], new.rows[name]) for name in ADDED_TO}}
    both = Entry(job, rows)
    return None if both == old else both


_LEFT, _DELETED, _WHOLE = range(3)


def _rank(entry: Entry) -> int:
    """How much is known of it."""
    if entry.is_left:
        return _LEFT
    return _WHOLE if entry.job["deleted"] is None else _DELETED


def _check(old: Entry, new: Entry, names: Iterable[str]) -> None:
    for name in names:
        if _comparable(old.job[name]) != _comparable(new.job[name]):
            raise _differs(old, name)


def _comparable(value: object) -> str:
    """Equal for equal values: a packed text has no key in it, and JSON has no tuples."""
    return json.dumps(keyless(value), sort_keys=True, default=str)


def _differs(entry: Entry, what: str) -> StoreError:
    return StoreError(
        f"The store has another run under the id {entry.id}: the {what} differ.",
        "Unpack into a store of its own: inp.unpack(path, store=folder).",
    )


def _digests(entry: Entry) -> list[tuple[str, int, str]]:
    return sorted((row["role"], row["position"], row["digest"]) for row in entry.pictures)


def _both(old: tuple[Row, ...], new: tuple[Row, ...]) -> tuple[Row, ...]:
    known = [dict(row) for row in old]
    return (*old, *(row for row in new if dict(row) not in known))
