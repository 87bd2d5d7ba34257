"""Rating a picture of any run, by its result or by the run's id."""

from __future__ import annotations

from inpaint_nb.edit import Judgement, Rating, Result, picture_index
from inpaint_nb.errors import InputError
from inpaint_nb.history.collection import history
from inpaint_nb.history.run import Run
from inpaint_nb.jobs import StoredOpinions
from inpaint_nb.store import open_store


def rate(
    result: Result | Run | str,
    stars: int | None = None,
    *,
    starred: bool | None = None,
    rejected: bool | None = None,
    index: int = 0,
    who: str | None = None,
) -> Rating:
    """Rates picture `index` of a result, or of the run whose id begins so, as `Result.rate` does; what is thought now.

    Raises InputError for stars other than 0 to 5, for an unknown id and for a run without pictures.
    """
    if isinstance(result, Result):
        return result.rate(stars, starred=starred, rejected=rejected, index=index, who=who)
    run = result if isinstance(result, Run) else history().run(_id(result))
    judgement = Judgement(stars, starred, rejected)
    return StoredOpinions(open_store()).rate(run.id, picture_index(index, _count(run)), judgement, who)


def _id(job_id: object) -> str:
    if isinstance(job_id, str):
        return job_id
    raise InputError(f"A result, a run or an id can be rated, not {type(job_id).__name__}.")


def _count(run: Run) -> int:
    """How many pictures the run has, or had before they were deleted."""
    count = len(run.record.composited) or len(run.record.reports)
    if run.status != "done" or not count:
        raise InputError(f"The run {run.id[:8]} has no picture to rate.", f"It is {run.status}.")
    return count
