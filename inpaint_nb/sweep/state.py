"""How far one cell of a sweep is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from inpaint_nb import errors
from inpaint_nb.errors import InpaintError, JobCancelled
from inpaint_nb.store import Standing

# "planned" has not been asked for yet; the others are those of a job.
CellStatus = Literal["planned", "waiting", "submitting", "queued", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class CellState:
    """A picture of one moment. `recorded` says when a cell was made that was found in the store, None for a live one.

    `digests` are those of the pictures, once there are any, in order. `error` and `hint` say why there are none, and
    `reason` raises it.
    """

    status: CellStatus = "planned"
    recorded: datetime | None = None
    progress: float | None = None
    stage: str = ""
    seconds: float | None = None
    cost: float | None = None
    error: str = ""
    hint: str = ""
    error_type: str = ""
    digests: tuple[str, ...] = ()
    job_id: str | None = None

    @property
    def digest(self) -> str | None:
        """The digest of the first picture, which the store knows it by."""
        return self.digests[0] if self.digests else None

    @property
    def reason(self) -> InpaintError | None:
        """The error, to raise; one that is not ours under its name. None where there is none."""
        if not self.error:
            return None
        kind = getattr(errors, self.error_type, None)
        is_ours = isinstance(kind, type) and issubclass(kind, InpaintError)
        return (kind if is_ours else InpaintError)(self.error, self.hint)  # type: ignore[misc]  # one of our errors

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.status in ("done", "failed", "cancelled")


def failed(error: BaseException, job_id: str | None = None, seconds: float | None = None) -> CellState:
    """The state of a cell that ended in this error."""
    ours = error if isinstance(error, InpaintError) else InpaintError(f"{type(error).__name__}: {error}")
    status: CellStatus = "cancelled" if isinstance(error, JobCancelled) else "failed"
    return CellState(
        status,
        seconds=seconds,
        error=ours.message,
        hint=ours.hint,
        error_type=type(ours).__name__,
        job_id=job_id,
    )


def ended(standing: Standing, *, is_live: bool = False) -> CellState:
    """The state of a cell whose job stands so in the store, and has ended."""
    status: CellStatus = "done" if standing.has_pictures else "failed"
    if standing.status == "cancelled":
        status = "cancelled"
    return CellState(
        status,
        recorded=None if is_live else datetime.fromtimestamp(standing.created, UTC),
        seconds=standing.seconds,
        cost=standing.cost,
        error=standing.error_text or "",
        hint=standing.error_hint or "",
        error_type=standing.error_type or "",
        digests=standing.composited,
        job_id=standing.id,
    )
