"""Cleaning a store: what nobody needs is listed and goes when asked; what anybody needs stays, whatever happens."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import Mask, Result, StoreError
from inpaint_nb.jobs import submit
from inpaint_nb.store import Kept, Record, Store, open_store

SIZE = (24, 16)
BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))


def noise(size: tuple[int, int] = SIZE) -> Image.Image:
    return Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3))


def edit() -> Result:
    """A recorded run of the local engine."""
    return submit(noise(), BOX, "a fox", seed=1).result(timeout=30)


def aged(folder: Path) -> None:
    """Every file, as if it had been written yesterday."""
    yesterday = time.time() - 86_400
    for path in folder.rglob("*"):
        if path.is_file() and "owners" not in path.parts:
            os.utime(path, (yesterday, yesterday))


def files_of(store: Store) -> set[Path]:
    return {
        path
        for path in store.folder.rglob("*")
        if path.suffix in (".png", ".jpg") or path.name.startswith(".")
    }


def test_a_store_that_was_never_made_needs_no_cleaning(store_folder: Path) -> None:
    """Nothing is listed, nothing is made."""
    cleaning = inp.clean(remove=True)
    assert (len(cleaning), cleaning.bytes, cleaning.files, cleaning.missing) == (0, 0, (), ())
    assert "Nothing to clean" in repr(cleaning)
    assert not store_folder.exists()


def test_what_nobody_needs_is_listed_and_then_removed() -> None:
    """Pictures without a run, small copies of them, and half-written files, each with its size; once."""
    store, result = open_store(), edit()
    kept = files_of(store)
    stray = store.put_picture(noise())
    store.thumbnails.put(stray, noise())
    half = store.files.path(stray).with_name(f".{'0' * 32}")
    half.write_bytes(b"half a picture")
    aged(store.folder)
    listed = inp.clean()
    assert set(listed.files) == {store.files.path(stray), store.thumbnails.path(stray), half}
    assert listed.bytes == sum(path.stat().st_size for path in listed.files)
    assert files_of(store) >= set(listed.files)
    removed = inp.clean(remove=True)
    assert set(removed.files) == set(listed.files)
    assert removed.is_removed
    assert "were removed" in repr(removed)
    assert files_of(store) == kept
    assert len(inp.clean()) == 0
    assert inp.history()[result.job_id].image.tobytes() == result.image.tobytes()


def test_everything_that_a_run_needs_stays() -> None:
    """Originals, changes, raw pictures and thumbnails, of runs that are done, failed or unfinished; of chains too."""
    store, first = open_store(), edit()
    second = submit(first.image, Mask.ellipse(SIZE, (2, 2, 20, 14)), "then", seed=2).result(timeout=30)
    waiting = store.put_picture(noise())
    store.begin(Record("going", 5.0, "local", "a", {}, parent=waiting)).result(timeout=10)
    aged(store.folder)
    before = files_of(store)
    assert len(inp.clean(remove=True)) == 0
    assert files_of(store) == before
    for was in (first, second):
        assert inp.history()[was.job_id].image.tobytes() == was.image.tobytes()


def test_what_is_young_stays() -> None:
    """A picture lies there before its run does: what was written within the hour may be about to be needed."""
    store = open_store()
    edit()
    stray = store.put_picture(noise())
    assert len(inp.clean(remove=True)) == 0
    assert store.files.has(stray)


def test_a_picture_that_is_needed_between_listing_and_removing_stays() -> None:
    """What a run has come to need by then is looked up again, in the transaction that removes."""
    store = open_store()
    edit()
    stray, other = noise(), noise()
    names = [store.put_picture(image) for image in (stray, other)]
    aged(store.folder)
    cleaning = inp.clean()
    assert len(cleaning) == 2
    store.begin(Record("late", 5.0, "local", "a", {}, parent=names[0])).result(timeout=10)
    cleaning.remove()
    assert store.picture(names[0]).tobytes() == stray.tobytes()
    assert not store.files.has(names[1])


def test_other_files_are_nobodys_business() -> None:
    """What is not named like a file of ours is neither listed nor touched."""
    store = open_store()
    edit()
    foreign = [
        store.folder / "notes.txt",
        store.files.folder / "00" / "fox.png",
        store.files.folder / ".DS_Store",
    ]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    aged(store.folder)
    assert len(inp.clean(remove=True)) == 0
    assert all(path.exists() for path in foreign)


def test_signs_of_dead_kernels_go_and_those_of_the_living_stay(store_folder: Path) -> None:
    """The file of a process that has ended is removed; this one's lock outlives the look at it."""
    code = "from inpaint_nb.store import open_store, owner; owner.this_process(open_store().folder)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    edit()
    for path in (store_folder / "owners").iterdir():
        os.utime(path, (1.0, 1.0))
    assert len(inp.clean(remove=True)) <= 1  # whoever came second may have buried the dead already
    (mine,) = (store_folder / "owners").iterdir()
    store = open_store()
    store.begin(Record("mine", 5.0, "local", "a", {})).result(timeout=10)
    code = "from inpaint_nb.store import open_store; print(len(open_store().orphans()))"
    seen = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    assert seen.stdout.strip() == "0"
    assert mine.exists()


