"""A sweep of 1,000 cells on the simulator, 100 at a time: how long it takes, and what becomes of the kernel meanwhile.

    python benchmarks/sweep.py [--cells 1000] [--at-once 100] [--speed 4]

The sweep runs in a real kernel with its grid displayed, the simulator in a process of its own, and this script runs
small cells in that kernel all the while, as a person would. Peer: one job alone; a hundred at a time, each as quick as
that, would take cells × its time ÷ 100. Four minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.manager import KernelManager

LIMIT_WALL = 1.2
LIMIT_CELL_MS = 100.0
LIMIT_GROWTH_MB = 100.0
GRID_SECONDS = 60.0  # after which no grid comes any more
SECONDS = 1800.0
PAUSE_SECONDS = 0.05  # between two small cells

# The picture to sweep on: an upscale, which is what this provider edits.
BEGIN = """
import json, os, resource, time
import inpaint_nb as inp
provider = inp.provider("imaginepro", rate_limits=False)
parent = inp.imagine("a chair by the window", provider=provider).result(timeout=120).upscale(0).result(timeout=120)
mask = inp.Mask.ellipse(parent.image.size, (40, 40, 160, 200))

def rss_mb():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6

start = time.perf_counter()
inp.inpaint(parent, mask, "warming up", provider=provider).result(timeout=120)
start = time.perf_counter()
inp.inpaint(parent, mask, "alone", provider=provider).result(timeout=120)
alone = time.perf_counter() - start
print(json.dumps(dict(alone=alone, size=parent.image.size)))
"""
SWEEP = """
start, before = time.perf_counter(), rss_mb()
moments = []
sweep = inp.sweep(parent, mask, [f"prompt {{n}}" for n in range({prompts})], provider, count={repeats},
                  concurrency={at_once})
