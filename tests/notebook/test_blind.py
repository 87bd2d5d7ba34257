"""The blind widget without a browser: what a page asks, what it is told, and what it is never told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from ipywidgets.widgets.widget import _instances as instances
from painted_page import PaintedPage
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import Mask, Trial
from inpaint_nb.jobs import submit
from inpaint_nb.notebook import keys
from inpaint_nb.notebook.blindoutputs import BlindOutputs
from inpaint_nb.notebook.blindpanel import BlindPanel
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.trial import Answer, begin

SIZE = (48, 32)
WORDS = ("secret", "local", "fox")


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> PaintedPage:
    """What widgets publish."""
    monkeypatch.setenv("INPAINT_NB_RATER", "ann")
    return PaintedPage(monkeypatch)


@pytest.fixture
def history() -> inp.history:  # type: ignore[valid-type]  # what it returns
    """Three recorded edits."""
    box = Mask.rectangle(SIZE, (8, 8, 24, 24))
    for number, words in enumerate(("fox", "<b>owl</b>", "cat")):
        image = Image.effect_noise(SIZE, 30 + number).convert("RGB")
        submit(image, box, f"a secret {words}").result(timeout=30)
    return inp.history()


@pytest.fixture
def panel(page: PaintedPage, history: object) -> Iterator[BlindPanel]:
    panel = BlindPanel(begin(history))
    yield panel
    panel.close()


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def say(panel: BlindPanel, **content: object) -> None:
    panel.page._handle_custom_msg(content, [])
    settled()


def told(page: PaintedPage, panel: BlindPanel, kind: str) -> list[dict[str, Any]]:
    return [content for content in page.contents(panel.page.comm.comm_id) if content["type"] == kind]


def test_a_page_is_told_how_far_it_is(page: PaintedPage, panel: BlindPanel) -> None:
    """How many, what was said, where to go on; not what made them."""
    panel.trial.rate(0, 4)
    say(panel, type="ready")
    state = told(page, panel, "state")[-1]
    assert (state["total"], state["next"], state["who"], state["paired"]) == (3, 1, "ann", False)
    assert state["answers"][0] == {
        "stars": 4, "starred": False, "rejected": False, "preference": None, "given": True,
    }  # fmt: skip
    assert (state["answers"][1:], state["captions"]) == ([None, None], None)


def test_answers_of_the_page_are_in_the_store(page: PaintedPage, panel: BlindPanel) -> None:
    """Stars and marks; the page is told which of its answers are in what it is told."""
    say(panel, type="answer", view="v", seq=1, number=1, stars=5)
    say(panel, type="answer", view="v", seq=2, number=1, rejected=True)
    assert panel.trial.answers[1] == Answer(5, False, True)
    assert told(page, panel, "state")[-1]["heard"] == {"v": 2}
    assert begin(inp.history()).answers == panel.trial.answers


@pytest.mark.parametrize(
    "said", [{"number": 9, "stars": 3}, {"number": 0, "stars": 9}, {"number": 0, "preference": "left"}]
)
def test_what_is_no_answer_is_refused_in_words(
    page: PaintedPage, panel: BlindPanel, said: dict[str, object]
) -> None:
    """The page hears why, and what stands."""
    say(panel, type="answer", view="v", seq=1, **said)
    assert told(page, panel, "refused")[-1]["error"]
    assert told(page, panel, "state")[-1]["answers"] == [None, None, None]


def test_nonsense_changes_nothing(page: PaintedPage, panel: BlindPanel) -> None:
    """Messages that no page of ours sends."""
    for content in ({}, {"type": "answer"}, {"type": "want", "pictures": [["huge", 0], ["small", 99]]}):
        say(panel, **content)
    assert panel.trial.answered == 0
    assert told(page, panel, "pictures") == []


def test_pictures_come_as_messages_the_large_ones_first(page: PaintedPage, panel: BlindPanel) -> None:
    """As JPEG buffers beside the numbers they were asked by."""
    say(panel, type="want", pictures=[["small", 0], ["small", 1], ["large", 2]])
    settled()
    shown = [picture for content in told(page, panel, "pictures") for picture in content["pictures"]]
    assert shown[0] == {"size": "large", "number": 2, "side": 0}
    assert {(picture["size"], picture["number"]) for picture in shown} == {
        ("large", 2),
        ("small", 0),
        ("small", 1),
    }


def test_a_pair_has_two_pictures(page: PaintedPage, history: object) -> None:
    """Left and right, and a choice instead of stars."""
    panel = BlindPanel(begin(history, pairs=True))
    say(panel, type="want", pictures=[["large", 0]])
    assert [picture["side"] for picture in told(page, panel, "pictures")[-1]["pictures"]] == [0, 1]
    say(panel, type="answer", view="v", seq=1, number=0, preference="tie")
    assert panel.trial.answers[0].preference == "tie"
    panel.close()


def test_nothing_that_a_page_gets_tells_what_made_a_picture(page: PaintedPage, panel: BlindPanel) -> None:
    """Not in messages, nor in the widgets' state, until all is revealed; then captions are words."""
    trial_id = panel.trial._questions[0][0].picture[0]
    say(panel, type="ready")
    say(panel, type="want", pictures=[["large", 0], ["small", 0]])
    say(panel, type="answer", view="v", seq=1, number=0, stars=5)
    states = [
        {name: value for name, value in widget.get_state().items() if name not in ("_esm", "_css")}
        for widget in (panel.widget, panel.page)  # other tests' widgets may still live
    ]
    everything = json.dumps(
        [*(content for _, content in page.sent), repr(states), repr(panel.page), repr(panel.trial)]
    )
    assert not [word for word in (*WORDS, trial_id) if word in everything]
    say(panel, type="reveal")
    captions = told(page, panel, "state")[-1]["captions"]
    assert sorted(captions) == [
        ["a secret <b>owl</b> · local"],
        ["a secret cat · local"],
        ["a secret fox · local"],
    ]


