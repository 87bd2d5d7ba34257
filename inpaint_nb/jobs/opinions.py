"""Opinions of a store's results, for the results themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inpaint_nb import settings
from inpaint_nb.edit import Judgement, Rating
from inpaint_nb.store import Store


@dataclass(frozen=True, slots=True)
class StoredOpinions:
    """What `Result.rate` writes and `Result.rating` reads. Any thread; blocks until it is on disk."""

    store: Store

    def rate(self, job_id: str, index: int, judgement: Judgement, who: str | None) -> Rating:
        """What is thought of the picture after this."""
        self.store.ratings.add((job_id, index), judgement, settings.rater(who))
        return self.rating(job_id, index)

    def rating(self, job_id: str, index: int) -> Rating:
        """What is thought of the picture."""
        return Rating(tuple(self.store.ratings.of((job_id, index))))

    def on_change(self, listener: Callable[[tuple[str, int]], None]) -> Callable[[], None]:
        """Calls `listener` when this process rates a picture of the store."""
        return self.store.ratings.on_change(listener)
