"""Trying again, by tenacity: how often, how long to wait, and what a server says about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from inpaint_nb.http.exchange import Answer
from inpaint_nb.http.replies import Refused

if TYPE_CHECKING:
    import tenacity

T = TypeVar("T")
Pause = Callable[[float], Awaitable[None]]

PATIENT_TRIES = 8  # where a job of ours runs there: 1, 2, 4, 8, 16, 30, 30 s
QUICK_TRIES = 5  # where someone waits for the first answer
PACE_SECONDS = 3.0  # after the first 429 that does not say how long; then twice as long each time
FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0
LONGEST_RETRY_AFTER = 120.0  # who asks for more is not waited for


async def tried(once: Callable[[], Awaitable[T | Refused]], tries: int, pause: Pause) -> T:
    """What `once` brings, at the latest at the last try; raises the error of the last refusal."""
    import tenacity

    outcome: T | Refused
    trying = tenacity.AsyncRetrying(
        sleep=pause,
        stop=tenacity.stop_after_attempt(tries),
        wait=_wait,
        retry=tenacity.retry_if_result(_wants_again),
        retry_error_callback=_last,
    )
    outcome = await trying(once)
    if isinstance(outcome, Refused):
        raise outcome.error
    return outcome


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The seconds that a `Retry-After` header asks for, given in seconds or as a date; None where it says nothing."""
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text) if text[:1].isdigit() else _until(text, now or datetime.now(UTC))
    except (ValueError, TypeError, OverflowError):
        return None
    return max(seconds, 0.0)


def paced(refused: Refused, answer: Answer, tries_made: int) -> Refused:
    """The refusal with the wait that the server asks for; not to be tried again where that is too long."""
    wait = retry_after(answer.headers)
    if wait is None:
        seconds = min(PACE_SECONDS * 2.0 ** (tries_made - 1), LONGEST_SECONDS)
        return replace(refused, wait=seconds) if answer.status == 429 else refused
    if wait <= LONGEST_RETRY_AFTER:
        return replace(refused, wait=wait)
    refused.error.hint = f"It asks to wait {wait:.0f} s before the next try."
    return replace(refused, try_again=False)


def _until(text: str, now: datetime) -> float:
    then = parsedate_to_datetime(text)
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def _wants_again(outcome: object) -> bool:
    return isinstance(outcome, Refused) and outcome.try_again


def _wait(state: tenacity.RetryCallState) -> float:
    import tenacity

    refused: Any = state.outcome.result() if state.outcome else None
    if refused.wait is not None:
        return float(refused.wait)
    return tenacity.wait_exponential_jitter(FIRST_SECONDS, LONGEST_SECONDS)(state)


def _last(state: tenacity.RetryCallState) -> Any:
    return state.outcome.result() if state.outcome else None
