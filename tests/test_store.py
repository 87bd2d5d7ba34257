"""The store: a ledger and pictures that survive kernels, share a folder, and say what is wrong."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from inpaint_nb.edit import RemotePicture
from inpaint_nb.errors import StoreError
from inpaint_nb.images import digest
from inpaint_nb.masks import Mask
from inpaint_nb.store import Kept, Record, Search, Store, StoredEvent, open_store

MASK = Mask.rectangle((8, 6), (1, 1, 4, 4))


def record(job_id: str = "job-1", **changes: object) -> Record:
    """A new record with everything that a job is asked with."""
    return Record(
        id=job_id,
        created=1000.5,
        provider="local",
        prompt="a fox, {braces}, $5, “quotes”\nand a line",
        params={"quality": "high"},
        count=2,
        seed=2**70,
        feather_px=1.5,
        feather="ring",
        parent="0" * 40,
        mask=MASK.digest,
        operations=MASK.to_record(),
        source="'photo.jpg'",
        **changes,
    )


def noise(mode: str = "RGB", size: tuple[int, int] = (8, 6)) -> Image.Image:
    return Image.frombytes(mode, size, os.urandom(size[0] * size[1] * len(mode)))


def in_another_process(code: str, folder: Path) -> str:
    """What the code prints, run by another Python with `store` opened on the folder."""
    start = f"from inpaint_nb.store import Store; from pathlib import Path; store = Store({str(folder)!r})\n"
    return subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def test_opening_and_reading_make_nothing(store_folder: Path) -> None:
    """A store that nobody wrote to has no folder, no jobs and no error."""
    store = open_store()
    assert store.records() == []
    assert store.orphans() == []
    assert not store_folder.exists()


def test_the_folder_ignores_itself(store_folder: Path) -> None:
    """The first write makes the folder, with an ignore file of its own."""
    open_store().begin(record()).result()
    assert (store_folder / ".gitignore").read_text() == "*\n"


def test_the_place_is_read_at_the_moment_of_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each place is one store; changing the setting changes the store."""
    first = open_store()
    assert open_store() is first
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "other"))
    assert open_store().folder == tmp_path / "other"


def test_what_was_begun_is_read_as_it_was_written() -> None:
    """A record comes back whole, with its process as the owner."""
    store = open_store()
    store.begin(record()).result()
    read = store.record("job-1")
    assert read.owner
    assert read == replace(record(), owner=read.owner)
    assert Mask.from_record(dict(read.operations)) == MASK


def test_a_job_grows_to_its_end() -> None:
    """Status, remote id, events, outcome and pictures are added one by one."""
    store = open_store()
    store.begin(record())
    store.submitting("job-1")
    store.remote_id("job-1", "remote")
    store.event("job-1", StoredEvent(1.0, "Progress", {"fraction": 0.5}))
    store.event("job-1", StoredEvent(2.0, "Notice", {"text": "hm"}))
    outcome = {
        "status": "done",
        "finished": 3.0,
        "seconds": 2.0,
        "reports": [{"changed_inside": 4}],
        "notes": ("hm",),
    }
    store.end("job-1", outcome, {"composited": [Kept("aa"), Kept("bb")], "raw": [Kept("cc")]}).result()
    read = store.record("job-1")
    assert (read.status, read.remote_id, read.seconds, read.notes) == ("done", "remote", 2.0, ("hm",))
    assert (read.composited, read.raw, read.reports) == (("aa", "bb"), ("cc",), ({"changed_inside": 4},))
    assert [event.kind for event in store.events("job-1")] == ["Progress", "Notice"]
    assert read.is_finished


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pictures_come_back_bit_for_bit(mode: str) -> None:
    """Every mode and the colour profile survive, and the same picture is kept once."""
    store, image = open_store(), noise(mode)
    image.info["icc_profile"] = b"a profile"
    name = store.put_picture(image)
    path = store.files.path(name)
    first = path.stat().st_mtime_ns
    assert store.put_picture(image.copy()) == name
    assert path.stat().st_mtime_ns == first
    back = store.picture(name)
    assert (back.mode, back.size, back.tobytes()) == (image.mode, image.size, image.tobytes())
    assert digest(back) == name == digest(image)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_changed_picture_is_kept_as_its_change(mode: str) -> None:
    """A picture that differs in a box is stored as that box and comes back whole, bit for bit."""
    store, parent = open_store(), noise(mode)
    changed = parent.copy()
    changed.paste(noise(mode, (3, 2)), (2, 1))
    base = store.put_picture(parent)
    store.begin(record())
    kept = store.put_changed(changed, base, (2, 1, 5, 3))
    store.end("job-1", {"finished": 1.0}, {"composited": [kept]}).result()
    assert not store.files.has(kept.digest)
    assert store.picture(store.record("job-1").composited[0]).tobytes() == changed.tobytes()


