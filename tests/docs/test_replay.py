"""Every notebook of ours runs again from its records alone, with no key and no network, to the same pictures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

import inpaint_nb

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CLOSED = """\
import os, sys

def refuse(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise OSError("There is no network here.")

sys.addaudithook(refuse)
assert not [name for name in os.environ if name.endswith("_API_KEY")]
"""
DIGESTS = """\
import json
from PIL import Image
from inpaint_nb import images

def pictures(value):
    if isinstance(value, Image.Image):
        yield value
    elif isinstance(value, (inp.Result, inp.Chain)):
        yield from value.images
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from pictures(one)

own = {name: value for name, value in globals().items() if name[0] != "_"}
shown = {name: [images.digest(one) for one in pictures(value)] for name, value in own.items()}
print(json.dumps({name: digests for name, digests in shown.items() if digests}))
"""

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.filterwarnings(
        "default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning"
    ),
]


class Study:
    """A notebook, the store its live run made, and what its variables were."""

    def __init__(self, notebook: nbformat.NotebookNode, folder: Path) -> None:
        self.notebook, self.folder = notebook, folder
        self.live: dict[str, list[str]] = {}

    def run(self, mode: str, way: str = "nbclient", *, closed: bool = False) -> dict[str, list[str]]:
        """The digests of the pictures in the notebook's variables, after a kernel of its own ran it."""
        notebook = self.notebook.copy()
        added = [CLOSED] if closed else []
        cells = [nbformat.v4.new_code_cell(source) for source in added]
        notebook.cells = [*cells, *notebook.cells, nbformat.v4.new_code_cell(DIGESTS)]
        os.environ["INPAINT_NB_MODE"] = mode
        os.environ["INPAINT_NB_STORE"] = str(self.folder / "store")
        ran = (
            by_papermill(notebook, self.folder) if way == "papermill" else by_nbclient(notebook, self.folder)
        )
        self.words = words(ran)
        text = next(output.text for output in ran.cells[-1].outputs if output.output_type == "stream")
        found: dict[str, list[str]] = json.loads(text)
        return found


def by_nbclient(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()


def by_papermill(notebook: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    nbformat.write(notebook, folder / "in.ipynb")
    papermill.execute_notebook(folder / "in.ipynb", folder / "out.ipynb", cwd=folder, progress_bar=False)
    return nbformat.read(folder / "out.ipynb", as_version=4)


def words(notebook: nbformat.NotebookNode) -> str:
    """All that the notebook's outputs say."""
    said = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(
        output.get("text", "") or "\n".join(map(str, output.get("data", {}).values())) for output in said
    )


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Puts the environment back that a study changes, and hides every key."""
    for name in [name for name in os.environ if name.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    for name in ("INPAINT_NB_MODE", "INPAINT_NB_STORE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


LIVE: dict[str, Study] = {}


def studied(path: Path, folder: Path) -> Study:
    """The notebook after its live run, which is made once."""
    if path.stem not in LIVE:
        study = Study(nbformat.read(path, as_version=4), folder)
        study.live = study.run("live")
        LIVE[path.stem] = study
    return LIVE[path.stem]


@pytest.mark.parametrize("way", ["nbclient", "papermill"])
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_replays_to_the_same_pictures(path, way, tmp_path_factory):
    """With no key and no network, what a notebook's variables hold after a replay is what they held live."""
    study = studied(path, tmp_path_factory.mktemp(path.stem))
    assert len(study.live) >= 2
    assert study.run("replay", way, closed=True) == study.live
    assert "recorded on " in study.words
    assert "run live" not in study.words


def test_the_study_replays_from_the_file_that_comes_with_it(tmp_path, monkeypatch):
    """The packed store beside the notebook is all that a replay on another computer needs."""
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "store"))
    runs = inpaint_nb.unpack(ROOT / "notebooks" / "iterate.zip")
    recorded = {digest for run in runs for digest in run.record.composited}
    study = Study(nbformat.read(ROOT / "notebooks" / "iterate.ipynb", as_version=4), tmp_path)
    replayed = study.run("replay", closed=True)
    assert set(replayed["fox"] + replayed["best"] + replayed["ribbon"]) <= recorded
    assert "run live" not in study.words
