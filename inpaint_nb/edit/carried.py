"""What a saved picture carries of its run, as JSON text; read with suspicion, because files come from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, get_args

from inpaint_nb.edit import jsontext
from inpaint_nb.edit.asked import Kind
from inpaint_nb.edit.composite import Report
from inpaint_nb.edit.harmless import clean, own_path, shared_params
from inpaint_nb.edit.jsonvalues import (
    Check,
    amount,
    counted,
    labels,
    mapping,
    matching,
    moment,
    number,
    one_of,
    or_none,
    text,
    texts,
    truth,
    whole,
)

FORMAT = "inpaint_nb"
VERSION = 1
MOST_BYTES = 32 * 1024 * 1024  # of JSON text: Pillow reads 64 MiB of texts in one PNG file

_DIGEST = matching(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Carried:
    """A run as the file of one of its pictures tells it; the fields of what was asked are named as in the store.

    `picture` is the digest of the result's picture and `saved` that of the one in the file, which differ where the
    format loses something; `file` is the hash of the file's bytes, where this lies beside it. `index` of `pictures` is
    which picture of the job it is. `used_seed` was the run's, asked for or not. `left_out` names parameters that are
    not handed on.
    """

    picture: str
    saved: str
    kind: Kind
    provider: str
    prompt: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    count: int = 1
    seed: int | None = None
    feather_px: float = 0.0
    feather: str = "inside"
    parent: str | None = None
    mask: str | None = None
    coverage: float | None = None
    operations: Mapping[str, object] = field(default_factory=dict)
    target: Mapping[str, object] | None = None
    label: str | None = None
    edit: Mapping[str, object] | None = None
    source: str = ""
    index: int = 0
    pictures: int = 1
    used_seed: int | None = None
    remote_id: str | None = None
    actions: tuple[str, ...] | None = ()
    grid: bool = False
    report: Mapping[str, int] | None = None
    identity: str = ""
    repeat: int = 0
    job_id: str = ""
    created: datetime | None = None
    seconds: float = 0.0
    cost: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    def to_text(self, *, indent: int | None = None) -> bytes:
        """The JSON text; without keys, private paths and addresses. Raises ValueError where it is too long."""
        handed_on = self._handed_on()
        said = {each.name: getattr(handed_on, each.name) for each in fields(self)}
        cleaned = {
            name: value if name == "operations" else clean(value)  # numbers and pixels, and many of them
            for name, value in said.items()
            if value != _DEFAULTS.get(name, MISSING)
        }
        text = jsontext.dump({"format": FORMAT, "version": VERSION, **cleaned}, indent=indent)
        if len(text) > MOST_BYTES:
            raise ValueError(f"its text is longer than {MOST_BYTES:,} bytes")
        return text

    def _handed_on(self) -> Carried:
        params = shared_params(self.params)
        left_out = sorted({*self.left_out, *(name for name in self.params if name not in params)})
        edit = self.edit and {**self.edit, "params": shared_params(mapping(self.edit["params"]))}
        source = self.source if own_path(self.source) else ""
        return replace(self, params=params, left_out=tuple(left_out), edit=edit, source=source)


_DEFAULTS: dict[str, object] = {
    each.name: each.default if each.default is not MISSING else {}
    for each in fields(Carried)
    if each.default is not MISSING or each.default_factory is not MISSING
}


def from_text(text: bytes) -> Carried | None:
    """What the JSON text says; None where it is about something else.

    Raises ValueError with the reason where it cannot be used: nothing in it has a type or a size that it should not.
    """
    said = jsontext.load(text)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        return None
    if not isinstance(version := said.get("version"), int) or version > VERSION:
        raise ValueError("it was written by a newer inpaint_nb")
    missing = [name for name in _CHECKS if name not in said and name not in _DEFAULTS]
    if missing:
        raise ValueError(f"it lacks {missing[0]}")
    return Carried(**{name: _checked(name, said[name]) for name in _CHECKS if name in said})


def _checked(name: str, value: object) -> Any:  # Any: each field has a type of its own
    try:
        return _CHECKS[name](value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"its {name} cannot be used") from error


def _report(value: object) -> dict[str, int]:
    told = {name: counted(number) for name, number in mapping(value).items()}
    if told.keys() != {each.name for each in fields(Report)}:
        raise ValueError(value)
    return told


def _params(value: object) -> dict[str, object]:
    return shared_params(mapping(value))


def _target(value: object) -> dict[str, object]:
    told = mapping(value)
    return {
        "remote_id": text(told.get("remote_id")),
        "index": or_none(counted)(told.get("index")),
        "actions": or_none(texts)(told.get("actions")),
    }


def _edit(value: object) -> dict[str, object]:
    told = mapping(value)
    return {
        "prompt": text(told.get("prompt")),
        "params": _params(told.get("params")),
        "ref": text(told.get("ref")),
    }


def _source(value: object) -> str:
    return text(value) if own_path(text(value)) else ""


_CHECKS: dict[str, Check] = {
    "picture": _DIGEST,
    "saved": _DIGEST,
    "kind": one_of(*get_args(Kind)),
    "provider": matching(r"[\w-]{1,80}"),
    "prompt": or_none(text),
    "params": _params,
    "left_out": texts,
    "count": counted,
    "seed": or_none(whole),
    "feather_px": amount,
    "feather": one_of("inside", "ring"),
    "parent": or_none(_DIGEST),
    "mask": or_none(matching(r"[0-9a-f]{32}")),
    "coverage": or_none(amount),
    "operations": mapping,
    "target": or_none(_target),
    "label": or_none(text),
    "edit": or_none(_edit),
    "source": _source,
    "index": counted,
    "pictures": counted,
    "used_seed": or_none(whole),
    "remote_id": or_none(text),
    "actions": or_none(texts),
    "grid": truth,
    "report": or_none(_report),
    "identity": matching(r"[0-9a-f]{40}|"),
    "repeat": counted,
    "job_id": matching(r"[\w-]{0,80}"),
    "created": or_none(moment),
    "seconds": amount,
    "cost": or_none(number),
    "versions": labels,
    "file": text,
}
