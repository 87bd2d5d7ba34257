"""A saved result in a notebook: Save writes one, `%inpaint` opens one, and panel and static words say what it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import Mask, Result, images
from inpaint_nb.edit import picturefile
from inpaint_nb.notebook.display import Outputs
from inpaint_nb.notebook.gallery import ORIGINAL
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.providers import registry
from inpaint_nb.providers.local import LocalProvider

SIZE = (96, 64)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A result, saved as fox.png beside the photograph that it was made from."""
    monkeypatch.chdir(tmp_path)
    Image.effect_noise(SIZE, 40).convert("RGB").save("photo.png")
    job = inp.inpaint("photo.png", BOX, "a <b>fox</b>", count=2, seed=7, quality="fine")
    job.result(timeout=60).save("fox.png")
    return job.result()


@pytest.fixture
def panel(result: Result) -> Iterator[Panel]:
    panel = Panel(inp.open("fox.png"))
    yield panel
    panel.close()


def clicked(panel: Panel, kind: str, key: str) -> None:
    panel.gallery.runs._handle_custom_msg({"type": kind, "key": key}, [])


def test_the_panel_shows_where_it_goes_on_from(panel: Panel) -> None:
    """The picture before the run and the opened ones are thumbnails, and the note is there after a reload, too."""
    runs = panel.gallery.runs
    assert list(runs._pictures) == [ORIGINAL, "0.1", "0.2"]
    assert [runs._pictures[key][0]["label"] for key in ("0.1", "0.2")] == ["Opened 1", "Opened 2"]
    assert panel.prompt.value == "a <b>fox</b>"
    assert panel.count.value == 2
    sent: list[dict[str, object]] = []
    runs.send = lambda content, buffers=None: sent.append(content)
    runs._handle_custom_msg({"type": "ready"}, [])
    (note,) = [content["text"] for content in sent if content["type"] == "note"]
    assert "that fox.png carries" in str(note)


def test_one_goes_back_to_the_picture_before_and_forth_again(panel: Panel, result: Result) -> None:
    """Start from this on the original, and Use on what was opened."""
    clicked(panel, "use", ORIGINAL)
    assert images.digest(panel.session.image) == images.digest(result.parent)
    clicked(panel, "use", "0.2")
    assert images.digest(panel.session.image) == images.digest(result.images[1])


def test_what_save_writes_carries_its_run(panel: Panel, result: Result) -> None:
    """The button's file is the result with all that is known of it."""
    clicked(panel, "save", "0.2")
    carried = picturefile.read(Path("inpaint-1.png"), images.load("inpaint-1.png"))
    assert carried == result.carried(1)


def test_a_provider_that_is_gone_spoils_no_panel(result: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result of a provider that was unregistered is shown all the same, and the menu has the default one."""

    class Passing(LocalProvider):
        name = "passing"

    monkeypatch.setattr(registry, "_registered", {"passing": Passing})
    inp.inpaint("photo.png", BOX, provider="passing").result(timeout=60).save("passing.png")
    monkeypatch.setattr(registry, "_registered", {})
    panel = Panel(inp.open("passing.png"))
    assert list(panel.gallery.runs._pictures) == [ORIGINAL, "0.1"]
    assert panel.provider.value == "local"
    assert "There is no provider 'passing'" in panel.gallery.runs._note
    panel.close()


def test_the_words_below_say_it_too(result: Result) -> None:
    """The static output, which a saved notebook keeps, has the note as a paragraph, escaped."""
    Path("a<b>.png").write_bytes(Path("fox.png").read_bytes())
    session = inp.open("a<b>.png")
    bundle = Outputs(session)._words_bundle()
    assert "that a<b>.png carries" in bundle["text/plain"]
    assert "<p>This session goes on from the run" in bundle["text/html"]
    assert "a&lt;b&gt;.png carries" in bundle["text/html"]


@pytest.mark.parametrize(
    ("options", "prompt", "params"),
    [
        ("", "a <b>fox</b>", {"count": 2, "seed": 7, "quality": "fine"}),
        ("-p 'a hat' --seed 8 -n 1", "a hat", {"count": 1, "seed": 8, "quality": "fine"}),
    ],
)
def test_the_magic_restores_it_too(
    shell: InteractiveShell, result: Result, options: str, prompt: str, params: dict[str, object]
) -> None:
    """`%inpaint fox.png` brings back mask, prompt and parameters; what the line says counts more."""
    shell.run_cell(f"s = %inpaint fox.png {options}").raise_error()
    session = shell.user_ns["s"]
    assert (session.mask, session.prompt, session.params) == (BOX, prompt, params)
    assert images.digest(session.original) == images.digest(result.parent)


def test_the_configured_count_is_for_plain_pictures(shell: InteractiveShell, result: Result) -> None:
    """The setting says how many candidates there are where neither line nor file do."""
    shell.run_cell("%config InpaintMagics.count = 3").raise_error()
    shell.run_cell("a = %inpaint fox.png\nb = %inpaint photo.png").raise_error()
    assert (shell.user_ns["a"].params["count"], shell.user_ns["b"].params["count"]) == (2, 3)
