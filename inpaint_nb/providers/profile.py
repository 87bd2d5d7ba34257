"""LotImage's wire format as data: one place to correct, from a notebook too, for whoever has its real documents.

provider("lotimage", profile={"progress": {"path": "/midjourney/v1/fetch"}})
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any, Self, TypeVar

from inpaint_nb.errors import InputError

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Submit:
    """Where a job is sent: JSON, by POST. Source: PROVIDERS.md §4.1; documented."""

    path: str = "/midjourney/v1/inpaint"
    method: str = "POST"
    encoding: str = "json"


@dataclass(frozen=True, slots=True)
class Ask:
    """Where a job is asked about, by GET with `id_name` in the "query" or the "path", or by POST in the "json".

    Source: PROVIDERS.md §4.4; a guess from the name of a page that nobody has read.
    """

    path: str = "/midjourney/v1/fetch-task-progress"
    method: str = "GET"
    id_in: str = "query"
    id_name: str = "taskId"


@dataclass(frozen=True, slots=True)
class Replies:
    """How answers are read: names of fields, tried in order, and the words that end a job.

    `status`, `id` and `error` are documented, 200 for success too; the others are guessed.
    """

    ok_status: tuple[int, ...] = (200,)
    status: Names = ("status",)
    id: Names = ("taskId",)
    error: Names = ("errMessage",)
    image: Names = ("imageUrl", "url", "image")
    images: Names = ("images",)
    progress: Names = ("progress",)
    buttons: Names = ("buttons",)
    position: Names = ("queuePosition",)
    done: Names = ("SUCCESS", "DONE", "FINISHED", "COMPLETED")
    failed: Names = ("FAIL", "FAILED", "FAILURE", "ERROR", "CANCELLED", "CANCELED")


CHOICES: Mapping[str, tuple[str, ...]] = {
    "submit.method": ("POST",),
    "submit.encoding": ("json",),
    "progress.method": ("GET", "POST"),
    "progress.id_in": ("query", "path", "json"),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """All of it; `Profile.of` takes the part that you want changed."""

    submit: Submit = field(default_factory=Submit)
    progress: Ask = field(default_factory=Ask)
    reply: Replies = field(default_factory=Replies)

    @classmethod
    def of(cls, changes: Mapping[str, object] | Self | None) -> Self:
        """The profile with these changes, e.g. {"reply": {"image": ["picture"]}}.

        Raises InputError naming what it does not know.
        """
        if isinstance(changes, cls):
            return changes
        if not isinstance(changes, Mapping | None):
            raise InputError(f"A profile is a dictionary of changes, not {type(changes).__name__}.")
        profile = cls()
        _check_names("The profile", changes or {}, profile)
        parts = {name: _changed(name, getattr(profile, name), part) for name, part in (changes or {}).items()}
        return replace(profile, **parts)

    def to_record(self) -> dict[str, object]:
        """All of it as plain JSON values, which `of` takes again."""
        return {name: _plain(part) for name, part in asdict(self).items()}


Part = TypeVar("Part", Submit, Ask, Replies)


def _changed(name: str, part: Part, changes: object) -> Part:
    if not isinstance(changes, Mapping):
        raise InputError(f"{name!r} of the profile is a dictionary of changes, not {changes!r}.")
    _check_names(f"{name!r} of the profile", changes, part)
    values: dict[str, Any] = {}  # of the types that the fields have, see `_value`
    for key, to in changes.items():
        values[key] = _value(f"{name}.{key}", getattr(part, key), to)
    return replace(part, **values)


def _value(name: str, old: object, new: object) -> object:
    if isinstance(old, tuple):
        return _several(name, type(old[0]), new)
    if not isinstance(new, str):
        raise InputError(f"{name!r} of the profile must be text, not {new!r}.")
    if name in CHOICES and new not in CHOICES[name]:
        raise InputError(
            f"{name!r} of the profile cannot be {new!r}.", f"Choose from {', '.join(CHOICES[name])}."
        )
    if name.endswith(".path") and not new.startswith("/"):
        raise InputError(f"{name!r} of the profile must begin with a slash, not {new!r}.")
    return new


def _several(name: str, kind: type, value: object) -> tuple[object, ...]:
    """One value or a list of them, as a tuple."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(each, kind) and not isinstance(each, bool) for each in values):
        raise InputError(f"{name!r} of the profile must hold {kind.__name__} values, not {value!r}.")
    return values


def _check_names(what: str, changes: Mapping[str, object], part: Profile | Submit | Ask | Replies) -> None:
    known = [each.name for each in fields(part)]
    for name in changes:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            meant = f"Did you mean {close[0]!r}? " if close else ""
            raise InputError(f"{what} has no {name!r}.", f"{meant}It has {', '.join(known)}.")


def _plain(part: Mapping[str, object]) -> dict[str, object]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in part.items()}
