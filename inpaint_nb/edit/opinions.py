"""What people think of a picture: 1 to 5 stars, starred, rejected but kept; each opinion with who and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING, Protocol

from inpaint_nb.errors import InputError

if TYPE_CHECKING:
    from PIL import Image

MOST_STARS = 5


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person thinks of picture `index` of a job, from `when` (UTC) on; `blind` is how the stars were given."""

    job_id: str
    index: int
    who: str
    when: datetime
    stars: int | None = None
    starred: bool = False
    rejected: bool = False
    blind: bool = False


@dataclass(frozen=True, slots=True)
class Rating:
    """What several people think of one picture, taken together; `opinions` is the newest of each.

    `stars` is the mean of those who gave some, from 1 to 5; starred and rejected is what anyone says so of.
    """

    opinions: tuple[Opinion, ...] = ()

    @property
    def stars(self) -> float | None:
        """The mean of the stars; None where nobody gave any."""
        return mean_stars(self.opinions)

    @property
    def starred(self) -> bool:
        """Whether anyone starred it."""
        return any(opinion.starred for opinion in self.opinions)

    @property
    def rejected(self) -> bool:
        """Whether anyone rejected it."""
        return any(opinion.rejected for opinion in self.opinions)

    @property
    def blind(self) -> bool:
        """Whether all stars were given without knowing what was asked."""
        rated = [opinion for opinion in self.opinions if opinion.stars is not None]
        return bool(rated) and all(opinion.blind for opinion in rated)

    @property
    def who(self) -> tuple[str, ...]:
        """The people, the one who said something last at the end."""
        return tuple(opinion.who for opinion in self.opinions)

    @property
    def when(self) -> datetime | None:
        """When anyone said something last, in UTC."""
        return max((opinion.when for opinion in self.opinions), default=None)

    def of(self, who: str) -> Rating:
        """What this person alone thinks."""
        return Rating(tuple(opinion for opinion in self.opinions if opinion.who == who))

    def __repr__(self) -> str:
        people = f" by {', '.join(self.who)}" if self.who else ""
        return f"<Rating {rating_words(self.stars, self.starred, self.rejected) or 'none'}{people}>"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What somebody now says of a picture; None leaves what they said before, 0 stars takes the stars away."""

    stars: int | None = None
    starred: bool | None = None
    rejected: bool | None = None
    blind: bool = False

    def __post_init__(self) -> None:
        _check_stars(self.stars)
        for name in ("starred", "rejected"):
            if not isinstance(getattr(self, name), bool | None):
                raise InputError(f"{name} must be True or False, not {getattr(self, name)!r}.")
        if (self.stars, self.starred, self.rejected) == (None, None, None):
            raise InputError("There is nothing to rate with.", "Give stars, starred= or rejected=.")


class Opinions(Protocol):
    """Where opinions are kept; handed to a result by those who know the store."""

    def rate(self, job_id: str, index: int, judgement: Judgement, who: str | None) -> Rating:
        """What is thought of the picture after this; `who` is the person of the settings where nobody is named."""
        ...

    def rating(self, job_id: str, index: int) -> Rating:
        """What is thought of the picture."""
        ...

    def on_change(self, listener: Callable[[tuple[str, int]], None]) -> Callable[[], None]:
        """Calls `listener((job_id, index))` when this process rates a picture; returns what ends it."""
        ...


class Rated:
    """A result whose pictures can be rated."""

    job_id: str
    composited: tuple[Image.Image, ...]
    opinions: Opinions | None

    def rate(
        self,
        stars: int | None = None,
        *,
        starred: bool | None = None,
        rejected: bool | None = None,
        index: int = 0,
        who: str | None = None,
    ) -> Rating:
        """Rates picture `index` with 1 to 5 stars, 0 to take them away; what is None stays as it was.

        `rejected` pictures are kept. `who` is the environment's user unless given, or INPAINT_NB_RATER. Raises
        InputError for anything else, StoreError where the result is not in the store.
        """
        judgement = Judgement(stars, starred, rejected)
        return self._opinions().rate(self.job_id, self._rated(index), judgement, who)

    def rating(self, index: int = 0, who: str | None = None) -> Rating:
        """What everybody thinks of picture `index`, or only `who`."""
        rating = self._opinions().rating(self.job_id, self._rated(index))
        return rating if who is None else rating.of(who)

    def _opinions(self) -> Opinions:
        if self.opinions is None or not self.job_id:
            raise InputError("This result was made outside the store, which keeps ratings.")
        return self.opinions

    def _rated(self, index: int) -> int:
        return picture_index(index, len(self.composited))


def picture_index(index: int, count: int) -> int:
    """The picture's number, from 0; negative ones count from the end. Raises InputError where there is none."""
    if isinstance(index, bool) or not isinstance(index, int) or not -count <= index < count:
        pictures = "1 picture" if count == 1 else f"{count} pictures"
        raise InputError(f"There is no picture {index!r} in this result: it has {pictures}, counted from 0.")
    return index % count


def mean_stars(opinions: Sequence[Opinion]) -> float | None:
    """The mean of those who gave stars; None where nobody did."""
    given = [opinion.stars for opinion in opinions if opinion.stars is not None]
    return fmean(given) if given else None


def rating_words(stars: float | None, starred: bool, rejected: bool) -> str:
    """A rating in words: `4.3 stars, starred`; empty where there is none."""
    unit = "star" if stars == 1 else "stars"
    said = [
        f"{stars:.3g} {unit}" if stars is not None else "",
        starred and "starred",
        rejected and "rejected",
    ]
    return ", ".join(word for word in said if word)


def _check_stars(stars: object) -> None:
    is_whole = isinstance(stars, int) and not isinstance(stars, bool)
    if stars is not None and not (is_whole and 0 <= stars <= MOST_STARS):  # type: ignore[operator] # a whole number
        raise InputError(f"Stars are 1, 2, 3, 4 or 5, not {stars!r}.", "0 takes them away.")
