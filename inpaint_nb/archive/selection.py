"""Which runs are meant by what somebody holds, and which others those came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from inpaint_nb.chain import Chain
from inpaint_nb.errors import InputError
from inpaint_nb.history import History
from inpaint_nb.store import Entry, Record, Search, Store
from inpaint_nb.sweep import Sweep


def ids_of(what: object, store: Store) -> list[str]:
    """The ids of the runs that `what` holds. Raises InputError for what holds none, or none of this store."""
    if isinstance(what, Store):
        return what.search(Search())
    ids = list(dict.fromkeys(_ids(what)))
    known = {record.id for record in store.several(ids)}
    if unknown := [job_id for job_id in ids if job_id not in known]:
        raise InputError(
            f"The store at {store.folder} has no run {unknown[0] or 'of this result'}.",
            "Pack from the store that it was recorded in: pack(…, store=folder).",
        )
    if not ids:
        raise InputError("There is no run to pack.", "Run something first.")
    return ids


def _ids(what: object) -> Iterator[str]:
    """The ids, in the order in which they are found."""
    if isinstance(what, str):
        yield what
    elif isinstance(what, History):
        yield from what.ids
    elif isinstance(what, Sweep):
        yield from filter(None, (what.state(cell).job_id for cell in what.cells))
    elif isinstance(what, Chain):  # a session too; a result may have been there before its first job
        # what was put together from a saved picture alone has no links: it is in no store
        yield from (result.job_id for result in what.results if result.links is not None)
        yield from (job.id for job in what.jobs if job.recorded is None)
    elif isinstance(
        job_id := getattr(what, "job_id", getattr(what, "id", None)), str
    ):  # a result, a job or a run
        yield job_id
    elif isinstance(what, Iterable):
        for one in what:
            yield from _ids(one)
    else:
        raise InputError(
            f"A {type(what).__name__} holds no runs.",
            "Pack a session, a sweep, a result, a history, or a list of them.",
        )


def with_ancestors(store: Store, job_ids: Sequence[str]) -> list[Entry]:
    """These jobs and all that they came from, whatever became of those, the oldest first."""
    found: dict[str, None] = {}
    asked = list(job_ids)
    while asked := [job_id for job_id in dict.fromkeys(asked) if job_id not in found]:
        found |= dict.fromkeys(asked)
        parents = (parent for parent in store.lineage.parents(asked).values() if parent is not None)
        asked = [*parents, *_edited(store.several(asked))]
    return store.moving.out(list(found))


def _edited(records: Iterable[Record]) -> Iterator[str]:
    """The edits whose candidates were brought out by a button."""
    for record in records:
        if record.edit and isinstance(ref := record.edit.get("ref"), str):
            yield ref
