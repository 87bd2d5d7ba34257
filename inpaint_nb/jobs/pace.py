"""How long to wait between two questions about a job."""

from __future__ import annotations

from inpaint_nb.edit import Event, Progress, Queued
from inpaint_nb.http import Pause

GROWTH = 1.2  # of each wait over the one before it


class Pace:
    """The waits of one story: at first `seconds[0]`, growing to `seconds[1]`; none where `seconds` is None.

    A wait follows each `Queued` and `Progress`, because those are what the answer to a question becomes. Other
    events do not wait: a `Preview` or a `Notice` that came with the same answer is yielded before them.
    """

    def __init__(self, seconds: tuple[float, float] | None, pause: Pause) -> None:
        self._next, self._longest = seconds or (0.0, 0.0)
        self._pause = pause

    async def after(self, event: Event) -> None:
        """Wait, if the event is one to wait after."""
        if not self._longest or not isinstance(event, Queued | Progress):
            return
        await self._pause(self._next)
        self._next = min(self._next * GROWTH, self._longest)
