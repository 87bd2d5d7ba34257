"""Laws of ratings: the newest of each person counts, and what SQL finds is what Python says."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_nb.edit import Judgement, Opinion, Rating
from inpaint_nb.history import run_of
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


@given(st.permutations(["ann", "ben", "cid"]), st.lists(st.integers(1, 5), min_size=3, max_size=3))
def test_the_order_of_people_does_not_matter(order: list[str], stars: list[int]) -> None:
    """Taken together, opinions say the same in any order."""
    with_stars = dict(zip(["ann", "ben", "cid"], stars, strict=True))
    when = datetime.now(UTC)
    rating = Rating(tuple(Opinion("a", 0, who, when, with_stars[who]) for who in order))
    assert rating.stars == sum(stars) / 3
