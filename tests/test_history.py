"""The history: every run of the store, found, looked at, brought back whole, and deleted."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image
from studio import SIZE, Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, JobCancelled, JobError, Mask, Moderated, Result, StoreError
from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished
from inpaint_nb.history import Run
from inpaint_nb.http import Client
from inpaint_nb.jobs import submit
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import Record, open_store

BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))
OTHER = Mask.ellipse(SIZE, (2, 2, 20, 14)).grow(1)


class Stirring:
    """Answers with noise, two modes in turn; a prompt with "bad" is refused."""

    name = "stirring"
    capabilities = Capabilities(note="a test", price="free", max_count=4)

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        if "bad" in request.prompt:
            raise Moderated("No <b>bad</b> words.", "Say it kindly.")
        yield Finished(
            tuple(noise("RGBA" if number % 2 else "RGB") for number in range(request.count)),
            cost=1.5,
            remote={"seed": 11},
        )

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


def noise(mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, SIZE, os.urandom(SIZE[0] * SIZE[1] * len(mode)))


def edit(prompt: str = "a fox", image: Image.Image | None = None, **settings: object) -> Result:
    """A recorded edit."""
    settings = {"provider": Stirring(), **settings}
    return submit(image or noise(), BOX, prompt, **settings).result(timeout=10)


def told(job_id: str, created: float = 1000.0, **changes: object) -> Record:
    """A record of a run that nobody ran here."""
    values = {"provider": "local", "prompt": "a fox", "params": {}, **changes}
    return Record(id=job_id, created=created, **values)


def write(*records: Record) -> None:
    """The records, in the store, as they stand."""
    store = open_store()
    for record in records:
        store.begin(record).result(timeout=10)


def ids(runs: object) -> list[str]:
    return [run.id for run in runs]  # type: ignore[attr-defined]


def pixels(images: object) -> list[tuple[str, bytes]]:
    return [(image.mode, image.tobytes()) for image in images]  # type: ignore[attr-defined]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio with an account of its own, findable by name during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    register_provider(Studio)
    return Studio.account


def test_the_history_of_nothing_is_empty(store_folder: Path) -> None:
    """Without a store there are no runs, no error and no folder."""
    history = inp.history()
    assert (len(history), list(history), history.ids) == (0, [], [])
    assert "No runs" in repr(history)
    assert "No runs" in history._repr_html_()
    assert not store_folder.exists()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_result_comes_back_whole(mode: str) -> None:
    """Pictures, raw ones, parent, mask and reports bit for bit, and everything that was said of it."""
    parent = noise(mode)
    parent.info["icc_profile"] = b"a profile"
    mask = BOX | OTHER
    settings = {"count": 3, "seed": 2**70, "feather_px": 2, "feather": "ring", "source": "'photo.jpg'"}
    was = submit(parent, mask, "“ö”\n{a|b}", provider=Stirring(), **settings).result(timeout=10)
    back = inp.history()[was.job_id]
    assert isinstance(back, Result)
    assert pixels(back.images) == pixels(was.images)
    assert pixels(back.raw) == pixels(was.raw)
    assert back.parent is not None
    assert pixels([back.parent]) == pixels([parent])
    assert (back.parent.info, back.image.info) == (parent.info, was.image.info)
    assert back.mask == mask
    assert back.request.blend_mask == was.request.blend_mask
    apart = {"is_recorded", "request", "composited", "raw", "presser"}
    same = [field.name for field in fields(Result) if field.name not in apart]
    assert {name: getattr(back, name) for name in same} == {name: getattr(was, name) for name in same}
    assert (back.prompt, back.params, back.code()) == (was.prompt, was.params, was.code())


def test_a_first_picture_and_a_press_come_back_with_their_buttons(account: Account) -> None:
    """What was imagined, pressed and fetched is there again; a button pressed next week works."""
    first = inp.imagine("a fox", provider="studio").result(timeout=10)
    large = first.upscale(1).result(timeout=10)
    fetched = inp.fetch(str(large.remote_id), provider="studio").result(timeout=10)
    history = inp.history()
    assert ids(history) == [fetched.job_id, large.job_id, first.job_id]
    back = history[large.job_id]
    assert isinstance(back, Result)
    assert (back.actions, back.grid, back.is_kept) == (large.actions, False, True)
    assert pixels([back.parent]) == pixels([first.images[1]])
    assert back.picture_code() == large.picture_code()
    assert isinstance(again := history[first.job_id], Result)
    assert pixels(again.upscale(2).result(timeout=10).images) == pixels([first.images[2]])
    assert inp.history()[0].parent == history._store.record(first.job_id).composited[2]


def test_a_result_outlives_its_provider(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the provider is not installed any more the result is whole, and pressing says why it cannot."""
    was = inp.imagine("a fox", provider="studio").result(timeout=10)
    monkeypatch.setattr(registry, "_registered", {})
    back = inp.history()[was.job_id]
    assert isinstance(back, Result)
    assert pixels(back.images) == pixels(was.images)
    with pytest.raises(InputError, match="no buttons"):
        back.press("U1")


