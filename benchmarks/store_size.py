"""How large a store is beside the pictures in it, and what recording a result costs, at 2048 × 2048.

Peers: the unique pictures as PNG files of their own, as this package writes them and as Pillow does; and the result
alone, composited without a store.

    python benchmarks/store_size.py [--runs 24] [--side 2048]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from queue import SimpleQueue

from PIL import Image, ImageChops

import inpaint_nb as inp
from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Result
from inpaint_nb.http import Client
from inpaint_nb.images import encode_png
from inpaint_nb.jobs import submit
from inpaint_nb.store import close_stores, open_store

MOST_TIMES = 1.1
MOST_MS = 100.0
SMALL_SIDE = 1024  # of the pictures of the study whose size is measured
SEEDS = 4


class Redraws:
    """A provider that redraws the whole picture a little differently, as hosted ones do, and remembers when."""

    name = "redraws"
    capabilities = Capabilities(note="for measuring", price="free", max_count=4)

    def __init__(self, *, everywhere: bool) -> None:
        self.everywhere = everywhere
        self.finished_at = 0.0
        self.finished: Finished | None = None

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        grain = Image.effect_noise(request.image.size, 8).convert("RGB")
        other = ImageChops.add(request.image.convert("RGB"), grain, offset=-128)
        mask = None if self.everywhere else request.mask.to_image()
        picture = Image.composite(other, request.image, mask) if mask else other
        self.finished = Finished((picture,))
        self.finished_at = time.perf_counter()
        yield self.finished

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


def study(photo: Image.Image, runs: int, *, everywhere: bool) -> None:
    """Runs as people make them: several tries on one picture, the last of them gone on from, and so on."""
    width, height = photo.size
    provider, picture = Redraws(everywhere=everywhere), photo
    for number in range(runs):
        left, top = width * (number % 5) // 8, height * (number % 3) // 6
        mask = inp.Mask.ellipse(photo.size, (left, top, left + width // 3, top + height // 3))
        result = submit(picture, mask, f"number {number}", provider=provider).result()
        if number % SEEDS == SEEDS - 1:
            picture = result.image


def sizes(folder: Path) -> tuple[int, int, int]:
    """Bytes of the store, of its unique pictures as our PNG files, and as Pillow's."""
    store = open_store()
    store.files.compactor.finish()
    names = {
        name
        for record in store.records()
        for name in (*record.composited, *record.raw, record.parent)
        if name
    }
    ours = theirs = 0
    for name in names:
        picture = store.picture(name)
        ours += len(encode_png(picture))
        file = io.BytesIO()
        picture.save(file, "PNG")
        theirs += len(file.getvalue())
    close_stores()  # the log of the ledger is written into it
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()), ours, theirs


def in_a_store(work: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INPAINT_NB_STORE"] = folder
        work(Path(folder))
        close_stores()


def measure_sizes(runs: int) -> None:
    photo = inp.sample().resize((SMALL_SIDE, SMALL_SIDE))
    for everywhere, name in ((False, "changes the masked part alone"), (True, "redraws the whole picture")):

        def work(folder: Path, everywhere: bool = everywhere, name: str = name) -> None:
            study(photo, runs, everywhere=everywhere)
            store, ours, theirs = sizes(folder)
            print(f"{runs} runs of {SMALL_SIDE} × {SMALL_SIDE}, a provider that {name}:")
            print(
                f"  store {store / 1e6:.1f} MB, unique pictures {ours / 1e6:.1f} MB, by Pillow {theirs / 1e6:.1f} MB"
            )
            print(line(f"store: ≤ {MOST_TIMES} × its unique pictures", store / ours, MOST_TIMES, "times"))
            print(line(f"store: ≤ {MOST_TIMES} × the same by Pillow", store / theirs, MOST_TIMES, "times"))

        in_a_store(work)


def measure_recording(side: int, rounds: int) -> None:
    """When a session shows a result, and when it is on disk, from the moment in which the provider has it."""
    photo = inp.sample().resize((side, side))
    mask = inp.Mask.ellipse(photo.size, (side // 4, side // 4, side * 3 // 4, side * 3 // 4))
    shown, recorded, bare, busy = [], [], [], []

    def work(folder: Path) -> None:
        provider = Redraws(everywhere=True)
        session = inp.Session(photo, mask=mask, provider=provider)
        seen: SimpleQueue[tuple[float, float]] = SimpleQueue()

        def note(change: str) -> None:
            if change == "result":
                seen.put((ms_since(provider.finished_at), time.process_time()))

        session.on_change(note)
        for number in range(rounds + 1):
            result = session.run(f"number {number}").result()
            recorded.append(ms_since(provider.finished_at))
            at, worked = seen.get()
            shown.append(at)
            busy.append((time.process_time() - worked) * 1000)
            assert open_store().record(result.job_id).status == "done"
            start = time.perf_counter()
            assert provider.finished
            Result.compose(result.request, provider.finished, "redraws")
            bare.append(ms_since(start))

    in_a_store(work)
    show, end, alone, work_ms = (statistics.median(times[1:]) for times in (shown, recorded, bare, busy))
    print(f"\none result of {side} × {side}, redrawn as a whole, median of {rounds}:")
    print(
        f"  composited alone {alone:.0f} ms; shown after {show:.0f} ms, on disk after {end:.0f} ms,"
        f" {work_ms:.0f} ms of processor time later"
    )
    best = min(there - seen for there, seen in zip(recorded, shown, strict=True))
    print(f"  recording alone {end - show:.0f} ms, {best:.0f} ms at best")
    print(line("recording on the path of showing: ≤ 20 ms", show - alone, 20.0, "ms"))
    print(line(f"recording a result: ≤ {MOST_MS:g} ms", end - show, MOST_MS, "ms"))


def ms_since(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def line(target: str, measured: float, most: float, unit: str) -> str:
    """A target, what was measured, and whether that is enough."""
    return f"target  {target}   measured {measured:.3g} {unit}   {'ok' if measured <= most else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=24)
    parser.add_argument(
        "--side", type=int, default=2048, help="of the square picture that is recorded, in pixels"
    )
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.runs:
        measure_sizes(options.runs)
    measure_recording(options.side, options.rounds)


if __name__ == "__main__":
    main()
