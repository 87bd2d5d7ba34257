"""A notebook with a grid, exported as HTML and opened with no script, no network and no kernel."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MOST_BYTES = 3_000_000
SIDE_PX = 1024
LOAD = f"""\
%load_ext inpaint_nb
import inpaint_nb as inp
photo = inp.sample().resize(({SIDE_PX}, {SIDE_PX}))
mask = inp.Mask.ellipse(photo.size, (540, 600, 640, 720))"""
SWEEP = 'sweep = inp.sweep(photo, {"spot": mask}, ["a fox", "a <b>hare</b>", "an owl & more"], seeds=[1, 2, 3, 4])'
WAIT = "sweep.wait();"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML that nbconvert makes of the notebook, as nbclient ran it."""
    folder = tmp_path_factory.mktemp("exported")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(each) for each in (LOAD, SWEEP, WAIT)]
    )
    before, os.environ["INPAINT_NB_STORE"] = os.environ.get("INPAINT_NB_STORE"), str(folder / "store")
    try:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    finally:
        os.environ.pop("INPAINT_NB_STORE")
        if before is not None:
            os.environ["INPAINT_NB_STORE"] = before
    page, _ = HTMLExporter().from_notebook_node(notebook)
    path = folder / "grid.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture
def read(browser: Browser, exported: Path) -> Iterator[tuple[Page, list[str]]]:
    """The page in a browser without JavaScript and network, and what it asked for."""
    context = browser.new_context(
        java_script_enabled=False, offline=True, viewport={"width": 1300, "height": 1500}
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(exported.as_uri())
    yield page, asked
    context.close()


def test_an_exported_grid_is_small(exported: Path) -> None:
    """Three by four results of 1024 × 1024 pixels, widget state and all, stay within 3 MB."""
    assert exported.stat().st_size <= MOST_BYTES


def test_an_exported_grid_is_read_without_script_and_network(
    read: tuple[Page, list[str]], exported: Path, tmp_path: Path
) -> None:
    """The grid is there as one picture, every run in words; nothing is asked for but the file itself."""
    page, asked = read
    picture = page.locator(".jp-OutputArea img")  # nbconvert's page leaves out what the picture is called
    picture.wait_for()
    width, height = picture.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    assert width >= 4 * 256
    assert height >= 3 * 256
    assert page.get_by_text("12 of 12 done; 12 run live on 20").is_visible()
    page.get_by_text("Every run in words").click()
    assert page.get_by_role("cell", name="a <b>hare</b>").count() == 4
    page.screenshot(path=tmp_path / "exported.png", full_page=True)
    assert [address for address in asked if not address.startswith(("data:", exported.as_uri()))] == []
