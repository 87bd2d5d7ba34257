"""By what runs can be told apart: their prompt, provider, parameters, or who rated them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from inpaint_nb.edit import Opinion
from inpaint_nb.errors import InputError
from inpaint_nb.history.run import Run

Value = str | int | float | None
Group = Callable[[Run, Opinion], Value]  # what a rated picture's run says of it

KNOWN: dict[str, Group] = {
    "prompt": lambda run, _: run.prompt,
    "provider": lambda run, _: run.provider,
    "mask": lambda run, _: None if run.record.mask is None else run.record.mask[:8],
    "source": lambda run, _: run.record.source or None,
    "parent": lambda run, _: None if run.parent is None else run.parent[:8],
    "kind": lambda run, _: run.kind,
    "label": lambda run, _: run.record.label,
    "seed": lambda run, _: run.seed,
    "count": lambda run, _: run.record.count,
    "feather_px": lambda run, _: run.record.feather_px,
    "feather": lambda run, _: run.record.feather if run.record.feather_px else None,
    "run": lambda run, _: run.id[:8],
    "index": lambda _, opinion: opinion.index,
    "who": lambda _, opinion: opinion.who,
}


def names_of(by: str | Sequence[str]) -> tuple[str, ...]:
    """What is asked for, as several names. Raises InputError for anything but names."""
    names = (by,) if isinstance(by, str) else tuple(by) if isinstance(by, Sequence) else ()
    if not names or not all(isinstance(name, str) for name in names):
        raise InputError(f"by must be a name or several, not {by!r}.", f"Such as {', '.join(KNOWN)}.")
    return names


def groups_of(names: Sequence[str], runs: Iterable[Run]) -> list[Group]:
    """How to find each name's value. Raises InputError for a name that none of these runs knows."""
    params = sorted({name for run in runs for name in run.params})
    for name in names:
        if name not in KNOWN and name not in params:
            raise InputError(
                f"Nothing is known of {name!r} in these runs.", f"There are {', '.join([*KNOWN, *params])}."
            )
    return [KNOWN[name] if name in KNOWN else parameter(name) for name in names]


def parameter(name: str) -> Group:
    """The value of a provider's parameter; None where it was not set."""
    return lambda run, _: plain(run.params.get(name))


def plain(value: object) -> Value:
    """The value where it is a number or a text, else its JSON."""
    if isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str | int | float | None) else json.dumps(value, default=str)
