"""Kernels that are killed at any instant, and kernels that write side by side: every result is whole, or absent."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

import inpaint_nb as inp
from inpaint_nb import Result
from inpaint_nb.images import digest
from inpaint_nb.store import Record, open_store

ROUNDS = 25
LONGEST_SECONDS = 15.0  # for all rounds; one at least is played
LONGEST_LIFE = 0.3  # seconds that a kernel works before it is killed

RECORDS = """
import itertools, os, sys
from PIL import Image
import inpaint_nb as inp
from inpaint_nb.edit import Capabilities, Finished
from inpaint_nb.jobs import submit
from inpaint_nb.store import open_store

SIZE = (96, 64)
MASK = inp.Mask.ellipse(SIZE, (10, 10, 70, 50))

def noise():
    return Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3))

class Stirring:
    name = "stirring"
    capabilities = Capabilities(note="a test", price=PRICE, max_count=4)

    async def run(self, request, http):
        yield Finished(tuple(noise() for _ in range(request.count)), remote={"seed": 11})

    async def resume(self, remote_id, request, http):
        async for event in self.run(request, http):
            yield event

def record(count):
    photo, provider, store = noise(), Stirring(), open_store()
    submit(photo, MASK, "first", provider=provider, count=2).result()
    print("ready", os.getpid(), flush=True)
    for number in itertools.count() if count is None else range(count):
        source = photo if number % 3 else noise()
        result = submit(source, MASK, f"number {number}", provider=provider, count=2).result()
        if number % 4 == 3:
            store.files.compactor.finish()
        if number % 5 == 4:
            inp.history().delete(result.job_id)
        elif store.record(result.job_id).status == "done":
            print(result.job_id, flush=True)
"""

# Importing takes longer than a round: one process imports, and makes a new kernel of itself for every line it reads.
NURSERY = """
for _ in sys.stdin:
    kernel = os.fork()
    if not kernel:
        record(None)
    os.waitpid(kernel, 0)
    print("dead", flush=True)
"""


def started(price: str, does: str) -> subprocess.Popen[str]:
    """A process that knows how to record runs, and does this."""
    code = f"PRICE = {price!r}\n{RECORDS}\n{does}"
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )


def killed_somewhere(nursery: subprocess.Popen[str]) -> list[str]:
    """The ids of the runs that a kernel had seen in the store when it was killed, at a random instant."""
    assert nursery.stdin
    assert nursery.stdout
    nursery.stdin.write("another\n")
    _, pid = nursery.stdout.readline().split()
    with suppress(subprocess.TimeoutExpired):
        nursery.wait(random.uniform(0, LONGEST_LIFE))
    os.kill(int(pid), signal.SIGKILL)
    return list(iter(lambda: nursery.stdout.readline().strip(), "dead"))


def whole(record: Record) -> bool:
    """Whether everything of a finished run can be read and is what it says; False where there is nothing of it."""
    store = open_store()
    if record.status != "done":
        assert record.composited == record.raw == ()
        return False
    if record.deleted is not None:
        return False
    assert len(record.composited) == len(record.raw) == 2
    for name in (*record.composited, *record.raw, record.parent):
        assert digest(store.picture(name)) == name
    assert isinstance(inp.history()[record.id], Result)
    return True


def check(store_folder: Path, seen: list[str], known: set[str]) -> None:
    """That the ledger opens as it is, that every new result is whole, and that none is lost that somebody had seen."""
    with closing(sqlite3.connect(store_folder / "ledger.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    known |= {record.id for record in open_store().records() if record.id not in known and whole(record)}
    assert set(seen) <= known
    assert not open_store().was_rescued


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs kernels that start at once")
@pytest.mark.parametrize("price", ["free", "1 credit"])
def test_a_kernel_killed_at_any_instant_leaves_whole_results(store_folder: Path, price: str) -> None:
    """Round after round a kernel records and is killed somewhere in it; the next one goes on with the same store."""
    known: set[str] = set()
    over = time.monotonic() + LONGEST_SECONDS
    with started(price, NURSERY) as nursery:
        for _ in range(ROUNDS):
            check(store_folder, killed_somewhere(nursery), known)
            if time.monotonic() > over:
                break
        nursery.kill()
    store = open_store()
    store.begin(Record("after", 1.0, "local", "a", {})).result(timeout=10)
    store.sweeper.remove(store.sweeper.find(young_seconds=-60.0))
    check(store_folder, [], set())


def test_two_kernels_write_side_by_side(store_folder: Path) -> None:
    """Both record, delete and make files small in one store at the same time; every run of both is there and whole."""
    several = [started("free", "record(15)") for _ in range(2)]
    told = [process.communicate(timeout=120)[0].splitlines() for process in several]
    assert [process.returncode for process in several] == [0, 0]
    seen = [line for lines in told for line in lines if not line.startswith("ready")]
    assert len(seen) == 2 * 12
    check(store_folder, seen, set())
    assert len(open_store().records()) == 2 * 16
    assert open_store().orphans() == []
