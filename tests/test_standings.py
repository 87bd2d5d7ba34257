"""How jobs stand, read from the ledger in a moment."""

from __future__ import annotations

import uuid
from pathlib import Path

from inpaint_nb.store import Kept, Record, Store


def job(store: Store, identity: str, created: float, **values: object) -> str:
    """The id of a new job in the store."""
    record = Record(
        id=uuid.uuid4().hex,
        created=created,
        provider="local",
        prompt="a fox",
        params={},
        identity=identity,
        **values,
    )
    store.begin(record).result()
    return record.id


def test_jobs_are_found_by_what_they_asked_and_by_what_they_settled_on(tmp_path: Path) -> None:
    """A job whose seed was chosen for it is known by the request with that seed, too; the newest comes first."""
    store = Store(tmp_path)
    old, new, other = job(store, "asked", 1.0), job(store, "elsewhere", 2.0), job(store, "other", 3.0)
    outcome = {"status": "done", "finished": 4.0, "settled": "asked", "seconds": 0.5, "cost": 2.0}
    store.end(new, outcome, {"composited": [Kept("b" * 40), Kept("a" * 40)]}).result()
    found = store.standings("identity", ["asked"])
    assert [one.id for one in found] == [new, old]
    assert found[0].composited == ("b" * 40, "a" * 40)
    assert (found[0].has_pictures, found[0].seconds, found[0].cost) == (True, 0.5, 2.0)
    assert (found[1].has_pictures, found[1].finished, found[1].status) == (False, None, "waiting")
    assert [one.id for one in store.standings("id", [other])] == [other]
    store.close()


def test_more_are_asked_for_than_one_statement_takes(tmp_path: Path) -> None:
    """SQLite bounds the values of a statement; nobody notices."""
    store = Store(tmp_path)
    ids = [job(store, f"asked {number}", float(number)) for number in range(5)]
    nobody = [f"nobody {number}" for number in range(1500)]
    found = store.standings("identity", [*nobody, *(f"asked {number}" for number in range(5))])
    assert [one.id for one in found] == ids[::-1]
    assert store.standings("id", []) == []
    store.close()
