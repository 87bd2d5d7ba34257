"""A simulator whose time the test controls, and someone who calls it."""

from __future__ import annotations

import pytest
from calling import Caller

from inpaint_nb.simulator import Simulator


@pytest.fixture
def sim():
    """A simulator whose clock stands still."""
    with Simulator("manual") as running:
        yield running


@pytest.fixture
def caller(sim):
    """Someone with the right key."""
    made = Caller(sim)
    yield made
    made.http.close()


@pytest.fixture
def configured():
    """Starts a simulator with the switches that the test names, and gives its caller."""
    running = []

    def start(clock="manual", **switches):
        made = Caller(Simulator(clock, **switches).start())
        running.append(made)
        return made

    yield start
    for made in running:
        made.http.close()
        made.sim.stop()


@pytest.fixture
def another():
    """Makes one more caller of a simulator."""
    made = []

    def make(sim):
        made.append(Caller(sim))
        return made[-1]

    yield make
    for one in made:
        one.http.close()
