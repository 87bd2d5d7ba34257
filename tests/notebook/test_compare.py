"""Comparing in the panel without a browser: messages of a page are fed in, and what it is told is read."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from inpaint_nb import Mask, Session
from inpaint_nb.images import encode_png
from inpaint_nb.notebook import keys
from inpaint_nb.notebook.compare import Compare
from inpaint_nb.notebook.comparing import Comparing, Exhibit
from inpaint_nb.notebook.gallery import ORIGINAL
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel

SIZE = (96, 64)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
TOLD = threading.Condition()


class Told(Compare):
    """Remembers every message that would go to the page."""

    def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        with TOLD:
            self.__dict__.setdefault("told", []).append((content, buffers or []))
            TOLD.notify_all()

    def newest(self, kind: str, **having: object) -> tuple[dict[str, Any], list[bytes]]:
        """Waits for a message of this kind, and takes what came so far."""

        def found() -> list[tuple[dict[str, Any], list[bytes]]]:
            told = self.__dict__.get("told", [])
            return [one for one in told if one[0]["type"] == kind and having.items() <= one[0].items()]

        with TOLD:
            assert TOLD.wait_for(found, 20), f"no {kind} {having} came"
            newest = found()[-1]
            self.__dict__["told"] = []
            return newest


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    monkeypatch.setattr("inpaint_nb.notebook.comparing.Compare", Told)
    panel = Panel(Session(Image.effect_noise(SIZE, 40).convert("RGB")))
    yield panel
    panel.close()


def view(panel: Panel) -> Told:
    told = panel.gallery.comparing.view
    assert isinstance(told, Told)
    return told


def ran(panel: Panel, count: int = 1) -> None:
    """Runs, and waits until the panel shows what came."""
    panel.session.mask = BOX
    came, applied = threading.Event(), threading.Event()
    stop = panel.session.on_change(lambda change: came.set() if change == "result" else None)
    panel.session.run("a fox", count=count)
    assert came.wait(60)
    stop()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def pressed(panel: Panel, key: str) -> None:
    """A short press on a thumbnail's Compare."""
    panel.gallery.runs._handle_custom_msg({"type": "compare", "key": key}, [])


def test_a_results_compare_shows_it_beside_its_parent(panel: Panel) -> None:
    """The parent is on the left; small pictures come without loss, and all that there is can be chosen."""
    ran(panel, count=2)
    pressed(panel, "1.2")
    content, files = view(panel).newest("pair")
    assert (content["left"], content["right"], content["focus"]) == (ORIGINAL, "1.2", True)
    assert content["choices"] == [[ORIGINAL, "Original"], ["1.1", "Run 1.1"], ["1.2", "Run 1.2"]]
    assert content["size"] == list(SIZE)
    with Image.open(io.BytesIO(files[1])) as shown:
        assert shown.tobytes() == panel.session.images[1].tobytes()


def test_the_originals_compare_shows_it_beside_the_newest(panel: Panel) -> None:
    """And before there is another picture it is said in words."""
    pressed(panel, ORIGINAL)
    assert "nothing to compare" in str(panel.gallery.runs._status["error"])
    ran(panel)
    pressed(panel, ORIGINAL)
    content, _ = view(panel).newest("pair")
    assert (content["left"], content["right"]) == (ORIGINAL, "1.1")


def test_any_two_are_chosen_and_compared_pixel_by_pixel(panel: Panel) -> None:
    """The heat map comes when it is asked for, with its numbers in words."""
    ran(panel, count=2)
    pressed(panel, "1.1")
    view(panel).newest("pair")
    view(panel)._handle_custom_msg({"type": "choose", "left": "1.1", "right": "1.2"}, [])
    content, _ = view(panel).newest("pair")
    assert (content["left"], content["right"]) == ("1.1", "1.2")
    view(panel)._handle_custom_msg({"type": "heat"}, [])
    content, files = view(panel).newest("heat")
    assert "pixels differ" in content["words"]
    assert content["stops"].startswith("#000004,")
    with Image.open(io.BytesIO(files[0])) as heat:
        assert heat.size == SIZE
        assert heat.getpixel((50, 50)) == (0, 0, 4)


