"""A notebook of 100 runs on a 1024 × 1024 picture, replayed from its store in a fresh kernel.

Peer: Pillow alone, reading the pictures of the same results from the same files.

    python benchmarks/replay.py [--runs 100] [--side 1024]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

LIMIT_SECONDS = 5.0

SETUP = """\
%load_ext inpaint_nb
import inpaint_nb as inp
from PIL import Image

side = {side}
grain = Image.radial_gradient("L").resize((side, side)).convert("RGB")
photo = Image.blend(inp.sample().resize((side, side)), grain, 0.1)
fills = inp.provider("local", engine="smooth")
results = []
"""
RUN = """\
hole = inp.Mask.ellipse(photo.size, ({left}, side // 4, {left} + side // 4, side // 2))
results.append(inp.inpaint(photo, hole, "number {number}", provider=fills, seed={number}).result())
"""
SHOWN = """\
hole = inp.Mask.ellipse(photo.size, ({left}, side // 4, {left} + side // 4, side // 2))
%inpaint photo -m hole -p "number {number}" --seed {number} --run --wait
"""


def notebook(run: str, runs: int, side: int) -> nbformat.NotebookNode:
    """A notebook with one cell for each run."""
    cells = [SETUP.format(side=side)]
    cells += [run.format(number=number, left=number * side // (2 * runs)) for number in range(runs)]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])


def executed(book: nbformat.NotebookNode, store: Path, mode: str) -> tuple[float, float]:
    """The seconds of all cells in a kernel that has started, and of the first one, which imports."""
    os.environ.update(INPAINT_NB_STORE=str(store), INPAINT_NB_MODE=mode)
    client = NotebookClient(book, timeout=600, kernel_name="python3")
    with client.setup_kernel():
        seconds = []
        for index, cell in enumerate(book.cells):
            start = time.perf_counter()
            client.execute_cell(cell, index)
            seconds.append(time.perf_counter() - start)
    return sum(seconds), seconds[0]


def seconds_of_pillow(store: Path, runs: int) -> float:
    """The same number of pictures, read from the store's own files by Pillow and nothing else."""
    files = sorted((store / "files").rglob("*.png"), key=lambda path: path.stat().st_size)[-runs:]
    start = time.perf_counter()
    for number in range(runs):
        with Image.open(files[number % len(files)]) as picture:
            picture.load()
    return time.perf_counter() - start


def measured(name: str, run: str, runs: int, side: int, target: float | None) -> bool:
    """Prints what one kind of notebook took, and whether that is within the target."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        live, _ = executed(notebook(run, runs, side), store, "live")
        replay, first = executed(notebook(run, runs, side), store, "replay")
        alone = seconds_of_pillow(store, runs)
    print(
        f"{name}: {runs} runs of {side} × {side} live {live:.1f} s, replayed {replay:.2f} s, of which importing "
        f"{first:.2f} s; {(replay - first) / runs * 1000:.0f} ms a run, {replay / alone:.1f} × Pillow's {alone:.2f} s"
    )
    if target is None:
        return True
    is_met = replay <= target
    print(f"replaying ≤ {target:g} s beyond kernel start: {'ok' if is_met else 'MISSED'}")
    return is_met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--side", type=int, default=1024)
    given = parser.parse_args()
    os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
    is_met = measured("inp.inpaint", RUN, given.runs, given.side, LIMIT_SECONDS)
    measured("%inpaint --run, with editor and outputs", SHOWN, max(1, given.runs // 10), given.side, None)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
