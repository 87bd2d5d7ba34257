"""How large the exported page of a 3 × 4 grid of results is, each of 1024 × 1024 pixels, and what it asks for.

    python benchmarks/grid_export.py

The notebook is executed by nbclient, which also stores the state of widgets, and exported by nbconvert. The peer is
the same page with the twelve results as plain PNG outputs.
"""

from __future__ import annotations

import base64
import io
import os
import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from inpaint_nb import sample

SIDE_PX = 1024
ROWS, COLUMNS = 3, 4
LIMIT_MB = 3.0
LOAD = f"""\
%load_ext inpaint_nb
import inpaint_nb as inp
photo = inp.sample().resize(({SIDE_PX}, {SIDE_PX}))
mask = inp.Mask.ellipse(photo.size, (540, 600, 640, 720))"""
SWEEP = f"sweep = inp.sweep(photo, mask, ['one', 'two', 'three'][:{ROWS}], seeds=range({COLUMNS})).wait()"


def exported(folder: Path, *sources: str) -> str:
    """The HTML of a notebook with these cells, executed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": folder}}).execute()
    page, _ = HTMLExporter().from_notebook_node(notebook)
    return str(page)


def asked_for(page: str) -> set[str]:
    """What a browser would fetch for the page, with JavaScript on or off."""
    return set(re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(https?://[^"')\s]+)""", page))


def png_megabytes() -> float:
    """What the results would add as PNG outputs."""
    file = io.BytesIO()
    sample().resize((SIDE_PX, SIDE_PX)).save(file, "PNG")
    return ROWS * COLUMNS * len(base64.b64encode(file.getvalue())) / 1e6


def main() -> None:
    """Measure, compare, print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INPAINT_NB_STORE"] = str(Path(folder) / "store")
        empty, page = exported(Path(folder), LOAD), exported(Path(folder), LOAD, SWEEP)
    size, alone = len(page.encode()) / 1e6, len(empty.encode()) / 1e6
    ours = asked_for(page) - asked_for(empty)
    peer = png_megabytes()
    print(f"the page of a {ROWS} × {COLUMNS} grid takes {size:.2f} MB, {alone:.2f} MB of it nbconvert's own")
    print(f"twelve PNG outputs would add {peer:.1f} MB: ratio {(size - alone) / peer:.3f}")
    print(f"target  ≤ {LIMIT_MB:g} MB   measured {size:.2f} MB   {'ok' if size <= LIMIT_MB else 'MISSED'}")
    print(f"target  no address beyond nbconvert's own   measured {len(ours)}   {'MISSED' if ours else 'ok'}")


if __name__ == "__main__":
    main()
