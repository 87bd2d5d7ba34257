"""A provider's rate limits, kept so that the provider counts no more than it allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass

# While a request is unanswered the server may count it at any moment, so its place is given back only
# `per_seconds` after the answer. A server that is slower than this does not stop everybody else, though.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` within any `per_seconds`, for paths that begin with `path_prefix`."""

    path_prefix: str
    requests: int
    per_seconds: float


class Lane:
    """The queue for one limit of one key: first come, first served. Used on one event loop.

    Counted at the server, no window of `per_seconds` holds more than `requests`: each holds its place from before
    it is sent until `per_seconds` after its answer, so all of those that arrive within one window hold theirs at
    the same moment. (A leaky bucket, such as aiolimiter's, lets through twice as many after a pause.)
    """

    def __init__(self, limit: Limit | None) -> None:
        self._limit = limit
        self._places = asyncio.Semaphore(limit.requests) if limit else None
        self._rests: set[asyncio.Task[object]] = set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place, and hold it while the request runs."""
        if self._places is None or self._limit is None:
            await self._rested()
            yield
            return
        await self._places.acquire()
        held = _Held(self._places, self._limit.per_seconds)
        try:
            await self._rested()
            held.begin()
            yield
        finally:
            held.end()

    def rest(self, pause: Awaitable[object]) -> None:
        """Let nobody go before the pause is over: the server said that it has had enough."""
        task = asyncio.ensure_future(_ended(pause))
        self._rests.add(task)
        task.add_done_callback(self._rests.discard)

    async def _rested(self) -> None:
        while self._rests:
            await asyncio.wait(self._rests)


class _Held:
    """One place, and the moment when it is free again."""

    def __init__(self, places: asyncio.Semaphore, per_seconds: float) -> None:
        self._places = places
        self._per_seconds = per_seconds
        self._later: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self._later = self._in(PATIENCE_SECONDS + self._per_seconds)

    def end(self) -> None:
        if self._later is None:  # it never began
            self._places.release()
        elif self._later.when() > asyncio.get_running_loop().time() + self._per_seconds:
            self._later.cancel()
            self._later = self._in(self._per_seconds)

    def _in(self, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._places.release)


async def _ended(pause: Awaitable[object]) -> object:
    return await pause
