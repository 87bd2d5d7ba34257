"""One run of the store: what was asked, how it ended, and the way to its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from inpaint_nb.edit import Opinion, Rating, Report, Result
from inpaint_nb.errors import InpaintError, JobError, StoreError
from inpaint_nb.jobs import ENGINE
from inpaint_nb.jobs.recall import error_of, recall
from inpaint_nb.masks import Mask
from inpaint_nb.store import Outcome, Record, Store

PROMPT_SHOWN = 60  # characters, in one line


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """A job of the store, read at once; its pictures are read when they are asked for.

    `why` asks whether an unfinished job still runs somewhere. `opinions` has the newest of each person on each picture.
    """

    record: Record
    files: tuple[Path, ...]
    why: Callable[[], InpaintError | None]
    open: Callable[[], Result]
    opinions: tuple[Opinion, ...] = ()

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
        return prompt_of(self.record.prompt, self.record.edit)

    @property
    def provider(self) -> str:
        """The provider's name."""
        return self.record.provider

    @property
    def params(self) -> Mapping[str, object]:
        """The provider's parameters that were set."""
        return self.record.params

    @property
    def seed(self) -> int | None:
        """The seed that was used, chosen by you or by the provider."""
        told = self.record.remote.get("seed")
        return told if isinstance(told, int) else self.record.seed

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
    def ratings(self) -> list[Rating]:
        """What is thought of each picture that somebody rated."""
        of_picture = groupby(sorted(self.opinions, key=_index), key=_index)
        return [Rating(tuple(several)) for _, several in of_picture]

    @property
    def rating(self) -> float | None:
        """The stars of the best picture, the mean of the newest of each person; None where nobody gave any."""
        return max((one.stars for one in self.ratings if one.stars is not None), default=None)

    @property
    def starred(self) -> bool:
        """Whether anyone starred any of the pictures."""
        return any(opinion.starred for opinion in self.opinions)

    @property
    def rejected(self) -> bool:
        """Whether each picture was rejected by someone."""
        return sum(one.rejected for one in self.ratings) >= max(1, len(self.record.composited))

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


def run_of(store: Store, record: Record, files: Sequence[Path] = (), opinions: Sequence[Opinion] = ()) -> Run:
    """The run of a record of this store."""
    return Run(
        record,
        tuple(files),
        lambda: _why(store, record),
        lambda: recall(store, record, ENGINE),
        tuple(opinions),
    )


def prompt_of(prompt: str | None, edit: Mapping[str, object] | None) -> str:
    """The prompt of a job: its own, else that of the edit whose candidate it brought out; empty where there is none."""
    return str(prompt or (edit or {}).get("prompt") or "")


def _index(opinion: Opinion) -> int:
    return opinion.index


def _why(store: Store, record: Record) -> InpaintError | None:
    if not record.is_finished:
        return _unfinished(store, record)
    if record.status != "done":
        return error_of(record)
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
