"""What can be asked of a provider beside jobs; it costs nothing, and the caller waits for the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from inpaint_nb import settings
from inpaint_nb.errors import InputError, NotRecorded
from inpaint_nb.http import Client
from inpaint_nb.jobs.repeats import counted
from inpaint_nb.jobs.submit import ENGINE
from inpaint_nb.providers import Provider, find, real
from inpaint_nb.providers.messages import Account, Made
from inpaint_nb.store import open_store

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    """One question: the provider's `method`, what it is able to in words, how it is asked, and its answer as JSON."""

    method: str
    ability: str
    ask: Callable[[Any, Client], Awaitable[T]]  # Any: the provider's method
    to_json: Callable[[T], object]
    from_json: Callable[[Any], T]
    given: Mapping[str, object] = field(default_factory=dict)

    def identity(self, provider: str) -> str:
        """What tells this question from others, and from every job."""
        text = json.dumps(
            {"provider": provider, "question": self.method, **self.given}, sort_keys=True, default=str
        )
        return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def account(provider: object = None, *, mode: str | None = None) -> Account:
    """The credits that are left and the plan they belong to; never the e-mail.

    A kernel interrupt ends the wait. In replay it is what the provider answered then. Raises InputError where the
    provider does not tell, ProviderError where it refuses.
    """
    asked = Question[Account](
        "account",
        "tells what is in the account",
        lambda method, http: method(http),
        asdict,
        lambda said: Account(**said),
    )
    return _answer(asked, provider, mode)


def check_prompt(prompt: str, *, provider: object = None, mode: str | None = None) -> str:
    """What the provider objects to in the prompt; empty when nothing. Free, and no promise.

    In replay it is what the provider answered then. Raises InputError where the provider checks no prompts.
    """
    asked = Question[str](
        "check_prompt",
        "checks prompts",
        lambda method, http: method(prompt, http),
        str,
        str,
        {"prompt": prompt},
    )
    return _answer(asked, provider, mode)


def provider_history(
    *, provider: object = None, page: int = 1, size: int = 10, mode: str | None = None
) -> list[Made]:
    """What the account made lately, as the provider lists it; each `remote_id` can be fetched.

    In replay it is what the provider answered then. Raises InputError where the provider keeps no list.
    """
    asked = Question[list[Made]](
        "history",
        "lists what it made",
        lambda method, http: method(http, page, size),
        lambda several: [asdict(made) for made in several],
        lambda said: [Made(**made) for made in said],
        {"page": page, "size": size},
    )
    return _answer(asked, provider, mode)


def _answer(asked: Question[T], provider: object, mode: str | None) -> T:
    """The provider's answer, which is recorded; in replay the one that was. An account of today is never cached."""
    found = find(provider, mode)
    if getattr(found, asked.method, None) is None:
        raise InputError(f"{found.name!r} is no provider that {asked.ability}.", "Try provider='imaginepro'.")
    answers, identity = open_store().answers, asked.identity(found.name)
    repeat = counted(open_store(), identity, None)
    if settings.mode(mode) == "replay":
        said = answers.get(identity, repeat)
        if said is None:
            raise _missing(asked, found, repeat)
        return asked.from_json(json.loads(said))
    answer = ENGINE.run(_live(asked, real(found)))
    answers.put(
        identity, repeat, asked.to_json(answer)
    )  # nobody waits, and a store that is full harms nobody
    return answer


async def _live(asked: Question[T], provider: Provider) -> T:
    return await asked.ask(getattr(provider, asked.method), ENGINE.http)


def _missing(asked: Question[T], provider: Provider, repeat: int) -> NotRecorded:
    given = ", ".join(f"{name}={value!r}" for name, value in asked.given.items())
    words = f" ({given})" if given else ""
    return NotRecorded(
        f"No answer is recorded to the question {asked.method!r}{words} of {provider.name!r} (repeat={repeat}); "
        f"the store is {open_store().folder}.",
        "Ask it once with mode='live', or let INPAINT_NB_STORE name the store that has the record.",
    )
