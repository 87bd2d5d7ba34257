"""Every notebook runs from top to bottom without a browser, and is readable when saved and exported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = [
    pytest.mark.kernel,
    # Of the libraries that start the kernel, not of ours: a socket left to the garbage collector.
    pytest.mark.filterwarnings(
        "default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning"
    ),
]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


def executed(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    return client.execute()


def written(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def pictures(cell: nbformat.NotebookNode) -> list[str]:
    return [output.data["image/jpeg"] for output in cell.outputs if "image/jpeg" in output.get("data", {})]


def words(cell: nbformat.NotebookNode) -> str:
    return "\n".join(output.data.get("text/html", "") for output in cell.outputs if "data" in output)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(path, tmp_path):
    """Run All works with no browser, no key and no network."""
    executed(nbformat.read(path, as_version=4), tmp_path)


def test_papermill_runs_the_quickstart(tmp_path):
    """The notebook that papermill writes shows the result, and no cell failed."""
    written_to = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        ROOT / "notebooks" / "quickstart.ipynb", written_to, cwd=tmp_path, progress_bar=False
    )
    cells = nbformat.read(written_to, as_version=4).cells
    shown = next(cell for cell in cells if "%inpaint" in cell.source and cell.cell_type == "code")
    assert len(pictures(shown)) == 1
    assert "0 outside" in words(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path):
    """The repository holds no outputs, no execution counts and no widget state."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
    assert "widgets" not in notebook["metadata"]


OPEN = """\
%load_ext inpaint_nb
import inpaint_nb as inp
photo = inp.sample()
hole = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))
"""


def test_a_run_that_is_waited_for_is_in_the_saved_notebook(tmp_path):
    """With --run --wait the cell's own outputs hold the picture, the provider and the report."""
    notebook = executed(written(OPEN, '%inpaint photo -m hole -p "a fox" --run --wait'), tmp_path)
    assert len(pictures(notebook.cells[1])) == 1
    assert "0 outside" in words(notebook.cells[1])
    assert "a fox" in words(notebook.cells[1])
    assert "by local (" in words(notebook.cells[1])


@pytest.mark.parametrize(
    "extension",
    ["%load_ext inpaint_nb", "", "%load_ext inpaint_nb\n%unload_ext inpaint_nb"],
    ids=["loaded", "imported", "unloaded"],
)
def test_a_result_that_a_cell_names_says_when_it_was_run(tmp_path, extension):
    """Its picture and its words are outputs of their own; a recorded one says that it is, extension or not."""
    run = "inp.inpaint(photo, hole, seed=7{}).result(timeout=60)"
    cells = [
        OPEN.replace("%load_ext inpaint_nb", extension),
        run.format(""),
        run.format(", mode='replay', repeat=0"),
    ]
    notebook = executed(written(*cells), tmp_path)
    assert [len(pictures(cell)) for cell in notebook.cells[1:]] == [1, 1]
    assert "run live on " in words(notebook.cells[1])
    assert "recorded on " in words(notebook.cells[2])


@pytest.mark.parametrize("waiting", ["fox.job.result(timeout=60);", "await fox.job;"])
def test_a_run_that_a_later_cell_waits_for_is_in_the_saved_notebook(tmp_path, waiting):
    """The editor's outputs show the result when a later cell waited for it."""
    notebook = executed(written(OPEN, "fox = %inpaint photo -m hole --run", waiting), tmp_path)
    assert "0 outside" in words(notebook.cells[1])


@pytest.mark.parametrize(
    "waiting", ["sweep.wait(60)", "await sweep", "while not sweep.done: time.sleep(0.01)"]
)
def test_a_sweep_that_a_later_cell_waits_for_is_in_the_saved_notebook(tmp_path, waiting):
    """The last thing that its cell shows is the whole grid, in whatever way the notebook's last cell waited."""
    sweep = "import time\nsweep = inp.sweep(photo.resize((90, 60)), prompts=['a', 'b'], masks=small)"
    small = "small = inp.Mask.rectangle((90, 60), (20, 20, 40, 40))"
    notebook = executed(written(OPEN + small, sweep, waiting), tmp_path)
    assert len(pictures(notebook.cells[1])) == 1
    assert "2 of 2 done; 2 run live on " in words(notebook.cells[1])


def test_an_exported_page_shows_picture_and_words_and_fetches_nothing_of_ours(tmp_path):
    """nbconvert's HTML shows the static outputs and asks for no more than an empty notebook's page does."""
    notebook = executed(written(OPEN, '%inpaint photo -m hole -p "a fox" --run --wait'), tmp_path)
    del notebook.metadata["widgets"]  # as JupyterLab saves it by default
    page, _ = HTMLExporter().from_notebook_node(notebook)
    empty, _ = HTMLExporter().from_notebook_node(written())
    assert "data:image/jpeg;base64," in page
    assert "0 outside" in page
    assert fetched(page) <= fetched(empty)


def fetched(page: str) -> set[str]:
    """The addresses in the page that a browser would ask for."""
    return set(re.findall(r"""(?:src|href)=["'](https?://[^"']+)""", page))
