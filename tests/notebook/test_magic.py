"""The magics in a real shell, on the real local engine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

import inpaint_nb as inp
from inpaint_nb.edit import Capabilities, Event, Submitted
from inpaint_nb.notebook import magic
from inpaint_nb.providers import registry

SIZE = (48, 32)
HOLE = inp.Mask.rectangle(SIZE, (10, 8, 22, 20))


@pytest.fixture
def notebook(shell: InteractiveShell) -> InteractiveShell:
    photo = Image.effect_noise(SIZE, 40).convert("RGB")
    shell.push({"inp": inp, "photo": photo, "hole": HOLE})
    photo.save("photo.png")
    HOLE.save("hole.png")
    return shell


def run(shell: InteractiveShell, cell: str) -> object:
    """The value of the cell's last expression; raises what the cell raised."""
    outcome = shell.run_cell(cell, store_history=True)
    outcome.raise_error()
    return outcome.result


def refusal(shell: InteractiveShell, cell: str) -> inp.InpaintError:
    """The error that the cell fails with."""
    error = shell.run_cell(cell, store_history=True).error_in_exec
    assert isinstance(error, inp.InpaintError), error
    return error


class Failing:
    """A provider whose every job fails."""

    name = "failing"
    capabilities = Capabilities(note="fails")
    words = "<no> & never"

    async def run(self, request: object, http: object) -> AsyncIterator[Event]:
        yield Submitted()
        raise inp.JobFailed(self.words)

    resume = run


@pytest.fixture
def failing() -> Iterator[type[Failing]]:
    inp.register_provider(Failing)
    yield Failing
    registry._registered.pop(Failing.name)


# ---------------------------------------------------------------------- opening


@pytest.mark.parametrize(
    "picture", ["photo", "photo.png", "./photo.png", "album[0]", "album[-1]", "box.lid", "fox"]
)
def test_a_picture_is_a_variable_a_lookup_a_file_or_a_session(notebook, picture):
    """IMAGE may be a variable, an index or attribute of one, a path, or a session."""
    run(notebook, "from types import SimpleNamespace\nalbum = [photo]\nbox = SimpleNamespace(lid=photo)")
    run(notebook, "fox = inp.open(photo)")
    session = run(notebook, f"%inpaint {picture}")
    assert session.image.tobytes() == notebook.user_ns["photo"].tobytes()


def test_the_session_is_assigned(notebook):
    """`x = %inpaint …` binds the session."""
    run(notebook, "fox = %inpaint photo")
    assert isinstance(notebook.user_ns["fox"], inp.Session)


def test_a_function_s_own_variables_are_found(notebook):
    """A magic in a function opens the function's local picture."""
    run(notebook, "def work():\n    inner = photo.crop((0, 0, 20, 10))\n    x = %inpaint inner\n    return x")
    assert run(notebook, "work()").image.size == (20, 10)


@pytest.mark.parametrize("mask", ["hole", "hole.png", "array", "fox", "made.mask"])
def test_a_mask_is_a_variable_a_file_an_array_or_a_session(notebook, mask):
    """-m takes a Mask, a picture file, an array, or what carries a mask."""
    run(notebook, "array = hole.to_array()\nfox = inp.open(photo, mask=hole)\nmade = fox")
    session = run(notebook, f"%inpaint photo -m {mask}")
    assert session.mask.digest == HOLE.digest or (session.mask.to_array() == HOLE.to_array()).all()


def test_the_cell_is_the_prompt_exactly(notebook):
    """%%inpaint takes braces, dollars, quotes and line breaks as they stand, less the last line break."""
    prompt = 'a "red" fox, {photo} $HOME it\'s\n\n  (unclosed \\n %time'
    assert run(notebook, f"%%inpaint photo\n{prompt}\n").prompt == prompt


def test_the_line_s_prompt_is_verbatim(notebook):
    """-p is not expanded by IPython."""
    assert run(notebook, '%inpaint photo -p "{photo} costs $5"').prompt == "{photo} costs $5"


# ---------------------------------------------------------------------- running


def test_run_and_wait_give_pictures_and_change_nothing_outside(notebook):
    """With --run --wait the result is there when the cell ends, equal outside the mask."""
    session = run(notebook, "fox = %inpaint photo -m hole --run --wait")
    session = notebook.user_ns["fox"]
    assert [image.size for image in session.images] == [SIZE]
    assert session.result.report.changed_outside == 0
    assert session.job.done()


def test_a_run_that_fails_fails_the_cell(notebook, failing):
    """With --wait the job's own error is the cell's."""
    error = refusal(notebook, "%inpaint photo -m hole -P failing --run --wait")
    assert isinstance(error, inp.JobFailed)
    assert error.message == failing.words


