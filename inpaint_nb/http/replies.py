"""From an answer's status and bytes to a JSON object or to one error in the provider's words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from inpaint_nb.errors import (
    AuthError,
    InpaintError,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    QuotaError,
    RateLimited,
)
from inpaint_nb.http.exchange import Answer, Broken
from inpaint_nb.secret import scrub

MAX_REPLY_BYTES = 8 * 2**20
LONGEST_EXCERPT = 160  # characters of an answer that is not what it should be
DEEPEST_WORDS = 4

# The human text first: `error` is often only the reason phrase. Source: PROVIDERS.md §2.6, §4.1, §8; observed.
WORD_FIELDS = (
    "message",
    "error",
    "errMessage",
    "error_message",
    "detail",
    "description",
    "errors",
    "title",
    "msg",
)
ID_FIELDS = ("x-request-id", "request-id", "x-amzn-requestid", "cf-ray")
# Answers to a paid POST after which it may have been done: sent on to elsewhere, timed out on the way.
UNCLEAR = frozenset({303, 408})


@dataclass(frozen=True, slots=True)
class Reply:
    """A JSON object that came with a 2xx status. Its texts are foreign: `scrub` what is shown or stored."""

    status: int
    body: Mapping[str, object] = field(repr=False)
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An error to raise; or a reason to try again first, after `wait` seconds where that is known."""

    error: InpaintError
    try_again: bool = False
    wait: float | None = None


def read(answer: Answer, host: str, *, may_cost: bool) -> Reply | Refused:
    """What the answer says. What cannot be understood of a paid request leaves its outcome unknown."""
    if 200 <= answer.status < 300:
        return _object(answer, host, may_cost)
    if may_cost and (answer.status >= 500 or answer.status in UNCLEAR or answer.status < 200):
        return Refused(unclear(host, f"it answered {_status(answer)}{_after_colon(_words(answer))}"))
    error = error_of(answer, host)
    return Refused(error, try_again=isinstance(error, RateLimited | ProviderUnavailable))


def not_had(broken: Broken, host: str, *, may_cost: bool) -> Refused:
    """What to make of a request without an answer."""
    if may_cost and broken.is_sent:
        return Refused(unclear(host, broken.words))
    error = ProviderUnavailable(
        f"{host} cannot be reached: {broken.words}.", "Check the network, then try again."
    )
    return Refused(error, try_again=broken.may_pass)


def unclear(host: str, words: str) -> OutcomeUnknown:
    """The error for a paid request of which nobody knows whether it was done."""
    return OutcomeUnknown(
        f"{host} may have taken this request and charged it: {words.rstrip('.')}.",
        "It is not sent again by itself. Look it up in your account there before you run it again.",
    )


def error_of(answer: Answer, host: str) -> ProviderError:
    """The typed error of an answer that is no success, in the provider's words."""
    words, request_id = _words(answer), request_id_of(answer.headers)
    message = f"{host} answered {_status(answer)}{_after_colon(words)}"
    kind, hint = _kind(answer)
    if request_id:
        hint = f"{hint} Request id: {request_id}."
    return kind(message, hint, answer.status, request_id)


def words_of(body: object) -> str:
    """What a JSON body says to people, scrubbed: `message` before `error`, lists joined; empty if it says nothing."""
    return scrub("; ".join(dict.fromkeys(_texts(body, DEEPEST_WORDS))))


def request_id_of(headers: Mapping[str, str]) -> str | None:
    """The provider's own id of the request, where a header tells it."""
    return next((scrub(headers[name], 100) for name in ID_FIELDS if headers.get(name)), None)


def _object(answer: Answer, host: str, may_cost: bool) -> Reply | Refused:
    problem, body = "", None
    if not answer.is_whole:
        problem = f"more than {MAX_REPLY_BYTES / 2**20:g} MiB"
    else:
        try:
            body = json.loads(answer.content)
        except (ValueError, RecursionError):
            problem = "nothing" if not answer.content.strip() else f"no JSON but {_excerpt(answer)}"
    if isinstance(body, dict):  # whatever its content type says: a paid job's id must not be lost to a label
        return Reply(answer.status, body, request_id_of(answer.headers))
    problem = problem or f"no JSON object but {_excerpt(answer)}"
    if may_cost:
        return Refused(unclear(host, f"it answered {answer.status} with {problem}"))
    request_id = request_id_of(answer.headers)
    error = ProviderError(
        f"{host} answered {answer.status} with {problem}.",
        "Check the base URL: this does not look like the provider's API.",
        answer.status,
        request_id,
    )
    return Refused(error, try_again=True)


def _words(answer: Answer) -> str:
    if 300 <= answer.status < 400:
        return "a redirect, which is not followed, so that the key stays with its host"
    try:
        return words_of(json.loads(answer.content))
    except (ValueError, RecursionError):
        return _excerpt(answer) if answer.content.strip() else ""


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value.strip()] if value.strip() else []
    elif isinstance(value, list) and depth:
        for one in value[:20]:
            yield from _texts(one, depth - 1)
    elif isinstance(value, dict) and depth:
        said = (list(_texts(value.get(name), depth - 1)) for name in WORD_FIELDS)
        yield from next(filter(None, said), [])


def _excerpt(answer: Answer) -> str:
    """The first words of what came, without markup."""
    text = answer.content[:5000].decode("utf-8", "replace")
    plain = re.sub(r"<(script|style)\b.*?(</\1>|$)|<[^>]*>|\{\}", " ", text, flags=re.DOTALL | re.IGNORECASE)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return f"{scrub(kind, 40) or 'text'} “{scrub(plain, LONGEST_EXCERPT)}”"


def _status(answer: Answer) -> str:
    try:
        phrase = answer.reason or HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = ""
    return scrub(f"{answer.status} {phrase}", 60)


def _after_colon(words: str) -> str:
    return f": {words}" if words else "."


def _kind(answer: Answer) -> tuple[type[ProviderError], str]:
    match answer.status:
        case 401 | 403:
            return AuthError, "Check the API key and what it is allowed to do."
        case 402:
            return QuotaError, "The account has no credit left for this: top it up, or use another provider."
        case 429:
            return RateLimited, "Wait a little, and use one kernel at a time with this key."
        case status if status >= 500:
            return ProviderUnavailable, "Try again later."
        case status if 300 <= status < 400:
            return ProviderError, "Check the base URL."
    return ProviderError, "Nothing was done. Change what the provider complains about."
