"""200 jobs of a provider that only waits one second: how long they take together, and what a job keeps in memory.

Peer: the same 200 waits as bare asyncio tasks, with no job, no journal and no picture.

    python benchmarks/jobs.py [--jobs 200] [--side 64]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator

from PIL import Image

from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished
from inpaint_nb.http import Client
from inpaint_nb.jobs import Job, submit
from inpaint_nb.masks import Mask
from inpaint_nb.store import close_stores, open_store

WAIT_SECONDS = 1.0
LIMIT_SECONDS = 1.5


class Waits:
    """A provider that waits one second and hands the picture back."""

    name = "waits"
    capabilities = Capabilities(note="only waits", price="free", concurrency=None)

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        await asyncio.sleep(WAIT_SECONDS)
        yield Finished((request.image,))

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


def submit_all(count: int, side: int) -> list[Job]:
    """`count` jobs on one picture, each with a mask of its own."""
    image = Image.effect_noise((side, side), 60).convert("RGB")
    masks = (
        Mask.rectangle(image.size, (1, 1, 2 + number % (side - 2), side // 2)) for number in range(count)
    )
    provider = Waits()
    return [submit(image, mask, f"number {number}", provider=provider) for number, mask in enumerate(masks)]


def seconds_of_jobs(count: int, side: int) -> tuple[float, float]:
    """Wall time until the last of `count` jobs is done and recorded, and until the last was submitted."""
    start = time.perf_counter()
    jobs = submit_all(count, side)
    submitted = time.perf_counter() - start
    for job in jobs:
        job.result()
    return time.perf_counter() - start, submitted


def seconds_of_bare_waits(count: int) -> float:
    """Wall time of the same waits without any of our code."""

    async def together() -> None:
        await asyncio.gather(*(asyncio.sleep(WAIT_SECONDS) for _ in range(count)))

    start = time.perf_counter()
    asyncio.run(together())
    return time.perf_counter() - start


def bytes_per_job(count: int, side: int) -> tuple[float, float]:
    """What a done job keeps while its handle is kept, and what it leaves after the handle is gone."""
    tracemalloc.start()
    before = _traced()
    jobs = submit_all(count, side)
    for job in jobs:
        job.result()
    kept = _traced() - before
    jobs.clear()
    del job
    left = _traced() - before
    tracemalloc.stop()
    return kept / count, left / count


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--side", type=int, default=64, help="of the square picture, in pixels")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INPAINT_NB_STORE"] = folder
        submit_all(1, options.side)[0].result()  # starts the threads and makes the store
        bare = seconds_of_bare_waits(options.jobs)
        rounds = [seconds_of_jobs(options.jobs, options.side) for _ in range(options.rounds)]
        kept, left = bytes_per_job(options.jobs, options.side)
        recorded = sum(record.status == "done" for record in open_store().records())
        close_stores()
    wall = statistics.median(total for total, _ in rounds)
    print(f"{options.jobs} jobs that wait {WAIT_SECONDS:g} s, picture {options.side} × {options.side}")
    print(f"all done and recorded   {wall:.2f} s median, {max(rounds)[0]:.2f} s worst of {len(rounds)}")
    print(f"all submitted           {statistics.median(sent for _, sent in rounds) * 1000:.0f} ms median")
    print(f"bare asyncio.sleep      {bare:.2f} s")
    print(f"ratio to bare asyncio   {wall / bare:.2f} (limit {LIMIT_SECONDS / WAIT_SECONDS:g})")
    print(
        f"Python memory per job   {kept / 1024:.1f} KiB while its handle is kept, {left / 1024:.2f} KiB after"
    )
    print(f"recorded as done        {recorded} of {1 + (options.rounds + 1) * options.jobs}")


if __name__ == "__main__":
    main()
