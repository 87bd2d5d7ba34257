"""A job as one line of JSON, and a line from anywhere as a job, if everything in it can be one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from inpaint_nb.store import Entry, PictureRole
from inpaint_nb.store.answers import Said
from inpaint_nb.store.entries import TABLES, keyless
from inpaint_nb.store.records import COLUMNS, Kind, from_row, to_json, to_row

MAX_LINE_BYTES = 64 * 1024 * 1024
LATEST = 250_000_000_000.0  # seconds since 1970, in the year 9892; what comes later is no date in Python
MANY = 1 << 40  # more than anything here is counted to
FAR = 1e18

Check = Callable[[Any], bool]  # Any: read from JSON, of any type


def to_line(entry: Entry) -> bytes:
    """The job as a line: no key, not the process that it belonged to, the same for the same job."""
    job = {name: value for name, value in entry.job.items() if name != "owner"}
    said = keyless({"job": job, **entry.rows})
    return _dumped(said)


def answer_to_line(answer: Said) -> bytes:
    """An answer as a line, without a key."""
    return _dumped({**answer._asdict(), "said": keyless(json.loads(answer.said))})


def answer_from_line(line: bytes) -> Said:
    """The answer of a line. Raises ValueError for what no provider could have said."""
    told = _read(line)
    if not isinstance(told, dict) or told.keys() != set(Said._fields):
        raise ValueError("an answer is none")
    _check(told, _SAID)
    return Said(**told)._replace(said=to_json(told["said"]))


def from_line(line: bytes) -> Entry:
    """The job of a line. Raises ValueError for what no ledger could have said."""
    read = _read(line)
    if not isinstance(read, dict) or not isinstance(read.get("job"), dict):
        raise ValueError("a line is no job")
    job = _job(read.pop("job"))
    rows = {name: tuple(_row(name, row) for row in _list(read.pop(name, []))) for name in TABLES}
    if read:
        raise ValueError(f"{ascii(next(iter(read)))[:80]} is unknown")
    return _consistent(Entry(job, rows))


def _dumped(value: object) -> bytes:
    text = json.dumps(value, default=str, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _read(line: bytes) -> Any:  # Any: JSON, checked by who asks
    if len(line) > MAX_LINE_BYTES:
        raise ValueError("a line is too long")
    try:
        return json.loads(line)
    except RecursionError as error:
        raise ValueError("a line is too deep") from error


def _job(told: Mapping[str, object]) -> dict[str, object]:
    _check(told, _FIELDS)
    job = from_row(to_row({"owner": "", **told}))  # lists become what a ledger gives back
    if missing := COLUMNS.keys() - job.keys():
        raise ValueError(f"{min(missing)} is missing")
    return {name: job[name] for name in COLUMNS}


def _row(table: str, told: object) -> dict[str, object]:
    if not isinstance(told, dict):
        raise ValueError(f"a row of {table} is none")
    _check(told, _ROWS[table])
    if told.keys() != set(TABLES[table].columns):
        raise ValueError(f"a row of {table} is not whole")
    return told


def _check(told: Mapping[str, object], fields: Mapping[str, Check]) -> None:
    for name, value in told.items():
        if name not in fields or not fields[name](value):
            raise ValueError(f"{ascii(name)[:80]} cannot be that")


def _consistent(entry: Entry) -> Entry:
    """The entry itself; raises ValueError where its parts do not fit together."""
    job = entry.job
    if (job["finished"] is None) == (job["status"] in ("done", "failed", "cancelled")):
        raise ValueError("a job has ended and has not")
    if entry.is_whole and not any(row["role"] == "composited" for row in entry.pictures):
        raise ValueError("a result has no picture")
    if not entry.is_whole and entry.pictures:
        raise ValueError("a job without a result has pictures")
    if any(
        len({row["patch"] is None, row["base"] is None, row["box"] is None}) > 1 for row in entry.pictures
    ):
        raise ValueError("a picture is half a change")
    for name, columns in _UNIQUE.items():
        keys = [tuple(row[column] for column in columns) for row in entry.rows[name]]
        if len(set(keys)) < len(keys):
            raise ValueError(f"a row of {name} is there twice")
    return entry


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("rows are no list")
    return value


# -- what may stand in a field


def _text(value: object) -> bool:
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MANY


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -FAR < value < FAR


def _moment(value: object) -> bool:
    return _number(value) and 0 <= value <= LATEST  # type: ignore[operator] # it is a number


def _flag(value: object) -> bool:
    return value in (0, 1)


def _truth(value: object) -> bool:
    return isinstance(value, bool)


def _object(value: object) -> bool:
    return isinstance(value, dict)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_text, value))


def _reports(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(report, dict) and report.keys() == _REPORT and all(map(_whole, report.values()))
        for report in value
    )


def _box(value: object) -> bool:
    return isinstance(value, list) and len(value) == 4 and all(map(_whole, value))


def _matching(pattern: str) -> Check:
    read = re.compile(pattern)
    return lambda value: isinstance(value, str) and read.fullmatch(value) is not None


def _one_of(*values: object) -> Check:
    return lambda value: isinstance(value, str) and value in values


def _or_none(check: Check) -> Check:
    return lambda value: value is None or check(value)


_REPORT = {
    "changed_inside", "changed_ring", "changed_outside", "raw_changed_outside", "raw_max_difference_outside",
}  # fmt: skip
_ID = _matching(r"[\w.-]{1,100}")
_DIGEST = _matching("[0-9a-f]{40}")

_FIELDS: dict[str, Check] = {
    "id": _ID,
    "created": _moment,
    "provider": _text,
    "prompt": _or_none(_text),
    "params": _object,
    "count": _whole,
    "seed": _or_none(_integer),
    "feather_px": _number,
    "feather": _one_of("inside", "ring"),
    "parent": _or_none(_DIGEST),
    "mask": _or_none(_matching("[0-9a-f]{32}")),
    "coverage": _or_none(_number),
    "operations": _object,
    "source": _text,
    "kind": _one_of(*get_args(Kind)),
    "target": _or_none(_object),
    "label": _or_none(_text),
    "edit": _or_none(_object),
    "options": _object,
    "status": _one_of("waiting", "submitting", "done", "failed", "cancelled"),
    "remote_id": _or_none(_text),
    "error_type": _or_none(_text),
    "error_text": _or_none(_text),
    "error_hint": _or_none(_text),
    "seconds": _or_none(_number),
    "cost": _or_none(_number),
    "remote": _object,
    "actions": _or_none(_texts),
    "grid": _truth,
    "reports": _reports,
    "notes": _texts,
    "finished": _or_none(_moment),
    "deleted": _or_none(_moment),
    "identity": _text,
    "settled": _or_none(_text),
    "repeat": _whole,
}
_SAID: dict[str, Check] = {
    "identity": _DIGEST, "repeat": _whole, "time": _moment, "said": lambda value: True,
}  # fmt: skip
_UNIQUE = {"events": ("seq",), "pictures": ("role", "position"), "deleted_pictures": ("digest",)}
_ROWS: dict[str, dict[str, Check]] = {
    "events": {"seq": _whole, "time": _moment, "kind": _text, "said": _object},
    "pictures": {
        "role": _one_of(*get_args(PictureRole)),
        "position": _whole,
        "digest": _DIGEST,
        "patch": _or_none(_DIGEST),
        "base": _or_none(_DIGEST),
        "box": _or_none(_box),
    },
    "deleted_pictures": {"digest": _DIGEST},
    "ratings": {
        "position": _whole,
        "who": _text,
        "time": _moment,
        "stars": _or_none(_whole),
        "starred": _or_none(_flag),
        "rejected": _or_none(_flag),
        "blind": _flag,
    },
    "choices": {
        "better_position": _whole,
        "worse": _ID,
        "worse_position": _whole,
        "tie": _flag,
        "who": _text,
        "time": _moment,
        "blind": _flag,
    },
}
