"""Laws of ratings: the newest of each person counts, and what SQL finds is what Python says."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_nb.edit import Judgement, Opinion, Rating
from inpaint_nb.history import Run, run_of, summarise
from inpaint_nb.history.groups import KNOWN
from inpaint_nb.store import Kept, Record, Search, Store

JOBS = ("a", "b")
PICTURES = 2

said = st.builds(
    Judgement,
    stars=st.integers(0, 5),
    starred=st.none() | st.booleans(),
    rejected=st.none() | st.booleans(),
    blind=st.booleans(),
)
steps = st.lists(
    st.tuples(st.sampled_from(JOBS), st.integers(0, PICTURES - 1), st.sampled_from(["ann", "ben"]), said),
    max_size=12,
)


def store_with(folder: str) -> Store:
    """A store of two finished runs with two pictures each."""
    store = Store(Path(folder) / "store")
    for job in JOBS:
        store.begin(Record(id=job, created=1.0, provider="local", prompt="", params={}))
        kept = [Kept(f"{job}{number}") for number in range(PICTURES)]
        store.end(job, {"status": "done", "finished": 2.0}, {"composited": kept}).result(timeout=10)
    return store


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None)
@given(steps)
def test_the_newest_of_each_person_counts(steps: list[tuple[str, int, str, Judgement]]) -> None:
    """However many opinions came before, what counts is what a person said last of each thing."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_with(folder)
        expected: dict[tuple[str, int, str], dict[str, object]] = {}
        for job, index, who, judgement in steps:
            last = expected.setdefault(
                (job, index, who), {"stars": None, "starred": False, "rejected": False}
            )
            last["stars"] = judgement.stars or None
            last |= {
                name: value
                for name in ("starred", "rejected")
                if (value := getattr(judgement, name)) is not None
            }
            last["blind"] = judgement.blind
            store.ratings.add((job, index), judgement, who)
        read = {
            (one.job_id, one.index, one.who): {
                name: getattr(one, name) for name in ("stars", "starred", "rejected", "blind")
            }
            for several in store.ratings.newest(JOBS).values()
            for one in several
        }
        assert read == expected
        store.close()


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None)
@given(steps, st.floats(1, 5))
def test_a_filter_finds_what_the_run_says(steps: list[tuple[str, int, str, Judgement]], least: float) -> None:
    """Rating, starred and rejected of a run are the same in the search and in the run's own words."""
    with tempfile.TemporaryDirectory() as folder:
        store = store_with(folder)
        for job, index, who, judgement in steps:
            store.ratings.add((job, index), judgement, who)
        opinions = store.ratings.newest(JOBS)
        runs = [run_of(store, record, (), opinions.get(record.id, ())) for record in store.several(JOBS)]
        at_least = {run.id for run in runs if run.rating is not None and run.rating >= least}
        assert set(store.search(Search(rating=least))) == at_least
        for flag in (True, False):
            assert set(store.search(Search(starred=flag))) == {run.id for run in runs if run.starred is flag}
            assert set(store.search(Search(rejected=flag))) == {
                run.id for run in runs if run.rejected is flag
            }
        store.close()


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
hex_digits = st.text("0123456789abcdef", min_size=40, max_size=40)
edits = st.fixed_dictionaries({"prompt": texts, "seed": st.integers()})
seeds = st.none() | st.integers()
asked = st.builds(
    Record,
    id=hex_digits,
    created=st.just(1.0),
    provider=texts,
    prompt=st.none() | texts,
    params=st.fixed_dictionaries({"quality": st.integers() | texts | st.booleans() | st.lists(texts)}),
    count=st.integers(1, 4),
    seed=seeds,
    feather_px=st.sampled_from([0.0, 2.5]),
    feather=st.sampled_from(["inside", "outside"]),
    parent=st.none() | hex_digits,
    mask=st.none() | hex_digits,
    source=texts,
    kind=st.sampled_from(["edit", "imagine", "press", "fetch"]),
    label=st.none() | texts,
    edit=st.none() | edits,
    remote=st.just({}) | st.fixed_dictionaries({"seed": seeds | texts}),
)


def told_apart(run: Run) -> dict[str, object]:
    """By what a summary tells the run from others, in the run's own words."""
    return {
        "prompt": run.prompt,
        "provider": run.provider,
        "mask": run.record.mask and run.record.mask[:8],
        "source": run.record.source or None,
        "parent": run.parent and run.parent[:8],
        "kind": run.kind,
        "label": run.record.label,
        "seed": run.seed,
        "count": run.record.count,
        "feather_px": run.record.feather_px,
        "feather": run.record.feather if run.record.feather_px else None,
        "run": run.id[:8],
        "index": 0,
        "who": "ann",
    }


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None)
@given(st.lists(asked, min_size=1, max_size=4, unique_by=lambda record: record.id))
def test_a_summary_says_of_a_run_what_the_run_says(records: list[Record]) -> None:
    """By every name, though only a few fields of the records are read for it."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        for record in records:
            store.begin(record).result(timeout=10)
        said = [Opinion(record.id, 0, "ann", datetime.now(UTC), 3) for record in records]
        runs = {record.id: told_apart(run_of(store, record)) for record in store.records()}
        for name in KNOWN:
            table = summarise(store, [name], said, [])
            found = {one.job_id: line.key for line in table for one in line.opinions}
            assert found == {job: (values[name],) for job, values in runs.items()}
        store.close()


@given(st.permutations(["ann", "ben", "cid"]), st.lists(st.integers(1, 5), min_size=3, max_size=3))
def test_the_order_of_people_does_not_matter(order: list[str], stars: list[int]) -> None:
    """Taken together, opinions say the same in any order."""
    with_stars = dict(zip(["ann", "ben", "cid"], stars, strict=True))
    when = datetime.now(UTC)
    rating = Rating(tuple(Opinion("a", 0, who, when, with_stars[who]) for who in order))
    assert rating.stars == sum(stars) / 3
