"""Which nodes of a large tree are drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from inpaint_nb.lineage.node import Node
from inpaint_nb.store import Relative


@dataclass(frozen=True, slots=True)
class Shown:
    """Nodes to be drawn, parents before their children; `left_out` counts, by key, those below that are not."""

    nodes: tuple[Node, ...]
    left_out: Mapping[str, int]

    def children(self, key: str) -> list[Node]:
        """The nodes drawn below this one."""
        return [node for node in self.nodes if node.parent == key]


@dataclass(frozen=True, slots=True)
class Choice:
    """The keys of the nodes to be drawn, and how many below each are not."""

    keys: frozenset[str]
    left_out: Mapping[str, int]


def choice(
    root: str, family: Sequence[Relative], focus: str | None, starred: Collection[str], most: int
) -> Choice:
    """At most `most` nodes, each with its parent: the line of the focus, then starred ones, then the newest.

    A run that failed or was cancelled is left out once the same request has succeeded.
    """
    useful = _useful(family)
    parents = {job.id: job.parent for job in useful}
    drawn = {root} | _keys(parents, focus, starred, most - 1)
    left_out: dict[str, int] = {}
    for key in parents:
        if key not in drawn:
            above = next(each for each in line(parents, key) if each in drawn)
            left_out[above] = left_out.get(above, 0) + 1
    return Choice(frozenset(drawn), left_out)


def _useful(family: Iterable[Relative]) -> list[Relative]:
    """Those that tell something; what failed has no children."""
    family = tuple(family)
    done = {
        job.identity: number for number, job in enumerate(family) if job.status == "done" and job.identity
    }
    return [
        job
        for number, job in enumerate(family)
        if job.status not in ("failed", "cancelled") or done.get(job.identity, -1) < number
    ]


def _keys(parents: Mapping[str, str], focus: str | None, starred: Collection[str], most: int) -> set[str]:
    """As many as there may be, the root not counted."""
    newest = list(parents)[::-1]
    ranked = sorted(newest, key=lambda key: (key == focus, key in starred), reverse=True)
    drawn: set[str] = set()
    for key in ranked:
        wanted = drawn | (set(line(parents, key)) & parents.keys())
        if not drawn or len(wanted) <= most:
            drawn = wanted
        if len(drawn) >= most:
            break
    return drawn


def line(parents: Mapping[str, str], key: str) -> list[str]:
    """The key, that of its parent and so on to the root."""
    found = [key]
    while found[-1] in parents:
        found.append(parents[found[-1]])
    return found