def test_out_binds_the_pictures(notebook):
    """-o NAME is the list of PIL images after the run."""
    run(notebook, "%inpaint photo -m hole -n 2 --seed 3 -o foxes --run --wait")
    assert [image.size for image in notebook.user_ns["foxes"]] == [SIZE, SIZE]


def test_out_binds_also_when_the_run_is_started_later(notebook):
    """-o stays in force for every run of the session, however it is started."""
    session = run(notebook, "%inpaint photo -m hole -o foxes")
    assert "foxes" not in notebook.user_ns
    session.run().result(timeout=60)
    assert len(notebook.user_ns["foxes"]) == 1


def test_options_are_the_session_s_own(notebook):
    """Count, seed, feather and parameters are used by every run of the session."""
    session = run(notebook, "%inpaint photo -m hole -n 2 --seed 5 --feather 1.5 --param quality=2")
    assert session.params == {"count": 2, "seed": 5, "feather_px": 1.5, "quality": 2}


def test_the_same_seed_gives_the_same_pictures_as_python(notebook):
    """The magic and the Python call agree, pixel for pixel."""
    session = run(notebook, "%inpaint photo -m hole --seed 5 --run --wait")
    job = inp.inpaint(notebook.user_ns["photo"], HOLE, seed=5)
    assert session.images[0].tobytes() == job.result(timeout=60).image.tobytes()


# ---------------------------------------------------------------------- running a cell again


def test_a_cell_that_runs_again_keeps_the_mask_and_closes_the_old_editor(notebook):
    """The mask painted on the same picture goes on in the new session, and the old one is closed."""
    first = run(notebook, "%inpaint photo")
    first.mask = HOLE
    second = run(notebook, "%inpaint photo")
    assert second is not first
    assert (second.mask, first.is_closed, second.is_closed) == (HOLE, True, False)


def test_a_cell_that_runs_again_on_another_picture_starts_afresh(notebook):
    """The mask stays with its picture."""
    run(notebook, "%inpaint photo").mask = HOLE
    run(notebook, "photo = photo.rotate(180)")
    assert run(notebook, "%inpaint photo").mask.is_empty


def test_a_mask_painted_over_a_given_one_is_kept(notebook):
    """Running again with the same -m goes on from what was painted; another -m starts from that."""
    first = run(notebook, "%inpaint photo -m hole")
    first.mask = HOLE.grow(3)
    assert run(notebook, "%inpaint photo -m hole").mask == HOLE.grow(3)
    run(notebook, "hole = hole.shrink(2)")
    assert run(notebook, "%inpaint photo -m hole").mask == HOLE.shrink(2)


def test_several_editors_of_one_cell_keep_their_masks_apart(notebook):
    """A cell may open one picture twice; each editor gets its own mask back."""
    cell = "one = %inpaint photo -p a\ntwo = %inpaint photo -p a"
    run(notebook, cell)
    notebook.user_ns["two"].mask = HOLE
    run(notebook, cell)
    assert not notebook.user_ns["one"].is_closed
    assert notebook.user_ns["one"].mask.is_empty
    assert notebook.user_ns["two"].mask == HOLE


# ---------------------------------------------------------------------- refusing


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("%inpaint", "needs a picture"),
        ("%inpaint phto", "Did you mean photo?"),
        ("%inpaint photo.jpeg", "Did you mean photo.png?"),
        ("%inpaint photo -p a red fox", "Put the prompt in quotes"),
        ("%inpaint photo --wait", "Add --run"),
        ("%inpaint photo --run", "the mask is empty"),
        ("%inpaint photo -P lokal", "local"),
        ("%inpaint photo --prmpt x", "--prompt"),
        ("%inpaint photo -m nowhere", "nowhere"),
        ("%inpaint photo.nothing", "photo.nothing"),
        ("%inpaint local:1234", "local"),
        ("%inpaint photo -m hole --param nonsense=1 --run", "nonsense"),
        ("%%inpaint photo\n   \n", "takes its prompt from the lines below"),
        ("%%inpaint photo -p x\na fox", "two prompts"),
        ("%imagine a red fox", "Providers that can: imaginepro"),
        ("%imagine -P local a red fox", "local"),
    ],
)
def test_what_cannot_be_done_fails_the_cell_with_an_error_that_helps(notebook, cell, told):
    """The cell fails with an InpaintError whose message or hint names what to do."""
    assert told in str(refusal(notebook, cell))


def test_an_error_is_two_lines_and_binds_nothing(notebook, capsys):
    """The user sees a message and a hint, no traceback; the assigned name does not exist."""
    refusal(notebook, "fox = %inpaint phto")
    shown = capsys.readouterr().out.strip().splitlines()
    assert len(shown) == 2
    assert "InputError" in shown[0]
    assert "fox" not in notebook.user_ns


