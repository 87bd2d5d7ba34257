"""The simulated service itself, whatever the wire: accounts, jobs, buttons and their prices."""

from __future__ import annotations

import math
import re
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PIL import Image

from inpaint_nb.images import encode_png
from inpaint_nb.simulator import buttons
from inpaint_nb.simulator.accounts import (
    BUTTON_CREDITS,
    IMAGINE_CREDITS,
    RELAXED_CREDITS,
    Account,
    Accounts,
)
from inpaint_nb.simulator.clock import Clock
from inpaint_nb.simulator.jobs import QUEUE_SECONDS, SLOW_FACTOR, Job
from inpaint_nb.simulator.masks import MaskRules, read_mask
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.trouble import Script

HISTORY_SECONDS = 24 * 3600.0
ORIGINAL_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What comes with any submission: `troubles` asked for by prompt or header, and how to be told."""

    ref: str = ""
    webhook: str | None = None
    time_limit: float = math.inf
    cutting: bool = False
    troubles: frozenset[str] = frozenset()


@dataclass
class Studio:
    """Takes submissions and keeps the jobs. Any thread may ask.

    A tile of a first grid has `tile` pixels (for a square one); U1 to U4 enlarge it by `enlarge`. `at_once`
    is how many jobs of an account run at the same time.
    """

    clock: Clock
    script: Script
    masks: MaskRules = field(default_factory=MaskRules)
    seconds_per_job: float = 60.0
    queue_seconds: float = 3.0
    at_once: int | None = None
    tile: int = 128
    enlarge: int = 2
    accounts: Accounts = field(default_factory=Accounts)
    on_job: Callable[[Job], object] = field(default=lambda job: None)

    def __post_init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self.submits = 0
        self._lock = threading.RLock()

    def jobs(self) -> list[Job]:
        """Every job, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def any_job(self, job_id: object) -> Job | None:
        """The job of that id, whoever it belongs to."""
        return self._jobs.get(job_id) if isinstance(job_id, str) else None

    def job(self, account: Account, job_id: object) -> Job:
        """The account's job of that id, or Refused with 404; one that is `gone` is forgotten half way."""
        job = self.any_job(job_id)
        if job is None or job.account is not account or self._is_gone(job):
            raise Refused(404, "Message not found")
        return job

    def history(self, account: Account) -> list[Job]:
        """The account's jobs of the last 24 hours, newest first."""
        since = self.clock.now() - HISTORY_SECONDS
        mine = (job for job in reversed(self.jobs()) if job.account is account and job.created >= since)
        return [job for job in mine if "history-misses" not in job.troubles]

    def imagine(self, account: Account, prompt: str, wish: Wish) -> Job:
        """A new grid."""
        if not prompt.strip():
            raise Refused(400, "Prompt is required.")
        price = RELAXED_CREDITS if "--relax" in prompt else IMAGINE_CREDITS
        return self._submit(
            account, price, wish, action="imagine", label="", prompt=prompt, size=self._tile_size(prompt),
            buttons=buttons.GRID, version=buttons.version_in(prompt),
        )  # fmt: skip

    def press(
        self, account: Account, parent: Job, label: str, prompt: str | None, mask: object, wish: Wish
    ) -> Job:
        """What `label` under `parent` makes. `mask` counts for Vary (Region) alone."""
        if not parent.stage(self.clock.now()).is_over:
            raise Refused(400, f"The job is still running; {label} can be pressed when it is done.")
        if parent.stage(self.clock.now()).status != "DONE" or label not in parent.buttons:
            raise Refused(400, f"Button {label} is not available for this message.")
        return self._submit(
            account, BUTTON_CREDITS, wish, action="button", label=label, prompt=prompt or parent.prompt,
            parent=parent, version=parent.version, **self._shape(parent, label), **self._masked(parent, label, mask),
        )  # fmt: skip

    def cancel(self, job: Job) -> None:
        """End the job, which then reads FAIL."""
        if job.stage(self.clock.now()).is_over:
            raise Refused(400, "The job has already finished.")
        job.cancelled_at = self.clock.now()
        self.clock.nudge()

    def add_picture(
        self, account: Account, image: Image.Image, prompt: str = "a picture", job_id: str | None = None
    ) -> Job:
        """A finished upscale that holds `image`, as if it had been made here; free."""
        picture = image.convert("RGB")
        job = self._make(
            account, Wish(), action="button", label="U1", prompt=prompt, kind="single", is_full=True, size=picture.size,
            buttons=buttons.on_upscale(buttons.NEWEST, picture.width == picture.height), version=buttons.NEWEST,
            png=encode_png(picture),
        )  # fmt: skip
        job.created -= job.queue_seconds + job.seconds
        job.id = job_id or job.id
        return self._keep(job)

    def _submit(self, account: Account, price: int, wish: Wish, **asked: Any) -> Job:
        with self._lock:
            account.charge(price)
            wish = replace(wish, troubles=wish.troubles | self.script.for_job())
            job = self._keep(self._make(account, wish, **asked))
            self.submits += 1
        self.on_job(job)
        return job

    def _make(self, account: Account, wish: Wish, **asked: Any) -> Job:
        troubles = wish.troubles
        seconds = self.seconds_per_job * (SLOW_FACTOR if "slow" in troubles else 1)
        with self._lock:
            waits = self._wait(account) + (QUEUE_SECONDS if "queue" in troubles else self.queue_seconds)
            job = Job(
                id=str(uuid.uuid4()), account=account, created=self.clock.now(), seconds=seconds,
                queue_seconds=waits, number=len(self._jobs), ref=wish.ref, webhook=wish.webhook,
                time_limit=wish.time_limit, troubles=troubles, cutting=wish.cutting, **asked,
            )  # fmt: skip
        if "other-size" in troubles and job.label == buttons.REGION:
            job.size = (max(1, job.size[0] * 3 // 4), max(1, job.size[1] * 3 // 4))
        return job

    def _keep(self, job: Job) -> Job:
        with self._lock:
            self._jobs[job.id] = job
        return job

    def _wait(self, account: Account) -> float:
        """How long a new job of `account` is held back: first in, first out, `at_once` side by side."""
        if self.at_once is None:
            return 0.0
        now = self.clock.now()
        ends = sorted(job.ends for job in self.jobs() if job.account is account and job.ends > now)
        return ends[-self.at_once] - now if len(ends) >= self.at_once else 0.0

    def _is_gone(self, job: Job) -> bool:
        return "gone" in job.troubles and self.clock.now() > job.starts + job.seconds / 2

    def _tile_size(self, prompt: str) -> tuple[int, int]:
        """The tile's size, by `--ar` in the prompt, with about the same area."""
        found = re.search(r"--ar\s+(\d{1,3}):(\d{1,3})", prompt)
        wide, high = (int(found[1]) or 1, int(found[2]) or 1) if found else (1, 1)
        width = round(self.tile * math.sqrt(wide / high))
        return max(8, width), max(8, round(self.tile * math.sqrt(high / wide)))

    def _shape(self, parent: Job, label: str) -> dict[str, Any]:
        """Size, kind and buttons of what `label` makes."""
        width, height = parent.size
        if label in buttons.UPSCALES:
            factor = 1 if parent.is_full else self.enlarge
            offered = buttons.on_upscale(parent.version, width == height)
            return _single((width * factor, height * factor), offered)
        if label in buttons.LARGER:
            factor = buttons.LARGER[label]
            return _single((width * factor, height * factor), buttons.on_larger(label))
        size = self._grown(label, parent.size)
        return {"kind": "grid", "size": size, "is_full": parent.is_full, "buttons": buttons.GRID}

    def _grown(self, label: str, size: tuple[int, int]) -> tuple[int, int]:
        right, down = buttons.PANS.get(label, (0, 0))
        if label == buttons.SQUARE:
            return max(size), max(size)
        return size[0] + abs(right) * size[0] // 2, size[1] + abs(down) * size[1] // 2

    def _masked(self, parent: Job, label: str, mask: object) -> Mapping[str, Any]:
        if label != buttons.REGION or mask is None:
            return {}
        try:
            return {"mask": read_mask(mask, parent.size, self.masks)}
        except Refused as refused:
            if not self.masks.as_job:
                raise
            return {"bad_mask": f"[Invalid parameter] {refused.message}"}


def _single(size: tuple[int, int], offered: tuple[str, ...]) -> dict[str, Any]:
    return {"kind": "single", "is_full": True, "size": size, "buttons": offered}
