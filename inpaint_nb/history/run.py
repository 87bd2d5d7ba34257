"""One run of the store: what was asked, how it ended, and the way to its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from inpaint_nb import errors
from inpaint_nb.edit import Report, Result
from inpaint_nb.errors import InpaintError, JobError, StoreError
from inpaint_nb.jobs import ENGINE
from inpaint_nb.jobs.recall import recall
from inpaint_nb.masks import Mask
from inpaint_nb.store import Outcome, Record, Store

PROMPT_SHOWN = 60  # characters, in one line


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A job of the store, read at once; its pictures are read when they are asked for.

    `why` asks whether an unfinished job still runs somewhere.
    """

    record: Record
    files: tuple[Path, ...]
    why: Callable[[], InpaintError | None]
    open: Callable[[], Result]

    @property
    def id(self) -> str:
        """Our id of the job: `history()[id]`."""
        return self.record.id

    @property
    def created(self) -> datetime:
        """When it was asked for, in UTC."""
        return datetime.fromtimestamp(self.record.created, UTC)

    @property
    def status(self) -> Outcome:
        """How it ended: "done", "failed" or "cancelled"; or "unfinished"."""
        status = self.record.status
        return status if status in ("done", "failed", "cancelled") else "unfinished"  # type: ignore[return-value] # one of the three

    @property
    def kind(self) -> str:
        """What it was: "edit", "imagine", "press" or "fetch"."""
        return self.record.kind

    @property
    def prompt(self) -> str:
        """The prompt, verbatim; empty where there was none."""
        of_edit = self.record.edit or {}
        return str(self.record.prompt or of_edit.get("prompt") or "")

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.record.provider

    @property
    def params(self) -> Mapping[str, object]:
        """The provider's parameters that were set."""
        return self.record.params

    @property
    def parent(self) -> str | None:
        """The digest of the picture that was edited or pressed."""
        return self.record.parent

    @property
    def mask(self) -> Mask | None:
        """The mask as it was painted; None where nothing was edited."""
        return Mask.from_record(dict(self.record.operations)) if self.record.operations else None

    @property
    def coverage(self) -> float | None:
        """How much of the picture the mask covers, from 0 to 1."""
        if self.record.coverage is not None or (mask := self.mask) is None:
            return self.record.coverage
        return mask.coverage

    @property
    def reports(self) -> tuple[Report, ...]:
        """What changed in each picture, and where; empty where nothing was edited."""
        return tuple(Report(**report) for report in self.record.reports)

    @property
    def seconds(self) -> float | None:
        """How long it took; None until it has ended."""
        return self.record.seconds

    @property
    def cost(self) -> float | None:
        """What it cost in the provider's unit, where the provider told."""
        return self.record.cost

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know and what stopped nobody."""
        return self.record.notes

    @property
    def has_result(self) -> bool:
        """Whether `result()` gives one."""
        return self.record.status == "done" and self.record.deleted is None

    @property
    def error(self) -> InpaintError | None:
        """Why there is no result, to raise or to read; None where there is one."""
        return self.why()

    def result(self) -> Result:
        """The result, whole. Raises the run's error where there is none, StoreError where its pictures are gone."""
        if (error := self.error) is not None:
            raise error
        return self.open()

    def __repr__(self) -> str:
        words = self.prompt if len(self.prompt) <= PROMPT_SHOWN else f"{self.prompt[:PROMPT_SHOWN]}…"
        prompt = f" {words!r}" if words else ""
        error = self.error
        why = "" if error is None else f": {error.message}"
        when = f"{self.created.astimezone():%Y-%m-%d %H:%M}"
        return f"<Run {self.id[:8]} {when} {self.provider}{prompt} {self.status}{why}>"


def run_of(store: Store, record: Record, files: tuple[Path, ...]) -> Run:
    """The run of a record of this store."""
    return Run(record, files, lambda: _why(store, record), lambda: recall(store, record, ENGINE))


def _why(store: Store, record: Record) -> InpaintError | None:
    if not record.is_finished:
        return _unfinished(store, record)
    if record.status != "done":
        return _ended_in(record)
    if record.deleted is not None:
        at = datetime.fromtimestamp(record.deleted).astimezone()
        return StoreError(
            f"The pictures of this run were deleted on {at:%Y-%m-%d at %H:%M}.",
            "Its prompt and its numbers are kept.",
        )
    return None


def _unfinished(store: Store, record: Record) -> JobError:
    if store.is_alive(record):
        return JobError("This run has not ended yet.", "Wait for it in the kernel that started it.")
    return JobError(
        "The kernel that started this run ended before it did.", "inpaint_nb.resume() picks it up again."
    )


def _ended_in(record: Record) -> InpaintError:
    """The error as the job raised it; an error that is not ours under its name."""
    name, text = record.error_type or "", record.error_text or ""
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, InpaintError):
        return kind(text, record.error_hint or "")
    return InpaintError(f"{name}: {text}", record.error_hint or "")