def test_a_damaged_picture_is_never_handed_out() -> None:
    """A missing, cut or exchanged file raises StoreError that names it."""
    store, image = open_store(), noise()
    name = store.put_picture(image)
    path = store.files.path(name)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(StoreError, match=name[:8]):
        store.picture(name)
    path.write_bytes(store.files.path(store.put_picture(noise())).read_bytes())
    with pytest.raises(StoreError, match="not the one"):
        store.picture(name)
    path.unlink()
    with pytest.raises(StoreError, match=name[:8]):
        store.picture(name)


def test_a_damaged_picture_is_written_again() -> None:
    """Who keeps a picture whose file is damaged or gone gets it back whole, in this process and in the next."""
    store, image = open_store(), noise()
    name = store.put_picture(image)
    for damaged in (b"no picture", store.files.path(name).read_bytes()[:-30], b""):
        store.files.path(name).write_bytes(damaged)
        assert Store(store.folder).put_picture(image) == store.put_picture(image) == name
        assert store.picture(name).tobytes() == image.tobytes()


def test_a_picture_that_is_kept_twice_survives_the_damage_of_one() -> None:
    """A picture that lies there as a file and as a change is put together where the file is damaged."""
    store, parent = open_store(), noise()
    changed = parent.copy()
    changed.paste(noise(size=(3, 2)), (2, 1))
    kept = store.put_changed(changed, store.put_picture(parent), (2, 1, 5, 3))
    store.begin(record())
    store.end("job-1", {"finished": 1.0}, {"composited": [kept]}).result()
    store.put_picture(changed)
    store.files.path(kept.digest).write_bytes(b"no picture")
    assert store.picture(kept.digest).tobytes() == changed.tobytes()


def test_no_half_file_is_left_behind() -> None:
    """Only finished pictures lie in the folder."""
    store = open_store()
    names = {store.put_picture(noise()) for _ in range(5)}
    assert {path.stem for path in store.files.folder.rglob("*") if path.is_file()} == names


def test_an_unknown_job_is_an_error() -> None:
    """Asking for a job that is not there raises StoreError."""
    with pytest.raises(StoreError, match="no job nobody"):
        open_store().record("nobody")


def test_one_bad_row_costs_no_other_job_its_record() -> None:
    """Where several writes wait together, only the one that cannot be written fails."""
    store = open_store()
    store.begin(record("one")).result()
    writes = [store.begin(record(name)) for name in ("two", "one", "three")]
    wait(writes)
    assert [write.exception() is None for write in writes] == [True, False, True]
    assert isinstance(writes[1].exception(), StoreError)
    assert [each.id for each in store.records()] == ["one", "two", "three"]


def test_text_the_database_cannot_hold_is_an_error_of_that_write() -> None:
    """A lone surrogate in a prompt fails its own write and stops nothing else."""
    store = open_store()
    assert isinstance(store.begin(replace(record(), prompt="\ud800")).exception(timeout=10), StoreError)
    store.begin(record()).result(timeout=10)


