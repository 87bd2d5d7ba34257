"""Jobs in real kernels: interrupts, shutdown, restart, and two kernels on one store."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kernels import Kernel

pytestmark = pytest.mark.kernel

SETUP = """
import asyncio, sys, threading, time
from PIL import Image
from inpaint_nb.edit import Capabilities, Finished, Progress, Submitted
from inpaint_nb.jobs import resume, submit
from inpaint_nb.masks import Mask
from inpaint_nb.providers import register_provider

@register_provider
class Endless:
    name = "endless"
    capabilities = Capabilities(note="never ends", price="free", repeatable=True)
    async def run(self, request, http):
        yield Progress("for ever")
        await asyncio.get_running_loop().create_future()
    async def resume(self, remote_id, request, http):
        yield Finished((request.image,))

def say_when_waiting():
    # once the main thread waits, in result() or in its own loop: an interrupt before that would hit something else
    def frames(frame):
        while frame is not None:
            yield frame.f_code.co_name
            frame = frame.f_back
    def look():
        while not {"_wait", "select"} & set(frames(sys._current_frames()[threading.main_thread().ident])):
            time.sleep(0.01)
        print("here", flush=True)
    threading.Thread(target=look).start()

image = Image.new("RGB", (32, 24), "white")
mask = Mask.rectangle(image.size, (4, 4, 12, 12))
def start(**settings):
    job = submit(image, mask, **{"provider": "endless", **settings})
    while not job.events and not job.done():
        time.sleep(0.01)
    return job
"""
CELLS = {
    "result": "job = start(); say_when_waiting(); job.result()",
    "await": "job = start(); say_when_waiting(); await job",
}


@pytest.mark.parametrize("way", CELLS)
def test_an_interrupt_of_a_wait_cancels_the_job(kernel: Kernel, way: str) -> None:
    """Interrupting `result()` or `await` ends the cell within two seconds, and the job with it."""
    kernel.run(SETUP)
    cell = kernel.start(CELLS[way])
    kernel.finish(cell, until="here")
    kernel.interrupt()
    _, error = kernel.finish(cell)
    assert error in ("KeyboardInterrupt", "CancelledError")
    text = kernel.run(
        "from inpaint_nb.errors import JobCancelled\n"
        "print(type(job.exception(timeout=5)) is JobCancelled, job.status)"
    )
    assert text == "True cancelled\n"


def test_jobs_work_after_an_interrupt(kernel: Kernel) -> None:
    """The engine of an interrupted kernel runs the next job, by the local provider, both ways."""
    kernel.run(SETUP)
    cell = kernel.start(CELLS["result"])
    kernel.finish(cell, until="here")
    kernel.interrupt()
    kernel.finish(cell)
    text = kernel.run(
        "print(submit(image, mask, provider='local').result(timeout=30).report.changed_outside)\n"
        "print((await submit(image, mask, provider='local')).report.changed_outside)"
    )
    assert text == "0\n0\n"


def test_a_job_runs_on_while_a_cell_blocks(kernel: Kernel) -> None:
    """A cell that blocks the kernel's own loop stops no job."""
    kernel.run(SETUP)
    text = kernel.run(
        "job = submit(image, mask, provider='local')\n"
        "end = time.monotonic() + 30\n"
        "while not job.done() and time.monotonic() < end: time.sleep(0.02)\n"
        "print(job.status)"
    )
    assert text == "done\n"


def test_a_shutdown_with_a_job_pending_is_prompt(kernel: Kernel) -> None:
    """A kernel that is shut down does not wait for its jobs."""
    kernel.run(SETUP + "\njob = start()")
    assert kernel.close() < 4  # jupyter_client kills after 5 s what does not end by itself


def test_a_killed_kernel_loses_no_job(start_kernel: Callable[[], Kernel]) -> None:
    """What a kernel left unfinished when it was killed is picked up by the next one and finished."""
    first = start_kernel()
    job_id = first.run(SETUP + "\njob = start(provider='local', count=1)\nprint(start().id)").strip()
    first.kill()
    second = start_kernel()
    second.run(SETUP + "\nEndless.run = lambda self, request, http: self.resume('', request, http)")
    text = second.run("jobs = resume()\nprint([job.id for job in jobs], jobs[0].result(timeout=30).report)")
    assert job_id in text
    assert "changed_outside=0" in text


def test_two_kernels_share_a_store(start_kernel: Callable[[], Kernel]) -> None:
    """Both record there at once, and neither takes the other's running jobs."""
    first, second = start_kernel(), start_kernel()
    first.run(SETUP + "\njob = start()")
    second.run(SETUP)
    assert second.run("print(resume())") == "[]\n"
    many = "\nresults = [submit(image, mask, str(n), provider='local').result(timeout=60) for n in range(8)]"
    cells = [kernel.start(many) for kernel in (first, second)]
    assert [kernel.finish(cell)[1] for kernel, cell in zip((first, second), cells, strict=True)] == [
        None,
        None,
    ]
    count = "from inpaint_nb.store import open_store\nprint(sum(r.status == 'done' for r in open_store().records()))"
    assert first.run(count) == second.run(count) == "16\n"
