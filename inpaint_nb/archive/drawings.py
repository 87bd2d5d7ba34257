"""The trees of the runs in an archive, for people to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from inpaint_nb.lineage import Tree
from inpaint_nb.secret import without_keys
from inpaint_nb.store import Entry, Store

MOST_TREES = 20


def drawings(store: Store, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    """The trees as SVG files, that with the most runs first; of these runs alone, whatever else the store has."""
    packed = {entry.id for entry in entries}
    roots = Counter(_roots(store, entries).values())
    largest = sorted(roots, key=lambda root: (-roots[root], root))[:MOST_TREES]
    for number, root in enumerate(largest, 1):
        family = tuple(job for job in store.lineage.family(root) if job.id in packed)
        name = "tree.svg" if number == 1 else f"tree-{number}.svg"
        yield name, without_keys(Tree(store, root, family).to_svg()).encode()


def _roots(store: Store, entries: Sequence[Entry]) -> dict[str, str]:
    """The picture or the run that each run comes from in the end."""
    started_from = {entry.id: entry.job["parent"] or entry.id for entry in entries}
    found: dict[str, str] = {}
    for job_id, parent in store.lineage.parents(list(started_from)).items():  # the oldest first
        found[job_id] = found.get(parent or "", started_from[job_id])
    return found
