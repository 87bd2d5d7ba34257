"""What the store knows of the cells of a sweep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from inpaint_nb.store import Standing, Store
from inpaint_nb.sweep.plan import Cell

UNKNOWN = "OutcomeUnknown"  # may have been paid: never sent again by itself


def standings_of(store: Store, cells: Sequence[Cell]) -> dict[int, Standing]:
    """How the cells stand in the store, by their numbers; those that nobody ever asked for are left out.

    Of several jobs that asked the same, the newest that has pictures counts, else the newest that has not ended, else
    the newest.
    """
    asked: dict[tuple[str, int], list[Standing]] = {}
    for standing in _whole(store, store.standings("identity", [cell.key.identity for cell in cells])):
        for identity in {standing.identity, standing.settled}:
            if identity is not None:
                asked.setdefault((identity, standing.repeat), []).append(standing)
    found = {cell.number: asked.get((cell.key.identity, cell.key.repeat)) for cell in cells}
    return {number: _best(several) for number, several in found.items() if several}


def needs_sending(standing: Standing | None) -> bool:
    """Whether a cell that stands so must be asked for (again): not where it is done, on its way, or perhaps paid."""
    if standing is None:
        return True
    return standing.finished is not None and not is_settled(standing)


def is_settled(standing: Standing) -> bool:
    """Whether a cell that stands so is left as it is until somebody runs it again."""
    return standing.has_pictures or (standing.finished is not None and standing.error_type == UNKNOWN)


def _whole(store: Store, standings: Sequence[Standing]) -> Iterator[Standing]:
    """The same; those whose files somebody took away have no pictures."""
    files = store.stored_files([one.id for one in standings if one.has_pictures])
    for one in standings:
        yield one if all(path.exists() for path in files.get(one.id, ())) else replace(one, composited=())


def _best(standings: Iterable[Standing]) -> Standing:
    """The newest come first, and stay first among those that are as good."""
    return min(standings, key=lambda one: (not one.has_pictures, one.finished is not None))
