"""A picture that was saved with its run, opened again: the session goes on from there, as far as anybody knows how."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
from photos import SIZE, noise
from studio import Account

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Result, Session, images
from inpaint_nb.edit import picturefile
from inpaint_nb.edit.carried import FORMAT, Carried
from inpaint_nb.images.chunks import chunk, put_in, text_chunk

BOX = Mask.rectangle(SIZE, (8, 8, 24, 24)) - Mask.ellipse(SIZE, (10, 10, 20, 20)).grow(1)
PROMPT = "a “fox” \\ {a|b}\n\0!"


def ran(photo: object, **settings: object) -> Result:
    """The result of a local run."""
    settings = {"seed": 7, "feather_px": 2, "feather": "ring", "quality": "fine", **settings}
    return inp.inpaint(photo, BOX, PROMPT, **settings).result(timeout=60)


def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From here on the store is another, empty one."""
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "another store"))


def rewritten(path: str | Path, **changes: object) -> bytes:
    """The PNG file with other values in what it carries."""
    image = images.load(path)
    carried = picturefile.read(Path(path), image)
    assert carried is not None
    said = {**json.loads(carried.to_text()), **changes}
    return put_in(images.encode_png(image), text_chunk(FORMAT, json.dumps(said).encode()))


def assert_restored(session: Session, result: Result) -> None:
    """Everything that was asked is there again."""
    assert session.mask == BOX
    assert session.prompt == PROMPT
    assert session.provider == "local"
    assert session.params == {"seed": 7, "feather_px": 2, "feather": "ring", "quality": "fine"}
    assert images.digest(session.original) == images.digest(result.parent)


def test_the_session_is_there_again_with_its_result(photo: str) -> None:
    """Mask, prompt, provider and parameters, the picture before the run, and the result of the store, whole."""
    result = ran(photo, count=2)
    result.save("fox.png", 1)
    session = inp.open("fox.png")
    assert images.digest(session.image) == images.digest(result.images[1])
    assert session.params.pop("count") == 2
    assert_restored(session, result)
    assert session.source == "'fox.png'"
    assert [each.job_id for each in session.results] == [result.job_id]
    assert len(session.images) == 2
    assert "that fox.png carries" in session.notes[0]
    assert len(session.notes) == 1


def test_start_over_leads_to_the_picture_before_the_run(photo: str) -> None:
    """The original is the parent, opened from where it was; the mask stays."""
    result = ran(photo)
    session = inp.open(result.save("fox.png"))
    session.start_over()
    assert images.digest(session.image) == images.digest(result.parent)
    assert session.source == "'photo.png'"
    assert session.mask == BOX


def test_a_run_from_there_is_the_same_run(photo: str) -> None:
    """Started over and run again, the session asks what was asked before: a cached run is the recorded one."""
    result = ran(photo)
    session = inp.open(result.save("fox.png"), mode="cached")
    session.start_over()
    again = session.run(repeat=0).result(timeout=60)
    assert (again.job_id, again.is_recorded) == (result.job_id, True)


