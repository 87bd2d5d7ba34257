"""One thing after the other: order, who does it, and failures."""

from __future__ import annotations

import threading
from collections.abc import Callable

from inpaint_nb.notebook.turns import Turns

SECONDS = 10


def waiting(event: threading.Event) -> Callable[[], None]:
    """Work that ends when the event is set."""

    def wait() -> None:
        assert event.wait(SECONDS)

    return wait


def test_quick_work_is_done_at_once() -> None:
    """Where nothing is before it, work is done by who gives it, and answered."""
    done: list[object] = []
    Turns(done.append).take(lambda: done.append(threading.get_ident()), lambda: done.append("answer"))
    assert done == [threading.get_ident(), "answer"]


def test_what_takes_long_holds_up_nobody_but_what_comes_after() -> None:
    """Who gives long work gets on at once; later work waits for it, and all is done in order."""
    done: list[str] = []
    turns, go_on, finished = (
        Turns(lambda error: done.append(repr(error))),
        threading.Event(),
        threading.Event(),
    )
    wait = waiting(go_on)
    turns.take(lambda: (wait(), done.append("long"))[1], lambda: done.append("long answered"), lambda: True)
    turns.take(lambda: done.append("quick"))
    turns.take(lambda: done.append("last"), finished.set)
    assert done == []
    go_on.set()
    assert finished.wait(SECONDS)
    assert done == ["long", "long answered", "quick", "last"]


def test_work_given_by_work_is_part_of_it() -> None:
    """A piece that gives another one has it done before it goes on, without waiting for itself."""
    done: list[str] = []
    turns = Turns(lambda error: done.append(repr(error)))
    turns.take(lambda: (turns.take(lambda: done.append("inner")), done.append("outer"))[1])
    assert done == ["inner", "outer"]


def test_a_failure_is_told_answered_and_passed() -> None:
    """Work that fails is told and answered, and what comes after it is done."""
    done: list[str] = []
    turns = Turns(lambda error: done.append(type(error).__name__))
    turns.take(lambda: [][0], lambda: done.append("answer"))
    turns.take(lambda: done.append("next"))
    assert done == ["IndexError", "answer", "next"]


def test_threads_take_turns() -> None:
    """Of work given by many threads no two pieces run at once, and none is lost."""
    running, most, done = [0], [0], []
    turns = Turns(lambda error: done.append(error))

    def work() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        done.append("done")
        running[0] -= 1

    def give() -> None:
        for number in range(50):
            turns.take(work, is_long=lambda number=number: number % 7 == 0)

    threads = [threading.Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finished = threading.Event()
    turns.take(lambda: None, finished.set)
    assert finished.wait(SECONDS)
    assert (most[0], done) == (1, ["done"] * 200)
