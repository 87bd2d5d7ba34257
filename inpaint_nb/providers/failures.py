"""A provider's refusal in its own words → the error that says who must act."""

from __future__ import annotations

from inpaint_nb.errors import (
    AuthError,
    InpaintError,
    JobError,
    JobFailed,
    JobTimeout,
    Moderated,
    ProviderError,
    QuotaError,
    RateLimited,
)

# Source: PROVIDERS.md §2.6, observed at relatives of these services; what is not recognised is still shown in full.
MODERATION = ("banned prompt", "image denied", "moderat")
TIMEOUT = ("job timeout",)
MONEY = ("credit", "balance", "quota")
KEY = ("key verification", "unauthorized", "invalid token", "invalid key", "api key")

CHANGE_PROMPT = "Change the prompt or the picture; the same again can cost you the account."
LOOK_AT_CREDITS = "Look at the credits of your account there."
BY_STATUS = {401: AuthError, 402: QuotaError, 403: AuthError, 429: RateLimited}


def speaks_of(text: str, signs: tuple[str, ...]) -> bool:
    """Whether the text contains one of the signs, in whatever case."""
    lowered = text.lower()
    return any(sign in lowered for sign in signs)


def refused(name: str, text: str, status: int | None = None) -> InpaintError:
    """The error for a request that `name` did not accept, `status` being the number it gave for it."""
    said = f"{name!r} refused: {text}" if text else f"{name!r} refused and did not say why."
    if speaks_of(text, MODERATION):
        return Moderated(said, CHANGE_PROMPT)
    if speaks_of(text, MONEY):
        return QuotaError(said, LOOK_AT_CREDITS, status)
    if speaks_of(text, KEY):
        return AuthError(said, "Check the key that you pass as api_key or keep in the environment.", status)
    return BY_STATUS.get(status or 0, ProviderError)(said, "", status)


def meant(error: ProviderError) -> InpaintError:
    """The error of an HTTP status, or the one that its words tell: moderation and empty accounts have none."""
    if error.status not in (400, 401, 403):
        return error
    if speaks_of(error.message, MODERATION):
        return Moderated(error.message, CHANGE_PROMPT)
    if speaks_of(error.message, MONEY):
        return QuotaError(error.message, LOOK_AT_CREDITS, error.status, error.request_id)
    return error


def failed(name: str, remote_id: str, text: str) -> JobError:
    """The error for a job that `name` accepted and then gave up."""
    said = f"{name!r} failed: {text}" if text else f"{name!r} says that the job failed, and does not say why."
    known_as = f"It is known there as {remote_id}."
    if speaks_of(text, MODERATION):
        return Moderated(said, f"{CHANGE_PROMPT} {known_as}")
    if speaks_of(text, TIMEOUT):
        return JobTimeout(said, f"Its servers gave up; run it again when they are less busy. {known_as}")
    return JobFailed(said, known_as)
