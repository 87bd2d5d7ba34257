"""The panel without a browser: buttons are clicked and page messages fed through the widgets' own handlers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from ipywidgets.widgets.widget import _instances as instances
from PIL import Image

from inpaint_nb import Mask, Session, register_provider
from inpaint_nb.edit import Event, Request
from inpaint_nb.http import Client
from inpaint_nb.notebook.gallery import ORIGINAL
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.notebook.runs import Runs
from inpaint_nb.providers import registry
from inpaint_nb.providers.local import LocalProvider

SIZE = (96, 64)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))


@pytest.fixture
def session() -> Session:
    return Session(Image.effect_noise(SIZE, 40).convert("RGB"), prompt="a <b>fox</b>")


@pytest.fixture
def panel(session: Session) -> Iterator[Panel]:
    panel = Panel(session)
    yield panel
    panel.close()


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def shown(runs: Runs) -> dict[str, object]:
    return runs._status


def pressed(panel: Panel, kind: str, key: str) -> None:
    panel.gallery.runs._handle_custom_msg({"type": kind, "key": key}, [])


def ran(panel: Panel) -> None:
    panel.run.click()
    job = panel.session.job
    assert job is not None
    job.exception(60)
    settled()


def test_run_shows_a_thumbnail_and_done(panel: Panel) -> None:
    """After Run the result stands beside the original, and the line says Done."""
    panel.session.mask = BOX
    ran(panel)
    assert shown(panel.gallery.runs)["state"] == "done"
    assert list(panel.gallery.runs._pictures) == [ORIGINAL, "1.1"]


class Waiting(LocalProvider):
    """The local engine behind a gate."""

    name = "waiting"

    def __init__(self) -> None:
        super().__init__()
        self.gate: Future[None] = Future()

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        await asyncio.shield(asyncio.wrap_future(self.gate))
        async for event in super().run(request, http):
            yield event


def test_run_is_grey_while_a_job_runs_and_cancel_is_not() -> None:
    """One of the two can be pressed at any time."""
    waiting = Waiting()
    panel = Panel(Session(Image.new("RGB", SIZE), mask=BOX, provider=waiting))
    assert (panel.run.disabled, panel.cancel.disabled) == (False, True)
    panel.run.click()
    settled()
    assert (panel.run.disabled, panel.cancel.disabled) == (True, False)
    waiting.gate.set_result(None)
    panel.session.jobs[0].result(60)
    settled()
    assert (panel.run.disabled, panel.cancel.disabled) == (False, True)
    panel.close()


def test_an_empty_mask_is_said_in_words_in_the_panel(panel: Panel) -> None:
    """Run without a mask fails in place, with what to do, and starts nothing."""
    panel.run.click()
    status = shown(panel.gallery.runs)
    assert status["state"] == "failed"
    assert "mask" in str(status["error"]).lower()
    assert status["hint"]
    assert panel.session.jobs == []


def test_use_as_next_changes_the_picture_and_keeps_the_mask(panel: Panel) -> None:
    """The thumbnail's picture is the one to edit now; the first one can be gone back to."""
    panel.session.mask = BOX
    first = panel.session.image
    ran(panel)
    pressed(panel, "use", "1.1")
    assert panel.session.image is panel.session.images[0]
    assert panel.session.mask == BOX
    pressed(panel, "use", ORIGINAL)
    assert panel.session.image.tobytes() == first.tobytes()


def test_a_result_of_a_result_compares_with_its_own_parent(panel: Panel) -> None:
    """Compare shows the picture that was edited, not the first of all."""
    panel.session.mask = BOX
    ran(panel)
    pressed(panel, "use", "1.1")
    settled()
    ran(panel)
    content, _ = panel.gallery.runs._pictures["2.1"]
    assert content["parent"] == "1.1"


