"""Simulated time: it stands still, runs as fast as wanted, or jumps when it is told to."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

SPEEDS = {"manual": 0.0, "real": 1.0, "fast": 200.0}


class Clock:
    """Simulated seconds since it was made: `speed` for each real second, plus what `advance` added.

    Any thread may read and advance it.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._added = 0.0
        self._wakers: set[Callable[[], object]] = set()

    def now(self) -> float:
        """The simulated time, which jobs live by."""
        return (time.monotonic() - self._began) * self.speed + self._added

    def wall(self) -> float:
        """Real seconds plus what was added, which rate limits live by: clients keep to real ones."""
        return time.monotonic() - self._began + self._added

    def advance(self, seconds: float) -> None:
        """Jump ahead by simulated `seconds`."""
        with self._lock:
            self._added += seconds
        self.nudge()

    def nudge(self) -> None:
        """Let everyone who waits look at the time again."""
        with self._lock:
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    async def wait_until(self, moment: float) -> None:
        """Return at the simulated `moment`, or earlier when someone nudges."""
        moved = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop may be closed by now
                loop.call_soon_threadsafe(moved.set)

        self._wakers.add(wake)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._real(moment - self.now())):
                    await moved.wait()
        finally:
            self._wakers.discard(wake)

    def _real(self, seconds: float) -> float | None:
        if seconds <= 0:
            return 0.0
        return seconds / self.speed if self.speed and math.isfinite(seconds) else None


def clock_named(clock: str | float | Clock) -> Clock:
    """The clock itself, or a new one: "manual", "real", "fast", or a number of times faster than real."""
    if isinstance(clock, Clock):
        return clock
    if isinstance(clock, str):
        if clock not in SPEEDS:
            raise ValueError(f"clock must be one of {', '.join(SPEEDS)}, a speed or a Clock, not {clock!r}.")
        return Clock(SPEEDS[clock])
    return Clock(float(clock))
