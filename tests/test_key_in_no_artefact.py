"""Promise 7, end to end: a notebook works with a key, fails with it, and leaves it nowhere."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

from inpaint_nb.simulator import Simulator
from inpaint_nb.simulator.jobs import FAKE_JWT, FAKE_KEY

PART = 10  # characters of a key that nothing may show in a row
UNMARKED = "7f3Qz9LkV0aXw2Rt8BnYc5Hd1JmPs6Ge"  # no shape gives this one away
KEYS = {"sk": FAKE_KEY, "jwt": FAKE_JWT, "unmarked": UNMARKED}  # `fail-leaky` tells the first two

pytestmark = [
    pytest.mark.kernel,
    # Of the libraries that start the kernel, not of ours: a socket left to the garbage collector.
    pytest.mark.filterwarnings(
        "default::ResourceWarning", "default::pytest.PytestUnraisableExceptionWarning"
    ),
]

BEGIN = """\
%xmode Verbose
import logging
logging.basicConfig(filename="everything.log", level=1, force=True)
%load_ext inpaint_nb
import inpaint_nb as inp
midjourney = inp.provider("imaginepro", rate_limits=False)
lotimage = inp.provider("lotimage")
"""
WORK = """\
grid = inp.imagine("a fox", provider=midjourney).result(timeout=60)
fox = grid.upscale(1).result(timeout=60)
hat = inp.Mask.ellipse(fox.image.size, (40, 40, 160, 160))
session = inp.open(fox, mask=hat, provider=midjourney)
edit = session.run("a hat").result(timeout=60)
other = inp.inpaint(fox.image, hat, "a hat", provider=lotimage, taskId=fox.remote_id).result(timeout=60)
for result in (grid, fox, edit, other):
    result.save(f"{result.job_id}.png", sidecar=True)
    result.save(f"{result.job_id}.jpg")
    inp.script(result).save(f"{result.job_id}.py")
opened = inp.open(f"{edit.job_id}.png")
print(opened.notes, vars(opened), opened.results)
"""
LOOK = """\
from inpaint_nb.jobs import ENGINE
for thing in (midjourney, lotimage, session, session.job, grid, edit, ENGINE, ENGINE.http, session.job.events):
    print(repr(thing), str(thing), f"{thing}")
for thing in (midjourney, lotimage, session, session.job, edit, ENGINE.http):
    print(vars(thing))
print(edit.code(), midjourney.options, lotimage.options, ENGINE.run(midjourney.account(ENGINE.http)))
inp.available_providers()
"""
AROUND = """\
%whos
%config InpaintMagics
get_ipython().run_line_magic("inpaint", f"imaginepro:{fox.remote_id} -m hat")
"""
FAIL = [
    'inp.imagine("a fox !fail-leaky", provider=midjourney).result(timeout=60)',
    'inp.imagine("a fox !submit-leaky", provider=midjourney).result(timeout=60)',
    'inp.imagine("a fox !submit-401", provider=midjourney).result(timeout=60)',
    'inp.inpaint(inp.sample(), inp.Mask.full(inp.sample().size), "a hat", provider=midjourney)',
    'inp.provider("imaginepro", paths="none")',
    """\
import traceback
def outer(mine):
    everything = vars(mine)
    http = ENGINE.http
    everything["nowhere"]
try:
    outer(midjourney)
except KeyError as error:
    print("".join(traceback.TracebackException.from_exception(error, capture_locals=True).format()))
outer(lotimage)
""",
]


@pytest.fixture(params=KEYS, ids=str)
def simulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A simulator that knows one key, and the environment of the kernels that this test starts."""
    with Simulator("fast", key=KEYS[request.param], seconds_per_job=0, queue_seconds=0) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def executed(folder: Path) -> nbformat.NotebookNode:
    """The notebook after its run; cells that are meant to fail did."""
    cells = [nbformat.v4.new_code_cell(source) for source in (BEGIN, WORK, LOOK, AROUND)]
    meant_to_fail = {"tags": ["raises-exception"]}
    failing = [nbformat.v4.new_code_cell(source, metadata=meant_to_fail) for source in FAIL]
    notebook = nbformat.v4.new_notebook(cells=[*cells, *failing])
    resources = {"metadata": {"path": str(folder)}}
    return NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()


def parts_of(key: str) -> set[bytes]:
    """Every stretch of the key that would give it away, plain and as base64 would hold it."""
    plain = {key[start : start + PART].encode() for start in range(len(key) - PART + 1)}
    shifted = (base64.b64encode(b"x" * shift + key.encode())[4:-4] for shift in range(3))
    return plain | {text for text in shifted if text}


def artefacts(folder: Path, notebook: nbformat.NotebookNode) -> dict[str, bytes]:
    """Everything that the run left: the notebook, its page, and each file in the folder, whatever it is."""
    page, _ = HTMLExporter().from_notebook_node(notebook)
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    texts = {f"text of {name}": text_of(path) for name, path in pictures_in(folder).items()}
    return files | texts | {"notebook": nbformat.writes(notebook).encode(), "page": page.encode()}


def pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures that were saved with their run, by name."""
    return {path.name: path for path in folder.glob("*.png")}


def text_of(path: Path) -> bytes:
    """What the picture carries, which lies deflated in its file."""
    with Image.open(path) as image:
        return str(image.text["inpaint_nb"]).encode()


def test_no_artefact_of_a_run_holds_the_key(simulator, tmp_path, monkeypatch):
    """Store, saved pictures, scripts, log, executed notebook with its widgets and tracebacks, HTML: it is nowhere."""
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = executed(tmp_path)
    left = artefacts(tmp_path, notebook)
    assert_everything_was_looked_at(left, notebook, simulator)
    found = {
        name for name, content in left.items() if any(part in content for part in parts_of(simulator.key))
    }
    assert found == set()


def assert_everything_was_looked_at(
    left: dict[str, bytes], notebook: nbformat.NotebookNode, simulator: Simulator
) -> None:
    """The search would find something: the jobs are in the store, the requests in the log, the failures shown."""
    ids = [job.id.encode() for job in simulator.jobs]
    store = b"".join(content for name, content in left.items() if name.startswith("store"))
    assert all(one in store for one in ids[:4])
    saved = b"".join(content for name, content in left.items() if name.startswith("text of "))
    assert all(one in saved for one in ids[:4])
    assert sum(name.endswith(".py") for name in left) == 4
    assert b"/api/v1/message/fetch/" in left["everything.log"]
    assert b"httpcore" in left["everything.log"]
    failed = [cell for cell in notebook.cells if "raises-exception" in cell.metadata.get("tags", [])]
    assert all(any(output.output_type == "error" for output in cell.outputs) for cell in failed)
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    assert "imaginepro" in json.dumps(states)
    assert ids[2] in left["notebook"]  # the edit, in its events
    assert {call.key for call in simulator.calls if call.origin == "api"} == {"right"}
    assert {call.key for call in simulator.calls if call.origin != "api"} == {"none"}