def test_a_refused_run_shows_no_editor(notebook, capsys):
    """What cannot be submitted leaves no panel behind, and the mask painted before is not lost."""
    run(notebook, "%inpaint photo").mask = HOLE
    refusal(notebook, "%inpaint photo --nonsense")
    assert "Session" not in capsys.readouterr().out.splitlines()[-1]
    assert run(notebook, "%inpaint photo").mask == HOLE


# ---------------------------------------------------------------------- configuration, help, unloading


def test_configuration_sets_the_defaults(notebook):
    """%config changes what a line means that says nothing."""
    run(notebook, "%config InpaintMagics.count = 2")
    assert run(notebook, "%inpaint photo").params["count"] == 2
    run(notebook, '%config InpaintMagics.provider = "nobody"')
    assert "nobody" in str(refusal(notebook, "%inpaint photo"))
    run(notebook, "%config InpaintMagics.count = 0")  # IPython logs the refusal and goes on
    assert run(notebook, "%inpaint photo -P local").params["count"] == 2


def test_the_documentation_lists_every_option(notebook):
    """`%inpaint?` shows the table, and -h shows it as output."""
    told = notebook.object_inspect("%inpaint")["docstring"]
    assert "--param KEY=VALUE" in told
    assert "%%inpaint IMAGE" in told


def test_help_is_shown_and_opens_nothing(notebook, capsys):
    """-h prints the options and returns nothing."""
    assert run(notebook, "%inpaint -h") is None
    assert "--param" in capsys.readouterr().out


def test_unloading_takes_everything_back(notebook):
    """After %unload_ext there are no magics, no completion, no configuration and no open editor."""
    session = run(notebook, "%inpaint photo")
    run(notebook, "%unload_ext inpaint_nb")
    assert session.is_closed
    assert notebook.find_line_magic("inpaint") is None
    assert notebook.find_cell_magic("inpaint") is None
    assert notebook.find_line_magic("imagine") is None
    assert notebook.Completer.custom_matchers == []
    assert not any(isinstance(each, magic.InpaintMagics) for each in notebook.configurables)
    magic.unload(notebook)


def test_loading_again_works(notebook):
    """%reload_ext leaves one working set of magics."""
    run(notebook, "%reload_ext inpaint_nb")
    assert run(notebook, "%inpaint photo").image.size == SIZE
    assert len(notebook.Completer.custom_matchers) == 1


# ---------------------------------------------------------------------- Tab


def completions(shell: InteractiveShell, text: str) -> list[str]:
    """What Tab offers at the end of `text`, as the whole words that would stand there."""
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    return [text[text.rfind(" ") + 1 : each.start] + each.text for each in found]


@pytest.mark.parametrize("start", ["%inpaint ", "x = %inpaint ", "%%inpaint ", "    fox.image = %inpaint "])
def test_tab_offers_options(notebook, start):
    """A dash offers the options, for every way to write the magic, and nothing else."""
    offered = completions(notebook, f"{start}photo --p")
    assert offered == ["--prompt", "--provider", "--param"] or sorted(offered) == [
        "--param",
        "--prompt",
        "--provider",
    ]


def test_tab_offers_providers_after_their_option(notebook):
    """After -P come the names of providers."""
    assert completions(notebook, "%inpaint photo -P loc") == ["local"]


def test_tab_offers_pictures_and_files(notebook):
    """For IMAGE come the variables that hold pictures, and files."""
    notebook.push({"phosphor": 3})
    assert completions(notebook, "%inpaint pho") == ["photo", "photo.png"]


def test_tab_offers_masks(notebook):
    """After -m come masks as well as pictures."""
    assert completions(notebook, "%inpaint photo -m ho") == ["hole", "hole.png"]


def test_tab_completes_a_path_in_a_folder(notebook):
    """Folders are completed and gone into."""
    Path("deep").mkdir()
    Image.new("L", SIZE).save("deep/gray.png")
    assert completions(notebook, "%inpaint dee") == ["deep/"]
    assert completions(notebook, "%inpaint deep/gr") == ["deep/gray.png"]


def test_tab_leaves_other_lines_alone(notebook):
    """The prompt of a cell and other code complete as ever."""
    assert "--param" not in completions(notebook, "%%inpaint photo\nx = --p")
    assert "print(photo" in completions(notebook, "print(pho")


# ---------------------------------------------------------------------- cells of a front end


def test_a_cell_is_known_by_the_front_end_s_id(notebook):
    """Where the front end names the cell, its text may change and the mask is still kept."""
    from inpaint_nb.notebook.cells import cell_key

    class Shell:
        def get_parent(self) -> dict[str, object]:
            return json.loads('{"metadata": {"cellId": "abc"}}')

    assert cell_key(Shell(), "one") == cell_key(Shell(), "another") == "abc"
    assert cell_key(notebook, "one") != cell_key(notebook, "another")