def test_a_picture_that_is_gone_is_said(page: PaintedPage, panel: BlindPanel) -> None:
    """The others are shown; no id or path tells which run it was."""
    inp.history().delete(panel.trial._questions[0][0].picture[0])
    say(panel, type="want", pictures=[["large", 0], ["large", 1]])
    assert told(page, panel, "refused")[-1]["error"].startswith("Picture 1 ")
    assert told(page, panel, "pictures")[-1]["pictures"] == [{"size": "large", "number": 1, "side": 0}]


def outputs(trial: Trial) -> str:
    made = BlindOutputs(trial)
    return json.dumps([made._picture_bundle(), made._words_bundle(), made._metadata()])


def test_the_saved_notebook_tells_progress_and_in_the_end_all(page: PaintedPage, history: object) -> None:
    """Without JavaScript: how far it is; after the end a picture, the summary, and what was behind each number."""
    trial = begin(history)
    trial.rate(0, 5)
    before = outputs(trial)
    assert "Blind rating by ann: 1 of 3 pictures rated." in before
    assert not [word for word in WORDS if word in before]
    trial.reveal()
    after = outputs(trial)
    assert "image/jpeg" in after
    assert "1 rating, all blind, by prompt" in after
    assert "a secret &lt;b&gt;owl&lt;/b&gt;" in after
    assert "<script" not in after


def test_the_saved_notebook_of_pairs_tells_who_won(page: PaintedPage, history: object) -> None:
    """The better one of each pair stands out."""
    trial = begin(history, pairs=True)
    trial.choose(0, "left")
    trial.reveal()
    after = outputs(trial)
    assert "1 choice in pairs, by prompt" in after
    assert after.count("<strong>") == 1


def test_a_cell_shows_one_trial_and_closes_it_when_it_runs_again(
    shell: InteractiveShell, history: object
) -> None:
    """One widget however often the cell runs; the next one goes on."""
    before = set(instances)
    for _ in range(3):
        shell.run_cell(
            "import inpaint_nb as inp; trial = inp.blind(inp.history(), seed=1); trial", store_history=True
        )
    pages = [
        widget for key, widget in instances.items() if key not in before and type(widget).__name__ == "Blind"
    ]
    assert len(pages) == 1
    shell.run_cell("trial.viewer.close()")
    left = {type(instances[key]).__name__ for key in set(instances) - before}
    assert left <= {"_CanvasManager"}


def test_the_keys_of_blind_rating_do_not_collide() -> None:
    """No two actions share a key."""
    chords = [key for action in keys.BLIND for key in action.keys]
    assert len(chords) == len(set(chords))