def test_many_threads_write_at_once() -> None:
    """Writes from many threads are all there, events of one job in the order they were handed in."""
    store = open_store()

    def work(name: str) -> None:
        store.begin(record(name))
        for number in range(20):
            last = store.event(name, StoredEvent(number, "Progress", {}))
        last.result(timeout=30)

    threads = [threading.Thread(target=work, args=(f"job-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.records()) == 8
    for number in range(8):
        assert [event.time for event in store.events(f"job-{number}")] == list(range(20))


def test_a_closed_store_opens_again() -> None:
    """After close() the next write works, and closing twice is nothing special."""
    store = open_store()
    store.begin(record("one"))
    store.close()
    store.close()
    store.begin(record("two")).result(timeout=10)
    assert len(store.records()) == 2


def test_two_processes_share_a_store(store_folder: Path) -> None:
    """Both write while the other has it open, and each sees what the other wrote."""
    store = open_store()
    store.begin(record("mine")).result()
    code = """
import dataclasses
mine = store.record("mine")
store.begin(dataclasses.replace(mine, id="theirs")).result()
print(len(store.orphans()), len(store.records()))
"""
    assert in_another_process(code, store_folder) == "0 2"
    store.begin(record("mine too")).result()
    assert [each.id for each in store.records()] == ["mine", "theirs", "mine too"]


def test_only_the_dead_leave_orphans(store_folder: Path) -> None:
    """An unfinished job belongs to its process while that lives; afterwards one other may claim it, once."""
    store = open_store()
    store.begin(record("mine")).result()
    in_another_process(
        'import dataclasses; store.begin(dataclasses.replace(store.record("mine"), id="theirs")).result()',
        store_folder,
    )
    (orphan,) = store.orphans()
    assert orphan.id == "theirs"
    assert store.claim(orphan)
    assert not store.claim(orphan)
    assert store.orphans() == []


def test_a_finished_job_is_no_orphan(store_folder: Path) -> None:
    """What ended needs nobody."""
    open_store().begin(record("mine")).result()
    code = """
import dataclasses
store.begin(dataclasses.replace(store.record("mine"), id="theirs"))
store.end("theirs", {"status": "failed", "finished": 1.0}).result()
"""
    in_another_process(code, store_folder)
    assert open_store().orphans() == []


def test_the_dead_are_buried(store_folder: Path) -> None:
    """The file by which a process shows that it lives is removed some time after its end, and no living one's."""
    in_another_process(
        "from inpaint_nb.store import owner; owner.this_process(Path(store.folder))", store_folder
    )
    (dead,) = (store_folder / "owners").iterdir()
    os.utime(dead, (1.0, 1.0))
    open_store().begin(record()).result()
    (mine,) = (store_folder / "owners").iterdir()
    assert mine != dead
    os.utime(mine, (1.0, 1.0))
    in_another_process(
        "from inpaint_nb.store import owner; owner.this_process(Path(store.folder))", store_folder
    )
    assert mine.exists()


# A ledger of version 1 as it was written then, with one finished and one unfinished job.
VERSION_1 = """
CREATE TABLE jobs ("id" TEXT PRIMARY KEY, "created" REAL NOT NULL, "provider" TEXT NOT NULL,
    "prompt" TEXT NOT NULL, "params" TEXT NOT NULL, "count" INTEGER NOT NULL, "seed" TEXT NOT NULL,
    "feather_px" REAL NOT NULL, "feather" TEXT NOT NULL, "parent" TEXT NOT NULL, "mask" TEXT NOT NULL,
    "operations" TEXT NOT NULL, "source" TEXT NOT NULL, "owner" TEXT NOT NULL, "status" TEXT NOT NULL,
    "remote_id" TEXT, "error_type" TEXT, "error_text" TEXT, "error_hint" TEXT, "seconds" REAL, "cost" REAL,
    "remote" TEXT NOT NULL, "actions" TEXT NOT NULL, "reports" TEXT NOT NULL, "notes" TEXT NOT NULL,
    "finished" REAL);
CREATE INDEX jobs_unfinished ON jobs (created) WHERE finished IS NULL;
CREATE TABLE events (job TEXT NOT NULL, seq INTEGER NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL,
    said TEXT NOT NULL, PRIMARY KEY (job, seq)) WITHOUT ROWID;
CREATE TABLE pictures (job TEXT NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL,
    patch TEXT, base TEXT, box TEXT, PRIMARY KEY (job, role, position)) WITHOUT ROWID;
CREATE INDEX pictures_patched ON pictures (digest) WHERE patch IS NOT NULL;
INSERT INTO jobs VALUES ('old', 1.0, 'local', 'a fox', '{}', 1, '7', 0, 'inside', 'aa', 'bb', '{"k": 1}',
    'photo', 'nobody', 'done', NULL, NULL, NULL, NULL, 2.0, NULL, '{"seed": 7}', '["U1"]', '[]', '["hm"]', 3.0);
INSERT INTO jobs VALUES ('left', 2.0, 'paid', 'an owl', '{}', 1, 'null', 0, 'inside', 'aa', 'bb', '{}',
    '', 'nobody', 'submitting', 'remote-1', NULL, NULL, NULL, NULL, NULL, '{}', '[]', '[]', '[]', NULL);
INSERT INTO events VALUES ('old', 0, 1.5, 'Progress', '{"fraction": 0.5}');
INSERT INTO pictures VALUES ('old', 'composited', 0, 'cc', NULL, NULL, NULL);
PRAGMA user_version = 1;
"""


@pytest.mark.parametrize("first", ["read", "write"])
def test_an_older_store_is_brought_up_with_everything_in_it(store_folder: Path, first: str) -> None:
    """A ledger of the first version reads and writes on, whichever comes first, and takes new kinds of jobs."""
    store_folder.mkdir()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        connection.executescript(VERSION_1)
    store = open_store()
    if first == "write":
        store.begin(record("new")).result(timeout=10)
    old, left = (store.record(name) for name in ("old", "left"))
    assert (old.kind, old.parent, old.seed, old.actions, old.notes) == ("edit", "aa", 7, ("U1",), ("hm",))
    assert (old.composited, old.options, old.target, old.grid) == (("cc",), {}, None, False)
    assert [event.kind for event in store.events("old")] == ["Progress"]
    assert [(orphan.id, orphan.remote_id) for orphan in store.orphans()] == [("left", left.remote_id)]
    imagined = Record(id="imagined", created=3000.0, provider="x", prompt="a", params={}, kind="imagine")
    store.begin(imagined).result(timeout=10)
    assert (store.record("imagined").parent, store.record("imagined").mask) == (None, None)
    assert [each.id for each in store.records()][:2] == ["old", "left"]


# What version 2 had and version 1 had not, beside columns and indices.
VERSION_2 = """
ALTER TABLE jobs ADD COLUMN "kind" TEXT NOT NULL DEFAULT 'edit';
ALTER TABLE jobs ADD COLUMN "target" TEXT NOT NULL DEFAULT 'null';
ALTER TABLE jobs ADD COLUMN "label" TEXT;
ALTER TABLE jobs ADD COLUMN "edit" TEXT NOT NULL DEFAULT 'null';
ALTER TABLE jobs ADD COLUMN "options" TEXT NOT NULL DEFAULT '{}';
ALTER TABLE jobs ADD COLUMN "grid" TEXT NOT NULL DEFAULT 'false';
CREATE INDEX pictures_digest ON pictures (digest);
PRAGMA user_version = 2;
"""


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_store_of_the_second_version_is_brought_up(store_folder: Path, first: str) -> None:
    """It reads and writes on, is searched through the new index, and can delete."""
    store_folder.mkdir()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        connection.executescript(VERSION_1 + VERSION_2)
    store = open_store()
    if first == "write":
        store.begin(record("new")).result(timeout=10)
    old = store.record("old")
    assert (old.coverage, old.deleted, old.composited) == (None, None, ("cc",))
    assert store.search(Search(text="FOX", until=100.0)) == ["old"]
    store.delete("old")
    assert store.record("old").deleted is not None
    assert store.record("old").composited == ()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert connection.execute("PRAGMA user_version").fetchone() == (4,)
    assert {"jobs_history", "jobs_parent", "pictures_patch", "pictures_base"} <= names


def test_a_search_reads_the_index_alone(store_folder: Path) -> None:
    """Looking for a text touches no row: rows are long with their masks."""
    store = open_store()
    store.begin(record()).result(timeout=10)
    where, values = Search(text="fox", provider="local").where()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        connection.create_function("casefold", 1, str.casefold)
        sql = f"EXPLAIN QUERY PLAN SELECT id FROM jobs WHERE {where} ORDER BY created DESC, rowid DESC"
        plan = " ".join(step for *_, step in connection.execute(sql, values))
    assert "USING COVERING INDEX jobs_history" in plan


def test_a_kernel_of_the_first_version_can_go_on_writing(store_folder: Path) -> None:
    """What it does not know has a value: an edit, without options, at no provider."""
    open_store().begin(record()).result(timeout=10)
    old = sqlite3.connect(":memory:")
    old.executescript(VERSION_1)
    rows = old.execute("SELECT * FROM jobs WHERE id = 'left'")
    names = ", ".join(f'"{name}"' for name, *_ in rows.description)
    values = rows.fetchone()
    old.close()
    marks = ", ".join("?" for _ in values)
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection, connection:
        connection.execute(f"INSERT INTO jobs ({names}) VALUES ({marks})", values)
    left = open_store().record("left")
    assert (left.kind, left.options, left.target, left.grid) == ("edit", {}, None, False)


def test_a_picture_is_found_at_the_provider_that_made_it() -> None:
    """By its digest: the newest job there, its buttons, and which of several it is."""
    store = open_store()
    for number, (job_id, pictures) in enumerate({"one": ["aa", "bb"], "two": ["bb"]}.items()):
        store.begin(replace(record(job_id), created=float(number)))
        ended = {"status": "done", "finished": 9.0, "remote_id": f"at-{job_id}", "actions": ("U1",)}
        store.end(job_id, ended, {"composited": [Kept(name) for name in pictures]}).result(timeout=10)
    assert store.remote_of("aa", "local") == RemotePicture("local", "at-one", 0, ("U1",))
    assert store.remote_of("bb", "local") == RemotePicture("local", "at-two", None, ("U1",))
    assert store.remote_of("bb", "elsewhere") is None
    assert store.remote_of("cc", "local") is None


def test_a_newer_store_is_left_alone(store_folder: Path) -> None:
    """A ledger of a later version is neither read nor written."""
    store = open_store()
    store.begin(record()).result()
    store.close()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")
    assert "newer" in str(store.begin(record("two")).exception(timeout=10))
    with pytest.raises(StoreError, match="newer"):
        store.records()


def test_a_store_that_becomes_usable_is_used(tmp_path: Path) -> None:
    """After a failure the next write tries again."""
    blocker = tmp_path / "place"
    blocker.write_text("in the way")
    store = Store(blocker / "store")
    assert isinstance(store.begin(record()).exception(timeout=10), StoreError)
    with pytest.raises(StoreError):
        store.put_picture(noise())
    blocker.unlink()
    store.begin(record()).result(timeout=10)
    store.close()
