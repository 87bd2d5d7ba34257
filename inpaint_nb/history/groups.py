"""By what runs can be told apart: their prompt, provider, parameters, or who rated them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inpaint_nb.edit import Opinion
from inpaint_nb.errors import InputError
from inpaint_nb.history.run import prompt_of
from inpaint_nb.store import seed_used

Value = str | int | float | None
Fields = Mapping[str, Any]  # of a run's record; Any: what each of them is there


@dataclass(frozen=True, slots=True)
class Group:
    """What a rated picture's run says of it: `value` looks at the fields `needs` of its record, and at an opinion."""

    needs: tuple[str, ...]
    value: Callable[[Fields, Opinion], Value]


KNOWN: dict[str, Group] = {
    "prompt": Group(("prompt", "edit"), lambda run, _: prompt_of(run["prompt"], run["edit"])),
    "provider": Group(("provider",), lambda run, _: run["provider"]),
    "mask": Group(("mask",), lambda run, _: _short(run["mask"])),
    "source": Group(("source",), lambda run, _: run["source"] or None),
    "parent": Group(("parent",), lambda run, _: _short(run["parent"])),
    "kind": Group(("kind",), lambda run, _: run["kind"]),
    "label": Group(("label",), lambda run, _: run["label"]),
    "seed": Group(("seed", "remote"), lambda run, _: seed_used(run)),
    "count": Group(("count",), lambda run, _: run["count"]),
    "feather_px": Group(("feather_px",), lambda run, _: run["feather_px"]),
    "feather": Group(("feather", "feather_px"), lambda run, _: run["feather"] if run["feather_px"] else None),
    "run": Group((), lambda _, opinion: _short(opinion.job_id)),
    "index": Group((), lambda _, opinion: opinion.index),
    "who": Group((), lambda _, opinion: opinion.who),
}


def names_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """What is asked for, as several names. Raises InputError for anything but names."""
    names = (by,) if isinstance(by, str) else tuple(by) if isinstance(by, Sequence) else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"by must be a name or several, not {by!r}.", f"Such as {', '.join(KNOWN)}.")
    return names


def group_of(name: str) -> Group:
    """How to find the value of a name; one that is not known is a parameter's."""
    return KNOWN[name] if name in KNOWN else parameter(name)


def check_known(names: Sequence[str], runs: Iterable[Fields]) -> None:
    """Raises InputError for a name that none of these runs knows."""
    if all(name in KNOWN for name in names):
        return
    params = sorted({name for run in runs for name in run["params"]})
    for name in names:
        if name not in KNOWN and name not in params:
            raise InputError(
                f"Nothing is known of {name!r} in these runs.", f"There are {', '.join([*KNOWN, *params])}."
            )


def parameter(name: str) -> Group:
    """The value of a provider's parameter; None where it was not set."""
    return Group(("params",), lambda run, _: plain(run["params"].get(name)))


def plain(value: object) -> Value:
    """The value where it is a number or a text, else its JSON."""
    if isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str | int | float | None) else json.dumps(value, default=str)


def _short(digest: str | None) -> str | None:
    return None if digest is None else digest[:8]
