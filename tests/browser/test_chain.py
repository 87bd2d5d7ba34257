"""From words to a painted picture by clicking only, on the simulator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lab import Notebook, Picture, wait_until

pytestmark = pytest.mark.browser

SIMULATED = """\
%load_ext inpaint_nb
import os
import inpaint_nb as inp
from inpaint_nb.simulator import Simulator
sim = Simulator(seconds_per_job=600, tile=128).start()
os.environ.update(sim.environment)"""
IMAGINE = "fox = %imagine a red <b>fox</b> in the snow --ar 1:1 -P imaginepro"


def test_from_words_to_an_upscaled_edit_by_clicking(open_notebook: Callable[..., Notebook]) -> None:
    """imagine → U2 → paint → Vary (Region) → U1: four paid jobs, and outside the mask nothing changed."""
    notebook = open_notebook(SIMULATED, IMAGINE)
    page = notebook.page
    notebook.run(0)
    notebook.run(1)
    page.locator(".inb-press[data-label=U2]").click(timeout=60_000)
    surface = page.locator(".inb-surface")
    surface.wait_for(timeout=60_000)
    size = notebook.value("fox.session.image.size")
    assert notebook.value("fox.session.remote.provider") == "imaginepro"
    width, height = size
    Picture(surface, size).stroke([(0.3 * width, 0.3 * height), (0.6 * width, 0.6 * height)])
    notebook.wait_for_value("not fox.session.mask.is_empty", "the mask is painted")
    page.locator(".inb-form textarea").fill("a blue hat")
    page.get_by_role("button", name="Run", exact=True).click()
    candidates = page.locator(".inb-press[data-label=U1]")
    wait_until(lambda: candidates.count() == 2, "the grid of the edit is shown", page)
    candidates.last.click()
    notebook.wait_for_value("len(fox.session.results) == 2", "the candidate is upscaled", 60)
    assert notebook.value(
        "fox.session.result.report.changed_outside, fox.session.result.report.changed_inside > 0"
    ) == (
        0,
        True,
    )
    assert notebook.value("sim.submits") == 4
    assert page.locator(".inb-thumb b", has_text="fox").count() == 0
    assert notebook.errors == []


def test_two_sessions_and_many_jobs_stay_apart(open_notebook: Callable[..., Notebook]) -> None:
    """Each cell shows its own pictures, though all jobs run at once at one provider."""
    cells = [f"{name} = %imagine a {name} -P imaginepro" for name in ("fox", "owl")]
    more = "for animal in (fox, owl):\n    for n in range(4): animal.imagine(f'another {n}')"
    notebook = open_notebook(SIMULATED, *cells, more)
    for number in range(4):
        notebook.run(number)
    notebook.wait_for_value("all(job.done() for job in fox.jobs + owl.jobs)", "all jobs are done", 90)
    assert notebook.value("[job.status for job in fox.jobs + owl.jobs]") == ["done"] * 10
    for number, name in ((1, "fox"), (2, "owl")):
        thumbnails = notebook.cell(number).locator(".inb-thumb")
        wait_until(lambda shown=thumbnails: shown.count() == 20, "all pictures are shown", notebook.page)
        assert notebook.cell(number).locator(".inb-thumb-caption", has_text=f"a {name}").count() == 4
    assert notebook.value("sim.submits") == 10


def test_what_the_provider_says_is_shown_as_text(open_notebook: Callable[..., Notebook]) -> None:
    """Markup in a provider's error stands there in letters and runs nowhere."""
    notebook = open_notebook(SIMULATED, "fox = %imagine a fox !fail-script -P imaginepro")
    notebook.run(0)
    notebook.run(1)
    message = notebook.page.locator(".inb-message-error")
    message.wait_for(timeout=60_000)
    assert "<script>" in message.inner_text()
    assert notebook.page.locator(".inb-message script").count() == 0
