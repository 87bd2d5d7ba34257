"""A damaged ledger: what can be read is saved, the rest is told of, and work goes on; other trouble is no damage."""

from __future__ import annotations

import logging
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from processes import run_at_once

from inpaint_nb.edit import Judgement
from inpaint_nb.errors import StoreError
from inpaint_nb.store import Kept, Record, Search, Store, StoredEvent, open_store

RUNS = 120
FILL = "x" * 700  # so that the ledger has many pages


def told(job_id: str, **changes: object) -> Record:
    values = {"created": 1000.0, "provider": "local", "prompt": f"{job_id} {FILL}", "params": {}, **changes}
    return Record(id=job_id, **values)


@pytest.fixture
def store(store_folder: Path) -> Store:
    """A store with many finished runs, an event, a picture and an opinion each, all of it in one closed file."""
    made = open_store()
    for number in range(RUNS):
        job_id = f"job-{number:03}"
        made.begin(told(job_id, created=1000.0 + number))
        made.event(job_id, StoredEvent(1.0, "Progress", {"fraction": 0.5}))
        ended = {"status": "done", "finished": 2000.0, "seconds": 1.0}
        last = made.end(job_id, ended, {"composited": [Kept(f"{number:040x}")]})
    last.result(timeout=30)
    made.ratings.add(("job-003", 0), Judgement(stars=4), "ann")
    made.close()
    return made


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the log says of rescues."""
    caplog.set_level(logging.WARNING, "inpaint_nb.store.rescue")
    return lambda: "\n".join(record.getMessage() for record in caplog.records)


def ledger(store: Store) -> Path:
    return store.folder / "ledger.sqlite"


def spoil(path: Path, change: Callable[[bytearray], object]) -> None:
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)


def page_size(content: bytearray) -> int:
    return int.from_bytes(content[16:18], "big")


def garbage_pages(first: int, count: int) -> Callable[[bytearray], None]:
    """Overwrites pages, counted from 0, or from the end where `first` is negative."""

    def change(content: bytearray) -> None:
        size = page_size(content)
        start = first * size % len(content)
        content[start : start + count * size] = random.Random(7).randbytes(count * size)

    return change


def cut_in_half(content: bytearray) -> None:
    del content[len(content) // 2 :]


def without_a_head(content: bytearray) -> None:
    content[:100] = b"\0" * 100


def without_a_first_page(content: bytearray) -> None:
    content[:4096] = random.Random(7).randbytes(4096)


def no_database(content: bytearray) -> None:
    content[:] = b"I was a database once. " * 5000


DAMAGE = {
    "cut in half": cut_in_half,
    "garbage in the middle": garbage_pages(10, 20),
    "garbage at the end": garbage_pages(-2, 2),
    "no head": without_a_head,
    "no first page": without_a_first_page,
    "no database": no_database,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_new_work_goes_on_beside_a_damaged_ledger(store: Store, damage: str, said: Callable[[], str]) -> None:
    """A new run is recorded, everything that is listed can be read, and the old file is as it was found."""
    spoil(ledger(store), DAMAGE[damage])
    found = ledger(store).read_bytes()
    store.begin(told("new")).result(timeout=30)
    ids = [record.id for record in store.records()]
    assert "new" in ids
    assert store.search(Search(text="NEW")) == ["new"]
    assert store.folder / "ledger-2.sqlite" in store.folder.iterdir()
    assert ledger(store).read_bytes() == found
    assert str(ledger(store)) in said()
    assert store.take_news() != []
    assert store.take_news() == []
    assert store.was_rescued
    for job_id in ids:
        store.record(job_id)
        store.events(job_id)


@pytest.mark.parametrize(
    ("damage", "least"),
    [("garbage in the middle", RUNS // 2), ("garbage at the end", RUNS - 10), ("no head", RUNS),
     ("no first page", RUNS), ("cut in half", RUNS // 4)],
)  # fmt: skip
def test_what_can_be_read_is_saved(store: Store, damage: str, least: int) -> None:
    """Runs come over with their events, pictures and opinions; a reader rescues as well as a writer."""
    spoil(ledger(store), DAMAGE[damage])
    records = store.records()
    assert len(records) >= least
    assert [record.prompt for record in records] == [f"{record.id} {FILL}" for record in records]
    whole = [record for record in records if record.composited and store.events(record.id)]
    assert len(whole) >= (0 if damage == "cut in half" else least - 20)
    if damage in ("no head", "no first page"):
        assert [opinion.stars for opinion in store.ratings.of(("job-003", 0))] == [4]


def test_how_much_is_lost_is_told(store: Store, said: Callable[[], str]) -> None:
    """The numbers of what was saved and of what is known to be lost are in one sentence, and add up."""
    spoil(ledger(store), garbage_pages(30, 5))
    saved = len(store.records())
    lost = RUNS - saved
    assert f"{saved} runs could be saved" in said()
    assert (f"at least {lost} could not be read" if lost else "no other was found") in said()


def test_a_row_that_is_damaged_is_saved_as_far_as_it_can_be_read(store: Store) -> None:
    """Flipped bits in one run's JSON and text cost that field, not the run and not the others."""
    store.begin(told("odd", params={"quality": "flipped-bits"}, prompt="an owl in flipped-text")).result(
        timeout=10
    )
    store.end("odd", {"status": "done", "finished": 5.0}).result(timeout=10)
    store.close()

    def flip(content: bytearray) -> None:
        at = content.index(b'{"quality"')
        content[at] = ord("<")
        at = content.index(b"an owl in flipped-text")
        while at >= 0:
            content[at + 3] = 0xFF
            at = content.find(b"an owl in flipped-text", at + 1)

    spoil(ledger(store), flip)
    records = {record.id: record for record in store.records()}
    assert len(records) == RUNS + 1
    assert records["odd"].params == {}
    assert records["odd"].prompt == "an �wl in flipped-text"


