"""How a job reads in ImaginePro's replies. Source: PROVIDERS.md §2.4, §2.5 and §2.9."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from inpaint_nb.simulator.clock import Clock
from inpaint_nb.simulator.flavours import Flavour
from inpaint_nb.simulator.jobs import SCRIPT, STRANGE_WORD, Job, Stage


@dataclass
class Messages:
    """Writes the replies in one flavour; `epoch` is the Unix time at which the clock began."""

    clock: Clock
    flavour: Flavour
    pictures_url: Callable[[], str]
    epoch: float = field(default_factory=time.time)

    def reply(self, job: Job, at: float | None = None) -> dict[str, object]:
        """The progress reply for the job, now or at another simulated time."""
        now = self.clock.now() if at is None else at
        stage = job.stage(now)
        told: dict[str, object] = {
            "messageId": job.id,
            "prompt": job.prompt + (f" {SCRIPT}" if "script" in job.troubles else ""),
            "status": self._word(job, stage),
            "progress": self._progress(job, stage),
            "createdAt": self.time_of(job.created),
            "updatedAt": self.time_of(min(now, job.ends)),
            **self._kinship(job),
        }
        if stage.place is not None:
            told["queuePosition"] = stage.place
        if stage.error is not None:
            told["error"] = stage.error
        return told | self._pictures(job, stage)

    def _kinship(self, job: Job) -> dict[str, object]:
        documented = self.flavour.keys == "documented"
        told: dict[str, object] = {"ref": job.ref} if job.ref or documented else {}
        if job.parent and documented:
            told[self.flavour.parent_key] = job.parent.id
        return told

    def _word(self, job: Job, stage: Stage) -> str:
        if stage.is_over:
            return stage.status
        if "unknown-status" in job.troubles:
            return STRANGE_WORD
        return self.flavour.waiting_word if stage.status == "QUEUED" else stage.status

    def _progress(self, job: Job, stage: Stage) -> object:
        if "progress-null" in job.troubles and not stage.is_over:
            return None
        if "progress-text" in job.troubles:
            return f"{stage.progress}%"
        return str(stage.progress) if self.flavour.progress_as_text else stage.progress

    def _pictures(self, job: Job, stage: Stage) -> dict[str, object]:
        """What appears only once there is a picture."""
        host = self.pictures_url()
        if stage.status == "PROCESSING" and "preview" in job.troubles:
            return {"uri": f"{host}/storage/{job.id}-preview.png"}
        if stage.status != "DONE" or "no-picture" in job.troubles:
            return {}
        uri = f"{host}/storage/{job.id}.png"
        told: dict[str, object] = {"uri": uri}
        if self.flavour.keys == "documented":
            told["originalUrl"] = f"{host}/attachments/{job.id}.png"
            told["buttons"] = [*job.buttons, *([SCRIPT] if "script" in job.troubles else [])]
        return told | self._listed(job, uri)

    def _listed(self, job: Job, uri: str) -> dict[str, object]:
        if self.flavour.images == "absent":
            return {}
        if self.flavour.images == "grid" or job.kind == "single":
            return {"images": [uri]}
        return {"images": [uri.replace(".png", f"-{n}.png") for n in range(1, 5)]}

    def line(self, job: Job) -> dict[str, object]:
        """The job's line in the history."""
        line: dict[str, object] = {
            "id": job.id,
            "type": job.action,
            "button": job.label,
            "prompt": job.prompt,
            "createdAt": self.time_of(job.created),
        }
        uri = self._pictures(job, job.stage(self.clock.now())).get("uri")
        return line | ({"uri": uri} if uri else {})

    def time_of(self, moment: float) -> str:
        """A simulated time as replies write it."""
        when = datetime.fromtimestamp(self.epoch + moment, UTC)
        if self.flavour.keys == "2026":
            return when.isoformat(timespec="seconds")
        return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