def test_save_writes_the_result_under_a_free_name(
    panel: Panel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Saving twice gives two files with the result's pixels; nothing is overwritten."""
    monkeypatch.chdir(tmp_path)
    panel.session.mask = BOX
    ran(panel)
    pressed(panel, "save", "1.1")
    pressed(panel, "save", "1.1")
    for name in ("inpaint-1.png", "inpaint-2.png"):
        with Image.open(tmp_path / name) as saved:
            assert saved.tobytes() == panel.session.images[0].tobytes()


def test_saving_nothing_is_said(panel: Panel) -> None:
    """The key for Save before any run says what to do first."""
    panel._act("save")
    assert shown(panel.gallery.runs)["error"] == "There is no result to save yet."


def test_a_hand_and_a_program_share_one_undo(panel: Panel) -> None:
    """What the editor changes is undone by the session, and the editor shows it."""
    panel._edit(lambda mask: mask | BOX)
    panel.session.undo()
    settled()
    assert panel.session.mask.is_empty
    assert not panel.editor.ink.can_undo
    assert panel.editor.ink.can_redo


def test_the_provider_is_shown_with_what_people_should_know(panel: Panel) -> None:
    """The note stands under the form."""
    assert panel.note.value == "local: fills from the surroundings; ignores the prompt"


def test_no_picture_is_in_any_trait(panel: Panel) -> None:
    """The state of all widgets of a panel with a result is small, code aside."""
    panel.session.mask = BOX
    ran(panel)
    states = [widget.get_state() for widget in list(instances.values())]
    values = [value for state in states for name, value in state.items() if name not in ("_esm", "_css")]
    assert max(len(repr(value)) for value in values) < 20_000


def test_closing_leaves_no_widget_behind(session: Session) -> None:
    """A panel that is closed takes every one of its widgets along; the session lives on."""
    before = set(instances)
    panel = Panel(session)
    session.close()
    panel.close()
    left = {type(instances[key]).__name__ for key in set(instances) - before}
    assert left <= {"_CanvasManager"}  # one for the process, kept by ipycanvas
    session.mask = BOX
    assert session.mask == BOX


def test_a_failing_button_shows_its_error(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    """An error of ours in a callback is shown in the panel, and its traceback is in the log."""

    def fail() -> None:
        raise ZeroDivisionError("no")

    assert not panel.gallery.guarded(fail)
    assert shown(panel.gallery.runs)["error"] == "ZeroDivisionError: no"
    assert "Traceback" in caplog.text


def test_pressing_run_twice_starts_one_job(panel: Panel) -> None:
    """The second press comes before the panel has heard of the first job, and is ignored."""
    panel.session.mask = BOX
    with MARSHALLER.lock:
        panel.run.click()
        panel.run.click()
    assert len(panel.session.jobs) == 1
    panel.session.jobs[0].result(60)


def test_a_refused_run_can_be_pressed_again(panel: Panel) -> None:
    """After an error Run is not grey."""
    panel.run.click()
    assert not panel.run.disabled


def test_typing_is_never_overtaken_by_its_own_echo(panel: Panel) -> None:
    """What the page typed last stays in the box while older news of it is still on the way."""
    with MARSHALLER.lock:
        panel.prompt.value = "a"
        panel.prompt.set_trait("value", "ab")
    settled()
    assert panel.prompt.value == "ab"
    panel.session.prompt = "set by code"
    settled()
    assert panel.prompt.value == "set by code"


class Mine(LocalProvider):
    """A provider that nobody registered."""

    name = "mine"


def test_a_configured_provider_can_be_chosen_without_being_registered() -> None:
    """It stands in the menu, and choosing it again after another brings the same one back."""
    mine = Mine()
    session = Session(Image.new("RGB", SIZE), mask=BOX, provider=mine)
    panel = Panel(session)
    panel.provider.value = "local"
    assert session.provider == "local"
    panel.provider.value = "mine"
    assert session._provider is mine
    panel.close()


ABANDONED = """
import os, sys, asyncio
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.edit import Capabilities, Progress

@inp.register_provider
class Later:
    name = "later"
    capabilities = Capabilities(note="comes later", price="free", repeatable=True)
    async def run(self, request, http):
        yield Progress("waiting")
        os._exit(0)
    async def resume(self, remote_id, request, http):
        yield Progress("waiting")

image = Image.new("RGB", (96, 64))
inp.inpaint(image, inp.Mask.rectangle(image.size, (8, 8, 24, 24)), "a fox", provider="later").result()
"""


class Later(LocalProvider):
    """The provider of an abandoned job, as a later kernel has it."""

    name = "later"


def test_what_an_earlier_kernel_left_is_offered_and_picked_up(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel says how many jobs did not end; taking the offer brings their results, and the offer goes."""
    subprocess.run([sys.executable, "-c", ABANDONED], check=True)
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))  # so that no other test meets it
    register_provider(Later)
    panel = Panel(session)
    assert "1 job of an earlier kernel" in str(panel.gallery.runs._offer["text"])
    panel.gallery.runs._handle_custom_msg({"type": "offer"}, [])
    assert len(session.jobs) == 1
    assert session.jobs[0].result(60).prompt == "a fox"
    settled()
    assert panel.gallery.runs._offer["text"] == ""
    panel.close()


def test_nothing_is_offered_where_nothing_was_left(panel: Panel) -> None:
    """A fresh store makes no offer."""
    assert panel.gallery.runs._offer["text"] == ""


def test_a_provider_without_its_key_is_refused_and_nobody_is_asked(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel names the variable, the menu goes back, and no callback waits for a key to be typed."""

    def asked(prompt: str) -> str:
        raise AssertionError(f"asked: {prompt}")

    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    monkeypatch.setattr("getpass.getpass", asked)
    panel.provider.value = "imaginepro"
    status = shown(panel.gallery.runs)
    assert "IMAGINEPRO_API_KEY" in f"{status['error']} {status['hint']}"
    assert panel.provider.value == panel.session.provider == "local"


def test_a_picture_of_ones_own_is_refused_by_a_provider_of_its_own_pictures(
    panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run says which chain leads there and who takes any picture; nothing was sent."""
    monkeypatch.setenv("IMAGINEPRO_API_KEY", "sk-nobody")
    panel.provider.value = "imaginepro"
    panel.session.mask = BOX
    panel.run.click()
    told = "{error} {hint}".format(**shown(panel.gallery.runs))
    assert "upscale" in told
    assert "local" in told
    assert panel.session.jobs == []