def test_a_field_that_is_no_json_any_more_blocks_nothing(store: Store) -> None:
    """The run is listed without it, and so are all others."""
    store.begin(told("odd", params={"quality": "flipped-bits"})).result(timeout=10)
    store.close()
    spoil(ledger(store), lambda content: content.__setitem__(content.index(b'{"quality"'), ord("<")))
    assert store.record("odd").params == {}
    assert len(store.records()) == RUNS + 1


def test_a_field_that_is_no_json_any_more_blocks_no_excerpt(store: Store) -> None:
    """Asked for alone it is mended as it is with the whole record."""
    store.begin(told("odd", params={"quality": "flipped-bits"})).result(timeout=10)
    store.close()
    spoil(ledger(store), lambda content: content.__setitem__(content.index(b'{"quality"'), ord("<")))
    assert store.excerpts(["params"], ["odd", "job-001"]) == {
        "odd": {"params": {}},
        "job-001": {"params": {}},
    }
    assert store.was_rescued


def test_an_old_damaged_ledger_is_brought_up_too(tmp_path: Path) -> None:
    """Runs of an older version are saved with the identity that they would have today."""
    old = Store(tmp_path / "old")
    old.begin(told("one")).result(timeout=10)
    identity = "ab" * 20
    old.close()
    with closing(sqlite3.connect(ledger(old))) as connection:
        connection.executescript(
            "DROP INDEX jobs_identity; DROP INDEX jobs_settled; ALTER TABLE jobs DROP COLUMN identity;"
            "ALTER TABLE jobs DROP COLUMN settled; ALTER TABLE jobs DROP COLUMN repeat; PRAGMA user_version = 3"
        )
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(ledger(old), garbage_pages(-2, 2))
    records = old.records()
    assert [record.id for record in records] in (["one"], [])
    assert all(len(record.identity) == len(identity) for record in records)


@pytest.mark.parametrize("first", ["read", "write"])
def test_an_empty_ledger_beside_old_pictures_is_told_of(
    store_folder: Path, first: str, said: Callable[[], str]
) -> None:
    """A file cut to nothing, or taken away, is begun anew; the pictures without runs are counted, and kept."""
    store_folder.mkdir()
    (store_folder / "ledger.sqlite").write_bytes(b"")
    picture = store_folder / "files" / "00" / f"{0:040x}.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    os.utime(picture, (1.0, 1.0))
    store = open_store()
    if first == "write":
        store.begin(told("new")).result(timeout=10)
    assert len(store.records()) == (first == "write")
    assert "1 picture lies there" in said()
    assert picture.exists()
    assert not store.was_rescued


def test_a_new_store_is_told_nothing(store_folder: Path, said: Callable[[], str]) -> None:
    """The first write of all, and a second ledger of the same age, are nothing to tell of."""
    open_store().begin(told("new")).result(timeout=10)
    assert said() == ""
    assert open_store().take_news() == []


