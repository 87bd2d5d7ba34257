"""Packing runs into a file and taking them out again, somewhere else or where they were."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from studio import SIZE, Account, Studio
from zips import contents, lines

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, OutcomeUnknown, Result, StoreError
from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Judgement
from inpaint_nb.history import History
from inpaint_nb.http import Client
from inpaint_nb.jobs import resume, submit
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.secret import Secret
from inpaint_nb.store import Record, Search, Store, open_store
from inpaint_nb.store.entries import TABLES
from inpaint_nb.store.records import COLUMNS

BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))
OTHER = Mask.ellipse(SIZE, (2, 2, 20, 14)).grow(1)


class Stirring:
    """Answers with noise; a prompt with "bad" is refused."""

    name = "stirring"
    capabilities = Capabilities(note="a test", price="free", max_count=4)
    options: ClassVar[dict[str, object]] = {"base_url": "https://stirring.example", "desk": "north"}

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        if "bad" in request.prompt:
            raise inp.Moderated("No bad words.", "Say it kindly.")
        yield Finished(tuple(noise() for _ in range(request.count)), cost=1.5, remote={"seed": 11})

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


def noise() -> Image.Image:
    return Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3))


def edit(
    prompt: str = "a fox", image: Image.Image | None = None, mask: Mask = BOX, **settings: object
) -> Result:
    """A recorded edit."""
    return submit(image or noise(), mask, prompt, provider=Stirring(), **settings).result(timeout=10)


def told(job_id: str, **changes: object) -> Record:
    """A record of a run that nobody ran here."""
    values = {
        "created": 1000.0,
        "provider": "paid",
        "prompt": "a fox",
        "params": {},
        "kind": "imagine",
        **changes,
    }
    return Record(id=job_id, **values)


def pixels(images: object) -> list[tuple[str, bytes]]:
    return [(image.mode, image.tobytes()) for image in images]  # type: ignore[attr-defined]


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    """The store of another machine."""
    return open_store(tmp_path / "elsewhere")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio with an account of its own, findable by name during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    register_provider(Studio)
    return Studio.account


def test_a_session_is_another_machines_session(tmp_path: Path, elsewhere: Store) -> None:
    """Its runs come out whole there: pictures bit for bit, masks, prompts, failures, ratings, ancestry."""
    session = inp.Session(noise(), mask=BOX | OTHER, prompt="a fox", provider=Stirring())
    first = session.run(count=2, seed=2**70, feather_px=2).result(timeout=10)
    session.use(first, 1)
    second = session.run("“ö”\n{a|b}").result(timeout=10)
    failed = session.run("bad")
    failed.exception(timeout=10)
    first.rate(5, starred=True, index=1)
    path = session.pack(tmp_path / "fox.zip")
    assert path == tmp_path / "fox.zip"
    added = inp.unpack(path, store=elsewhere)
    assert added.ids == [failed.id, second.job_id, first.job_id]
    for was in (first, second):
        back = added[was.job_id]
        assert isinstance(back, Result)
        assert pixels(back.images) == pixels(was.images)
        assert pixels(back.raw) == pixels(was.raw)
        assert (back.mask, back.prompt, back.cost, back.reports) == (
            was.mask,
            was.prompt,
            was.cost,
            was.reports,
        )
        assert pixels([back.parent]) == pixels([was.parent])
    assert isinstance(added.run(failed.id).error, inp.Moderated)
    assert elsewhere.lineage.parents([second.job_id]) == {second.job_id: first.job_id}
    assert [(opinion.stars, opinion.starred) for opinion in elsewhere.ratings.of((first.job_id, 1))] == [
        (5, True)
    ]
    assert elsewhere.events(first.job_id) == open_store().events(first.job_id)


def test_a_result_brings_its_ancestors_and_nobody_else(tmp_path: Path) -> None:
    """The whole line from the first picture is packed, not its siblings and not what others made."""
    first = edit()
    second = edit("then", first.image, OTHER)
    third = edit("at last", second.image)
    edit("a sibling", first.image)
    edit("a stranger")
    packed = [line["job"]["id"] for line in lines(inp.pack(third, tmp_path / "line.zip"))]
    assert packed == [first.job_id, second.job_id, third.job_id]


def test_a_chain_of_buttons_is_packed_from_its_first_picture(
    tmp_path: Path, account: Account, elsewhere: Store
) -> None:
    """imagine → upscale → edit → upscale: packing the last step packs all four, and nothing is asked for it."""
    first = inp.imagine("a fox", provider="studio").result(timeout=10)
    large = first.upscale(1).result(timeout=10)
    edited = inp.inpaint(large, BOX, "a hat", provider="studio").result(timeout=10)
    last = edited.upscale(2).result(timeout=10)
    asked = len(account.asked)
    added = inp.unpack(inp.pack(last, tmp_path / "chain.zip"), store=elsewhere)
    assert set(added.ids) == {each.job_id for each in (first, large, edited, last)}
    assert pixels(added[last.job_id].images) == pixels(last.images)
    assert len(account.asked) == asked


@pytest.mark.parametrize("what", ["result", "job", "history", "run", "id", "list", "store"])
def test_anything_that_holds_runs_is_packed(tmp_path: Path, what: str) -> None:
    """A result, a job, a history or a slice of one, a run, an id, a list of these, and a whole store."""
    job = submit(noise(), BOX, provider=Stirring())
    result = job.result(timeout=10)
    things = {
        "result": result,
        "job": job,
        "history": inp.history()[:1],
        "run": inp.history()[0],
        "id": job.id,
        "list": [result, job.id],
        "store": open_store(),
    }
    assert [line["job"]["id"] for line in lines(inp.pack(things[what], tmp_path / "runs.zip"))] == [job.id]


def test_a_sweep_is_packed_with_all_that_came_of_it(tmp_path: Path, elsewhere: Store) -> None:
    """Every cell that ran is in the archive, failed ones too."""
    sweep = inp.sweep(
        noise(), masks={"box": BOX, "other": OTHER}, prompts=["a fox", "bad"], providers=[Stirring()]
    )
    sweep.wait(30)
    added = inp.unpack(inp.pack(sweep, tmp_path / "sweep.zip"), store=elsewhere)
    assert sorted((run.prompt, run.status) for run in added) == [
        ("a fox", "done"), ("a fox", "done"), ("bad", "failed"), ("bad", "failed"),
    ]  # fmt: skip


def test_a_chain_that_began_with_words_is_packed(tmp_path: Path, account: Account, elsewhere: Store) -> None:
    """First pictures and what their buttons brought."""
    chain = inp.Chain(provider="studio")
    chain.imagine("a fox").result(timeout=10)
    chain.upscale(0).result(timeout=10)
    assert len(inp.unpack(inp.pack(chain, tmp_path / "chain.zip"), store=elsewhere)) == 2


@pytest.mark.parametrize("what", [None, 7, [], "nobody", object()])
def test_what_holds_no_runs_is_refused(tmp_path: Path, what: object) -> None:
    """InputError, and no file."""
    edit()
    with pytest.raises(InputError):
        inp.pack(what, tmp_path / "runs.zip")
    assert not (tmp_path / "runs.zip").exists()


def test_the_same_runs_give_the_same_bytes(tmp_path: Path) -> None:
    """Packed again, later, and after the store has made its files small, the archive is equal byte for byte."""
    results = [edit(count=2), edit("an owl")]
    first = inp.pack(results, tmp_path / "one.zip").read_bytes()
    open_store().files.compactor.finish()
    assert inp.pack(results[::-1], tmp_path / "two.zip").read_bytes() == first


def test_a_file_is_never_overwritten_by_chance(tmp_path: Path) -> None:
    """What lies at the path stays unless `overwrite` says otherwise, and nothing unfinished is left beside it."""
    result, path = edit(), tmp_path / "runs.zip"
    path.write_text("mine")
    with pytest.raises(InputError, match="already"):
        inp.pack(result, path)
    assert path.read_text() == "mine"
    inp.pack(result, path, overwrite=True)
    assert len(lines(path)) == 1
    with pytest.raises(InputError, match="a folder"):
        inp.pack(result, tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["runs.zip", "store"]


def test_a_run_whose_picture_is_gone_is_not_packed_as_if_it_were_whole(tmp_path: Path) -> None:
    """StoreError names the picture, and no file appears."""
    result = edit()
    store = open_store()
    store.files.remove(store.record(result.job_id).raw[0])
    with pytest.raises(StoreError, match="no readable picture"):
        inp.pack(result, tmp_path / "runs.zip")
    assert not (tmp_path / "runs.zip").exists()


def test_a_person_can_read_it(tmp_path: Path) -> None:
    """README.txt says what is in it; pictures and masks are PNG files under their digests."""
    result = edit()
    found = contents(inp.pack(result, tmp_path / "runs.zip"))
    assert "1 run, 1 with a result" in found["README.txt"].decode()
    masks = [name for name in found if name.startswith("masks/")]
    assert masks == [f"masks/{result.mask.digest}.png"]
    assert Mask.from_image(Image.open(io.BytesIO(found[masks[0]]))) == result.mask
    assert all(found[name].startswith(b"\x89PNG") for name in found if name.startswith("pictures/"))


def test_its_script_makes_the_results_again_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Python in the archive runs in replay wherever that is unpacked, and ends in the same picture."""
    first = inp.inpaint(noise(), BOX, "a fox", seed=3).result(timeout=30)
    second = inp.inpaint(first, OTHER, "{braces} and “quotes”", seed=4).result(timeout=30)
    path = inp.pack(second, tmp_path / "runs.zip")
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    inp.unpack(path)
    names: dict[str, Result] = {}
    exec(contents(path)["script.py"].decode(), names)
    assert pixels(names["result"].images) == pixels(second.images)


