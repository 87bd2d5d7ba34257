"""Background threads reach the views through one door: newest only, one at a time."""

from __future__ import annotations

import threading

import pytest

from inpaint_nb.notebook.marshal import Marshaller


def test_of_several_posts_under_one_key_the_newest_runs() -> None:
    """A burst of updates costs at most one before and one after the pause."""
    marshaller, ran, done = Marshaller(), [], threading.Event()
    with marshaller.lock:
        marshaller.post("first", lambda: None)
        for number in range(100):
            marshaller.post("key", lambda number=number: ran.append(number))
        marshaller.post("last", done.set)
    assert done.wait(10)
    assert ran[-1] == 99
    assert len(ran) <= 2


def test_an_update_that_fails_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is logged; the next update runs."""
    marshaller, done = Marshaller(), threading.Event()
    marshaller.post("bad", lambda: 1 / 0)
    marshaller.post("good", done.set)
    assert done.wait(10)
    assert "could not be updated" in caplog.text


def test_a_dropped_update_does_not_run() -> None:
    """What was posted for a view that is gone is forgotten."""
    marshaller, ran, done = Marshaller(), [], threading.Event()
    with marshaller.lock:
        marshaller.post("first", lambda: None)
        marshaller.post("gone", lambda: ran.append("gone"))
        marshaller.drop("gone")
        marshaller.post("last", done.set)
    assert done.wait(10)
    assert ran == []
