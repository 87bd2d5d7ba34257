"""What a session's jobs cost, and the limit that stops the next one before it is sent."""

from __future__ import annotations

from inpaint_nb.edit import Request
from inpaint_nb.errors import InputError, OutcomeUnknown
from inpaint_nb.jobs import Job
from inpaint_nb.providers import Provider, estimate


class Spending:
    """Adds up jobs in the provider's unit: what the provider told, else what it estimates; unknown counts nothing.

    What is brought back from the store costs nothing again.
    Not for several threads at once: its session holds the lock.
    """

    def __init__(self, limit: float | None = None) -> None:
        self.limit = checked_limit(limit)
        self._jobs: list[tuple[Job, float]] = []
        self._expected = 0.0

    def approve(self, provider: Provider, request: Request) -> None:
        """Nothing, or InputError when the request would go over the limit.

        A request of unknown cost is let through while anything of the limit is left.
        """
        expected = estimate(provider, request)
        self._expected = expected or 0.0
        if self.limit is None or expected == 0:
            return
        spent = self.spent
        if spent + self._expected > self.limit or (expected is None and spent >= self.limit):
            cost = "something" if expected is None else f"about {expected:g}"
            raise InputError(
                f"This would cost {cost}, and {spent:g} of this session's limit of {self.limit:g} are spent.",
                "Raise session.spending_limit, or set it to None.",
            )

    def add(self, job: Job) -> None:
        """Count a job, at the estimate that was approved for it; one from the store was not, and is free."""
        self._jobs.append((job, self._expected))
        self._expected = 0.0

    @property
    def spent(self) -> float:
        """What the jobs so far cost; those still running at their estimate."""
        return sum(_cost(job, expected) for job, expected in self._jobs)


def checked_limit(limit: object) -> float | None:
    """The limit itself; InputError where it is no number from 0."""
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not limit >= 0:
        raise InputError(f"spending_limit must be a number from 0, or None, not {limit!r}.")
    return limit


def _cost(job: Job, expected: float) -> float:
    """What the job cost; where nobody tells, a failed job is taken as paid once it had reached the provider."""
    if job.recorded is not None:
        return 0.0
    if not job.done():
        return expected
    if job.status == "done":
        told = job.result().cost
        return expected if told is None else told
    has_left = job.remote_id is not None or isinstance(job.exception(), OutcomeUnknown)
    return expected if has_left else 0.0
