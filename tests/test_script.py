"""A result as a script: every run from the first picture on, which runs again to the same pictures."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from photos import SIZE
from PIL import Image
from studio import SIZE as STUDIO_SIZE
from studio import Account

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Result, StoreError, images
from inpaint_nb.archive.scripting import script_of
from inpaint_nb.edit import EditRequest, Finished
from inpaint_nb.store import Record, open_store

BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
OTHER = (BOX | Mask.stroke(SIZE, [(30, 30), (40, 20.5)], 4)).grow(1) - Mask.ellipse(SIZE, (10, 10, 20, 20))
TESTS = str(Path(__file__).parent)
RUN = """
import sys
sys.path.insert(0, sys.argv[1])
from studio import Studio
import inpaint_nb as inp
from inpaint_nb import images
inp.register_provider(Studio)
names = {}
exec(open(sys.argv[2], encoding="utf-8").read(), names)
result = names["result"]
print(result.is_recorded, *[images.digest(image) for image in result.images])
"""


def ran(source: object, mask: Mask = BOX, prompt: str = "a fox", **settings: object) -> Result:
    return inp.inpaint(source, mask, prompt, **settings).result(timeout=60)


def replayed(script: inp.Script) -> list[str]:
    """What a process that has only the store makes of the script: whether it is recorded, and the digests."""
    path = script.save("script.py", overwrite=True)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, TESTS, str(path)],
        env={**os.environ, "INPAINT_NB_MODE": "replay"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def digests(result: Result) -> list[str]:
    return [images.digest(image) for image in result.images]


def calls(script: str) -> list[str]:
    """The names of our functions that the script calls, in order."""
    found = [node.func for node in ast.walk(ast.parse(script)) if isinstance(node, ast.Call)]
    return [node.attr for node in found if isinstance(node, ast.Attribute)]


def test_a_line_of_runs_is_made_again_in_a_fresh_process(photo: str) -> None:
    """Three runs, from one of two candidates on, with the seeds that were chosen for them: the same pictures."""
    first = ran(photo, prompt="“ö” \\ \"'\n\0\u2028\u202e# x", count=2)
    second = ran(first.images[1], OTHER, "b", feather_px=2.5, feather="ring")
    third = ran(second, prompt="c", quality="fine")
    script = inp.script(third)
    assert "image = 'photo.png'" in script
    assert "image = result.images[1]" in script
    assert f"seed={first.seed}" in script
    assert f"seed={third.seed}" in script
    assert [line[:9] for line in script.splitlines() if " of 3: " in line] == [
        "# 1 of 3:",
        "# 2 of 3:",
        "# 3 of 3:",
    ]
    assert replayed(script) == ["True", *digests(third)]


def test_each_step_says_when_by_whom_and_what_changed(photo: str) -> None:
    """A comment gives the time in UTC, the provider, and the pixels changed inside the mask and outside."""
    result = ran(photo)
    assert result.created is not None
    comment = next(line for line in inp.script(result).splitlines() if line.startswith("# 1 of 1"))
    assert f"{result.created:%Y-%m-%d %H:%M} UTC, local, " in comment
    assert comment.endswith(f"{result.report.changed_inside:,} pixels changed inside the mask and 0 outside")


def test_one_of_several_equal_runs_is_that_one(photo: str) -> None:
    """The number among equal requests is always said, so another place in a notebook does not shift it."""
    results = [ran(photo, seed=7), ran(photo, seed=7), ran(photo)]
    for result in results:
        script = inp.script(result)
        assert f"repeat={result.repeat}" in script
        assert replayed(script) == ["True", *digests(result)]


@pytest.mark.parametrize("change", ["gone", "another", "given"])
def test_a_first_picture_that_does_not_open_again_comes_from_the_store(change: str, photo: str) -> None:
    """Deleted, changed since, or handed in by a variable: it is named by its digest, and found in the store."""
    result = ran(images.load(photo) if change == "given" else photo)
    if change == "another":
        Image.new("RGB", SIZE, "red").save(photo)
    else:
        Path(photo).unlink()
    script = inp.script(result)
    assert f'image = inp.picture("{images.digest(result.parent)}")' in script
    assert replayed(script) == ["True", *digests(result)]


def test_first_picture_and_buttons_are_in_the_script(account: Account, tmp_path: Path, monkeypatch) -> None:
    """What a provider made from words, brought out by a button and edited there: each step, in a process of its own."""
    monkeypatch.chdir(tmp_path)
    sheet = inp.imagine("a {fox}", provider="studio").result(timeout=10)
    large = sheet.upscale(2).result(timeout=10)
    edit = ran(large, Mask.rectangle(STUDIO_SIZE, (2, 2, 9, 9)), "a hat", provider="studio")
    script = inp.script(edit)
    steps = ("imagine", "upscale", "inpaint")
    assert tuple(name for name in calls(script) if name in steps) == steps
    assert "result.upscale(2, repeat=0)" in script
    assert replayed(script) == ["True", *digests(edit)]


def test_a_line_begins_after_what_was_deleted(photo: str) -> None:
    """Of a run whose pictures are gone only what was made of it is left: it begins at that picture."""
    first = ran(photo)
    second = ran(first)
    inp.history().delete(first.job_id)
    script = inp.script(second)
    assert "1 of 1" in script
    assert f'inp.picture("{images.digest(second.parent)}")' in script
    assert replayed(script) == ["True", *digests(second)]


def test_a_result_that_the_store_does_not_have_is_written_alone(
    photo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own run is known, and the picture it began with where that opens again."""
    result = ran(photo, seed=3)
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "another"))
    script = inp.script(result)
    assert "image = 'photo.png'" in script
    names: dict[str, object] = {}
    exec(script, names)
    assert digests(names["result"]) == digests(result)  # type: ignore[arg-type]


