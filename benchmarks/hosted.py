"""What our side of hosted jobs takes, and whether it keeps to the provider's limits, counted at the simulator.

    python benchmarks/hosted.py [--jobs 100] [--skip-limit]

Real requests over loopback. Peers: downloading and decoding the same picture with httpx and Pillow alone, one job
alone, and the limit's own arithmetic. Seven minutes for 100 jobs, five of them spent waiting at the documented
limit; `--skip-limit` leaves those out.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx
from PIL import Image, ImageChops

import inpaint_nb as inp
from inpaint_nb.edit import RemotePicture
from inpaint_nb.http import Pause
from inpaint_nb.jobs import Engine, Job, fetch, imagine, submit
from inpaint_nb.providers.imaginepro import ImagineProProvider
from inpaint_nb.simulator import Simulator
from inpaint_nb.simulator.limits import DOCUMENTED
from inpaint_nb.store import close_stores, open_store

SIDE_PX = 1024
ROUNDS = 15
QUICK_POLL_SECONDS = 0.05  # where it does not matter how often is asked
LIMIT_OVERHEAD_MS = 50
LIMIT_CROWD = 1.3
LIMIT_PACE = 1.05
SUBMIT_SECONDS = 3.0  # documented: one request in so many seconds
MESSAGES_PER_SECOND = 10  # documented
MESSAGES = "/api/v1/message/"
ONLY_MESSAGES = {"message": DOCUMENTED["message"]}
IMAGINE = "/api/v1/nova/imagine"
GENERAL = ("/api/v1/nova/", "/api/v1/subscription/")


async def hurried(seconds: float) -> None:
    """A pause that is shorter than the provider asks for."""
    await asyncio.sleep(min(seconds, QUICK_POLL_SECONDS))


class Desk:
    """One account at a simulator, with an engine and a store that work for it alone."""

    def __init__(
        self, url: str, key: str, folder: str, pause: Pause = asyncio.sleep, *, limited: bool = False
    ) -> None:
        self.provider = ImagineProProvider(key, url, rate_limits=limited)
        self._engine = Engine(pause=pause)
        store = open_store(tempfile.mkdtemp(dir=folder))
        self._place: dict[str, Any] = {"engine": self._engine, "store": store}

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def imagine(self, prompt: str) -> Job:
        """A first picture."""
        return imagine(prompt, provider=self.provider, **self._place)

    def fetch(self, remote_id: str) -> Job:
        """A job that is there already, followed to its end."""
        return fetch(remote_id, provider=self.provider, **self._place)

    def edit(self, parent: Job) -> Job:
        """Vary (Region) in the middle of an upscale."""
        image, remote = (
            parent.result().image,
            RemotePicture(self.provider.name, parent.remote_id or ""),
        )
        side = image.width // 4
        mask = inp.Mask.ellipse(image.size, (side, side, 3 * side, 3 * side))
        return submit(image, mask, "a hat", provider=self.provider, remote=remote, **self._place)


# ---------------------------------------------------------------- from "done" to the picture


@dataclass(frozen=True)
class Arrival:
    """One finished job: from the question that was answered "done" to `result()`, and the same done bare."""

    job: Job
    ours_ms: float
    bare_ms: float


def overheads(folder: str) -> Iterator[str]:
    """What comes on top of downloading and decoding."""
    with (
        Simulator("manual", tile=SIDE_PX // 2, credits=10_000) as sim,
        Desk(sim.url, sim.key, folder, hurried) as desk,
    ):
        photographs = photographs_without_end()
        grid = arrival(sim, lambda: desk.imagine("a fox"), next(photographs)).job
        parent = arrival(sim, lambda: press(grid, 0), next(photographs)).job
        cases = {"one picture": lambda: press(grid, 1), "an edit's four": lambda: desk.edit(parent)}
        for name, start in cases.items():
            rounds = [arrival(sim, start, next(photographs)) for _ in range(ROUNDS)]
            over = statistics.median(one.ours_ms - one.bare_ms for one in rounds)
            ours, bare = (
                statistics.median(one.ours_ms for one in rounds),
                statistics.median(one.bare_ms for one in rounds),
            )
            what = f"done → PIL, {name} of {SIDE_PX} × {SIDE_PX}"
            yield f"ratio   {what}: {ours / bare:.2f} of httpx and Pillow alone ({ours:.0f} ms, {bare:.0f} ms)"
            if name == "one picture":
                yield line(
                    f"{what}: median ≤ {LIMIT_OVERHEAD_MS} ms more", over, " ms", over <= LIMIT_OVERHEAD_MS
                )
            else:
                yield f"        {what}: {over:.0f} ms more; no target, four times the pixels, composited and kept"


def press(grid: Job, index: int) -> Job:
    """An upscale of the grid."""
    job = grid.result().upscale(index)
    assert isinstance(job, Job)
    return job


def photographs_without_end() -> Iterator[Image.Image]:
    """The sample photograph, another one each time, so that the store has never seen it."""
    photograph = inp.sample().resize((SIDE_PX, SIDE_PX))
    while True:
        photograph = ImageChops.offset(photograph, 3, 1)
        yield photograph


def arrival(sim: Simulator, start: Callable[[], Job], photograph: Image.Image) -> Arrival:
    """A job that brings the photograph, four times where it is a grid, once that lies ready at the provider."""
    job = start()
    while job.remote_id is None:
        time.sleep(0.001)
    there = next(one for one in sim.jobs if one.id == job.remote_id)
    side = SIDE_PX * (2 if there.kind == "grid" else 1)
    there.png = png(photograph.resize((side, side)))
    sim.clock.advance(3600)
    job.result(timeout=60)
    over = sim.clock.wall()
    told = max(call.seconds for call in sim.calls if call.path == f"{MESSAGES}fetch/{there.id}")
    bare = min(bare_ms(f"{sim.pictures_url}/storage/{there.id}.png") for _ in range(3))
    return Arrival(job, (over - told) * 1000, bare)


def png(picture: Image.Image) -> bytes:
    """The picture as Pillow writes it."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def bare_ms(url: str) -> float:
    """Downloading and decoding, with the connection open and nothing checked."""
    with httpx.Client() as client:
        client.head(url)
        start = time.perf_counter()
        Image.open(io.BytesIO(client.get(url).content)).load()
        return (time.perf_counter() - start) * 1000


