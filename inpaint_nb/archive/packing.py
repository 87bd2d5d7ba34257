"""Runs into one file that another machine can read: pictures, masks, what was asked and what people think of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from inpaint_nb.archive import members, pictures
from inpaint_nb.archive.drawings import drawings
from inpaint_nb.archive.lines import answer_to_line, to_line
from inpaint_nb.archive.readme import readme
from inpaint_nb.archive.scripting import script_of
from inpaint_nb.archive.selection import ids_of, with_ancestors
from inpaint_nb.errors import InputError
from inpaint_nb.history import History
from inpaint_nb.secret import without_keys
from inpaint_nb.store import Entry, Store, open_store
from inpaint_nb.store.answers import Said


def pack(
    what: object,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    store: Store | str | Path | None = None,
) -> Path:
    """Write the runs that `what` holds, and all that they came from, to a zip file; its path.

    `what` is a session, a sweep, a result, a job, a history, an id, a list of these, or a whole store. `unpack` reads
    the file again, on any machine. The same runs give the same bytes. Keys are never in it; prompts, parameters,
    opinions and the names of the files that pictures came from are, as they stand; with a history or a store also what
    providers answered about accounts and prompts, so that a notebook that asks can be replayed.
    Raises InputError where there is nothing to pack or `path` exists, StoreError where a picture is gone or damaged.
    """
    place = store if isinstance(store, Store) else open_store(store)
    entries = with_ancestors(place, ids_of(what, place))
    target = _target(path)
    answers = place.answers.everything() if isinstance(what, Store | History) else []
    members.write(target, _members(place, entries, answers), overwrite=overwrite)
    return target


def _target(path: str | os.PathLike[str]) -> Path:
    target = Path(path).expanduser()
    if target.is_dir():
        raise InputError(f"{str(target)!r} is a folder.", "Add the name of a file, such as runs.zip.")
    return target


def _members(store: Store, entries: Sequence[Entry], answers: Sequence[Said]) -> Iterator[tuple[str, bytes]]:
    extras = dict(_extras(store, entries, answers))
    yield "README.txt", readme(entries, list(extras)).encode()
    yield members.RECORDS, b"".join(map(to_line, entries))
    yield from extras.items()
    yield from pictures.packed(store, entries)


def _extras(store: Store, entries: Sequence[Entry], answers: Sequence[Said]) -> Iterator[tuple[str, bytes]]:
    """What not every archive has."""
    if answers:
        yield members.ANSWERS, b"".join(map(answer_to_line, answers))
    yield from drawings(store, entries)
    if any(entry.is_whole for entry in entries):
        yield "script.py", without_keys(script_of(store, [entry.id for entry in entries])).encode()
