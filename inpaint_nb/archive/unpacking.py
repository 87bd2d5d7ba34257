"""The runs of an archive into a store, after everything in it is proved."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from inpaint_nb.archive import members, pictures
from inpaint_nb.archive.lines import answer_from_line, from_line
from inpaint_nb.archive.members import Members
from inpaint_nb.history import History
from inpaint_nb.store import Entry, Search, Store, left, open_store
from inpaint_nb.store.answers import Said


def unpack(path: str | os.PathLike[str], *, store: Store | str | Path | None = None) -> History:
    """Put the runs of an archive that `pack` made into the store; the history of those that were not there.

    First every member is read and proved by its digest; then all runs are entered or none. What is there already stays
    as it is, with the opinions of both. A run that had not ended when it was packed is entered as one that failed: it
    goes on where it was started, if anywhere, and is never sent or paid from here.
    Raises InputError for a file that is no archive of ours, is damaged or tampered with, or of a newer version;
    StoreError where a run has the id of another one here.
    """
    place = store if isinstance(store, Store) else open_store(store)
    source = Path(path).expanduser()
    with members.opened(source) as archive:
        entries, answers = _proved(archive, str(source))
        place.moving.check(entries)
        added = _entered(place, archive, entries)
        place.answers.take(answers).result()
    newest_first = sorted(entries, key=lambda entry: (entry.job["created"], entry.id), reverse=True)
    return History(place, Search(), [entry.id for entry in newest_first if entry.id in added])


def _proved(archive: Members, name: str) -> tuple[list[Entry], list[Said]]:
    """The jobs, as they will be entered, and the answers, once all of the archive was read."""
    try:
        packed = [from_line(line) for line in _lines(archive, members.RECORDS)]
        answers = [answer_from_line(line) for line in _lines(archive, members.ANSWERS)]
        if len({entry.id for entry in packed}) < len(packed):
            raise ValueError("a run is in it twice")
        pictures.prove(archive, packed)
        for other in (each for each in archive if not each.startswith(("pictures/", "masks/"))):
            archive.read(other)
    except ValueError as error:
        raise members.refused(name, str(error)) from error
    return [left(entry) for entry in packed], answers


def _lines(archive: Members, name: str) -> list[bytes]:
    return [line for line in archive.read(name).split(b"\n") if line] if name in archive else []


def _entered(store: Store, archive: Members, entries: Sequence[Entry]) -> set[str]:
    """The ids of the jobs that are new, or that have their result now; on disk, pictures first."""
    for digest, read in pictures.files(archive):
        store.take_picture(digest, read)
    added = store.moving.into(entries)
    for digest, read in pictures.files(archive):
        if not store.files.has(digest):  # deleted meanwhile with the last job that had it
            store.take_picture(digest, read)
    return set(added)
