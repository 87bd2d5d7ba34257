"""All runs of the store, or those that are asked for, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, get_args, overload

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import MOST_STARS, Result
from inpaint_nb.errors import InputError
from inpaint_nb.history import frame, page
from inpaint_nb.history.run import Run, run_of
from inpaint_nb.store import Outcome, Search, Store, open_store

When = datetime | date | str | None

READ_AT_ONCE = 200  # runs; their masks may be long


def history(
    *,
    text: str | None = None,
    provider: object = None,
    source: object = None,
    since: When = None,
    until: When = None,
    status: Outcome | None = None,
    rating: float | None = None,
    starred: bool | None = None,
    rejected: bool | None = None,
) -> History:
    """Every run of the store, the newest first; or those that fit all that is asked.

    `text` is a part of the prompt, in any case. `source` is a part of the code or path that opened the picture, or
    the picture itself (PIL image or `Result`). `since` and `until` are days, which are included, or moments, as
    `date`, `datetime` or ISO text, in local time where they name no zone. `status` is "done", "failed", "cancelled"
    or "unfinished". `rating` is the least that a run's best picture must have, the mean of everybody's newest; a run is
    starred with any of its pictures and rejected with all of them, when anyone said so.

    `history()["1f3a"]` is the result of the run whose id begins so, or the `Run` that says why there is none.
    Raises InputError for what cannot be asked.
    """
    wanted = Search(
        text=_text(text, "text"),
        provider=_text(getattr(provider, "name", provider), "provider"),
        source=source if isinstance(source, str) else None,
        parent=None if isinstance(source, str) else _digest(source),
        since=_moment(since),
        until=_moment(until, is_end=True),
        status=_status(status),
        rating=_rating(rating),
        starred=_yes_or_no(starred, "starred"),
        rejected=_yes_or_no(rejected, "rejected"),
    )
    return History(open_store(), wanted)


class History:
    """Runs of a store. Its list is read when first asked for and then stays; runs are read a page at a time.

    Numbers count from the newest; a slice is another `History`. Safe to use from any thread.
    """

    def __init__(self, store: Store, wanted: Search, ids: Sequence[str] | None = None) -> None:
        """`ids` are those of a part of what is wanted."""
        self._store = store
        self._wanted = wanted
        self._part = ids

    @cached_property
    def ids(self) -> Sequence[str]:
        """The ids of the runs."""
        return self._store.search(self._wanted) if self._part is None else self._part

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Run]:
        for start in range(0, len(self.ids), READ_AT_ONCE):
            yield from self._read(self.ids[start : start + READ_AT_ONCE])

    @overload
    def __getitem__(self, which: slice) -> History: ...
    @overload
    def __getitem__(self, which: int) -> Run: ...
    @overload
    def __getitem__(self, which: str) -> Result | Run: ...
    def __getitem__(self, which: slice | int | str) -> History | Run | Result:
        if isinstance(which, slice):
            return History(self._store, self._wanted, self.ids[which])
        if isinstance(which, str):
            run = self.run(which)
            return run.result() if run.has_result else run
        return self._one([self.ids[which]], self.ids[which])

    def run(self, job_id: str) -> Run:
        """The run whose id is `job_id` or begins so, with a result or without. Raises InputError where none is."""
        found = self._beginning(job_id)
        if job_id in found:
            found = [job_id]
        if len(found) > 1:
            some = ", ".join(one[: len(job_id) + 4] for one in found[:5])
            raise InputError(f"{len(found)} runs have an id that begins with {job_id!r}.", f"Such as {some}.")
        return self._one(found, job_id)

    def to_frame(self) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
        """One row per run, as a pandas DataFrame; without pandas a list of dicts with the same keys."""
        return frame.to_frame(self)

    def delete(self, job_id: str, everything: bool = False) -> None:
        """Delete the run's pictures, the edited one included, that no other run needs; with `everything` the run too.

        Its prompt and numbers stay otherwise. Raises InputError for an unknown id, StoreError for a run that has
        not ended.
        """
        run = self.run(job_id)
        self._store.delete(run.id, everything=everything)
        if everything:
            self.ids = [one for one in self.ids if one != run.id]

    def __repr__(self) -> str:
        return page.text(self._first_page(), len(self))

    def _repr_html_(self) -> str:
        return page.html(self._store, self._first_page(), len(self))

    def _one(self, ids: Sequence[str], asked: str) -> Run:
        runs = self._read(ids)
        if not runs:
            raise InputError(f"No run here has the id {asked!r}.", "history().ids lists them.")
        return runs[0]

    def _first_page(self) -> list[Run]:
        return self._read(self.ids[: page.PAGE])

    def _beginning(self, job_id: str) -> Sequence[str]:
        if not job_id:
            return self.ids
        if self._part is not None:
            return [one for one in self._part if one.startswith(job_id)]
        return self._store.search(replace(self._wanted, prefix=job_id))

    def _read(self, ids: Sequence[str]) -> list[Run]:
        files, opinions = self._store.stored_files(ids), self._store.ratings.newest(ids)
        return [
            run_of(self._store, record, files.get(record.id, ()), opinions.get(record.id, ()))
            for record in self._store.several(ids)
        ]


def _text(value: object, name: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{name} must be a text, not {type(value).__name__}.")


def _digest(source: object) -> str | None:
    if source is None:
        return None
    picture = source.image if isinstance(source, Result) else source
    if not isinstance(picture, Image.Image):
        raise InputError(f"source must be a text or a picture, not {type(source).__name__}.")
    return images.digest(images.load(picture))


def _status(status: str | None) -> Outcome | None:
    if status is not None and status not in get_args(Outcome):
        raise InputError(f"There is no status {status!r}.", f"There are: {', '.join(get_args(Outcome))}.")
    return status  # type: ignore[return-value]  # checked in the line above


def _rating(rating: object) -> float | None:
    is_number = isinstance(rating, int | float) and not isinstance(rating, bool)
    if rating is not None and not (is_number and 1 <= rating <= MOST_STARS):  # type: ignore[operator] # a number
        raise InputError(f"rating must be a number from 1 to {MOST_STARS}, not {rating!r}.")
    return rating  # type: ignore[return-value]  # checked in the lines above


def _yes_or_no(value: object, name: str) -> bool | None:
    if not isinstance(value, bool | None):
        raise InputError(f"{name} must be True, False or None, not {value!r}.")
    return value


def _moment(when: When, *, is_end: bool = False) -> float | None:
    """Seconds since 1970; the end of a day is the beginning of the next."""
    if when is None:
        return None
    read = _parsed(when) if isinstance(when, str) else when
    if isinstance(read, datetime):
        return read.timestamp()
    if not isinstance(read, date):
        raise InputError(f"A time must be a date, a datetime or ISO text, not {type(when).__name__}.")
    day = read + timedelta(days=1) if is_end else read
    return datetime(day.year, day.month, day.day).timestamp()


def _parsed(when: str) -> datetime | date:
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(when)
        except ValueError:
            continue
    raise InputError(f"{when!r} is no time.", "Write it as 2026-11-23 or 2026-11-23T14:30.")
