"""A few fields of many records, read from the ledger in a moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from inpaint_nb.store import Record, Store
from inpaint_nb.store.records import COLUMNS

EDIT = {"prompt": "a fox", "seed": 3}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with an edit, and a press that brought out one of its candidates."""
    store = Store(tmp_path)
    asked = {"created": 1.0, "provider": "local", "params": {"quality": ["high", 2]}, "seed": 2**70}
    store.begin(Record(id="edit", prompt="a fox", operations={"kind": "stroke"}, **asked))
    store.begin(Record(id="press", prompt=None, kind="press", label="U1", edit=EDIT, **asked)).result(10)
    yield store
    store.close()


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_field_is_what_the_whole_record_says(store: Store, name: str) -> None:
    """Each of them, with its own type."""
    assert name in {field.name for field in fields(Record)}
    found = store.excerpts([name], ["press", "edit"])
    assert found == {job: {name: getattr(store.record(job), name)} for job in ("press", "edit")}


def test_an_edit_is_told_where_there_is_no_other_prompt(store: Store) -> None:
    """What of it is said nowhere else is not looked for in jobs that say it themselves."""
    store.begin(Record(id="both", created=1.0, provider="paid", prompt="blue", params={}, edit=EDIT)).result(
        10
    )
    assert store.excerpts(["prompt", "edit"], ["press", "both"]) == {
        "press": {"prompt": None, "edit": EDIT},
        "both": {"prompt": "blue", "edit": None},
    }


def test_jobs_that_are_gone_are_left_out_however_many_are_asked_for(store: Store) -> None:
    """SQLite bounds the values of a statement; nobody notices."""
    nobody = [f"nobody {number}" for number in range(1500)]
    assert store.excerpts((), [*nobody, "edit", "press"]) == {"edit": {}, "press": {}}
    assert store.excerpts(["prompt"], nobody) == {}
    assert store.excerpts(["prompt"], []) == {}


def test_what_is_not_asked_for_is_not_read(store: Store) -> None:
    """A mask that cannot be read hinders nobody who wants to know the prompt."""
    with closing(sqlite3.connect(store.folder / "ledger.sqlite")) as ledger:
        ledger.execute("UPDATE jobs SET operations = 'no mask'")
        ledger.commit()
    assert store.excerpts(["prompt"], ["edit"]) == {"edit": {"prompt": "a fox"}}
    assert not store.was_rescued