def test_its_trees_show_the_runs_that_are_in_it_and_no_others(tmp_path: Path) -> None:
    """One drawing for each picture that runs started from; what was not packed is not drawn."""
    first = edit("the first words")
    edit("a sibling's words", first.image)
    other = edit("other words")
    found = contents(inp.pack([first, other], tmp_path / "runs.zip"))
    trees = [found[name].decode() for name in found if name.endswith(".svg")]
    assert len(trees) == 2
    assert all(tree.startswith(("<svg", "<?xml")) for tree in trees)
    assert sorted("first words" in tree for tree in trees) == [False, True]
    assert not any("sibling" in tree for tree in trees)
    assert all(name in found["README.txt"].decode() for name in ("tree.svg", "script.py"))


def test_a_run_without_a_result_has_no_script(tmp_path: Path) -> None:
    """Where nothing can be made again there is no Python for it."""
    job = submit(noise(), BOX, "bad", provider=Stirring())
    job.exception(timeout=10)
    found = contents(inp.pack(job, tmp_path / "runs.zip"))
    assert "script.py" not in found
    assert "script.py" not in found["README.txt"].decode()


def test_no_key_and_no_host_is_in_it(tmp_path: Path) -> None:
    """A key in a prompt, a parameter or an address is taken out; the name of this machine is not in it."""
    key = Secret("sk-very-secret-indeed")
    result = edit(f"a fox {key.reveal()}", source="'https://pictures.example/fox.png?token=abcdefgh'")
    found = b"".join(contents(inp.pack(result, tmp_path / "runs.zip")).values())
    assert b"very-secret" not in found
    assert b"abcdefgh" not in found
    owner = open_store().record(result.job_id).owner
    assert owner
    assert owner.encode() not in found


