"""Rate limits, as ImaginePro documents them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_BOOKS = 10_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `requests` in any `per_seconds` real seconds, for each key."""

    requests: int
    per_seconds: float


# Source: PROVIDERS.md §2.7; documented by three pages that agree.
DOCUMENTED: Mapping[str, RateLimit] = {"general": RateLimit(1, 3.0), "message": RateLimit(10, 1.0)}


class Limiter:
    """Counts the requests of each key in a sliding window; refused ones do not count."""

    def __init__(self, limits: Mapping[str, RateLimit], wall: Callable[[], float]) -> None:
        self._limits = limits
        self._wall = wall
        self._taken: dict[tuple[str, str | None], deque[float]] = {}

    def wait_for(self, kind: str, key: str | None) -> int:
        """0 when the request may pass, and it is counted; else whole seconds until one may."""
        if (limit := self._limits.get(kind)) is None:
            return 0
        taken, now = self._taken.setdefault((kind, key), deque(maxlen=MAX_BOOKS)), self._wall()
        while taken and taken[0] <= now - limit.per_seconds:
            taken.popleft()
        if len(taken) < limit.requests:
            taken.append(now)
            return 0
        return max(1, math.ceil(taken[0] + limit.per_seconds - now))
