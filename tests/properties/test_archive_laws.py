"""Whatever is recorded comes out of an archive as it went in, wherever it is unpacked."""

from __future__ import annotations

import tempfile
import uuid
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import inpaint_nb as inp
from inpaint_nb.edit import Judgement
from inpaint_nb.masks import Mask
from inpaint_nb.store import Entry, Kept, Record, Store, StoredEvent

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(lambda text: "\0" not in text)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SIZE = (12, 9)
BOXES = [(0, 0, 12, 9), (2, 1, 7, 8), (11, 8, 12, 9)]


@st.composite
def pictures(draw: st.DrawFn, mode: str) -> Image.Image:
    """A picture of few colours, with a colour profile or without."""
    count = SIZE[0] * SIZE[1] * len(mode)
    image = Image.frombytes(mode, SIZE, (draw(st.binary(min_size=1, max_size=60)) * count)[:count])
    if draw(st.booleans()):
        image.info["icc_profile"] = draw(st.binary(min_size=1, max_size=20))
    return image


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """Shapes and refinements, combined; some a bitmap."""
    left, top = draw(st.integers(-3, 8)), draw(st.integers(-3, 6))
    mask = Mask.ellipse(SIZE, (left, top, left + 6, top + 5)).grow(draw(st.integers(0, 2)))
    other = Mask.stroke(SIZE, [(draw(st.integers(0, 12)), 3), (5, draw(st.integers(0, 9)))], 2)
    made = draw(st.sampled_from([mask | other, mask - other, ~mask, mask ^ other]))
    return Mask.from_image(made.to_image()) if draw(st.booleans()) else made


@dataclass
class Run:
    """What is to be recorded."""

    asked: Record
    parent: Image.Image
    said: list[StoredEvent]
    ended: dict[str, object]
    made: list[Image.Image]
    box: tuple[int, int, int, int]
    stars: int
    who: str


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run: done, failed, or not ended; its first picture is kept as a change of the parent."""
    mode, mask = draw(st.sampled_from(["L", "RGB", "RGBA"])), draw(masks())
    asked = Record(
        id="",
        created=draw(st.floats(0, 4e9)),
        provider=draw(TEXT),
        prompt=draw(st.none() | TEXT),
        params=draw(st.dictionaries(TEXT, JSON, max_size=3)),
        count=draw(st.integers(1, 9)),
        seed=draw(st.none() | st.integers()),
        feather_px=draw(st.floats(0, 90)),
        mask=mask.digest,
        coverage=mask.coverage,
        operations=mask.to_record(),
        source=draw(TEXT),
        repeat=draw(st.integers(0, 9)),
    )
    said = [StoredEvent(5.0, kind, {kind: kind}) for kind in draw(st.lists(TEXT, max_size=2))]
    failed = {"status": "failed", "finished": 9.0, "error_type": "Moderated", "error_text": draw(TEXT)}
    done = {"status": "done", "finished": 9.0, "remote": draw(st.dictionaries(TEXT, JSON, max_size=2))}
    return Run(
        asked,
        draw(pictures(mode)),
        said,
        draw(st.sampled_from([done, done, failed, {}])),
        [draw(pictures(mode)) for _ in range(2)],
        draw(st.sampled_from(BOXES)),
        draw(st.integers(1, 5)),
        draw(TEXT),
    )


def written(store: Store, run: Run) -> str:
    """The id of the run, which is in the store now."""
    job_id, base = uuid.uuid4().hex, store.put_picture(run.parent)
    store.begin(replace(run.asked, id=job_id, parent=base)).result(timeout=30)
    for event in run.said:
        store.event(job_id, event).result(timeout=30)
    if run.ended.get("status") == "done":
        changed = run.parent.copy()
        changed.paste(run.made[0].crop(run.box), run.box)
        kept = [store.put_changed(changed, base, run.box), Kept(store.put_picture(run.made[1]))]
        store.end(job_id, run.ended, {"composited": kept, "raw": kept[1:]}).result(timeout=30)
        store.ratings.add((job_id, 0), Judgement(stars=run.stars), run.who)
    elif run.ended:
        store.end(job_id, run.ended).result(timeout=30)
    return job_id


def told(entry: Entry) -> object:
    """What an archive keeps of a run."""
    ours = {name: value for name, value in entry.job.items() if name not in ("owner", "options")}
    return ours, entry.rows


@settings(max_examples=40, deadline=None)
@given(several=st.lists(runs(), min_size=1, max_size=2))
def test_pack_then_unpack_gives_equal_digests(several: list[Run]) -> None:
    """Records, events, opinions, masks and every picture are equal there; packed again they are the same archive."""
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "here")) as here:
        ids = [written(here, run) for run in several]
        path = inp.pack(ids, Path(folder) / "runs.zip", store=here)
        with closing(Store(Path(folder) / "there")) as there:
            assert sorted(inp.unpack(path, store=there).ids) == sorted(ids)
            for was, now in zip(here.moving.out(ids), there.moving.out(ids), strict=True):
                check(here, was, there, now)
            assert inp.unpack(path, store=there).ids == []
        again = inp.pack(ids, Path(folder) / "again.zip", store=here)
        assert again.read_bytes() == path.read_bytes()


def check(here: Store, was: Entry, there: Store, now: Entry) -> None:
    """That a run arrived as it was."""
    if was.job["finished"] is None:
        assert (now.job["status"], now.id) == ("failed", was.id)
        return
    assert told(now) == told(was)
    for row in was.pictures:
        ours, theirs = here.picture(row["digest"]), there.picture(row["digest"])
        assert (theirs.mode, theirs.tobytes(), theirs.info) == (ours.mode, ours.tobytes(), ours.info)
    assert Mask.from_record(dict(now.job["operations"])).digest == was.job["mask"]