def test_a_lost_log_loses_the_last_changes_alone(store: Store, said: Callable[[], str]) -> None:
    """Without the file of the newest changes the ledger is as it was before them, and goes on."""
    store.begin(told("late")).result(timeout=10)
    code = f"import os, sys; sys.path[:0] = {sys.path!r}\nfrom inpaint_nb.store import Store, Record\n"
    code += (
        f"Store({str(store.folder)!r}).begin(Record('later', 1.0, 'local', 'a', {{}})).result(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    store.close()
    for path in store.folder.glob("ledger.sqlite-*"):
        path.unlink()
    store.begin(told("new")).result(timeout=10)
    assert {"job-000", "late", "new"} <= {record.id for record in store.records()}


def test_a_lock_is_no_damage(store: Store, said: Callable[[], str]) -> None:
    """While another process writes for long, a write waits or fails; no second ledger is made."""
    with closing(sqlite3.connect(ledger(store), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert len(store.search(Search())) == RUNS
        other.execute("ROLLBACK")
    assert not store.was_rescued
    assert said() == ""


def test_a_newer_version_is_no_damage(store: Store) -> None:
    """It is left alone, and the error says what to do."""
    with closing(sqlite3.connect(ledger(store))) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer"):
        store.records()
    assert not store.was_rescued


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything"
)
def test_a_missing_right_is_no_damage(store: Store) -> None:
    """A ledger that may not be read is an error, and stays the ledger."""
    ledger(store).chmod(0)
    with pytest.raises(StoreError):
        store.records()
    ledger(store).chmod(0o644)
    assert not store.was_rescued
    assert len(store.records()) == RUNS


def test_a_folder_in_its_place_is_no_damage(tmp_path: Path) -> None:
    """What cannot be opened at all is an error."""
    (tmp_path / "ledger.sqlite").mkdir()
    with pytest.raises(StoreError):
        open_store(tmp_path).records()
    assert not (tmp_path / "ledger-2.sqlite").exists()


def test_an_error_that_only_sounds_like_damage_is_looked_into(store: Store) -> None:
    """A whole ledger is never replaced, whatever a question ends in."""
    with pytest.raises(StoreError):
        store._read("SELECT json_extract('no json', '$.a')", ())
    assert not store.was_rescued


def test_two_processes_find_the_damage_at_once(store: Store) -> None:
    """One makes the new ledger, both write on in it, and nothing of either is lost."""
    spoil(ledger(store), without_a_head)
    code = f"""
import sys
from inpaint_nb.store import Record, Store
store, name = Store({str(store.folder)!r}), sys.argv[1]
sys.stdin.readline()
for number in range(10):
    store.begin(Record(f"{{name}}-{{number}}", 1.0, "local", "a fox", {{}})).result()
"""
    run_at_once(code, "a", "b")
    ids = {record.id for record in store.records()}
    assert ids == {f"job-{number:03}" for number in range(RUNS)} | {
        f"{name}-{n}" for name in "ab" for n in range(10)
    }
    assert sorted(path.name for path in store.folder.glob("ledger*.sqlite")) == [
        "ledger-2.sqlite",
        "ledger.sqlite",
    ]


def test_who_has_the_old_ledger_open_goes_on_in_the_new_one(store: Store) -> None:
    """A kernel that writes meets a ledger that another one has replaced, and its next write lands in that."""
    store.begin(told("before")).result(timeout=10)
    with closing(sqlite3.connect(ledger(store))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spoil(ledger(store), garbage_pages(-2, 2))
    code = f"from inpaint_nb.store import Store; Store({str(store.folder)!r}).records()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, capture_output=True)
    assert store.was_rescued
    store.begin(told("after")).result(timeout=10)
    with closing(sqlite3.connect(store.folder / "ledger-2.sqlite")) as connection:
        ids = {job for (job,) in connection.execute("SELECT id FROM jobs")}
    assert "after" in ids
    assert len(ids) > RUNS - 10


def test_a_ledger_is_rescued_as_often_as_it_must_be(store: Store) -> None:
    """The second damage makes a third ledger; numbers count on."""
    spoil(ledger(store), without_a_head)
    assert len(store.records()) == RUNS
    store.close()
    spoil(store.folder / "ledger-2.sqlite", without_a_head)
    assert len(store.records()) == RUNS
    assert (store.folder / "ledger-3.sqlite").exists()