def test_opening_a_result_asks_for_no_key(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is made when a button is pressed, and not before."""
    was = inp.imagine("a fox", provider="studio").result(timeout=10)
    made: list[object] = []
    monkeypatch.setattr(Studio, "__init__", lambda self, **options: made.append(options))
    assert isinstance(inp.history()[was.job_id], Result)
    assert made == []


def test_a_run_without_a_result_says_why() -> None:
    """A failed run has the job's own error, in its own words, to read or to raise."""
    job = submit(noise(), BOX, "bad", provider=Stirring())
    with pytest.raises(Moderated):
        job.result(timeout=10)
    run = inp.history()[job.id]
    assert isinstance(run, Run)
    assert (run.status, run.prompt, run.mask, run.has_result) == ("failed", "bad", BOX, False)
    assert isinstance(run.error, Moderated)
    assert (run.error.message, run.error.hint) == ("No <b>bad</b> words.", "Say it kindly.")
    with pytest.raises(Moderated, match="bad"):
        run.result()


def test_cancelled_unfinished_and_foreign_endings_say_why() -> None:
    """A cancel, an error that is not ours, a run that goes on and one whose kernel ended are all there."""
    ended = {"status": "failed", "finished": 2.0, "error_type": "KeyError", "error_text": "'id'"}
    write(
        told("1", 1.0, status="cancelled", finished=2.0, error_type="JobCancelled", error_text="Stopped."),
        told("2", 2.0, **ended),
        told("3", 3.0, status="submitting"),
        told("4", 4.0),
    )
    with closing(sqlite3.connect(open_store().folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE jobs SET owner = 'nobody' WHERE id = '3'")
    running, left, foreign, cancelled = inp.history()
    assert [run.status for run in (running, left, foreign, cancelled)] == [
        "unfinished", "unfinished", "failed", "cancelled",
    ]  # fmt: skip
    assert isinstance(cancelled.error, JobCancelled)
    assert foreign.error is not None
    assert foreign.error.message == "KeyError: 'id'"
    assert isinstance(left.error, JobError)
    assert "resume()" in left.error.hint
    assert "not ended yet" in str(running.error)


def test_the_history_is_a_sequence_of_runs() -> None:
    """Newest first, with a length, numbers from both ends, slices of slices, and pages."""
    write(*(told(f"run-{number:03}", float(number)) for number in range(450)))
    history = inp.history()
    names = [f"run-{number:03}" for number in reversed(range(450))]
    assert len(history) == 450
    assert ids(history) == names
    assert (history[0].id, history[-1].id) == (names[0], names[-1])
    assert ids(history[20:40][5:]) == names[25:40]
    assert ids(history[::-150]) == names[::-150]
    assert len(history[440:]) == 10
    with pytest.raises(IndexError):
        history[450]


def test_a_list_stays_as_it_was_read() -> None:
    """Runs that come later do not move the numbers of a list in hand."""
    write(told("1", 1.0))
    history = inp.history()
    assert len(history) == 1
    write(told("2", 2.0))
    assert ids(history) == ["1"]
    assert ids(inp.history()) == ["2", "1"]


def test_an_id_may_be_cut_short() -> None:
    """The beginning of an id is enough where it is the only one; else the error says what there is."""
    write(told("ab12", 1.0), told("ab34", 2.0, prompt="owl"), told("ab", 3.0), told("c_", 4.0))
    history = inp.history()
    assert history["ab1"].id == "ab12"  # type: ignore[union-attr]
    assert history["ab"].id == "ab"  # type: ignore[union-attr]
    assert history["c_"].id == "c_"  # type: ignore[union-attr]
    for wrong, words in (
        ("a", "3 runs"),
        ("", "4 runs"),
        ("zz", "No run"),
        ("a_", "No run"),
        ("%", "No run"),
    ):
        with pytest.raises(InputError, match=words):
            history[wrong]
    with pytest.raises(InputError, match="No run"):
        inp.history(text="owl")["ab1"]
    with pytest.raises(InputError, match="No run"):
        history[:1]["ab1"]


def test_runs_are_found() -> None:
    """By text in any case, provider, source, status, and by all of them at once; nothing in a text is special."""
    write(
        told("1", 1.0, prompt="100% ÄPFEL_\n'or'", source="'photo.jpg'", status="done", finished=2.0),
        told("2", 2.0, provider="paid", prompt="1000 birnen", status="failed", finished=3.0),
        told("3", 3.0, prompt=None, kind="press", edit={"prompt": "äpfel", "params": {}, "ref": ""}),
    )
    find = inp.history
    assert ids(find(text="äpfel")) == ["3", "1"]
    assert ids(find(text="100%")) == ["1"]
    assert ids(find(text="l_\n'OR'")) == ["1"]
    assert ids(find(text="")) == ["3", "2", "1"]
    assert ids(find(provider="paid")) == ["2"]
    assert ids(find(provider=Stirring())) == []
    assert ids(find(source="PHOTO")) == ["1"]
    assert [ids(find(status=status)) for status in ("done", "failed", "cancelled", "unfinished")] == [
        ["1"], ["2"], [], ["3"],
    ]  # fmt: skip
    assert ids(find(text="äpfel", status="done", provider="local", source="jpg")) == ["1"]
    assert find()["3"].prompt == "äpfel"


def test_runs_are_found_by_the_picture_they_started_from() -> None:
    """A picture, or a result whose picture was edited, stands for every run on it."""
    parent = noise()
    first, _ = edit(image=parent), edit()
    second = edit(image=first.image)
    assert ids(inp.history(source=parent)) == [first.job_id]
    assert ids(inp.history(source=first)) == [second.job_id]


def test_runs_are_found_by_when_they_were_asked_for() -> None:
    """Days count whole, moments to the second, zones are heeded."""
    noon = datetime(2026, 11, 23, 12).astimezone()
    days = [noon + timedelta(days=day) for day in (-1, 0, 1)]
    write(*(told(str(number), day.timestamp()) for number, day in enumerate(days)))
    find = inp.history
    assert ids(find(since="2026-11-23")) == ["2", "1"]
    assert ids(find(until="2026-11-23")) == ["1", "0"]
    assert ids(find(since=date(2026, 11, 23), until=date(2026, 11, 23))) == ["1"]
    assert ids(find(since="2026-11-23T12:00")) == ["2", "1"]
    assert ids(find(until="2026-11-23T12:00")) == ["0"]
    assert ids(find(since=noon.astimezone(UTC) + timedelta(seconds=1))) == ["2"]


@pytest.mark.parametrize(
    "wrong",
    [{"status": "good"}, {"since": "yesterday"}, {"until": 7}, {"text": 7}, {"source": 7}, {"provider": 7}],
)
def test_what_cannot_be_asked_is_said(wrong: dict[str, object]) -> None:
    """An unknown status, no time, no text: InputError at once."""
    with pytest.raises(InputError):
        inp.history(**wrong)  # type: ignore[arg-type]


def test_a_frame_without_pandas_is_a_list_of_dicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run is a row with what was asked, how it ended, what changed, and its files."""
    monkeypatch.setitem(sys.modules, "pandas", None)
    was = edit(count=2, source="'photo.jpg'")
    with pytest.raises(Moderated):
        edit("bad")
    failed, done = inp.history().to_frame()
    assert (done["id"], done["prompt"], done["provider"], done["params"]) == (
        was.job_id, "a fox", "stirring", {},
    )  # fmt: skip
    assert (done["status"], done["seconds"], done["cost"], done["seed"]) == ("done", was.seconds, 1.5, 11)
    assert (done["mask_digest"], done["mask_coverage"]) == (BOX.digest, BOX.coverage)
    assert (done["changed_outside"], done["error"], len(done["images"])) == (0, None, 2)
    assert done["raw_changed_outside"] == sum(report.raw_changed_outside for report in was.reports) > 0
    assert done["created"].tzinfo is UTC
    assert len(done["files"]) == 4
    assert all(Path(path).exists() for path in done["files"])
    assert (failed["status"], failed["error"]) == ("failed", "Moderated: No <b>bad</b> words.")
    assert (failed["changed_outside"], failed["images"], failed["files"]) == (None, [], [])


def test_a_frame_is_a_dataframe_where_there_is_pandas() -> None:
    """The same rows and columns; an empty history has the columns too."""
    pandas = pytest.importorskip("pandas")
    empty = inp.history().to_frame()
    edit()
    frame = inp.history().to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(empty.columns)
    assert (len(frame), len(empty), frame.prompt[0], frame.changed_outside[0]) == (1, 0, "a fox", 0)


class Page(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_table_shows_pictures_and_words_and_runs_nothing() -> None:
    """Thumbnails are in the page; prompts, errors and providers are words in it, whatever they hold."""
    edit('<script>alert("1")</script>&amp;\nnext')
    with pytest.raises(Moderated):
        edit("bad <img src=x onerror=y>")
    page = Page(inp.history()._repr_html_())
    assert '<script>alert("1")</script>&amp;' in page.words
    assert "failed: No <b>bad</b> words." in page.words
    assert {tag for tag, _ in page.tags} <= {
        "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "span", "br", "img",
    }  # fmt: skip
    pictures = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(pictures) == 1
    assert str(pictures[0]["src"]).startswith("data:image/jpeg;base64,")
    assert str(pictures[0]["alt"]).startswith("Result: <script>")
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    styles = "".join(str(attributes.get("style", "")) for _, attributes in page.tags)
    assert not re.search(r"background|#[0-9a-f]{3}|black|white(?!-space)", styles)


def test_the_table_has_pages_of_twenty() -> None:
    """The first twenty of what there is, and how to see the next, in words and in HTML."""
    write(*(told(f"run-{number:03}", float(number)) for number in range(45)))
    history = inp.history()
    for shown in (repr(history), Page(history._repr_html_()).words):
        assert "20 of 45 runs, newest first; [20:40] is the next page" in shown
    assert sum(tag == "tr" for tag, _ in Page(history._repr_html_()).tags) == 21
    assert len(repr(history).splitlines()) == 21
    assert "5 runs, newest first" in repr(history[40:])


def test_a_table_is_shown_even_where_a_picture_is_gone() -> None:
    """A damaged store still shows its list; the run itself raises what is wrong."""
    was = edit()
    record = open_store().record(was.job_id)
    open_store().thumbnails.path(record.composited[0]).unlink()
    open_store().files.path(str(record.parent)).unlink()
    assert "picture gone" in inp.history()._repr_html_()
    with pytest.raises(StoreError, match="no readable picture"):
        inp.history()[was.job_id]


def test_thumbnails_of_older_stores_are_made_when_they_are_looked_at() -> None:
    """Where no small copy is kept, one is made of the picture and kept."""
    was = edit()
    path = open_store().thumbnails.path(open_store().record(was.job_id).composited[0])
    before = path.read_bytes()
    path.unlink()
    assert "data:image/jpeg" in inp.history()._repr_html_()
    assert path.read_bytes() == before


def test_deleting_keeps_the_prompt_and_the_numbers() -> None:
    """The run's pictures are gone from the disk, what was asked and measured is not, and the run says so."""
    was = edit(count=2)
    inp.history().delete(was.job_id[:12])
    run = inp.history()[was.job_id]
    assert isinstance(run, Run)
    assert (run.status, run.prompt, run.cost, run.mask) == ("done", "a fox", 1.5, BOX)
    assert run.reports == was.reports
    assert "deleted" in str(run.error)
    with pytest.raises(StoreError, match="deleted"):
        run.result()
    assert "deleted" in inp.history()._repr_html_()
    left = [path for path in open_store().folder.rglob("*") if path.suffix in (".png", ".jpg")]
    assert left == []


def test_deleting_everything_leaves_nothing() -> None:
    """The record goes too, and its events."""
    was = edit()
    history = inp.history()
    history.delete(was.job_id, everything=True)
    assert (len(history), len(inp.history()), open_store().events(was.job_id)) == (0, 0, [])


@pytest.mark.parametrize("everything", [False, True])
def test_deleting_takes_nothing_that_another_run_needs(everything: bool) -> None:
    """The same picture edited twice, and a result edited further, survive; the last run takes the picture along."""
    parent = noise()
    first = edit(image=parent)
    beside, after = edit(image=parent), edit(image=first.image)
    kept = open_store().record(first.job_id)
    inp.history().delete(first.job_id, everything=everything)
    for was in (beside, after):
        back = inp.history()[was.job_id]
        assert isinstance(back, Result)
        assert pixels([*back.images, *back.raw]) == pixels([*was.images, *was.raw])
    assert not open_store().files.has(kept.raw[0])
    inp.history().delete(beside.job_id, everything=everything)
    assert not open_store().files.has(str(kept.parent))
    inp.history().delete(after.job_id, everything=everything)
    assert not list(open_store().files.folder.rglob("*.png"))


def test_a_deleted_run_asked_again_is_there_again() -> None:
    """What a deletion took away comes back with a new run of the same picture, and with it only."""
    parent = noise()
    inp.history().delete(edit(image=parent).job_id)
    again = edit(image=parent)
    back = inp.history()[again.job_id]
    assert isinstance(back, Result)
    assert pixels([back.parent]) == pixels([parent])


class Deleting(Stirring):
    """Deletes an earlier run while it works, and answers with that run's own picture."""

    def __init__(self, earlier: Result) -> None:
        self.earlier = earlier

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        open_store().delete(self.earlier.job_id, everything=True)
        yield Finished(self.earlier.raw)


def test_a_running_run_keeps_what_it_started_from() -> None:
    """A run that is deleted while another works on the same picture takes nothing of it along."""
    parent = noise()
    was = edit(image=parent, provider=Deleting(edit(image=parent)))
    back = inp.history()[was.job_id]
    assert isinstance(back, Result)
    assert back.parent is not None
    assert pixels([back.parent, *back.images, *back.raw]) == pixels([parent, *was.images, *was.raw])
    assert len(inp.history()) == 1


def test_a_run_that_goes_on_is_not_deleted() -> None:
    """An unfinished run is refused, and an unknown one."""
    write(told("run"))
    with pytest.raises(StoreError, match="not ended"):
        inp.history().delete("run")
    with pytest.raises(InputError, match="No run"):
        inp.history().delete("nobody")


def test_another_process_reads_the_same_history(store_folder: Path) -> None:
    """A restarted kernel has the same runs, and the same pictures."""
    was = edit()
    code = (
        "import inpaint_nb as inp; from inpaint_nb.images import digest;"
        f"back = inp.history()[{was.job_id!r}]; print(digest(back.image), digest(back.raw[0]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    record = open_store().record(was.job_id)
    assert ran.stdout.split() == [record.composited[0], record.raw[0]]


def test_coverage_of_old_records_is_measured_anew() -> None:
    """A record from before coverage was written down still says it, from its mask."""
    edit()
    (run,) = inp.history()
    assert replace(run, record=replace(run.record, coverage=None)).coverage == BOX.coverage
