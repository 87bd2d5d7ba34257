"""How much a saved notebook grows with each run, on a picture of 2048 × 2048 pixels.

    python benchmarks/notebook_size.py

The notebook is executed by nbclient, which, unlike JupyterLab, also stores the state of widgets; both parts are
printed. The peer is what keeping the result as a plain PNG output would cost.
"""

from __future__ import annotations

import base64
import io
import json
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from inpaint_nb import sample

SIDE_PX = 2048
LIMIT_KB = 300
RUNS = 3
LOAD = f"""\
%load_ext inpaint_nb
import inpaint_nb as inp
photo = inp.sample().resize(({SIDE_PX}, {SIDE_PX}))
mask = inp.Mask.ellipse(photo.size, (700, 700, 1100, 1200))"""
RUN = "%inpaint photo -m mask -p 'run {number}' --run --wait"


def saved(folder: Path, runs: int) -> nbformat.NotebookNode:
    """A notebook with so many runs, executed."""
    sources = [LOAD, *(RUN.format(number=number) for number in range(runs))]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()
    return notebook


def kilobytes(notebook: nbformat.NotebookNode) -> tuple[float, float]:
    """The size of the file without and with the state of widgets."""
    whole = len(nbformat.writes(notebook).encode())
    state = len(json.dumps(notebook.metadata.get("widgets", {})).encode())
    return (whole - state) / 1000, whole / 1000


def png_kilobytes() -> float:
    """What a full-size PNG output of the picture would add."""
    file = io.BytesIO()
    sample().resize((SIDE_PX, SIDE_PX)).save(file, "PNG")
    return len(base64.b64encode(file.getvalue())) / 1000


def main() -> None:
    """Measure, compare, print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INPAINT_NB_STORE"] = str(Path(folder) / "store")
        none, some = (kilobytes(saved(Path(folder), runs)) for runs in (0, RUNS))
    outputs, everything = ((after - before) / RUNS for before, after in zip(none, some, strict=True))
    peer = png_kilobytes()
    print(
        f"a saved notebook grows by {outputs:.0f} kB per run, {everything:.0f} kB with nbclient's widget state"
    )
    print(f"a full-size PNG output would add {peer:.0f} kB: ratio {outputs / peer:.3f}")
    for name, size in (("outputs", outputs), ("with widget state", everything)):
        verdict = "ok" if size <= LIMIT_KB else "MISSED"
        print(f"target  ≤ {LIMIT_KB} kB per run, {name}   measured {size:.0f} kB   {verdict}")


if __name__ == "__main__":
    main()