def test_unpacking_twice_changes_nothing(tmp_path: Path, elsewhere: Store) -> None:
    """The second time nothing is added; records, opinions and files are as they were. At home nothing is ever added."""
    result = edit(count=2)
    result.rate(4)
    path = inp.pack(result, tmp_path / "runs.zip")
    assert inp.unpack(path).ids == []
    assert len(inp.unpack(path, store=elsewhere)) == 1
    before = elsewhere.moving.out([result.job_id]), files_in(elsewhere.files.folder)
    assert inp.unpack(path, store=elsewhere).ids == []
    assert (elsewhere.moving.out([result.job_id]), files_in(elsewhere.files.folder)) == before


def test_opinions_of_both_sides_are_kept(tmp_path: Path, elsewhere: Store) -> None:
    """Ratings given here and there are all there after unpacking, each once."""
    result = edit()
    result.rate(4, who="ann")
    inp.unpack(inp.pack(result, tmp_path / "one.zip"), store=elsewhere)
    result.rate(2, who="bob")
    here = inp.pack(result, tmp_path / "two.zip")
    elsewhere.ratings.add((result.job_id, 0), Judgement(stars=1), "cy")
    inp.unpack(here, store=elsewhere)
    inp.unpack(here, store=elsewhere)
    opinions = elsewhere.ratings.log((result.job_id, 0))
    assert [(opinion.who, opinion.stars) for opinion in opinions] == [("ann", 4), ("bob", 2), ("cy", 1)]


