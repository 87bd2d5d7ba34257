"""Sweeps in real kernels: interrupts, kills, and two kernels that run the same one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kernels import SECONDS, Kernel

pytestmark = pytest.mark.kernel

# `Waits` makes what it finds a file for, and notes what it is asked. The red picture needs no file.
SETUP = """
import asyncio, os, sys, threading, time
from pathlib import Path
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.edit import Capabilities, Finished, Progress, Submitted

@inp.register_provider
class Waits:
    name = "waits"
    capabilities = Capabilities(note="a test", price="credits")
    async def run(self, request, http):
        with open("asked", "a") as file:
            file.write(request.prompt + " ")
        yield Submitted("remote-" + request.prompt)
        async for event in self.resume("", request, http):
            yield event
    async def resume(self, remote_id, request, http):
        yield Progress("waiting", 0.5)
        while request.prompt != "red" and not Path(request.prompt).exists():
            await asyncio.sleep(0.02)
        yield Finished((Image.new("RGB", request.image.size, request.prompt),))

image = Image.new("RGB", (32, 24), "white")
mask = inp.Mask.rectangle(image.size, (4, 4, 12, 12))

def say(word, is_so):
    def look():
        while not is_so():
            time.sleep(0.01)
        print(word, flush=True)
    threading.Thread(target=look).start()

def is_waiting():
    frame = sys._current_frames()[threading.main_thread().ident]
    while frame is not None:
        if frame.f_code.co_name == "_until":
            return True
        frame = frame.f_back
"""
SWEEP = "sweep = inp.sweep(image, mask, ['red', 'blue', 'lime'], 'waits')\n"
TWO_WAIT = "sweep.counts == {'done': 1, 'running': 2}"
OUTCOME = "print(sweep.counts, [result.prompt for result in sweep.results])"
ALL_DONE = "{'done': 3} ['red', 'blue', 'lime']\n"


def asked(folder: Path) -> list[str]:
    """What the provider was asked for, by all kernels."""
    return sorted((folder / "asked").read_text().split())


def allow(folder: Path, *prompts: str) -> None:
    """Let these pictures be made."""
    for prompt in prompts:
        (folder / prompt).touch()


def told_in(kernel: Kernel, cell: str) -> list[str]:
    """What was said in the name of the cell, in order: "grid" for a picture, else what was printed."""
    said = [each for each in kernel.heard if each["parent_header"].get("msg_id") == cell]
    return [
        "grid" if is_grid(each) else each["content"]["text"].strip()
        for each in said
        if is_grid(each) or each["msg_type"] == "stream"
    ]


def is_grid(message: dict[str, Any]) -> bool:
    """Whether it shows a picture."""
    return "image/jpeg" in message["content"].get("data", {})


@pytest.mark.parametrize("waiting", ["sweep.wait(20)", "await sweep"])
def test_who_waits_for_a_sweep_goes_on_when_its_grid_is_shown(
    kernel: Kernel, tmp_path: Path, waiting: str
) -> None:
    """It is shown in the name of the cell that waits, as all front ends take it."""
    kernel.run(SETUP)
    kernel.run(SWEEP)
    allow(tmp_path, "blue", "lime")
    cell = kernel.start(f"{waiting}\nprint('after')")
    kernel.finish(cell)
    told = told_in(kernel, cell)
    assert "grid" in told[: told.index("after")]


NO_FREE_WORKER = """
from inpaint_nb import workers
freed = threading.Event()
for _ in range(workers.MAX_WORKERS):
    workers.begin(freed.wait)
"""


def test_a_cell_that_does_not_wait_ends_before_the_grid_is_drawn(kernel: Kernel, tmp_path: Path) -> None:
    """Somebody types the next one meanwhile; the grid is shown when a worker thread has drawn it."""
    allow(tmp_path, "blue", "lime")
    kernel.run(SETUP)
    kernel.run(SWEEP + "sweep.wait(20)")
    cell = kernel.start(NO_FREE_WORKER + SWEEP + "print(sweep.summary)")
    assert kernel.finish(cell)[1] is None
    assert [text for text in told_in(kernel, cell) if "recorded" not in text] == []
    kernel.heard.clear()
    kernel.run("freed.set()")
    end = time.monotonic() + SECONDS
    while not any(map(is_grid, kernel.heard)):
        kernel._next(end)


def test_an_interrupt_of_the_wait_cancels_and_the_same_cell_goes_on(kernel: Kernel, tmp_path: Path) -> None:
    """What is on its way is cancelled, the kernel works on, and executing the cell again runs only the rest."""
    kernel.run(SETUP)
    cell = kernel.start(SWEEP + f"say('here', lambda: is_waiting() and {TWO_WAIT})\nsweep.wait()")
    kernel.finish(cell, until="here")
    kernel.interrupt()
    assert kernel.finish(cell)[1] == "KeyboardInterrupt"
    assert kernel.run("print(sweep.wait(20).counts)") == "{'done': 1, 'cancelled': 2}\n"
    allow(tmp_path, "blue", "lime")
    assert kernel.run(SWEEP + "sweep.wait(20)\n" + OUTCOME).endswith(ALL_DONE)
    assert asked(tmp_path) == ["blue", "blue", "lime", "lime", "red"]


def test_after_a_kill_the_same_cell_pays_nothing_twice(
    start_kernel: Callable[[], Kernel], tmp_path: Path
) -> None:
    """In the next kernel what is done is found, and what was on its way is brought under its remote id."""
    first = start_kernel()
    first.run(SETUP)
    cell = first.start(SWEEP + f"say('here', lambda: {TWO_WAIT})\nsweep.wait()")
    first.finish(cell, until="here")
    first.kill()
    allow(tmp_path, "blue", "lime")
    second = start_kernel()
    second.run(SETUP)
    assert second.run(SWEEP + "sweep.wait(20)\n" + OUTCOME).endswith(ALL_DONE)
    assert asked(tmp_path) == ["blue", "lime", "red"]


def test_two_kernels_share_one_sweep(start_kernel: Callable[[], Kernel], tmp_path: Path) -> None:
    """Cells that another living kernel works on are waited for, not sent again."""
    first, second = start_kernel(), start_kernel()
    first.run(SETUP)
    cell = first.start(SWEEP + f"say('here', lambda: {TWO_WAIT})\nsweep.wait(20)")
    first.finish(cell, until="here")
    second.run(SETUP)
    other = second.start(
        SWEEP
        + "say('seen', lambda: [sweep.state(n).stage for n in (1, 2)] == ['in another kernel'] * 2)\n"
        + "sweep.wait(30)\n"
        + OUTCOME
    )
    second.finish(other, until="seen")
    allow(tmp_path, "blue", "lime")
    text, error = second.finish(other)
    assert error is None
    assert text.endswith(ALL_DONE)
    first.finish(cell)
    assert asked(tmp_path) == ["blue", "lime", "red"]


def test_cells_run_while_a_sweep_does(kernel: Kernel, tmp_path: Path) -> None:
    """The sweep needs no cell to wait for it."""
    kernel.run(SETUP)
    kernel.run(SWEEP)
    allow(tmp_path, "blue", "lime")
    assert kernel.run("print(1 + 1)") == "2\n"
    assert kernel.run("print(sweep.wait(20).counts)") == "{'done': 3}\n"
