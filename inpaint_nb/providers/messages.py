"""What ImaginePro answers, documented and observed variants alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inpaint_nb.errors import OutcomeUnknown
from inpaint_nb.providers.answers import (
    Answer,
    Body,
    State,
    addresses,
    first,
    fraction,
    identifier,
    labels,
    whole,
    words,
)
from inpaint_nb.providers.failures import refused

ERROR = ("error", "message", "errMessage")
FAILED = ("FAIL", "FAILED", "ERROR", "CANCELLED", "CANCELED")
STAGES = {"PROCESSING": "drawing", "SUBMITTED": "accepted", "PENDING": "accepted", "": ""}
LONGEST_STAGE = 40
POSITION = ("queuePosition", "position")  # guessed; nobody has seen a place in the queue told


@dataclass(frozen=True, slots=True)
class Paths:
    """One generation of the API: where each of its doors is, below the base URL."""

    prefix: str
    message: str

    @property
    def imagine(self) -> str:
        """Where a first picture is asked for."""
        return f"{self.prefix}/imagine"

    @property
    def button(self) -> str:
        """Where a button is pressed."""
        return f"{self.prefix}/button"

    @property
    def images(self) -> str:
        """Where the pictures of the last 24 hours are listed."""
        return f"{self.prefix}/images"


# Source: PROVIDERS.md §2.1 and §2.3, documented. Ids are probably shared between the two; nothing relies on it.
PATHS: Mapping[str, Paths] = {
    "nova": Paths("/api/v1/nova", "/api/v1/message/fetch"),
    "midjourney": Paths("/api/v1/midjourney", "/api/v1/midjourney/message"),
}
ACCOUNT = "/api/v1/subscription/account-info"
PROMPT_CHECK = "/api/v1/nova/prompt-check"  # the only form there is


@dataclass(frozen=True, slots=True)
class Account:
    """What the account has: `left` credits, of a plan that refills to `quota`, until `expires`."""

    plan: str
    quota: float | None
    credits: float | None
    extra: float | None
    expires: str

    @property
    def left(self) -> float | None:
        """Credits that can be spent; None where the provider did not say."""
        known = [amount for amount in (self.credits, self.extra) if amount is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Made:
    """A line of the account's history: the job, what was asked of it, and when."""

    remote_id: str
    kind: str
    button: str
    prompt: str
    address: str
    created: str


def accepted(name: str, body: Body) -> str:
    """The id of the job that this reply says was begun, or the error that it tells."""
    check_success(name, body)
    remote_id = identifier(body.get("messageId"))
    if remote_id is None and (said := words(body, ERROR)):
        raise refused(name, said)
    if remote_id is None:
        raise OutcomeUnknown(
            f"{name!r} accepted the job and gave no id for it.",
            "It may have been charged: look at the history of your account before you run it again.",
        )
    return remote_id


def check_success(name: str, body: Body) -> None:
    """Nothing, or the error of a refusal that came as a success of HTTP."""
    if str(body.get("success", True)).lower() in ("false", "0"):
        raise refused(name, words(body, ERROR))


def read(body: Body) -> Answer:
    """Where a job is, by the reply of the message endpoint."""
    status = words(body, ["status"]).upper()
    return Answer(
        state=_state(status),
        stage=STAGES.get(status, status.lower()[:LONGEST_STAGE]),
        fraction=fraction(body.get("progress")),
        position=first(whole, body, POSITION),
        words=words(body, ERROR),
        ways=addresses(body, ["images"], ["uri", "originalUrl"]),
        actions=labels(body.get("buttons")),
        remote_id=identifier(body.get("messageId")),
        parent_id=words(body, ["originatingMessageId", "originalMessageId"]) or None,
        ref=words(body, ["ref"]) or None,
    )


def _state(status: str) -> State:
    """Unknown words mean that it goes on: a job once given up is paid for and lost."""
    if status == "DONE":
        return "done"
    if status in FAILED:
        return "failed"
    return "queued" if status == "QUEUED" else "running"


def account(body: Body) -> Account:
    """The account; the e-mail that comes with it is left behind."""
    return Account(
        plan=words(body, ["type"]),
        quota=_amount(body.get("creditsQuota")),
        credits=_amount(body.get("credits")),
        extra=_amount(body.get("creditsExtra")),
        expires=words(body, ["expiredAt"]),
    )


def history(body: Body) -> list[Made]:
    """The lines of the history that have an id."""
    items = body.get("images")
    lines = (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
    made = ((identifier(line.get("id")), line) for line in lines)
    return [_made(remote_id, line) for remote_id, line in made if remote_id]


def objection(body: Body) -> str:
    """What the prompt check says against a prompt, "" when nothing."""
    if words(body, ["status"]).upper() not in FAILED:
        return ""
    return words(body, ["message", "error"]) or "The prompt would be refused."


def _made(remote_id: str, line: Body) -> Made:
    kind, button, prompt, address, created = (
        words(line, [name]) for name in ("type", "button", "prompt", "uri", "createdAt")
    )
    return Made(remote_id, kind, button, prompt, address, created)


def _amount(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
