"""What people think, by prompt, provider or parameter: one line each, with how many, how good and how sure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev
from typing import Any

from inpaint_nb.edit import MOST_STARS, Opinion
from inpaint_nb.errors import InputError
from inpaint_nb.history import frame, ratingpage
from inpaint_nb.history.collection import history
from inpaint_nb.history.groups import Fields, Group, Value, check_known, group_of, names_of
from inpaint_nb.store import Choice, Picture, Store, open_store

Key = tuple[Value, ...]
STARS = range(1, MOST_STARS + 1)


def ratings(
    by: str | Sequence[str] = "prompt",
    *,
    who: str | None = None,
    blind: bool | None = None,
    **filters: Any,  # Any: those of history(), checked there
) -> Ratings:
    """A table of what people think: the newest rating of each person on each picture, by one name or several.

    A name is "prompt", "provider", "mask", "seed", "who", … or that of a provider's parameter. `who` and `blind` take
    the opinions of one person, or those given blind; `filters` are those of `history`. Raises InputError for a name
    that no run knows.
    """
    names, store, ids = names_of(by), open_store(), history(**filters).ids
    said = [one for several in store.ratings.newest(ids).values() for one in several]
    chosen = store.ratings.choices(ids)
    return summarise(
        store,
        names,
        [one for one in said if who in (None, one.who) and blind in (None, one.blind)],
        [one for one in chosen if who in (None, one.who) and blind in (None, one.blind)],
    )


def summarise(
    store: Store, names: Sequence[str], opinions: Sequence[Opinion], choices: Sequence[Choice]
) -> Ratings:
    """The table of these opinions and choices."""
    said = {one.job_id for one in opinions} | {job for one in choices for job, _ in (one.better, one.worse)}
    groups = [group_of(name) for name in names]
    runs = store.excerpts({field for group in groups for field in group.needs}, sorted(said))
    if runs:
        check_known(names, runs.values())
    lines: dict[Key, Line] = {}
    for one in opinions:
        if one.job_id in runs:
            key = _key(groups, runs[one.job_id], one)
            lines.setdefault(key, Line(key)).opinions.append(one)
    _count_choices(lines, groups, runs, choices)
    return Ratings(tuple(names), sorted(lines.values(), key=_worth))


@dataclass(slots=True)
class Line:
    """What people think of all pictures that share `key`; `pairs` of them met another line's, and won `points`."""

    key: Key
    opinions: list[Opinion] = field(default_factory=list)
    pairs: int = 0
    points: float = 0.0

    @property
    def stars(self) -> list[int]:
        """The stars that were given."""
        return [one.stars for one in self.opinions if one.stars is not None]

    @property
    def n(self) -> int:
        """How often stars were given."""
        return len(self.stars)

    @property
    def mean(self) -> float | None:
        """The mean of the stars."""
        return fmean(self.stars) if self.stars else None

    @property
    def spread(self) -> float | None:
        """The standard deviation of the stars; None for fewer than two."""
        return stdev(self.stars) if self.n > 1 else None

    @property
    def histogram(self) -> tuple[int, ...]:
        """How often 1, 2, 3, 4 and 5 stars were given."""
        return tuple(self.stars.count(number) for number in STARS)

    @property
    def won(self) -> float | None:
        """The share of pairs in which a picture of this line was preferred, from 0 to 1; a tie is half."""
        return self.points / self.pairs if self.pairs else None

    def count(self, name: str) -> int:
        """How many pictures were "starred" or "rejected" by anyone."""
        return len({(one.job_id, one.index) for one in self.opinions if getattr(one, name)})

    def values(self) -> tuple[object, ...]:
        """Everything that is counted, in the order of `COUNTED`."""
        pictures = len({(one.job_id, one.index) for one in self.opinions})
        people = len({one.who for one in self.opinions})
        blind = sum(one.blind for one in self.opinions if one.stars is not None)
        return (
            self.n, pictures, people, self.mean, self.spread, *self.histogram,
            self.count("starred"), self.count("rejected"), blind, self.pairs, self.won,
        )  # fmt: skip


COUNTED = (
    "n", "pictures", "people", "mean", "spread", *(f"stars_{number}" for number in STARS),
    "starred", "rejected", "blind", "pairs", "won",
)  # fmt: skip


class Ratings:
    """A table of ratings, the best line first. `ratings["a fox"]` is one line."""

    def __init__(self, names: tuple[str, ...], lines: Sequence[Line]) -> None:
        self.names = names
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.lines)

    def __getitem__(self, key: Value | Key) -> Line:
        """The line of one value, or of one value for each name. Raises InputError where there is none."""
        asked = key if isinstance(key, tuple) else (key,)
        found = next((line for line in self.lines if line.key == asked), None)
        if found is None:
            raise InputError(f"Nothing with {', '.join(self.names)} {key!r} was rated.")
        return found

    def rows(self) -> list[dict[str, object]]:
        """The table as plain values."""
        columns = (*self.names, *COUNTED)
        return [dict(zip(columns, (*line.key, *line.values()), strict=True)) for line in self.lines]

    def to_frame(self) -> Any:  # Any: pandas' DataFrame where there is pandas, else a list of dicts
        """A DataFrame with one row per line; without pandas a list of dicts with the same keys."""
        return frame.framed(self.rows(), (*self.names, *COUNTED))

    def __repr__(self) -> str:
        return ratingpage.text(self.names, self.rows())

    def _repr_html_(self) -> str:
        return ratingpage.html(self.names, self.rows())


def _key(groups: Iterable[Group], run: Fields, opinion: Opinion) -> Key:
    return tuple(group.value(run, opinion) for group in groups)


def _count_choices(
    lines: dict[Key, Line], groups: Sequence[Group], runs: Mapping[str, Fields], choices: Iterable[Choice]
) -> None:
    """Counts each choice between two lines for both; one within a line tells nothing."""
    for choice in choices:
        pictures = (choice.better, choice.worse)
        if not all(job in runs for job, _ in pictures):
            continue
        better, worse = (_key(groups, runs[one[0]], _standing_for(choice, one)) for one in pictures)
        if better != worse:
            for key, points in ((better, 0.5 if choice.tie else 1.0), (worse, 0.5 if choice.tie else 0.0)):
                line = lines.setdefault(key, Line(key))
                line.pairs += 1
                line.points += points


def _standing_for(choice: Choice, picture: Picture) -> Opinion:
    return Opinion(*picture, choice.who, choice.when)


def _worth(line: Line) -> tuple[float, float, str]:
    """The best first: by stars, then by pairs won."""
    return -(line.mean or 0.0), -(line.won or 0.0), str(line.key)