# ---------------------------------------------------------------- many at once


def crowd(count: int, folder: str) -> Iterator[str]:
    """`count` jobs at once with the rate limit off, beside one alone; ten times as fast as real time."""
    with simulator_apart() as (url, key), Desk(url, key, folder) as desk:
        desk.imagine("warming up").result(timeout=60)
        alone = seconds_of([lambda: desk.imagine("alone")])
        together = seconds_of([lambda n=n: desk.imagine(f"number {n}") for n in range(count)])
    ratio = together / alone
    yield f"ratio   {count} jobs at once: {ratio:.2f} of one job ({together:.2f} s, {alone:.2f} s)"
    yield line(
        f"{count} jobs at once, no rate limit: ≤ {LIMIT_CROWD} × one", ratio, " ×", ratio <= LIMIT_CROWD
    )


@contextmanager
def simulator_apart() -> Iterator[tuple[str, str]]:
    """URL and key of a simulator in a process of its own, whose work is not ours."""
    command = [sys.executable, "-m", "inpaint_nb.simulator", "--speed", "10", "--credits", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = dict(said.removeprefix("export ").strip().split("=", 1) for said in islice(process.stdout, 4))
        yield told["IMAGINEPRO_BASE_URL"], told["IMAGINEPRO_API_KEY"]
        process.terminate()


def polling(count: int, folder: str) -> Iterator[str]:
    """`count` running jobs followed at once for twenty seconds: far more questions than the limit allows."""
    with (
        Simulator("real", rate_limits=ONLY_MESSAGES, credits=100_000, seconds_per_job=20) as sim,
        Desk(sim.url, sim.key, folder, limited=True) as desk,
    ):
        ids = begun(sim, count)
        seconds = seconds_of([lambda remote_id=remote_id: desk.fetch(remote_id) for remote_id in ids])
        most, refused = sim.busiest(MESSAGES, 1.0), statuses(sim, 429)
        asked = sum(call.path.startswith(MESSAGES) for call in sim.calls)
    print(f"{count} running jobs followed: {asked} questions in {seconds:.1f} s")
    yield line(
        f"polling {count} jobs: ≤ {MESSAGES_PER_SECOND} questions in any second",
        most,
        "",
        most <= MESSAGES_PER_SECOND,
    )
    yield line(f"polling {count} jobs: none refused", refused, "", refused == 0)


def at_the_limit(count: int, folder: str) -> Iterator[str]:
    """`count` first pictures at once with the documented limits, beside what these allow."""
    with (
        Simulator("real", rate_limits=True, credits=100_000, seconds_per_job=10) as sim,
        Desk(sim.url, sim.key, folder, limited=True) as desk,
    ):
        alone = seconds_of([lambda: desk.imagine("alone")])
        together = seconds_of([lambda n=n: desk.imagine(f"number {n}") for n in range(count)])
        most = max(sim.busiest(prefix, SUBMIT_SECONDS) for prefix in GENERAL)
        asked, refused = sim.busiest(MESSAGES, 1.0), statuses(sim, 429)
    allowed = (count - 1) * SUBMIT_SECONDS + alone
    ratio = together / allowed
    yield f"ratio   {count} jobs at the limit: {ratio:.3f} of what it allows ({together:.1f} s, {allowed:.1f} s)"
    yield line(
        f"{count} jobs at the limit: ≤ {LIMIT_PACE} × what it allows", ratio, " ×", ratio <= LIMIT_PACE
    )
    yield line(f"submits and accounts: ≤ 1 in any {SUBMIT_SECONDS:g} s", most, "", most <= 1)
    yield line(
        f"questions meanwhile: ≤ {MESSAGES_PER_SECOND} in any second", asked, "", asked <= MESSAGES_PER_SECOND
    )
    yield line("requests refused with 429: none", refused, "", refused == 0)


def seconds_of(starts: list[Callable[[], Job]]) -> float:
    """Until the last of these jobs has brought its pictures."""
    start = time.perf_counter()
    for job in [begin() for begin in starts]:
        job.result(timeout=3600)
    return time.perf_counter() - start


def statuses(sim: Simulator, status: int) -> int:
    """How many requests were answered with that status."""
    return sum(call.status == status for call in sim.calls)


def begun(sim: Simulator, count: int) -> list[str]:
    """The ids of as many running jobs, begun by another client, which no limit of ours has counted."""
    with httpx.Client(base_url=sim.url, headers={"Authorization": f"Bearer {sim.key}"}) as client:
        replies = [client.post(IMAGINE, json={"prompt": f"number {n}"}).json() for n in range(count)]
    return [str(reply["messageId"]) for reply in replies]


def line(target: str, measured: float, unit: str, is_met: bool) -> str:
    """A target, what was measured, and whether that is enough."""
    return f"target  {target}   measured {measured:.4g}{unit}   {'ok' if is_met else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--skip-limit", action="store_true", help="leave out the five minutes at the limit")
    asked = parser.parse_args()
    said = []
    with tempfile.TemporaryDirectory() as folder:
        parts = [overheads(folder), crowd(asked.jobs, folder), polling(asked.jobs, folder)]
        for part in parts if asked.skip_limit else [*parts, at_the_limit(asked.jobs, folder)]:
            for told in part:
                said.append(told)
                print(told, flush=True)
        close_stores()
    raise SystemExit(1 if any(told.endswith("MISSED") for told in said) else 0)


if __name__ == "__main__":
    main()
