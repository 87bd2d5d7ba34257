"""Pictures are stored in haste and made small when all is quiet, without ever being half a file."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from inpaint_nb.store.compaction import Compactor
from inpaint_nb.store.files import Files

PICTURE = Image.linear_gradient("L").convert("RGB")


def test_a_stored_picture_is_made_small_later_and_stays_the_same(tmp_path: Path) -> None:
    """The file shrinks under its name; the picture in it has the same digest."""
    files = Files(tmp_path, quiet_seconds=3600)
    digest = files.put(PICTURE)
    large = files.path(digest).stat().st_size
    files.compactor.finish()
    assert files.path(digest).stat().st_size < large / 4
    assert files.get(digest).tobytes() == PICTURE.tobytes()
    assert [path.name for path in tmp_path.rglob("*.png")] == [f"{digest}.png"]


def test_a_file_that_is_gone_or_damaged_is_left_alone(tmp_path: Path) -> None:
    """Nothing is raised, nothing is written, and the others are still made small."""
    files = Files(tmp_path, quiet_seconds=3600)
    kept, gone, damaged = (files.put(PICTURE.rotate(turn)) for turn in (90, 180, 270))
    large = files.path(kept).stat().st_size
    files.path(gone).unlink()
    files.path(damaged).write_bytes(b"no picture")
    files.compactor.finish()
    assert files.path(kept).stat().st_size < large
    assert not files.path(gone).exists()
    assert files.path(damaged).read_bytes() == b"no picture"


def test_it_begins_by_itself_and_ends_its_thread() -> None:
    """With nothing to wait for, what was added is done on a thread that ends afterwards."""
    done: list[Path] = []
    compactor = Compactor(done.append, quiet_seconds=0)
    compactor.add(Path("one"))
    thread = compactor._thread
    if thread is not None:
        thread.join(20)
    assert done == [Path("one")]


def test_what_is_closed_does_nothing_more() -> None:
    """After close nothing that waited is touched, and its thread has ended."""
    done: list[Path] = []
    compactor = Compactor(done.append, quiet_seconds=3600)
    compactor.add(Path("one"))
    thread = compactor._thread
    compactor.close()
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()
    assert done == []
