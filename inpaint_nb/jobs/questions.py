"""What can be asked of a provider beside jobs; it costs nothing, and the caller waits for the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from inpaint_nb.errors import InputError
from inpaint_nb.http import Client
from inpaint_nb.jobs.submit import ENGINE
from inpaint_nb.providers import find
from inpaint_nb.providers.messages import Account, Made

T = TypeVar("T")


def account(provider: object = None) -> Account:
    """The credits that are left and the plan they belong to; never the e-mail.

    A kernel interrupt ends the wait. Raises InputError where the provider does not tell, ProviderError where it
    refuses.
    """
    asked: Callable[[Client], Awaitable[Account]] = _door(provider, "account", "tells what is in the account")
    return ENGINE.run(_answer(asked(ENGINE.http)))


def check_prompt(prompt: str, *, provider: object = None) -> str:
    """What the provider objects to in the prompt; empty when nothing. Free, and no promise.

    Raises InputError where the provider checks no prompts.
    """
    asked: Callable[[str, Client], Awaitable[str]] = _door(provider, "check_prompt", "checks prompts")
    return ENGINE.run(_answer(asked(prompt, ENGINE.http)))


def provider_history(*, provider: object = None, page: int = 1, size: int = 10) -> list[Made]:
    """What the account made lately, as the provider lists it; each `remote_id` can be fetched.

    Raises InputError where the provider keeps no list.
    """
    asked: Callable[..., Awaitable[list[Made]]] = _door(provider, "history", "lists what it made")
    return ENGINE.run(_answer(asked(ENGINE.http, page, size)))


def _door(provider: object, name: str, ability: str) -> Any:
    found = find(provider)
    method = getattr(found, name, None)
    if method is None:
        raise InputError(f"{found.name!r} is no provider that {ability}.", "Try provider='imaginepro'.")
    return method


async def _answer(asked: Awaitable[T]) -> T:
    return await asked
