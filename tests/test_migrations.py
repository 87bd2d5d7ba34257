"""Ledgers of earlier versions, as they were written then, are brought up with everything in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from processes import run_at_once

import inpaint_nb as inp
from inpaint_nb import Mask, Result
from inpaint_nb.store import Record, Search, Store, open_store
from inpaint_nb.store.records import COLUMNS
from inpaint_nb.store.schema import VERSION

LEDGERS = Path(__file__).parent / "ledgers"
VERSIONS = [1, 2, 3]
DONE, LEFT = "d0e" + "0" * 29, "1ef7"
PICTURE = Image.new("RGB", (8, 6), (1, 2, 3))
MASK = Mask.rectangle((8, 6), (1, 1, 4, 4))


@pytest.fixture(params=VERSIONS)
def ledger(request: pytest.FixtureRequest, store_folder: Path) -> Path:
    """A store as the release of that version left it."""
    store_folder.mkdir()
    path = store_folder / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript((LEDGERS / f"version-{request.param}.sql").read_text())
    files = Store(store_folder).files
    files.put(PICTURE)
    files.put(PICTURE.crop((1, 1, 4, 4)))
    return path


def schema(path: Path) -> dict[str, set[str]]:
    """Tables with their columns, and indices, of a ledger."""
    with closing(sqlite3.connect(path)) as connection:
        named = connection.execute(
            "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found = {
            name: {column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")}
            for kind, name in named
            if kind == "table"
        }
        return {**found, "indices": {name for kind, name in named if kind == "index"}}


@pytest.mark.parametrize("first", ["read", "write"])
def test_an_old_ledger_becomes_one_of_today(ledger: Path, tmp_path: Path, first: str) -> None:
    """Whichever comes first, it has the tables, columns and indices of a new one, and its own rows."""
    store = open_store()
    if first == "write":
        store.begin(Record("new", 1.0, "local", "a", {})).result(timeout=10)
    assert {DONE, LEFT} <= set(store.search(Search()))
    new = Store(tmp_path / "new")
    new.begin(Record("new", 1.0, "local", "a", {})).result(timeout=10)
    new.close()
    assert schema(ledger) == schema(new.folder / "ledger.sqlite")
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_old_run_is_a_result_of_today(ledger: Path) -> None:
    """Its pictures, mask, prompt, seed and numbers come back, with what it can do now: ratings, a tree, deletion."""
    result = inp.history()[DONE]
    assert isinstance(result, Result)
    assert (result.prompt, result.seed, result.provider, result.mask) == ("a fox", 7, "local", MASK)
    assert (result.image.tobytes(), result.parent.tobytes()) == (PICTURE.tobytes(), PICTURE.tobytes())
    assert result.report.changed_outside == 0
    assert [event.kind for event in open_store().events(DONE)][-1] == "Finished"
    assert result.rate(4).stars == 4
    inp.history().delete(DONE)
    assert not inp.history().run(DONE).has_result


def test_an_old_request_is_known_again(ledger: Path) -> None:
    """Identity, settled identity and number are those that the same request has today: it is answered, not run."""
    record = open_store().record(DONE)
    assert (len(record.identity), record.settled, record.repeat) == (40, record.identity, 0)
    again = inp.inpaint(PICTURE, MASK, "a fox", seed=7, repeat=0, mode="replay").result(timeout=30)
    assert again.job_id == DONE
    assert open_store().record(LEFT).identity not in ("", record.identity)


def test_an_unfinished_job_is_still_picked_up(ledger: Path) -> None:
    """A job of a dead kernel waits for `resume` as it did, with the id that the provider knows."""
    (orphan,) = open_store().orphans()
    assert (orphan.id, orphan.remote_id, orphan.status) == (LEFT, "remote-1", "submitting")


def test_old_runs_are_packed_and_unpacked(ledger: Path, tmp_path: Path) -> None:
    """An archive made of an old store is one like any other."""
    path = inp.pack(DONE, tmp_path / "old.zip")
    added = inp.unpack(path, store=tmp_path / "elsewhere")
    assert isinstance(added[DONE], Result)
    assert added[DONE].image.tobytes() == PICTURE.tobytes()


def test_two_processes_bring_it_up_at_once(ledger: Path) -> None:
    """One does it, the other finds it done; nothing is lost and nothing doubled."""
    code = """
import sys
from inpaint_nb.store import Record, open_store
sys.stdin.readline()
open_store().begin(Record(sys.argv[1], 1.0, "local", "a", {})).result()
"""
    run_at_once(code, "a", "b")
    assert sorted(record.id for record in open_store().records()) == sorted([DONE, LEFT, "a", "b"])


def test_a_failed_upgrade_changes_nothing(ledger: Path, tmp_path: Path) -> None:
    """Where it cannot be done the ledger stays what it was, and is brought up the next time."""
    with closing(sqlite3.connect(ledger)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute("CREATE VIEW ratings AS SELECT 1")  # stands where a table should
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(ledger, tmp_path / "before.sqlite")
    with pytest.raises(inp.StoreError):
        open_store().records()
    assert schema(ledger) == schema(tmp_path / "before.sqlite")
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
        connection.execute("DROP VIEW ratings")
    assert len(open_store().records()) == 2


def test_the_columns_of_today_are_all_filled(ledger: Path) -> None:
    """No field of an old run is missing where today's code reads it."""
    open_store().records()
    with closing(sqlite3.connect(ledger)) as connection:
        names = [name for _, name, *_ in connection.execute("PRAGMA table_info(jobs)")]
    assert set(names) == set(COLUMNS)