@pytest.mark.parametrize(
    "content",
    [
        {"type": "choose", "left": "nobody", "right": ORIGINAL},
        {"type": "choose", "left": None, "right": 3},
        {"type": "heat"},
        {"type": "save"},
        {"type": "what"},
        {},
    ],
)
def test_a_page_that_asks_nonsense_changes_nothing(panel: Panel, content: dict[str, object]) -> None:
    """Unknown pictures, and heat maps or files of nothing, are not answered."""
    view(panel)._handle_custom_msg(content, [])
    assert not view(panel).is_open


def test_a_new_page_gets_what_was_shown_and_traits_hold_no_picture(panel: Panel) -> None:
    """After a reload the pair and its heat map come again, without taking the focus; after closing nothing does."""
    ran(panel)
    pressed(panel, "1.1")
    _, files = view(panel).newest("pair")
    view(panel)._handle_custom_msg({"type": "heat"}, [])
    heat = view(panel).newest("heat")
    view(panel)._handle_custom_msg({"type": "ready"}, [])
    again, same = view(panel).__dict__.pop("told")
    assert (again[0]["type"], again[0]["focus"], again[1], same) == ("pair", False, files, heat)
    assert len(json.dumps(view(panel).get_state(), default=str)) < 60_000
    view(panel)._handle_custom_msg({"type": "close"}, [])
    view(panel)._handle_custom_msg({"type": "ready"}, [])
    assert "told" not in view(panel).__dict__
    assert repr(view(panel)) == "<Compare, closed>"


def test_a_later_result_can_be_chosen_at_once(panel: Panel) -> None:
    """While two are compared, what comes is offered for either side."""
    ran(panel)
    pressed(panel, "1.1")
    view(panel).newest("pair")
    ran(panel)
    content, _ = view(panel).newest("choices")
    assert content["choices"][-1] == ["2.1", "Run 2"]


def test_saving_writes_a_page_under_a_free_name(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pictures' names are in it; nothing is overwritten, and the panel says where it is."""
    monkeypatch.chdir(tmp_path)
    ran(panel)
    pressed(panel, "1.1")
    view(panel).newest("pair")
    for name in ("comparison-1.html", "comparison-2.html"):
        view(panel)._handle_custom_msg({"type": "save"}, [])
        assert "Original and Run 1" in (tmp_path / name).read_text("utf-8")
        assert name in panel.gallery.runs._note


def test_what_is_sent_is_sharp_and_no_larger_than_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures larger than 1600 pixels are reduced; a picture of another shape comes in the frame of the first."""
    monkeypatch.setattr("inpaint_nb.notebook.comparing.Compare", Told)
    comparing = Comparing(lambda _: None)
    comparing.add("a", Exhibit(Image.new("RGB", (3200, 1600), "red"), "A"))
    comparing.add("b", Exhibit(Image.new("RGB", (500, 500), "blue"), "B"))
    comparing.choose("a", "b")
    told = comparing.view
    assert isinstance(told, Told)
    content, files = told.newest("pair")
    sizes = []
    for file in files:
        with Image.open(io.BytesIO(file)) as shown:
            sizes.append(shown.size)
    assert sizes == [(1600, 800), (1000, 500)]
    assert content["mimes"] == ["image/jpeg", "image/jpeg"]
    assert "another shape" in content["words"]
    told.close()


def test_keys_of_the_comparison_are_its_own() -> None:
    """No chord has two meanings there, and one that the editor has, too, does the same."""
    chords = [chord for action in keys.COMPARE for chord in action.keys]
    assert len(chords) == len(set(chords))
    editor = {chord: action.name for action in keys.ACTIONS for chord in action.keys}
    same = {"blink": "compare", "close": "leave", "pan": "move"}
    for action in keys.COMPARE:
        for chord in action.keys:
            assert editor.get(chord, action.name) in (action.name, same.get(action.name))


def test_a_picture_is_encoded_as_it_is(panel: Panel) -> None:
    """A small original goes to the page pixel for pixel."""
    ran(panel)
    pressed(panel, "1.1")
    _, files = view(panel).newest("pair")
    assert files[0] == encode_png(panel.session.original, level=6)
