"""Sweeps in real kernels: interrupts, kills, and two kernels that run the same one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kernels import Kernel

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
