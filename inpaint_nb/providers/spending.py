"""What a job costs, read off the account's credits before and after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from inpaint_nb.errors import InpaintError

LOOK_SECONDS = 6.0  # a paid picture does not wait longer for its price; one turn of the rate limit takes 3

CreditsLeft = Callable[[], Awaitable[float | None]]


class Purse:
    """The account that several jobs share; `left` asks what is in it. On the engine's loop only."""

    def __init__(self) -> None:
        self._jobs: set[Spending] = set()
        self._tells = True

    @contextmanager
    def opened(self, left: CreditsLeft | None) -> Iterator[Spending]:
        """The spending of one job, for as long as it lasts; without `left` it only keeps others from measuring."""
        spending = Spending(self, left)
        self._jobs.add(spending)
        if len(self._jobs) > 1:
            for each in self._jobs:
                each.is_alone = False
        try:
            yield spending
        finally:
            self._jobs.discard(spending)

    async def look(self, left: CreditsLeft) -> float | None:
        """What is left, or None; an account that once did not answer is not asked again."""
        if not self._tells:
            return None
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await left()
        except (InpaintError, TimeoutError):  # the cost is worth knowing, and never worth the job
            self._tells = False
            return None


class Spending:
    """One job's cost, told only where no other job of ours took from the same account meanwhile."""

    def __init__(self, purse: Purse, left: CreditsLeft | None) -> None:
        self.is_alone = True
        self._purse = purse
        self._left = left
        self._before: float | None = None
        self.left: float | None = None  # what the account had at the last look

    async def begin(self) -> None:
        """Look into the purse before the job is sent."""
        if self.is_alone and self._left is not None:
            self._before = self.left = await self._purse.look(self._left)

    async def cost(self) -> float | None:
        """What is missing after the job; None where nobody can tell."""
        if self._before is None or self._left is None or not self.is_alone:
            return None
        after = self.left = await self._purse.look(self._left)
        if after is None or not self.is_alone or after > self._before:
            return None
        return self._before - after