def test_another_run_under_the_same_id_is_an_error(tmp_path: Path, elsewhere: Store) -> None:
    """StoreError names it and what differs; nothing else of the archive enters the store."""
    one, two = edit(), edit("an owl")
    elsewhere.begin(replace(open_store().record(two.job_id), prompt="something else")).result(timeout=10)
    elsewhere.end(two.job_id, {"status": "failed", "finished": 2.0}).result(timeout=10)
    with pytest.raises(StoreError, match="the prompt differ"):
        inp.unpack(inp.pack([one, two], tmp_path / "runs.zip"), store=elsewhere)
    assert [record.id for record in elsewhere.records()] == [two.job_id]
    assert not elsewhere.files.folder.exists()


def test_deleted_pictures_come_back_from_an_archive(tmp_path: Path) -> None:
    """Unpacking what was packed before a deletion restores it; unpacking a deleted run deletes nothing."""
    result = edit()
    whole = inp.pack(result, tmp_path / "whole.zip")
    inp.history().delete(result.job_id)
    gone = inp.pack(result, tmp_path / "gone.zip")
    assert [name for name in contents(gone) if name.startswith("pictures/")] == []
    assert inp.unpack(whole).ids == [result.job_id]
    assert pixels(inp.history()[result.job_id].images) == pixels(result.images)
    assert inp.unpack(gone).ids == []
    assert inp.history().run(result.job_id).has_result


@pytest.mark.parametrize(
    ("status", "remote_id"), [("waiting", None), ("submitting", None), ("submitting", "remote-7")]
)
def test_an_unfinished_job_is_nobodys_elsewhere(
    tmp_path: Path, elsewhere: Store, status: str, remote_id: str | None
) -> None:
    """It is packed as it is, and enters another store as ended: nothing picks it up, sends it or asks for it there."""
    store = open_store()
    store.begin(told("going")).result(timeout=10)
    if status == "submitting":
        store.submitting("going").result(timeout=10)
    if remote_id:
        store.remote_id("going", remote_id).result(timeout=10)
    path = inp.pack("going", tmp_path / "runs.zip")
    (line,) = lines(path)
    assert (line["job"]["status"], line["job"]["remote_id"], line["job"]["finished"]) == (
        status,
        remote_id,
        None,
    )
    inp.unpack(path, store=elsewhere)
    assert elsewhere.orphans() == []
    assert resume(elsewhere) == []
    record = elsewhere.record("going")
    assert (record.status, record.owner, record.remote_id) == ("failed", "", remote_id)
    assert isinstance(History(elsewhere, Search()).run("going").error, OutcomeUnknown)
    assert inp.unpack(path, store=elsewhere).ids == []


