"""What was asked of the simulator, request by request."""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["api", "pictures", "elsewhere"]
KeySeen = Literal["right", "wrong", "none"]


@dataclass(slots=True)
class Call:
    """One request. `headers` come without the key; `key` says whether one was sent and whether it fits.

    `seconds` is the clock's real time (`Clock.wall`) and `at` its simulated time on arrival; `status` is the
    HTTP status of the reply, or None while there is none and where the connection was cut. `fault` names the
    trouble that was played.
    """

    origin: Origin
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    key: KeySeen
    seconds: float
    at: float
    body: object = field(default=None, repr=False)
    status: int | None = None
    fault: str | None = None


class Calls:
    """The calls so far, in the order they came; any thread may look."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Keep `call`."""
        with self._lock:
            self._calls.append(call)

    def clear(self) -> None:
        """Forget what was asked so far."""
        with self._lock:
            self._calls.clear()

    def all(self) -> list[Call]:
        """A copy of the list."""
        with self._lock:
            return list(self._calls)


def busiest(calls: list[Call], per_seconds: float) -> int:
    """The most of these calls that came within any `per_seconds` real seconds."""
    times = sorted(call.seconds for call in calls)
    return max((bisect_right(times, start + per_seconds) - n for n, start in enumerate(times)), default=0)