@pytest.mark.parametrize("kind", ["png", "webp", "tif", "jpg"])
def test_without_its_store_the_result_is_put_together_from_the_file(
    kind: str, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the photograph where it was, the result is there, says where it is from, and can be saved again."""
    result = ran(photo)
    path = result.save(f"fox.{kind}")
    elsewhere(monkeypatch, tmp_path)
    session = inp.open(str(path))
    assert_restored(session, result)
    (made,) = session.results
    assert (made.prompt, made.mask, made.seed, made.provider) == (PROMPT, BOX, 7, "local")
    assert (made.report, made.seconds, made.created) == (result.report, result.seconds, result.created)
    assert images.digest(made.image) == images.digest(session.image)
    assert "from a file" in made.notes[0]
    if kind != "jpg":
        assert made.carried() == result.carried()


def test_a_photograph_beside_the_file_is_found(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moved together with the file, and opened from another folder, it is still the picture before the run."""
    result = ran(photo)
    result.save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    session = inp.open("../fox.png")
    assert_restored(session, result)


def test_another_photograph_of_that_name_is_not_taken_for_it(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture before the run is known by its pixels; the session says that it is gone, mask and prompt stay."""
    ran(photo).save("fox.png")
    noise().save(photo)
    elsewhere(monkeypatch, tmp_path)
    session = inp.open("fox.png")
    assert session.original is session.image
    assert (session.mask, session.prompt, session.results) == (BOX, PROMPT, [])
    assert "neither in the store nor where it was" in " ".join(session.notes)


def test_bytes_are_as_good_as_a_file(photo: str) -> None:
    """What an upload brings restores the session too."""
    result = ran(photo)
    session = inp.open(result.save("fox.png").read_bytes())
    assert_restored(session, result)
    assert "that the picture carries" in session.notes[0]


def test_what_is_given_counts_more_than_what_is_carried(photo: str) -> None:
    """Mask, prompt and parameters of the call are used; the provider's own parameters are not another's."""
    path = ran(photo).save("fox.png")
    other = Mask.full(SIZE)
    session = inp.open(path, mask=other, prompt="a hat", seed=8)
    assert (session.mask, session.prompt, session.params["seed"]) == (other, "a hat", 8)
    lotimage = inp.provider("lotimage", api_key="sk-nothing-real-here")
    session = inp.open(path, provider=lotimage)
    assert (session.provider, "quality" in session.params) == ("lotimage", False)


def test_a_mask_of_another_size_is_still_refused_when_given(photo: str) -> None:
    """Only what the file says is taken with a pinch of salt."""
    path = ran(photo).save("fox.png")
    with pytest.raises(InputError, match="The mask is"):
        inp.open(path, mask=Mask.full((9, 9)))


def test_a_provider_that_is_not_here_is_told(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mask and prompt are there, the provider is the default one, and its parameters are left out."""
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    Path("other.png").write_bytes(rewritten("fox.png", provider="gone"))
    session = inp.open("other.png")
    assert (session.provider, session.mask, session.prompt) == ("local", BOX, PROMPT)
    assert session.params == {"seed": 7, "feather_px": 2, "feather": "ring"}
    assert "There is no provider 'gone'" in " ".join(session.notes)


def test_a_provider_without_a_key_asks_nobody(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a picture never asks for a key: the default provider is there, and the note says what to do."""
    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    Path("other.png").write_bytes(rewritten("fox.png", provider="imaginepro"))
    session = inp.open("other.png")
    assert session.provider == "local"
    assert "IMAGINEPRO_API_KEY" in " ".join(session.notes)


def test_a_picture_at_its_provider_can_be_edited_there(photo: str, account: Account, tmp_path: Path) -> None:
    """Where the picture lives there is in the file, so that an edit goes on from it; the result's buttons work."""
    sheet = inp.imagine("a fox", provider="studio").result(timeout=10)
    large = sheet.upscale(1).result(timeout=10)
    session = inp.open(large.save("fox.png"))
    assert session.provider == "studio"
    assert session.remote == large.remote_picture()
    session.mask = Mask.full(large.image.size)
    assert session.run("a hat").result(timeout=10).report.changed_outside == 0
    assert session.results[0].actions == large.actions


DAMAGES = {
    "cut off": chunk(b"iTXt", b"inpaint_nb\0\1\0"),
    "no JSON": text_chunk(FORMAT, b"{"),
    "something else": text_chunk(FORMAT, b'{"a": 1}'),
    "nested": text_chunk(FORMAT, b"[" * 100_000),
    "newer": text_chunk(FORMAT, b'{"format": "inpaint_nb", "version": 2}'),
}


def assert_plain(session: Session, name: str) -> None:
    """Nothing is restored, and the note says of which file."""
    assert session.mask.is_empty
    assert (session.prompt, session.results, session.params) == ("", [], {})
    (note,) = session.notes
    assert note.startswith(f"What {name} carries of a run is not used: ")


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_cannot_be_used_is_told_and_the_picture_opened(damage: str, photo: str) -> None:
    """Damaged, foreign or newer: the session is a plain one, and its note says why."""
    Path("bad.png").write_bytes(put_in(Path(photo).read_bytes(), DAMAGES[damage]))
    assert_plain(inp.open("bad.png"), "bad.png")


def test_a_run_of_other_pixels_is_not_taken_for_this_picture_s(photo: str) -> None:
    """A picture that was painted on elsewhere is no longer that run's, whatever its file still carries."""
    carried = ran(photo).carried()
    Path("bad.png").write_bytes(put_in(Path(photo).read_bytes(), text_chunk(FORMAT, carried.to_text())))
    session = inp.open("bad.png")
    assert_plain(session, "bad.png")
    assert "the picture was changed after it was saved" in session.notes[0]


MASKS: dict[str, dict[str, object]] = {
    "of another size": {"size": [9, 9], "steps": []},
    "huge": {"size": [60_000, 60_000], "steps": []},
    "no mask": {"steps": "many"},
    "another one": {"size": list(SIZE), "steps": []},
    "endless": {"size": list(SIZE), "steps": [{"kind": "grow", "px": 1.0}] * 100_000},
    "unknown": {"size": list(SIZE), "steps": [{"kind": "eval", "px": 1.0}]},
    "a bomb": {
        "size": list(SIZE),
        "steps": [{"kind": "bitmap", "raster": "iVBORw0KGgoAAAANSUhEUgAB/////////wgA", "combine": "add"}],
    },
    "far away": {
        "size": list(SIZE),
        "steps": [{"kind": "ellipse", "box": [0, 0, 1e300, 1e300], "combine": "add"}],
    },
}


@pytest.mark.parametrize("kind", MASKS)
def test_a_mask_that_is_not_the_run_s_is_left_out(
    kind: str, photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another size, made of anything else, or too much to draw: the rest is restored, and the note says so."""
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    Path("other.png").write_bytes(rewritten("fox.png", operations=MASKS[kind]))
    session = inp.open("other.png")
    assert session.mask.is_empty
    assert (session.prompt, session.results) == (PROMPT, [])
    assert "Its mask is not restored" in " ".join(session.notes)


EVIL = "__import__('pathlib').Path('evil').touch()"


@pytest.mark.parametrize(
    "changes",
    [
        {"source": EVIL},
        {"source": f"import os\n{EVIL}"},
        {"params": {f"x={EVIL}, y": 1}},
        {"prompt": f"');{EVIL}#"},
        {"provider": f"x'); {EVIL}#"},
        {
            "label": EVIL,
            "kind": "press",
            "target": {"remote_id": f"'+{EVIL}+'", "index": None, "actions": None},
        },
    ],
)
def test_nothing_in_a_file_becomes_code(
    changes: dict[str, object], photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening a hostile file runs nothing of it, and what `code()` and `script` print of it calls only ours."""
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    Path("other.png").write_bytes(rewritten("fox.png", **changes))
    session = inp.open("other.png")
    for result in session.results:
        for code in (result.code(), inp.script(result)):
            named = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
            assert named <= {"inp", "image", "mask", "part1", "result"}
    assert not Path("evil").exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"mask": None},
        {"parent": None},
        {"kind": "press"},
        {"kind": "press", "edit": {"prompt": "x", "params": {}, "ref": ""}, "mask": None},
        {"kind": "imagine"},
        {"kind": "fetch", "prompt": None},
        {"created": "0001-01-01T00:00:00+00:00"},
        {"created": "9999-12-31T23:59:59-12:00"},
        {"index": 7, "pictures": 0},
        {"report": None, "seconds": 0, "actions": None, "remote_id": ""},
        {"count": 0, "feather_px": 1e9, "feather": "inside"},
    ],
)
def test_what_does_not_belong_together_opens_all_the_same(
    changes: dict[str, object], photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Values that are possible each and make no sense together are no error, with the store and without it."""
    ran(photo).save("fox.png")
    Path("other.png").write_bytes(rewritten("fox.png", **changes))
    assert isinstance(inp.open("other.png"), Session)
    elsewhere(monkeypatch, tmp_path)
    session = inp.open("other.png")
    assert images.digest(session.image) == images.digest(images.load("fox.png"))
    assert session.notes


def test_a_plain_picture_says_nothing(photo: str) -> None:
    """Pictures of any other kind, and JSON that somebody else put beside one, are opened as ever, without a note."""
    Path("photo.png.json").write_text('{"title": "photo.png"}', "utf-8")
    for source in (photo, Path(photo), images.load(photo), Path(photo).read_bytes()):
        session = inp.open(source)
        assert (session.notes, session.results, session.prompt) == ((), [], "")
        assert session.original is session.image


def test_the_file_tells_its_session_about_what_is_left_out(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parameter that was not handed on is named; the store, where it is there, still knows it."""
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    Path("other.png").write_bytes(rewritten("fox.png", left_out=["webhook"]))
    assert "It does not say what webhook was." in inp.open("other.png").notes


def test_carried_values_stay_as_they_are_when_the_picture_is_saved_again(photo: str) -> None:
    """A result that was opened and saved anew carries the same run."""
    result = ran(photo)
    session = inp.open(result.save("fox.png"))
    session.result.save("again.png")
    first, second = (picturefile.read(Path(name), images.load(name)) for name in ("fox.png", "again.png"))
    assert isinstance(first, Carried)
    assert replace(first) == second


def test_what_follows_in_another_store_can_be_packed(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opened result is in no store here; the runs that go on from it are, and are packed."""
    ran(photo).save("fox.png")
    elsewhere(monkeypatch, tmp_path)
    session = inp.open("fox.png")
    session.run("a hat").result(timeout=60)
    assert len(session.results) == 2
    assert session.pack("fox.zip").exists()
