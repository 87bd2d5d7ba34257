"""What is thought of the pictures in a gallery: shown at the thumbnails, changed by hand, told again when code does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from inpaint_nb import settings
from inpaint_nb.edit import Judgement, Opinions, Rating, Result, rating_words
from inpaint_nb.errors import InpaintError, InputError, StoreError
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.runs import Runs

Shown = Mapping[str, tuple[Result, int]]  # thumbnails by key: whose picture, and which


class Stars:
    """Keeps the ratings in a `Runs` widget up to date. `show` is for the marshaller's thread."""

    def __init__(self, runs: Runs, shown: Shown) -> None:
        self._runs, self._shown = runs, shown
        self._stops: dict[Opinions, Callable[[], None]] = {}

    def show(self, key: str) -> None:
        """Shows what is thought of a thumbnail's picture, and goes on doing so."""
        result, index = self._shown[key]
        opinions = result.opinions
        if opinions is not None and opinions not in self._stops:
            self._stops[opinions] = opinions.on_change(self._changed)
        with suppress(StoreError):  # a store that cannot be read is told by the next job
            self._runs.show_rating(key, shown_rating(result.rating(index)))

    def judge(self, key: str, said: Mapping[str, object]) -> Rating:
        """Rates a thumbnail's picture as the page says; raises InputError for what is no rating or no thumbnail."""
        if key not in self._shown:
            raise InputError("There is no result to rate yet.", "Press Run first.")
        result, index = self._shown[key]
        try:
            judgement = judged(said)
            return result.rate(
                judgement.stars, starred=judgement.starred, rejected=judgement.rejected, index=index
            )
        except InpaintError:
            self._post(key)  # the page has shown it already
            raise

    def press(self, key: str, name: str) -> Rating:
        """Does what a key of the editor says: "rate_4", "star" or "reject"; the last two on and off in turn."""
        if name.startswith("rate_"):
            return self.judge(key, {"stars": int(name.removeprefix("rate_"))})
        if key not in self._shown:
            return self.judge(key, {})
        result, index = self._shown[key]
        mark = {"star": "starred", "reject": "rejected"}[name]
        mine = result.rating(index, settings.rater())
        return self.judge(key, {mark: not getattr(mine, mark)})

    def close(self) -> None:
        """Listens no longer."""
        for stop in self._stops.values():
            stop()
        self._stops.clear()
        for key in self._shown:
            MARSHALLER.drop((id(self), key))

    def _changed(self, picture: tuple[str, int]) -> None:
        for key, (result, index) in list(self._shown.items()):
            if (result.job_id, index) == picture:
                self._post(key)

    def _post(self, key: str) -> None:
        MARSHALLER.post((id(self), key), lambda: self.show(key))


def judged(said: Mapping[str, object]) -> Judgement:
    """What the page's message says of a picture; raises InputError for what is no rating."""
    stars, starred, rejected = (said.get(name) for name in ("stars", "starred", "rejected"))
    return Judgement(stars, starred, rejected)  # type: ignore[arg-type]  # checked there


def shown_rating(rating: Rating) -> dict[str, object]:
    """What a thumbnail shows: your own opinion, and in words what all think where others said something."""
    me = settings.rater()
    mine = rating.of(me)
    people = rating.who[0] if len(rating.who) == 1 else f"{len(rating.who)} people"
    said = rating_words(rating.stars, rating.starred, rating.rejected) if set(rating.who) - {me} else ""
    return {
        "stars": int(mine.stars or 0),
        "starred": mine.starred,
        "rejected": mine.rejected,
        "dimmed": rating.rejected,
        "words": f"{people}: {said}" if said else "",
    }
