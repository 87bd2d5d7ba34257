"""The life of a job: queued, running in jumps, done or failed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image

from inpaint_nb.simulator.accounts import Account

JUMPS = (0, 15, 31, 46, 62, 78, 93)  # Source: PROVIDERS.md §5; Midjourney's, from memory
SLOW_FACTOR = 10
QUEUE_SECONDS = 30.0
QUEUE_PLACES = 3
STUCK = {"stuck0": 0, "stuck85": 85, "stuck93": 93}

FAKE_KEY = "sk-" + "simulated0" * 3
FAKE_JWT = "eyJhbGciOiJub25lIn0.eyJlbWFpbCI6InNpbXVsYXRlZEBleGFtcGxlLm9yZyJ9.c2ltdWxhdGVkLXNpZ25hdHVyZQ"
STRANGE_WORD = "WARMING_UP"
SCRIPT = "<script>alert('simulated')</script>"
LEAKY_TEXT = f"[Internal error] upstream said: Bearer {FAKE_JWT} and {FAKE_KEY} are not allowed {SCRIPT}"

# At which share of its time a job fails, and its text. Source: PROVIDERS.md §2.6; observed.
FAILURES: dict[str, tuple[float, str | None]] = {
    "moderated": (
        0.1,
        "[Banned prompt detected] Sorry! Our AI moderator thinks this prompt is probably against our "
        "community standards.",
    ),
    "denied": (0.95, "[Image denied] Request cancelled due to image filters."),
    "timeout": (1.0, "Job Timeout"),
    "fail": (0.5, "[Internal error] Something went wrong. Please try again later."),
    "fail-silent": (0.5, None),
    "fail-script": (0.5, f"[Internal error] {SCRIPT}\x1b[31m"),
    "fail-leaky": (0.5, LEAKY_TEXT),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a job is: `progress` in per cent, `place` in the queue where told, `error` of a failed one."""

    status: Literal["QUEUED", "PROCESSING", "DONE", "FAIL"]
    progress: int
    error: str | None = None
    place: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after this."""
        return self.status in ("DONE", "FAIL")


@dataclass(eq=False)
class Job:
    """One job. What it was asked is fixed; only cancelling changes it, and its picture when first drawn.

    `created` and `seconds` are simulated time, `queue_seconds` the wait before it starts. `prompt` is what
    it echoes. `buttons` are offered once it is done. `kind`: a 2×2 grid or a single picture; `size` is that of
    the single one or of a tile, and `is_full` says that U1 to U4 enlarge it no more. `troubles` are the names
    it was scripted with.
    """

    id: str
    account: Account = field(repr=False)
    action: Literal["imagine", "button"]
    label: str
    prompt: str
    created: float
    seconds: float
    queue_seconds: float
    number: int
    size: tuple[int, int]
    kind: Literal["grid", "single"] = "grid"
    is_full: bool = False
    parent: Job | None = field(default=None, repr=False)
    ref: str = ""
    webhook: str | None = None
    time_limit: float = math.inf
    troubles: frozenset[str] = frozenset()
    buttons: tuple[str, ...] = ()
    mask: Image.Image | None = field(default=None, repr=False)
    bad_mask: str | None = None
    cutting: bool = False
    version: float = 0
    cancelled_at: float | None = None
    png: bytes | None = field(default=None, repr=False)

    @property
    def starts(self) -> float:
        """When it leaves the queue."""
        return math.inf if "stuck-queue" in self.troubles else self.created + self.queue_seconds

    @property
    def ends(self) -> float:
        """When it is over; infinite where that never comes."""
        if self.cancelled_at is not None:
            return self.cancelled_at
        if self.troubles & STUCK.keys():
            return math.inf
        return self.starts + self.seconds * self._failure()[0]

    def stage(self, now: float) -> Stage:
        """Where the job is at `now`."""
        if self.cancelled_at is not None and now >= self.cancelled_at:
            return Stage("FAIL", self._progress(self.cancelled_at), "Job cancelled")
        if now < self.starts:
            return Stage("QUEUED", 0, place=self._place(now))
        if now < self.ends:
            return Stage("PROCESSING", self._progress(now))
        if self.is_failing:
            return Stage("FAIL", self._progress(self.ends), self._failure()[1])
        return Stage("DONE", 100)

    def next_change(self, now: float) -> float:
        """When its stage is next worth telling."""
        steps = (self.starts + self.seconds * n / len(JUMPS) for n in range(len(JUMPS)))
        return min((moment for moment in (*steps, self.ends) if moment > now), default=math.inf)

    @property
    def is_failing(self) -> bool:
        """Whether its end is a failure."""
        return self._failure() != (1.0, "")

    def _failure(self) -> tuple[float, str | None]:
        if self.bad_mask is not None:
            return 0.2, self.bad_mask
        if self.time_limit < self.seconds:
            return self.time_limit / self.seconds, "Job Timeout"
        return next((FAILURES[name] for name in sorted(self.troubles) if name in FAILURES), (1.0, ""))

    def _progress(self, now: float) -> int:
        share = max(0.0, min((now - self.starts) / self.seconds, 0.999)) if now > self.starts else 0.0
        reached = JUMPS[int(share * len(JUMPS))]
        stops = [stop for name, stop in STUCK.items() if name in self.troubles]
        return stops[0] if stops and reached >= stops[0] - 15 else reached

    def _place(self, now: float) -> int | None:
        if "queue" not in self.troubles or math.isinf(self.starts):
            return None
        return max(1, math.ceil(QUEUE_PLACES * (self.starts - now) / self.queue_seconds))
