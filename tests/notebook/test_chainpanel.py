"""The panel of `%imagine` without a browser: pictures, their buttons, and the editor that an upscale opens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future

import pytest
from studio import Account, Studio

from inpaint_nb import Chain
from inpaint_nb.edit import Event, PressRequest, Request
from inpaint_nb.http import Client
from inpaint_nb.notebook.chainpanel import ChainPanel
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.providers import registry


class Unhurried(Studio):
    """A studio whose buttons bring nothing before the gate is opened."""

    name = "studio"

    def __init__(self) -> None:
        super().__init__()
        self.gate: Future[None] = Future()

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        async for event in super().run(request, http):
            yield event
            if isinstance(request, PressRequest):
                await asyncio.shield(asyncio.wrap_future(self.gate))


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Unhurried:
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    registry.register_provider(Studio)
    return Unhurried()


@pytest.fixture
def panel(studio: Unhurried) -> Iterator[ChainPanel]:
    """A panel that shows a grid of four."""
    chain = Chain(provider=studio)
    panel = ChainPanel(chain)
    chain.imagine("a fox").result(20)
    settled()
    yield panel
    if not studio.gate.done():
        studio.gate.set_result(None)
    panel.close()


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def press(panel: ChainPanel, label: str) -> None:
    panel.gallery.runs._handle_custom_msg({"type": "press", "key": "1.1", "label": label}, [])


def test_each_picture_has_its_own_buttons_and_the_first_those_of_the_job(panel: ChainPanel) -> None:
    """U1 and V1 stand at the first picture, U2 at the second, and what is for all of them in the first's menu."""
    shown = [content for content, _ in panel.gallery.runs._pictures.values()]
    assert [content["buttons"] for content in shown] == [["U1", "V1"], ["U2"], ["U3"], ["U4"]]
    assert [content["more"] for content in shown] == [["Again"], [], [], []]


def test_a_button_clicked_twice_is_paid_once(panel: ChainPanel, studio: Unhurried) -> None:
    """While the job of a button runs, a second click of it starts nothing; another button does."""
    press(panel, "U1")
    press(panel, "U1")
    assert len(panel.session.jobs) == 2
    press(panel, "U2")
    assert len(panel.session.jobs) == 3
    studio.gate.set_result(None)
    for job in panel.session.jobs:
        job.result(20)
    assert len(studio.account.made) == 3


def test_an_upscale_opens_the_editor_and_its_jobs_are_told_of(panel: ChainPanel, studio: Unhurried) -> None:
    """The editor below knows where its picture lives, and the chain's listeners hear of its changes."""
    press(panel, "U1")
    studio.gate.set_result(None)
    panel.session.jobs[-1].result(20)
    settled()
    session = panel.session.session
    assert session is panel.editor_panel.session
    assert session.remote.provider == "studio"
    heard: list[str] = []
    panel.session.on_change(heard.append)
    session.press("Zoom", result=panel.session.results[-1]).result(20)
    assert "job" in heard
