"""How fast the history of 10,000 rated runs opens, is searched and summed up, and gives one result back.

Peer: the plain query for the newest 20 rows, with no record, no picture and no page made of it.

    python benchmarks/history.py [--runs 10000] [--side 512]
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from PIL import Image

import inpaint_nb as inp
from inpaint_nb.store import Record, Store, close_stores, open_store

ROUNDS = 7
WORDS = ("fox", "owl", "snow", "ink", "oil", "harbour", "window", "red", "blue", "dusk", "Äpfel", "lamp")
DIFFERENT = 40  # runs whose records, pictures included, are told again under other ids and prompts
POINTS = 120  # of the stroke that is each run's mask


def fill(store: Store, runs: int, side: int) -> None:
    """Real runs of the local engine, and then their records many times over, each with a prompt of its own."""
    photo = inp.sample().resize((side, side))
    real = [_real_run(photo, number) for number in range(DIFFERENT)]
    random.seed(1)
    records = [store.record(job_id) for job_id in real]
    for number in range(runs - len(real)):
        record = records[number % len(real)]
        again = replace(
            record,
            id=f"{random.getrandbits(128):032x}",
            created=record.created - number,
            prompt=_prompt(number),
        )
        last = _tell_again(store, again, record.id)
    last()
    _rate(store)


def _real_run(photo: Image.Image, number: int) -> str:
    width, height = photo.size
    points = [(random.uniform(0, width / 3), random.uniform(0, height / 3)) for _ in range(POINTS)]
    mask = inp.Mask.stroke(photo.size, points, 6)
    return inp.inpaint(photo, mask, _prompt(number), seed=number).result().job_id


def _prompt(number: int) -> str:
    rare = " and a zeppelin" if number % 1000 == 7 else ""
    return f"number {number}: {' '.join(random.choices(WORDS, k=30))}{rare}"


def _tell_again(store: Store, record: Record, like: str) -> Callable[[], object]:
    store.begin(record)
    sql = (
        "INSERT INTO pictures SELECT ?, role, position, digest, patch, base, box FROM pictures WHERE job = ?"
    )
    return store._writer.write(lambda connection: connection.execute(sql, (record.id, like)) and None).result


def _rate(store: Store) -> None:
    """Somebody's stars for a picture of every run."""
    lines = [(job_id, time.time(), random.randint(1, 5)) for job_id in inp.history().ids]
    sql = "INSERT INTO ratings VALUES (?, 0, 'somebody', ?, ?, 0, 0, 0)"
    store._writer.write(lambda connection: connection.executemany(sql, lines) and None).result()


def median_ms(work: Callable[[], object]) -> float:
    """The median time of a call, in ms."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def plain_query(folder: Path) -> object:
    """What SQLite alone takes for the newest 20 rows."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as connection:
        return connection.execute("SELECT * FROM jobs ORDER BY created DESC LIMIT 20").fetchall()


def decoding(job_id: str) -> object:
    """The decoding alone: every file of the run read and its pixels hashed, as a result's are checked."""
    store = open_store()
    record = store.record(job_id)
    names = {record.parent or "", *record.composited, *record.raw}
    return [store.picture(name) for name in names]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--side", type=int, default=512, help="of the square picture, in pixels")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INPAINT_NB_STORE"] = folder
        fill(open_store(), options.runs, options.side)
        close_stores()
        newest = inp.history().ids[0]
        peer = median_ms(lambda: plain_query(Path(folder)))
        page = median_ms(lambda: inp.history()._repr_html_())
        text = median_ms(lambda: list(inp.history(text="ZEPPELIN")))
        common = median_ms(lambda: len(inp.history(text="äpfel")))
        whole, bare = median_ms(lambda: inp.history()[newest]), median_ms(lambda: decoding(newest))
        frame = median_ms(lambda: inp.history()[:1000].to_frame())
        table = inp.ratings()
        shown = median_ms(lambda: (table._repr_html_(), repr(table)))
        ratings = {by: median_ms(lambda by=by: inp.ratings(by)) for by in ("prompt", "provider", "seed")}
        close_stores()
    print(f"{options.runs:,} runs, picture {options.side} × {options.side}")
    print(f"newest 20 rows, SQLite alone     {peer:.1f} ms   (first page is {page / peer:.0f} times that)")
    print(f"filter by a word that many have  {common:.1f} ms")
    print(f"1,000 rows of to_frame()         {frame:.0f} ms")
    told = ", ".join(f"{by} {took:.0f} ms" for by, took in ratings.items())
    print(f"ratings of all runs, by {told}")
    print(f"one result {whole:.1f} ms, of which decoding {bare:.1f} ms\n")
    print(line("history() to first page, as HTML: ≤ 200 ms", page, page <= 200))
    print(line("filter by prompt text: ≤ 100 ms", text, text <= 100 and common <= 100))
    slowest = max(ratings.values())
    print(line(f"ratings() of {options.runs:,} rated runs: ≤ 500 ms", slowest, slowest <= 500))
    print(line(f"its table of {len(table):,} prompts, as HTML and text: ≤ 500 ms", shown, shown <= 500))
    print(line("one result beyond decoding: ≤ 50 ms", whole - bare, whole - bare <= 50))


def line(target: str, measured: float, is_met: bool) -> str:
    """A target, what was measured, and whether that is enough."""
    return f"target  {target}   measured {measured:.4g} ms   {'ok' if is_met else 'MISSED'}"


if __name__ == "__main__":
    main()
