"""Work off the loop, on threads that nobody waits for."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
import warnings

import pytest

from inpaint_nb.workers import MAX_WORKERS, offload

PATIENCE = 20  # seconds before a test is given up; no test waits for it


def test_the_result_comes_back():
    """Awaiting gives what the function returns for the arguments."""
    assert asyncio.run(offload(divmod, 17, 5)) == (3, 2)


def test_the_loop_goes_on_meanwhile():
    """The function runs on a daemon thread while the loop takes turns."""
    turn = threading.Event()

    async def both():
        work = asyncio.ensure_future(offload(turn.wait, PATIENCE))
        await asyncio.sleep(0)
        turn.set()  # only a free loop gets here before the work ends
        return await work

    assert asyncio.run(both())
    assert asyncio.run(offload(lambda: threading.current_thread().daemon))


@pytest.mark.parametrize("error", [ValueError("no"), KeyError("x"), StopIteration("end"), SystemExit(3)])
def test_what_the_function_raises_is_raised(error):
    """An exception reaches whoever awaits, StopIteration as the cause of a RuntimeError."""

    def fail():
        raise error

    async def catch():
        try:
            await offload(fail)
        except BaseException as caught:  # noqa: BLE001 (SystemExit is one of them)
            return caught

    caught = asyncio.run(catch())
    assert caught is error or caught.__cause__ is error


def test_any_number_of_loops_share_the_workers():
    """Loops on several threads get their own results, and no more threads than the limit are started."""
    results = []

    async def squares(start):
        return await asyncio.gather(*(offload(pow, n, 2) for n in range(start, start + 50)))

    def on_own_loop(start):
        results.append((start, asyncio.run(squares(start))))

    threads = [threading.Thread(target=on_own_loop, args=(start,)) for start in range(0, 400, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(results) == [(s, [n * n for n in range(s, s + 50)]) for s in range(0, 400, 100)]
    assert sum(t.name.startswith("inpaint-nb-worker") for t in threading.enumerate()) <= MAX_WORKERS


def test_work_runs_side_by_side():
    """As many functions run at once as there are workers: each waits here for all the others."""
    barrier = threading.Barrier(MAX_WORKERS)

    async def meet():
        return await asyncio.gather(*(offload(barrier.wait, PATIENCE) for _ in range(MAX_WORKERS)))

    assert sorted(asyncio.run(meet())) == list(range(MAX_WORKERS))


def test_free_workers_are_used_again():
    """One after the other needs one thread, not many."""

    async def names():
        return [await offload(lambda: threading.current_thread().name) for _ in range(3 * MAX_WORKERS)]

    assert len(set(asyncio.run(names()))) <= MAX_WORKERS


@pytest.mark.parametrize("fails", [False, True])
def test_a_cancelled_await_drops_the_late_outcome(fails, caplog):
    """After a cancel a late result or exception vanishes without a word, and the workers go on."""
    begun, go, complaints = threading.Event(), threading.Event(), []

    def late():
        begun.set()
        go.wait(PATIENCE)
        if fails:
            raise ValueError("late")

    async def cancel_it():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        task = asyncio.ensure_future(offload(late))
        await asyncio.sleep(0)
        assert begun.wait(PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        await asyncio.gather(*(offload(str, n) for n in range(2 * MAX_WORKERS)))
        gc.collect()

    with caplog.at_level(logging.DEBUG, "asyncio"), warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(cancel_it())
    assert complaints == []
    assert "never retrieved" not in caplog.text


def test_cancelled_work_that_waits_is_not_begun():
    """What is cancelled while every worker is busy never runs."""
    go, begun = threading.Event(), []

    async def crowd():
        busy = [asyncio.ensure_future(offload(go.wait, PATIENCE)) for _ in range(MAX_WORKERS)]
        waiting = asyncio.ensure_future(offload(begun.append, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        go.set()
        await asyncio.gather(*busy)
        await asyncio.gather(*(offload(str, n) for n in range(2 * MAX_WORKERS)))

    asyncio.run(crowd())
    assert begun == []


def test_a_closed_loop_harms_no_worker():
    """Work that outlives its loop ends quietly, and its worker serves the next loop."""
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def late():
        begun.set()
        go.wait(PATIENCE)
        ended.set()

    async def leave():
        asyncio.ensure_future(offload(late))  # noqa: RUF006 (forgotten on purpose)
        await asyncio.sleep(0)
        assert begun.wait(PATIENCE)

    asyncio.run(leave())
    go.set()
    assert ended.wait(PATIENCE)
    assert asyncio.run(offload(abs, -1)) == 1


EXITS = """
import asyncio, threading
from inpaint_nb.workers import offload

started = threading.Event()

def for_ever():
    started.set()
    threading.Event().wait()

async def leave():
    task = asyncio.ensure_future(offload(for_ever))
    await asyncio.sleep(0)
    started.wait()

asyncio.run(leave())
print("left")
"""

FORKS = """
import asyncio, os
from inpaint_nb.workers import offload

assert asyncio.run(offload(abs, -1)) == 1
child = os.fork()
if child == 0:
    os._exit(asyncio.run(offload(abs, -7)))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def run_script(script):
    """What a Python process of its own prints."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.stderr == ""
    return run.stdout.split()


def test_exit_does_not_wait_for_work():
    """A process whose work never ends exits all the same, without a word."""
    assert run_script(EXITS) == ["left"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
def test_a_forked_child_has_workers_of_its_own():
    """After a fork the child, whose threads are gone, starts new ones."""
    assert run_script(FORKS) == ["7"]
