"""The tree of everything that was made of one picture, as the store knows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import Result
from inpaint_nb.edit.wear import tells_of_wear
from inpaint_nb.errors import InputError
from inpaint_nb.history import History, Run, history
from inpaint_nb.jobs import Job
from inpaint_nb.lineage import drawing, words
from inpaint_nb.lineage.node import Edge, Node
from inpaint_nb.lineage.selection import Shown, choice, line
from inpaint_nb.store import Relative, Search, Store, open_store

MOST_DRAWN = 48  # nodes; more are neither readable nor light


@runtime_checkable
class HasOriginal(Protocol):
    """A session, or whatever else knows the picture that it was opened on."""

    @property
    def original(self) -> Image.Image: ...


@runtime_checkable
class HasResults(Protocol):
    """A chain that started from words."""

    @property
    def results(self) -> list[Result]: ...


@dataclass(frozen=True, eq=False, repr=False)
class Tree:
    """Runs and the picture or run that they all come from, the root. Iterating gives parents before their children.

    A notebook shows it as a drawing without a script; `focus` is the key of the node that is marked there. Which runs
    belong to it was read when it was made; what they say is read when it is asked for, and then stays.
    """

    store: Store
    root_key: str
    family: Sequence[Relative]
    focus: str = ""

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The root and every run."""
        return self._made({self.root_key, *self._parents})

    @property
    def root(self) -> Node:
        """The node without a parent."""
        return self[self.root_key]

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every step from a node to one of its children."""
        return tuple(
            Edge(node.parent, node.key, node.index, node.label) for node in self if node.parent is not None
        )

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return len(self.family) + self._root_is_run

    def __len__(self) -> int:
        return len(self.family) + 1

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __contains__(self, key: object) -> bool:
        return key == self.root_key or key in self._parents

    def __getitem__(self, key: str) -> Node:
        """The node whose key is this or begins so; a run's key is its id. Raises InputError where there is none."""
        return self.line(key)[-1]

    def line(self, key: str) -> list[Node]:
        """The nodes from the root to this one. Raises InputError where there is none."""
        found = [key] if key in self else [each for each in self._keys if each.startswith(key)]
        if len(found) != 1 or not key:
            raise InputError(f"{len(found)} nodes of this tree have a key that begins with {key!r}.")
        return list(self._made(line(self._parents, found[0])))

    def chosen(self, most: int = MOST_DRAWN, focus: str | None = None) -> Shown:
        """The nodes to draw, `most` at most; `focus`, the tree's own unless given, is among them if it is a node."""
        starred = set(self.store.search(Search(starred=True)))
        made = choice(self.root_key, self.family, self.focus if focus is None else focus, starred, most)
        return Shown(self._made(made.keys), made.left_out)

    def to_svg(self) -> str:
        """The drawing as an SVG document with its pictures inside, dark on white."""
        return drawing.document(self.chosen(), self.focus, self.store)

    def _repr_html_(self) -> str:
        """The drawing, and below it the same in words, folded, for those who cannot see it."""
        shown = self.chosen()
        return drawing.figure(shown, self.focus, self.store) + words.folded(shown)

    def __repr__(self) -> str:
        return words.text(self.chosen(), self.focus)

    # ------------------------------------------------------------------ inside

    @cached_property
    def _parents(self) -> dict[str, str]:
        return {job.id: job.parent for job in self.family}

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for job in self.family:
            found.setdefault(job.parent, []).append(job.id)
        return {key: tuple(children) for key, children in found.items()}

    @cached_property
    def _root_is_run(self) -> bool:
        return bool(self.store.several([self.root_key]))

    @cached_property
    def _keys(self) -> dict[str, int]:
        """All keys by age with their numbers; the original picture has 0."""
        keys = [self.root_key, *self._parents]
        return {key: number for number, key in enumerate(keys, int(self._root_is_run))}

    def _made(self, keys: Collection[str]) -> tuple[Node, ...]:
        """The nodes of some keys, with which come those of their parents."""
        runs = {
            run.id: run
            for run in History(self.store, Search(), [key for key in keys if key != self.root_key])
        }
        root_run = next(iter(History(self.store, Search(), [self.root_key])), None)
        nodes = {self.root_key: self._root(root_run)}
        for key in sorted(runs, key=self._keys.__getitem__):
            if (parent := nodes.get(self._parents[key])) is not None:  # else deleted just now
                nodes[key] = _node(runs[key], parent, self._children.get(key, ()), self._keys[key])
        return tuple(nodes.values())

    def _root(self, run: Run | None) -> Node:
        pictures = (self.root_key,) if run is None else run.record.composited
        children = self._children.get(self.root_key, ())
        return Node(
            self.root_key, run, children=children, pictures=pictures, number=self._keys[self.root_key]
        )


def tree(of: object) -> Tree:
    """The tree that a result, job, run, session or picture belongs to, with everything the store has of it.

    `of` may be the id of a run, too, or its beginning. Raises InputError for anything else, and for a run that is not
    in the store.
    """
    store = open_store()
    focus = _job_id(of)
    picture = of.original if isinstance(of, HasOriginal) else of
    if isinstance(picture, Image.Image):
        return tree_of_picture(images.digest(images.load(picture)), focus or "")
    if focus is None:
        raise InputError(
            f"There is no tree of a {type(of).__name__}.", "Give a result, a session or a picture."
        )
    return _around(store, focus, focus)


def _job_id(of: object) -> str | None:
    """The id of the run that is meant, or of the newest one of a session."""
    match of:
        case Result(job_id=job_id):
            return job_id
        case Job(id=job_id) | Run(id=job_id):
            return job_id
        case str():
            return history().run(of).id
        case HasResults(results=[*_, Result(job_id=job_id)]):
            return job_id
    return None


def tree_of_picture(digest: str, focus: str = "") -> Tree:
    """The tree that the picture with this digest belongs to, whether a run made it or none."""
    store = open_store()
    maker = store.lineage.maker(digest)
    return _from(store, digest, focus) if maker is None else _around(store, maker, focus)


def _around(store: Store, job_id: str, focus: str) -> Tree:
    """The tree of a run: from the picture that the first of its line started from, or from that run."""
    first = store.lineage.line(job_id)[0]
    records = store.several([first])
    if not records:
        raise InputError(f"The store at {store.folder} has no run {job_id!r}.", "Its tree cannot be drawn.")
    return _from(store, records[0].parent or first, focus)


def _from(store: Store, root: str, focus: str = "") -> Tree:
    """The tree below a picture that no run made, or below a run that started from no picture."""
    return Tree(store, root, store.lineage.family(root), focus)


def _node(run: Run, parent: Node, children: tuple[str, ...], number: int) -> Node:
    record = run.record
    if record.parent in parent.pictures:
        index = parent.pictures.index(record.parent)
    else:
        index = int(str((record.target or {}).get("index") or 0))
    return Node(
        run.id,
        run,
        parent.key,
        index,
        children,
        record.composited,
        parent.depth + 1,
        number,
        _is_worn(run, parent),
    )


def _is_worn(run: Run, parent: Node) -> bool:
    """Whether the run was told so, or stands on one that was and did not make every pixel anew."""
    is_told = any(tells_of_wear(note) for note in run.notes)
    return is_told or (parent.is_worn and bool(run.record.operations))