def test_branches_of_one_tree_are_written_once(photo: str) -> None:
    """A run that two others start from is there once, and kept under a name of its own."""
    first = ran(photo)
    left, right = ran(first, OTHER, "left"), ran(first, OTHER, "right")
    store = open_store()
    script = script_of(store, [right.job_id, first.job_id, left.job_id])
    assert script.count("inp.inpaint(") == 3
    assert "result1 = result\n" in script
    assert "image = result1\n" in script
    assert script == script_of(store, [first.job_id, left.job_id, right.job_id])
    assert replayed(script) == ["True", *digests(right)]


PROVIDED = {"note": "x", "2 fast": [1.5, None, True, {"a": "'"}], "class": "ö", "inf": float("inf"), "e\n": 1}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    prompt=st.text(max_size=60)
    | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=9)
)
def test_any_prompt_makes_valid_python(prompt: str) -> None:
    """Whatever the letters and the parameters' names are, the script is Python, and says just that prompt."""
    white = Image.new("RGB", SIZE)
    request = EditRequest(white, BOX, prompt, params=PROVIDED)
    result = Result.compose(request, Finished((white,)), "pain\nter", source=prompt)
    script = inp.script(result)
    call = next(
        node
        for node in ast.walk(ast.parse(script.encode()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "inpaint"
    )
    assert ast.literal_eval(call.args[2]) == prompt
    assert compile(script, "script", "exec")


def test_a_notebook_shows_a_script_as_code(photo: str) -> None:
    """Its plain text is the code itself, and its Markdown a block of Python, whatever backticks a prompt has."""
    script = inp.script(ran(photo, prompt="a ```fox```"))
    shown, _ = DisplayFormatter().format(script)
    assert shown["text/plain"] == script
    assert shown["text/markdown"] == f"````python\n{script}````\n"


def test_a_script_is_saved_and_nothing_is_written_over(photo: str) -> None:
    """`save` gives the path; another text of that name stays, unless it is to be overwritten."""
    script = inp.script(ran(photo))
    path = script.save("fox.py")
    assert path.read_text("utf-8") == script
    assert script.save("fox.py") == path
    path.write_text("mine", "utf-8")
    with pytest.raises(InputError, match="already"):
        script.save("fox.py")
    assert script.save("fox.py", overwrite=True).read_text("utf-8") == script
    with pytest.raises(InputError, match="Cannot write"):
        script.save("nowhere/fox.py")


def test_a_picture_is_found_by_its_digest(photo: str) -> None:
    """Results and what they were made from, by the whole digest or its beginning."""
    result = ran(photo)
    for image in (result.image, result.parent):
        digest = images.digest(image)
        for asked in (digest, digest[:8]):
            assert images.digest(inp.picture(asked)) == digest


@pytest.mark.parametrize("digest", ["", "12345", "not hex", "A" * 40, "0" * 41, None, "0' OR 1 --"])
def test_what_is_no_digest_is_refused(digest: object, photo: str) -> None:
    """Too short, too long or of other letters: the error says what a digest is."""
    with pytest.raises(InputError, match="no digest"):
        inp.picture(digest)


def test_a_picture_that_is_not_there_is_told(photo: str) -> None:
    """An unknown digest names the store; one whose file is gone is an error of the store."""
    with pytest.raises(InputError, match="has no picture"):
        inp.picture("0" * 40)
    digest = images.digest(ran(photo).parent)
    open_store().files.path(digest).unlink()
    with pytest.raises(StoreError):
        inp.picture(digest)


def test_a_beginning_that_fits_several_is_refused(photo: str) -> None:
    """The error lists what it could be."""
    store = open_store()
    for number in range(2):
        store.begin(_record(f"job{number}", f"abcdef{number}".ljust(40, "0"))).result(timeout=10)
    with pytest.raises(InputError, match="2 pictures or more begin with 'abcdef'") as refused:
        inp.picture("abcdef")
    assert "abcdef1" in refused.value.hint


def _record(job_id: str, parent: str) -> Record:
    return Record(id=job_id, created=1.0, provider="local", prompt="", params={}, parent=parent)