"""
LOOK = "print(json.dumps(dict(done=sweep.done, counts=sweep.counts, rss=rss_mb(), wall=time.perf_counter() - start)))"
END = """
import gc
gc.collect()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(json.dumps(dict(counts=sweep.counts, before=before, after=rss_mb(), peak=peak)))
"""


class Kernel:
    """A real kernel, asked as a front end asks it."""

    def __init__(self, folder: str, environment: dict[str, str]) -> None:
        self._manager = KernelManager()
        self._manager.start_kernel(cwd=folder, env={**os.environ, **environment})
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        self.pictures = 0  # shown so far

    def run(self, code: str) -> tuple[Any, float]:
        """The JSON that the cell prints, and the milliseconds until it was done."""
        start = time.perf_counter()
        sent = self._client.execute(code)
        told = ""
        while True:
            try:
                message = self._client.get_iopub_msg(timeout=SECONDS)
            except Empty:
                raise SystemExit("The kernel said nothing.") from None
            content = message["content"]
            self.pictures += "image/jpeg" in content.get("data", {})
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                told += content["text"]
            if message["msg_type"] == "error":
                raise SystemExit("\n".join(content["traceback"]))
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                took = (time.perf_counter() - start) * 1000
                return (json.loads(told) if told else None), took

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)


@contextmanager
def simulator(speed: float) -> Iterator[dict[str, str]]:
    """The environment of a simulator in a process of its own, whose work is not ours."""
    command = [sys.executable, "-m", "inpaint_nb.simulator", "--speed", f"{speed:g}", "--credits", "1000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = (said.removeprefix("export ").strip() for said in islice(process.stdout, 4))
        yield dict(line.split("=", 1) for line in lines)
        process.terminate()


def measured(options: argparse.Namespace, folder: str) -> Iterator[str]:
    """One line for each figure."""
    with simulator(options.speed) as environment:
        kernel = Kernel(folder, {**environment, "INPAINT_NB_STORE": str(Path(folder) / "store")})
        try:
            yield from _swept(kernel, options)
        finally:
            kernel.close()


def _swept(kernel: Kernel, options: argparse.Namespace) -> Iterator[str]:
    begun, _ = kernel.run(BEGIN)
    repeats = min(options.cells, 10)
    asked = {"prompts": options.cells // repeats, "repeats": repeats, "at_once": options.at_once}
    cells = asked["prompts"] * repeats
    _, first_ms = kernel.run(SWEEP.format(**asked))
    waits, looks = [], []
    while True:
        shown = kernel.pictures
        looked, took = kernel.run(LOOK)
        waits.append(took)
        looks.append(looked)
        if looked["done"]:
            break
        time.sleep(PAUSE_SECONDS)
    later, grid_seconds = _until_the_grid(kernel, shown)
    ended, _ = kernel.run(END)
    wall, alone = looks[-1]["wall"], begun["alone"]
    ideal = cells * alone / options.at_once
    yield f"{cells} cells, {options.at_once} at a time, four pictures of {begun['size']} each: {ended['counts']}"
    yield f"        one job alone {alone:.2f} s; the cell that began the sweep took {first_ms:.0f} ms"
    yield line(
        f"wall ≤ {LIMIT_WALL} × {ideal:.1f} s", wall / ideal, f" × ({wall:.1f} s)", wall <= LIMIT_WALL * ideal
    )
    yield from _responses(waits)
    yield from _grid(waits[-1], later, grid_seconds)
    yield from _memory(looks, ended, cells, begun["size"])


def _until_the_grid(kernel: Kernel, shown: int) -> tuple[list[float], float]:
    """The milliseconds of small cells until one more picture is there, the whole grid, and the seconds until then."""
    waits, start = [], time.perf_counter()
    while kernel.pictures == shown and time.perf_counter() - start < GRID_SECONDS:
        waits.append(kernel.run(LOOK)[1])
        time.sleep(PAUSE_SECONDS)
    return waits, time.perf_counter() - start


def _grid(last: float, later: list[float], seconds: float) -> Iterator[str]:
    """Whether cells had to wait for the grid, which is drawn when the sweep has ended."""
    worst = max([last, *later])
    yield f"        the cell in which the sweep ended: {last:.0f} ms; the grid was there {seconds:.1f} s after it"
    yield line(
        f"{len(later) + 1} small cells from then until the grid ≤ {LIMIT_CELL_MS:g} ms",
        worst,
        " ms",
        worst <= LIMIT_CELL_MS,
    )


def _responses(waits: list[float]) -> Iterator[str]:
    late = statistics.quantiles(waits, n=100)
    share = sum(wait <= LIMIT_CELL_MS for wait in waits) / len(waits)
    middle, worst = statistics.median(waits), max(waits[:-1])
    yield f"        {len(waits)} small cells meanwhile: median {middle:.0f} ms, worst {worst:.0f} ms"
    yield line(
        f"95 of 100 small cells ≤ {LIMIT_CELL_MS:g} ms",
        late[94],
        f" ms ({share:.1%} in time)",
        late[94] <= LIMIT_CELL_MS,
    )


def _memory(looks: list[Any], ended: Any, cells: int, size: tuple[int, int]) -> Iterator[str]:
    """How much the kernel grew after a fifth of the cells, beside what their pictures would take."""
    early = next(look["rss"] for look in looks if look["counts"].get("done", 0) >= cells // 5)
    growth, pictures = ended["after"] - early, cells * 4 / 5 * 4 * 3 * size[0] * size[1] / 1e6
    told = f"after a fifth {early:.0f} MB, at the end {ended['after']:.0f} MB, peak {ended['peak']:.0f} MB"
    yield f"        resident before {ended['before']:.0f} MB, {told}"
    yield line(
        f"growth over the rest ≤ {LIMIT_GROWTH_MB:g} MB (its pictures: {pictures:,.0f} MB)",
        growth,
        " MB",
        growth <= LIMIT_GROWTH_MB,
    )


def line(target: str, value: float, unit: str, is_met: bool) -> str:
    """A target, what was measured, and whether that is enough."""
    return f"target  {target}   measured {value:.4g}{unit}   {'ok' if is_met else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--speed", type=float, default=4.0, help="of the simulator, times faster than real")
    options = parser.parse_args()
    said = []
    with tempfile.TemporaryDirectory() as folder:
        for told in measured(options, folder):
            said.append(told)
            print(told, flush=True)
    raise SystemExit(1 if any(told.endswith("MISSED") for told in said) else 0)


if __name__ == "__main__":
    main()
