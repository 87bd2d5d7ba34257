"""Rate limits, counted where they count: at the server."""

from __future__ import annotations

import asyncio
import time

import pytest
from scripted import Pauses, says, serving, with_api

from inpaint_nb.http import Client, Limit
from inpaint_nb.http.limits import Lane
from inpaint_nb.secret import Secret

FAST, SLOW = Limit("/fetch/", 5, 0.25), Limit("/", 1, 0.2)


def most_within(seconds, moments):
    """The largest number of moments within any window of that many seconds."""
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


def moments(peer, path):
    return [asked.at for asked in peer.asked if asked.path.startswith(path)]


def test_no_window_holds_more_than_allowed(peer):
    """Many requests at once queue, so that no window at the server holds more than the limit of its path."""

    async def many(api):
        began = time.monotonic()
        asking = [api.get(f"/fetch/{number}") for number in range(30)]
        posting = [api.submit("/press", {}) for _ in range(5)]
        await asyncio.gather(*asking, *posting)
        return time.monotonic() - began

    seconds = with_api(peer.url, many, limits=(FAST, SLOW))
    assert most_within(FAST.per_seconds, moments(peer, "/fetch/")) <= FAST.requests
    assert most_within(SLOW.per_seconds, moments(peer, "/press")) == 1
    assert seconds < 5 * 1.25 + 2  # the least is five waits of 0.25 s; the rest is this machine


def test_a_slow_answer_does_not_let_two_arrive_together(peer):
    """However long the first request takes to arrive and be answered, the second comes a whole period later."""

    def slow(handler):
        handler.server.done.wait(0.3)
        says(200, {})(handler)

    peer.on("/press", slow, says(200, {}))

    async def both(api):
        await asyncio.gather(api.submit("/press", {}), api.submit("/press", {}))

    with_api(peer.url, both, limits=(SLOW,))
    first, second = moments(peer, "/press")
    assert second - first >= 0.3 + SLOW.per_seconds


def test_first_come_first_served(peer):
    """Those who wait go in the order in which they came."""

    async def many(api):
        await asyncio.gather(*(api.get(f"/{number}") for number in range(6)))

    with_api(peer.url, many, limits=(Limit("/", 1, 0.02),))
    assert [asked.path for asked in peer.asked] == [f"/{number}" for number in range(6)]


def test_the_limit_is_the_keys():
    """One key has one queue for each host and limit, whoever asks; another key or host has its own."""

    async def story():
        with serving() as one, serving() as other:
            client = Client(pause=Pauses())
            mine, yours = Secret("mine-123"), Secret("yours-123")
            began = time.monotonic()
            apis = [
                client.api(url, key, limits=(Limit("/", 1, 0.5),))
                for url, key in [
                    (one.url, mine),
                    (one.url + "/prefix", Secret("mine-123")),
                    (one.url, yours),
                    (other.url, mine),
                ]
            ]
            took = []

            async def ask(api):
                await api.get("/a")
                took.append(time.monotonic() - began)

            await asyncio.gather(*map(ask, apis))
            await client.aclose()
            return sorted(took)

    took = asyncio.run(story())
    assert took[2] < 0.45
    assert took[3] >= 0.5


def test_a_cancelled_wait_gives_its_place_back():
    """Who is cancelled while waiting or while asking does not keep a place for ever."""

    async def story():
        lane = Lane(Limit("/", 1, 0.01))

        async def hold(event):
            async with lane.turn():
                event.set()
                await asyncio.sleep(60)

        holding, never = asyncio.Event(), asyncio.Event()
        first, second = asyncio.create_task(hold(holding)), asyncio.create_task(hold(never))
        await holding.wait()
        second.cancel()
        await asyncio.wait([second])
        first.cancel()
        await asyncio.wait([first])
        assert not never.is_set()
        async with asyncio.timeout(5), lane.turn():
            return True

    assert asyncio.run(story())


def test_without_a_limit_nobody_waits(peer):
    """Paths without a limit go at once."""

    async def many(api):
        await asyncio.gather(*(api.get(f"/{number}") for number in range(30)))

    with_api(peer.url, many, limits=(Limit("/other/", 1, 60),))
    assert len(peer.asked) == 30


@pytest.mark.parametrize("seconds", [0.1])
def test_a_stuck_request_does_not_stop_the_others(peer, monkeypatch, seconds):
    """A request that the server does not answer gives its place back after a while."""
    monkeypatch.setattr("inpaint_nb.http.limits.PATIENCE_SECONDS", seconds)

    def stuck(handler):
        handler.server.done.wait(20)
        handler.close_connection = True

    peer.on("/stuck", stuck)

    async def both(api):
        task = asyncio.create_task(api.get("/stuck"))
        await asyncio.sleep(0)
        reply = await asyncio.wait_for(api.get("/fine"), 10)
        task.cancel()
        await asyncio.wait([task])
        return reply

    assert with_api(peer.url, both, limits=(Limit("/", 1, 0.1),)).body == {"ok": True}
