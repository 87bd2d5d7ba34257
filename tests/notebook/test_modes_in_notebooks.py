"""The mode in magics, configuration and panel, and what outputs say of what was run live and what is recorded."""

from __future__ import annotations

import os
import threading

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb.jobs import repeats
from inpaint_nb.jobs.repeats import Repeats
from inpaint_nb.notebook import options
from inpaint_nb.notebook.chainpanel import ChainPanel
from inpaint_nb.notebook.completion import offered
from inpaint_nb.notebook.display import Outputs
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.providers import registry

SIZE = (48, 32)
HOLE = inp.Mask.rectangle(SIZE, (10, 8, 22, 20))


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio that can be named, and a notebook that begins."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    monkeypatch.setattr(repeats, "REPEATS", Repeats())
    registry.register_provider(Studio)
    return Studio.account


@pytest.fixture
def notebook(shell: InteractiveShell) -> InteractiveShell:
    shell.push({"inp": inp, "photo": Image.effect_noise(SIZE, 40).convert("RGB"), "hole": HOLE})
    return shell


def run(shell: InteractiveShell, cell: str) -> object:
    """The value of the cell's last expression; raises what the cell raised."""
    outcome = shell.run_cell(cell, store_history=True)
    outcome.raise_error()
    return outcome.result


def start_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "REPEATS", Repeats())


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def said(chain: inp.Chain) -> str:
    """The words of the chain's static outputs."""
    with capture_output() as captured:
        Outputs(chain).show()
    return captured.outputs[-1].data["text/html"]


# ---------------------------------------------------------------------- the mode


def test_the_mode_of_a_line_is_that_of_its_runs(notebook, monkeypatch):
    """--mode replay answers the run from the store, and the outputs say recorded where they said live."""
    live = run(notebook, "%inpaint photo -m hole --run --wait")
    start_again(monkeypatch)
    back = run(notebook, "%inpaint photo -m hole --run --wait --mode replay")
    assert back.mode == "replay"
    assert back.result.job_id == live.result.job_id
    assert f"run live on {live.result.when[12:]}" in said(live)
    assert f"recorded on {live.result.when[12:]}" in said(back)


def test_the_mode_of_the_kernel_is_configured(notebook, monkeypatch):
    """`%config InpaintMagics.mode` holds for magics and plain Python; unloading takes it back."""
    live = run(notebook, "%imagine a fox -P studio --wait")
    start_again(monkeypatch)
    run(notebook, "%config InpaintMagics.mode = 'replay'")
    assert inp.mode() == "replay"
    back = run(notebook, "inp.imagine('a fox', provider='studio').result(timeout=20)")
    assert back.job_id == live.result.job_id
    error = notebook.run_cell("%imagine a cat -P studio", store_history=True).error_in_exec
    assert isinstance(error, inp.NotRecorded)
    run(notebook, "%unload_ext inpaint_nb")
    assert inp.mode() == "live"


def test_an_unknown_mode_is_refused_by_the_line(notebook):
    """The error of a wrong word lists the right ones."""
    error = notebook.run_cell("%inpaint photo --mode reply", store_history=True).error_in_exec
    assert isinstance(error, inp.InputError)
    assert "live, cached or replay" in error.message


def test_tab_offers_the_modes(notebook):
    """After --mode come the three words, for both magics."""
    for table in (options.INPAINT, options.IMAGINE):
        assert offered("photo --mode ", table, {}) == ["live", "cached", "replay"]
        assert offered("photo --mode re", table, {}) == ["replay"]
        assert "--mode" in options.flags(table)


# ---------------------------------------------------------------------- the panel


@pytest.mark.parametrize("way", ["session", "kernel"])
def test_run_is_live_in_a_replay(notebook, monkeypatch, way):
    """Pressing Run runs, whatever the mode of the session or the kernel."""
    if way == "kernel":
        monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    session = inp.Session(notebook.user_ns["photo"], mask=HOLE, mode="replay" if way == "session" else None)
    with pytest.raises(inp.NotRecorded):
        session.run()
    panel = Panel(session)
    panel.run.click()
    assert not session.job.result(60).is_recorded
    settled()
    assert panel.gallery.runs._status["stage"].startswith("Done, run live on ")
    panel.close()


def test_what_comes_back_says_so_in_the_panel(notebook):
    """The progress line of a recorded run says that it is one, and when it was run."""
    photo = notebook.user_ns["photo"]
    live = inp.inpaint(photo, HOLE, repeat=0).result(timeout=60)
    session = inp.Session(photo, mask=HOLE, mode="replay")
    panel = Panel(session)
    session.run(repeat=0).result(60)
    settled()
    words = live.when.replace("run live", "recorded")
    assert panel.gallery.runs._status["stage"].startswith(f"Done, {words}.")
    panel.close()


def test_a_button_of_a_replayed_result_is_pressed_live(notebook, account, monkeypatch):
    """A button in the panel of a replay makes the provider and asks it; code that presses does not."""
    run(notebook, "%imagine a fox -P studio --wait")
    start_again(monkeypatch)
    chain = run(notebook, "%imagine a fox -P studio --wait --mode replay")
    asked = len(account.asked)
    panel = ChainPanel(chain)
    with pytest.raises(inp.NotRecorded, match="pressing 'U2' of job-1"):
        chain.upscale(1)
    panel.gallery.runs._handle_custom_msg({"type": "press", "key": "1.2", "label": "U2"}, [])
    assert not chain.job.result(20).is_recorded
    assert len(account.asked) == asked + 1
    settled()
    panel.close()


class Keyed(Studio):
    """A studio that is not there without its key."""

    name = "keyed"

    def __init__(self) -> None:
        super().__init__(os.environ["KEYED_API_KEY"])


def test_the_editor_opens_without_a_key(notebook, monkeypatch):
    """In a replay the editor of an upscale opens below it, and no provider is needed for that."""
    registry.register_provider(Keyed)
    monkeypatch.setenv("KEYED_API_KEY", "sk-for-a-test")
    inp.imagine("a fox", provider="keyed").result(timeout=20).upscale(0).result(timeout=20)
    monkeypatch.delenv("KEYED_API_KEY")
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    start_again(monkeypatch)
    chain = inp.Chain(provider="keyed")
    panel = ChainPanel(chain)
    chain.imagine("a fox").result(20)
    chain.upscale(0).result(20)
    settled()
    assert panel.editor_panel is not None
    assert panel.gallery.runs._status["state"] == "done"
    panel.editor_panel.session.mask = inp.Mask.full(panel.editor_panel.session.image.size)
    panel.editor_panel.run.click()
    assert "KEYED_API_KEY" in str(panel.editor_panel.gallery.runs._status["error"])
    panel.close()


def test_a_click_without_the_key_says_what_is_missing(notebook, monkeypatch):
    """In a replay nobody needed a key; pressing Run without one says so in place, and asks at no keyboard."""
    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    chain = inp.Chain(provider="imaginepro", mode="replay")
    panel = ChainPanel(chain)
    assert not panel.gallery.guarded(lambda: chain.imagine("a fox"))
    assert "no API key" in str(panel.gallery.runs._status["error"])
    panel.close()


def test_a_recorded_failure_says_when(notebook):
    """What failed then is told as it was told then, with the day."""
    with pytest.raises(inp.ProviderError):
        inp.fetch("job-9", provider="studio", repeat=0).result(timeout=20)
    chain = inp.Chain(provider="studio", mode="replay")
    chain.adopt(inp.fetch("job-9", provider="studio", repeat=0, mode="replay")).exception(20)
    assert "There is no job-9 here. (recorded on 20" in said(chain)