def test_pictures_that_are_gone_or_damaged_are_told_of() -> None:
    """Runs of whose pictures a file is missing are listed; with `check` also files that are not what was stored."""
    store, one, two = open_store(), edit(), edit()
    files = store.stored_files([one.job_id, two.job_id])
    files[one.job_id][0].unlink()
    damaged = files[two.job_id][0]
    damaged.write_bytes(b"no picture")
    cleaning = inp.clean()
    assert (cleaning.missing, cleaning.damaged) == ((one.job_id,), ())
    assert one.job_id[:8] in repr(cleaning)
    checked = inp.clean(check=True, remove=True)
    assert checked.damaged == (damaged,)
    assert damaged.exists()
    assert damaged.name in repr(checked)


def test_without_a_ledger_nothing_is_removed(store_folder: Path) -> None:
    """Where nobody can say what is needed, the pictures are listed, and removing them is refused."""
    store = open_store()
    stray = store.put_picture(noise())
    aged(store_folder)
    cleaning = inp.clean()
    assert cleaning.files == (store.files.path(stray),)
    with pytest.raises(StoreError, match="no ledger"):
        cleaning.remove()
    assert store.files.has(stray)


def test_a_rescued_store_warns_of_pictures_of_lost_runs(store_folder: Path) -> None:
    """After a damaged ledger was replaced, pictures without a run may be those of runs that were lost."""
    store = open_store()
    edit()
    store.close()
    (store_folder / "ledger.sqlite").write_bytes(b"no database at all" * 1000)
    for log in store_folder.glob("ledger.sqlite-*"):
        log.unlink()
    aged(store_folder)
    cleaning = inp.clean()
    assert len(cleaning) > 0
    assert "were lost" in repr(cleaning)
    assert "were lost" in cleaning._repr_html_()


def test_the_report_is_a_list_that_needs_no_script() -> None:
    """Names are shown as text, sizes in words."""
    store = open_store()
    edit()
    store.put_picture(noise((300, 300)))
    aged(store.folder)
    shown = inp.clean()._repr_html_()
    assert "1 picture that no run has" in shown
    assert "KB" in shown
    assert "<script" not in shown


def test_cleaning_while_another_process_records_costs_it_nothing(store_folder: Path) -> None:
    """One process records runs on old pictures again and again while this one cleans; every result stays whole."""
    code = """
import os, sys
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.jobs import submit
from inpaint_nb.store import open_store
mask = inp.Mask.rectangle((24, 16), (4, 4, 12, 12))
print("ready", flush=True)
for number in range(12):
    image = Image.new("RGB", (24, 16), (number % 3, 0, 0))
    result = submit(image, mask, "a fox", seed=number % 3).result(timeout=30)
    inp.history().delete(result.job_id, everything=True) if number % 2 else None
"""
    writing = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert writing.stdout
    assert writing.stdout.readline().strip() == "ready"
    store = open_store()
    while writing.poll() is None:
        found = store.sweeper.find(young_seconds=-1.0)  # the harshest case: nothing counts as young
        if store.records():
            store.sweeper.remove(found)
    writing.stdout.close()
    assert writing.returncode == 0
    assert inp.clean().missing == ()
    for run in inp.history(status="done"):
        assert isinstance(run.result(), Result)


def test_kept_as_a_change_is_kept_with_what_it_is_laid_over() -> None:
    """The base of a change is needed even where no run started from it any more."""
    store, parent = open_store(), noise()
    changed = parent.copy()
    changed.paste(noise((3, 2)), (2, 1))
    kept = store.put_changed(changed, store.put_picture(parent), (2, 1, 5, 3))
    assert isinstance(kept, Kept)
    store.begin(Record("one", 5.0, "local", "a", {})).result(timeout=10)
    store.end("one", {"status": "done", "finished": 6.0}, {"composited": [kept]}).result(timeout=10)
    aged(store.folder)
    inp.clean(remove=True)
    assert store.picture(kept.digest).tobytes() == changed.tobytes()
