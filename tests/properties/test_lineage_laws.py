"""What holds of every history: lines without circles, each run in one tree, and pixels that know who made them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inpaint_nb import Mask
from inpaint_nb.edit import ancestry
from inpaint_nb.jobs.links import line_of, remade
from inpaint_nb.lineage.tree import Tree, _around, _from
from inpaint_nb.store import Kept, Record, Store

SIZE = (12, 8)
ROOTS = ("0" * 40, "1" * 40)


@dataclass(frozen=True)
class Asked:
    """A run of a made-up history: `start` picks a picture that was there, `made` one that is there afterwards."""

    start: int
    box: tuple[int, int, int, int]
    created: int
    count: int
    repeats: bool
    status: str
    is_whole: bool


boxes = st.tuples(st.integers(0, 11), st.integers(0, 7), st.integers(1, 12), st.integers(1, 8)).map(
    lambda box: (min(box[0], box[2] - 1), min(box[1], box[3] - 1), box[2], box[3])
)
runs = st.builds(
    Asked,
    start=st.integers(0, 30),
    box=boxes,
    created=st.integers(0, 1),
    count=st.integers(1, 2),
    repeats=st.booleans(),
    status=st.sampled_from(["done", "done", "done", "failed"]),
    is_whole=st.booleans(),
)
histories = st.lists(runs, min_size=1, max_size=9)
slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(store: Store, history: list[Asked]) -> list[Record]:
    """The history in a store; time passes slowly, so that several runs are asked for at one instant."""
    pictures, now = list(ROOTS), 0
    records = []
    for number, asked in enumerate(history):
        now += asked.created
        records.append(_record(number, now, asked, pictures))
        store.begin(records[-1]).result(timeout=10)
        made = [
            pictures[0 if asked.repeats else -1][:1] * 40 if asked.repeats else f"{number:02}{index}" * 13
            for index in range(asked.count)
        ]
        done = {"composited": [Kept(digest) for digest in made]} if asked.status == "done" else {}
        store.end(records[-1].id, {"status": asked.status, "finished": float(now)}, done).result(timeout=10)
        pictures += made if asked.status == "done" else []
    return records


def _record(number: int, now: int, asked: Asked, pictures: list[str]) -> Record:
    mask = Mask.rectangle(SIZE, asked.box)
    whole = {"kind": "press", "target": {"remote_id": "nobody's"}, "label": "Zoom"}
    edit = {"mask": mask.digest, "operations": mask.to_record()}
    return Record(
        id=f"run-{number}",
        created=float(now),
        provider="nobody",
        prompt=None,
        params={},
        parent=pictures[asked.start % len(pictures)],
        identity=f"{number}",
        **(whole if asked.is_whole else edit),
    )


def parents_of(store: Store, records: list[Record]) -> dict[str, str | None]:
    return store.lineage.parents([record.id for record in records])


@slow
@given(histories)
def test_a_parent_is_older_and_made_the_picture(history: list[Asked]) -> None:
    """No line closes to a circle, and every parent is a done run that made what its child started from."""
    with TemporaryDirectory() as folder, Closing(folder) as store:
        records = written(store, history)
        age = {record.id: number for number, record in enumerate(records)}
        at = {record.id: store.record(record.id) for record in records}
        for job, parent in parents_of(store, records).items():
            if parent is not None:
                assert age[parent] < age[job]
                assert at[parent].status == "done"
                assert at[job].parent in at[parent].composited
                assert store.lineage.line(job)[-2:] == [parent, job]


@slow
@given(histories)
def test_children_are_those_whose_parent_one_is(history: list[Asked]) -> None:
    """Asked downwards and upwards, the store answers the same."""
    with TemporaryDirectory() as folder, Closing(folder) as store:
        parents = parents_of(store, written(store, history))
        for job in parents:
            below = {child: job for child, parent in parents.items() if parent == job}
            assert store.lineage.children([job]) == below
        assert store.lineage.children(list(parents)) == {
            child: parent for child, parent in parents.items() if parent is not None
        }


@slow
@given(histories)
def test_each_run_is_in_one_tree_once(history: list[Asked]) -> None:
    """The trees of the pictures that no run made hold every run; parents stand before their children."""
    with TemporaryDirectory() as folder, Closing(folder) as store:
        parents = parents_of(store, written(store, history))
        trees = [_from(store, root, "") for root in ROOTS]
        keys = [node.key for tree in trees for node in tree if not node.is_original]
        assert sorted(keys) == sorted(parents)
        for tree in trees:
            check_order(tree)
            assert all(
                node.parent == (parents[node.key] or tree.root.key) for node in tree if not node.is_original
            )
        for job in parents:
            same = _around(store, job, job)
            assert job in same
            assert {node.key for node in same} in [{node.key for node in tree} for tree in trees]


def check_order(tree: Tree) -> None:
    """Parents first; parent of child is child of parent; edges join them; the line leads from the root."""
    seen: set[str] = set()
    for node in tree:
        assert node.parent is None or (node.parent in seen and node.key in tree[node.parent].children)
        assert all(tree[child].parent == node.key for child in node.children)
        line = [each.key for each in tree.line(node.key)]
        assert (line[0], line[-1], len(line)) == (tree.root.key, node.key, node.depth + 1)
        seen.add(node.key)
    assert len(seen) == len(tree)
    assert {(edge.parent, edge.child) for edge in tree.edges} == {
        (node.parent, node.key) for node in tree if node.parent is not None
    }
    assert repr(tree).count("\n") == len(tree)


@slow
@given(histories, st.integers(0, 11), st.integers(0, 7))
def test_pixels_know_their_runs(history: list[Asked], x: int, y: int) -> None:
    """Generations are the sum of the masks along the line; the origin is the newest mask over the pixel."""
    with TemporaryDirectory() as folder, Closing(folder) as store:
        for record in written(store, history):
            line = [store.record(job) for job in store.lineage.line(record.id)]
            assert [each.id for each in line_of(store, record.id)] == [each.id for each in line]
            masks = [
                np.ones((8, 12), int)
                if each.kind == "press"
                else (Mask.from_record(dict(each.operations)).to_array() > 0).astype(int)
                for each in line
            ]
            made = [remade(each) for each in line]
            assert (ancestry.generations(made, SIZE) == sum(masks)).all()
            newest = [number for number, mask in enumerate(masks) if mask[y, x]]
            assert ancestry.origin(made, SIZE, x, y) == (newest[-1] if newest else None)


class Closing(Store):
    """A store that lets go of its files."""

    def __init__(self, folder: str) -> None:
        super().__init__(Path(folder))

    def __enter__(self) -> Closing:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
