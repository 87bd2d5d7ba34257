"""Ratings in the panel without a browser: page messages, keys, and what code rates meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PIL import Image

from inpaint_nb import Mask, Result, Session
from inpaint_nb.notebook.gallery import ORIGINAL
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.notebook.runs import Runs
from inpaint_nb.store import open_store

SIZE = (96, 64)


@pytest.fixture(autouse=True)
def rater(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann looks at the page."""
    monkeypatch.setenv("INPAINT_NB_RATER", "ann")


@pytest.fixture
def panel() -> Iterator[Panel]:
    """A panel with one result."""
    image = Image.effect_noise(SIZE, 40).convert("RGB")
    panel = Panel(Session(image, mask=Mask.rectangle(SIZE, (8, 8, 24, 24))))
    panel.session.run().result(60)
    settled()
    yield panel
    panel.close()


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def result_of(panel: Panel) -> Result:
    assert panel.session.result is not None
    return panel.session.result


def say(panel: Panel, key: str = "1.1", **said: object) -> None:
    panel.gallery.runs._handle_custom_msg({"type": "rate", "key": key, **said}, [])
    settled()


def shown(panel: Panel, key: str = "1.1") -> dict[str, object]:
    return panel.gallery.runs._ratings[key]


def test_every_result_has_stars_and_the_original_none(panel: Panel) -> None:
    """The first picture was made by nobody here."""
    contents = {key: content for key, (content, _) in panel.gallery.runs._pictures.items()}
    assert (contents["1.1"]["rates"], contents[ORIGINAL]["rates"]) == (True, False)
    assert shown(panel) == {"stars": 0, "starred": False, "rejected": False, "dimmed": False, "words": ""}


def test_a_click_rates_stars_and_rejects(panel: Panel) -> None:
    """What the page says is in the store, and the page shows what is in the store."""
    say(panel, stars=4)
    say(panel, starred=True)
    say(panel, rejected=True)
    rating = result_of(panel).rating()
    assert (rating.stars, rating.starred, rating.rejected, rating.who) == (4, True, True, ("ann",))
    assert shown(panel) == {"stars": 4, "starred": True, "rejected": True, "dimmed": True, "words": ""}
    say(panel, rejected=False, stars=0)
    assert (shown(panel)["stars"], shown(panel)["dimmed"]) == (0, False)


@pytest.mark.parametrize("said", [{"stars": 9}, {"stars": "4"}, {"starred": "yes"}, {}])
def test_what_is_no_rating_is_said_and_taken_back(panel: Panel, said: dict[str, object]) -> None:
    """A page that sends nonsense is told so, and shows the truth again."""
    say(panel, stars=3)
    say(panel, **said)
    assert panel.gallery.runs._status["state"] == "failed"
    assert shown(panel)["stars"] == 3
    assert len(open_store().ratings.log((result_of(panel).job_id, 0))) == 1


def test_a_page_may_name_pictures_that_are_gone(panel: Panel) -> None:
    """A rating of no thumbnail changes nothing."""
    say(panel, key="7.1", stars=3)
    say(panel, key=ORIGINAL, stars=3)
    assert result_of(panel).rating().opinions == ()


def test_keys_of_the_editor_rate_the_newest_result(panel: Panel) -> None:
    """Digits give stars and 0 takes them away; star and reject go on and off."""
    for name in ("rate_5", "star", "reject"):
        panel._act(name)
    rating = result_of(panel).rating()
    assert (rating.stars, rating.starred, rating.rejected) == (5, True, True)
    for name in ("rate_0", "star", "reject"):
        panel._act(name)
    rating = result_of(panel).rating()
    assert (rating.stars, rating.starred, rating.rejected) == (None, False, False)


@pytest.mark.parametrize("name", ["rate_3", "star"])
def test_keys_before_any_result_say_what_to_do(name: str) -> None:
    """There is nothing to rate yet, and the panel says so."""
    panel = Panel(Session(Image.new("RGB", SIZE)))
    panel._act(name)
    assert panel.gallery.runs._status["error"] == "There is no result to rate yet."
    panel.close()


def test_what_code_rates_is_shown(panel: Panel) -> None:
    """`result.rate` anywhere in the kernel shows in the panel, with what other people think in words."""
    result_of(panel).rate(2)
    settled()
    assert shown(panel)["stars"] == 2
    result_of(panel).rate(5, starred=True, rejected=True, who="ben")
    settled()
    assert shown(panel) == {
        "stars": 2, "starred": False, "rejected": False, "dimmed": True,
        "words": "2 people: 3.5 stars, starred, rejected",
    }  # fmt: skip


def test_a_page_that_loads_later_gets_the_ratings(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload shows stars again, after the pictures they belong to."""
    say(panel, stars=4)
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(Runs, "send", lambda self, content, buffers=None: sent.append(content))
    panel.gallery.runs._handle_custom_msg({"type": "ready"}, [])
    kinds = [content["type"] for content in sent]
    assert kinds.index("rating") > max(index for index, kind in enumerate(kinds) if kind == "picture")
    assert next(content for content in sent if content["type"] == "rating")["stars"] == 4


def test_a_recorded_result_shows_what_was_thought_of_it(panel: Panel) -> None:
    """A session that gets an earlier result shows its stars at once."""
    say(panel, stars=4)
    other = Panel(Session(Image.new("RGB", SIZE)))
    other.session.adopt(panel.session.jobs[0])
    settled()
    assert shown(other)["stars"] == 4
    other.close()


def test_a_closed_panel_hears_nothing_more(panel: Panel) -> None:
    """Closing ends the listening."""
    panel.close()
    listening = open_store().ratings._listeners
    assert listening == []
