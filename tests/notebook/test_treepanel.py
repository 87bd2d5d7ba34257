"""The tree in the panel without a browser: messages of a page are fed in, and what it is told is read."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator

import pytest
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import Mask, Result, Session
from inpaint_nb.edit import Event, Request
from inpaint_nb.http import Client
from inpaint_nb.images import digest
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.notebook.treepanel import TreePanel
from inpaint_nb.notebook.treeview import TreeView
from inpaint_nb.providers.local import LocalProvider

SIZE = (96, 64)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
OTHER = Mask.rectangle(SIZE, (40, 8, 60, 30))


@pytest.fixture
def photo() -> Image.Image:
    return Image.effect_noise(SIZE, 40).convert("RGB")


@pytest.fixture
def panel(photo: Image.Image) -> Iterator[Panel]:
    panel = Panel(Session(photo, prompt="what was typed"))
    yield panel
    panel.close()


class Refusing(LocalProvider):
    """The local engine on a bad day."""

    name = "refusing"

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        raise inp.Moderated("No hens.")
        yield


class Told(TreeView):
    """Remembers every message that would go to the page."""

    def send(self, content: dict[str, object], buffers: list[bytes] | None = None) -> None:
        self.__dict__.setdefault("told", []).append((content, buffers or []))


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def page(panel: Panel, **content: object) -> None:
    """What a page sends."""
    panel.tree.view._handle_custom_msg(content, [])
    settled()


def edit(source: object, mask: Mask = BOX, prompt: str = "a fox", **settings: object) -> Result:
    return inp.inpaint(source, mask, prompt, **settings).result(60)


def nodes(panel: Panel) -> list[dict[str, object]]:
    drawing = panel.tree.view._tree
    assert drawing is not None
    return drawing["nodes"]  # type: ignore[return-value]


def error(panel: Panel) -> str:
    return str(panel.gallery.runs._status["error"])


def test_the_tree_waits_folded_and_counts(panel: Panel, photo: Image.Image) -> None:
    """There is nothing before the first run; then the number of runs, and no drawing until it is unfolded."""
    settled()
    assert panel.tree.view._summary == {"type": "summary", "runs": 0, "open": False}
    panel.session.mask = BOX
    panel.session.run("a fox").result(60)
    settled()
    view = panel.tree.view
    assert (view._summary["runs"], view._tree, view._pictures) == (1, None, {})
    page(panel, type="toggle", open=True)
    assert [node["key"] for node in nodes(panel)] == [digest(photo), panel.session.result.job_id]
    assert [node["here"] for node in nodes(panel)] == [0, -1]
    assert len(view._pictures) == 2


def test_a_node_is_opened_as_the_sessions_own_result(panel: Panel) -> None:
    """What this session made is used itself; the mark moves, mask and prompt stay."""
    panel.session.mask = BOX
    panel.session.run("a fox").result(60)
    page(panel, type="toggle", open=True)
    page(panel, type="open", key=panel.session.result.job_id, index=0)
    assert panel.session.image is panel.session.result.image
    assert [node["here"] for node in nodes(panel)] == [-1, 0]
    page(panel, type="open", key=nodes(panel)[0]["key"])
    assert panel.session.image is panel.session.original


def test_branching_restores_mask_and_prompt(panel: Panel, photo: Image.Image) -> None:
    """Also of a run that another kernel made, and of any of its pictures."""
    earlier = edit(photo, OTHER, "a hen", count=2)
    settled()
    page(panel, type="toggle", open=True)
    page(panel, type="branch", key=earlier.job_id, index=1)
    assert panel.session.image.tobytes() == earlier.images[1].tobytes()
    assert (panel.session.mask, panel.session.prompt) == (OTHER, "a hen")
    panel.session.undo()
    assert panel.session.mask.is_empty
    panel.session.redo()
    again = panel.session.run().result(60)
    assert again.parent_result is not None
    assert again.parent_result.job_id == earlier.job_id


def test_trying_a_failed_run_again_goes_to_what_it_started_from(panel: Panel, photo: Image.Image) -> None:
    """A refused run has no picture: its branch is that of its parent, with its own mask and prompt."""
    first = edit(photo)
    job = inp.inpaint(first, OTHER, "a hen", provider=Refusing())
    assert isinstance(job.exception(60), inp.Moderated)
    page(panel, type="toggle", open=True)
    assert nodes(panel)[-1]["branch"] == "Try again"
    assert nodes(panel)[-1]["opens"] is False
    page(panel, type="branch", key=job.id, index=0)
    assert panel.session.image.tobytes() == first.image.tobytes()
    assert (panel.session.mask, panel.session.prompt) == (OTHER, "a hen")


def test_ratings_are_written_and_shown(panel: Panel, photo: Image.Image) -> None:
    """From the page and from code; a rejected picture stays in the tree."""
    result = edit(photo)
    page(panel, type="toggle", open=True)
    page(panel, type="rate", key=result.job_id, index=0, starred=True)
    page(panel, type="rate", key=result.job_id, index=0, stars=4)
    assert (result.rating().starred, result.rating().stars) == (True, 4)
    result.rate(rejected=True)
    settled()
    shown = nodes(panel)[1]["ratings"][0]  # type: ignore[index]
    assert (shown["starred"], shown["stars"], shown["rejected"], shown["dimmed"]) == (True, 4, True, True)


@pytest.mark.parametrize(
    "content",
    [
        {"type": "open", "key": "nobody", "index": 0},
        {"type": "branch", "key": "", "index": -3},
        {"type": "rate", "key": "nobody", "stars": 3},
        {"type": "open", "key": None, "index": "x"},
    ],
)
def test_a_page_that_asks_nonsense_is_answered_in_words(
    panel: Panel, photo: Image.Image, content: dict[str, object]
) -> None:
    """Unknown nodes and pictures change nothing and raise nothing."""
    edit(photo)
    page(panel, type="toggle", open=True)
    page(panel, **content)
    assert "node" in error(panel)
    assert panel.session.image is panel.session.original


def test_wrong_ratings_and_pictures_are_refused(panel: Panel, photo: Image.Image) -> None:
    """Nine stars, the fifth picture of one, stars for the original."""
    result = edit(photo)
    page(panel, type="toggle", open=True)
    for key, said, words in (
        (result.job_id, {"stars": 9}, "Stars"),
        (result.job_id, {"stars": 3, "index": 4}, "no picture 4"),
        (digest(photo), {"starred": True}, "original"),
    ):
        page(panel, type="rate", key=key, **said)
        assert words in error(panel)
    assert result.rating().opinions == ()


def test_traits_hold_no_picture_and_a_new_page_gets_everything(photo: Image.Image) -> None:
    """State is small; what is shown goes as messages, and again to a page that comes later."""
    session = Session(photo)
    edit(photo)
    view = Told(
        on_toggle=lambda: None,
        on_open=lambda key, index: None,
        on_branch=lambda key, index: None,
        on_rate=lambda key, index, said: None,
    )
    tree = TreePanel(session, lambda action: bool(action()))
    settled()
    tree.view.close()
    tree.view = view
    view.is_open = True
    tree.show()
    first = view.__dict__.pop("told")
    view._handle_custom_msg({"type": "ready"}, [])
    assert view.__dict__.pop("told") == first
    kinds = [content["type"] for content, _ in first]
    assert kinds == ["summary", "tree", "picture", "picture"]
    assert all(len(buffers[0]) < 20_000 for content, buffers in first if content["type"] == "picture")
    json.dumps([content for content, _ in first])
    assert len(json.dumps(view.get_state(), default=str)) < 60_000
    tree.show()
    assert "told" not in view.__dict__
    assert "open" in repr(view)
    tree.close()
    view.close()


def test_a_closed_panel_listens_no_longer(photo: Image.Image) -> None:
    """After closing, neither the session nor a rating draws anything."""
    panel = Panel(Session(photo))
    result = edit(photo)
    settled()
    panel.close()
    before = panel.tree._tree
    result.rate(3)
    panel.session.use(result)
    settled()
    assert panel.tree._tree is before