def test_at_home_an_unfinished_job_stays_what_it_is(tmp_path: Path, store_folder: Path) -> None:
    """Unpacking where it was packed leaves the job to its process, or to `resume` after that has ended."""
    code = (
        "from inpaint_nb.store import Record, open_store\n"
        "open_store().begin(Record('going', 1000.0, 'paid', 'a fox', {}, kind='imagine')).result()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    store = open_store()
    path = inp.pack("going", tmp_path / "runs.zip")
    before = store.record("going")
    assert inp.unpack(path).ids == []
    assert store.record("going") == before
    assert [orphan.id for orphan in store.orphans()] == ["going"]


def test_a_job_that_ended_after_it_was_packed_is_completed_by_a_later_archive(
    tmp_path: Path, elsewhere: Store
) -> None:
    """First it is there as unfinished; the archive with its end brings that; the old archive takes nothing back."""
    store = open_store()
    store.begin(told("going")).result(timeout=10)
    early = inp.pack("going", tmp_path / "early.zip")
    store.end("going", {"status": "cancelled", "finished": 1005.0, "error_text": "Enough."}).result(
        timeout=10
    )
    late = inp.pack("going", tmp_path / "late.zip")
    assert inp.unpack(early, store=elsewhere).ids == ["going"]
    assert inp.unpack(late, store=elsewhere).ids == ["going"]
    assert (elsewhere.record("going").status, elsewhere.record("going").error_text) == (
        "cancelled",
        "Enough.",
    )
    assert inp.unpack(early, store=elsewhere).ids == []
    assert elsewhere.record("going").status == "cancelled"


def test_how_a_provider_was_configured_elsewhere_is_not_taken_over(tmp_path: Path, elsewhere: Store) -> None:
    """An archive may say where its provider was; a button pressed here goes where this machine's settings say."""
    result = edit()
    path = inp.pack(result, tmp_path / "runs.zip")
    assert lines(path)[0]["job"]["options"] == Stirring.options
    inp.unpack(path, store=elsewhere)
    assert elsewhere.record(result.job_id).options == {}


def test_a_packed_notebook_replays_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the archive unpacked the same calls give the same pictures in replay; without it they do not."""
    photo = noise()
    was = inp.inpaint(photo, BOX, "a fox", seed=3).result(timeout=30)
    path = inp.pack(inp.history(), tmp_path / "runs.zip")
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    with pytest.raises(inp.NotRecorded):
        inp.inpaint(photo, BOX, "a fox", seed=3, repeat=0).result(timeout=30)
    inp.unpack(path)
    again = inp.inpaint(photo, BOX, "a fox", seed=3, repeat=0).result(timeout=30)
    assert pixels(again.images) == pixels(was.images)


def test_what_providers_answered_goes_with_a_history(tmp_path: Path, elsewhere: Store) -> None:
    """A whole history takes the answers along, once; a single result does not."""
    result = edit()
    open_store().answers.put("ab" * 20, 0, {"credits": 7}).result(timeout=10)
    assert "answers.jsonl" not in contents(inp.pack(result, tmp_path / "result.zip"))
    path = inp.pack(inp.history(), tmp_path / "history.zip")
    for _ in range(2):
        inp.unpack(path, store=elsewhere)
    assert [json.loads(answer.said) for answer in elsewhere.answers.everything()] == [{"credits": 7}]


def test_every_table_of_the_ledger_is_packed(store_folder: Path) -> None:
    """What a ledger says of jobs is known to the archive by table and column, so that nothing is left behind."""
    edit()
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        columns = {
            name: {column for _, column, *_ in connection.execute(f"PRAGMA table_info({name})")}
            for name in names
        }
    assert names == {*TABLES, "jobs", "answers"}
    assert columns["jobs"] == set(COLUMNS)
    for name, table in TABLES.items():
        assert columns[name] == {table.job, *table.columns}
