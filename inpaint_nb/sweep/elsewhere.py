"""A provider whose stories run elsewhere: in a process pool, or on other machines.

Dask has an executor, `Client.get_executor()`; Ray has none, but what it gives back can be waited for, so one is short:

    class RayExecutor(concurrent.futures.Executor):
        def submit(self, fn, /, *args, **kwargs):
            return ray.remote(fn).remote(*args, **kwargs).future()
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Notice, Progress, Request, Submitted
from inpaint_nb.errors import InpaintError, InputError, JobFailed
from inpaint_nb.http import Client
from inpaint_nb.jobs.loop import settled
from inpaint_nb.providers import Provider, options_of


@dataclass(frozen=True)
class Outcome:
    """What came of a story: all that was to be noted, and its last event or its error."""

    notes: tuple[Notice, ...]
    end: Finished | InpaintError


class Elsewhere:
    """The provider, each of its stories told as one task of an executor.

    Jobs look the same and are recorded here, in the provider's own name. A task that has begun elsewhere can only be
    stopped where its executor can stop it: a cancelled job's outcome is dropped.
    """

    name: ClassVar[str] = ""
    capabilities: ClassVar[Capabilities] = Capabilities(note="")

    def __init__(self, provider: Provider, executor: Executor) -> None:
        self._provider = provider
        self._executor = executor

    @property
    def options(self) -> Mapping[str, object]:
        """What to call the provider's class with to get it again, on this machine."""
        return options_of(self._provider)

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        """The story of one request: handed over, waited for, and told in short."""
        future = self._handed_over(request)
        yield Submitted()
        yield Progress("computing elsewhere")
        try:
            outcome = await _outcome(future)
        finally:
            future.cancel()
        for note in outcome.notes:
            yield note
        if isinstance(outcome.end, InpaintError):
            raise outcome.end
        yield outcome.end

    async def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        """The same story from its beginning: there is nothing remote to go on with."""
        async with aclosing(self.run(request, http)) as story:  # type: ignore[type-var]  # an async generator
            async for event in story:
                yield event

    def _handed_over(self, request: Request) -> Future[Outcome]:
        try:
            return self._executor.submit(compute, self._provider, _bare(request))
        except Exception as error:  # shut down, or what cannot be sent
            raise _not_run(error) from error


def elsewhere(provider: Provider, executor: Executor) -> Provider:
    """The provider, run by the executor. Raises InputError for one that does not compute, or what is no executor."""
    check_executor(provider, executor)
    # The executor's own queue takes the place of the provider's turns.
    told = {"name": provider.name, "capabilities": replace(provider.capabilities, concurrency=None)}
    made: Elsewhere = type("Elsewhere", (Elsewhere,), told)(provider, executor)
    return made


def compute(provider: Provider, request: Request) -> Outcome:
    """The whole story of a request, told in this process; what runs elsewhere."""
    return asyncio.run(_told(provider, request))


async def _told(provider: Provider, request: Request) -> Outcome:
    http, notes = Client(), []
    try:
        async with aclosing(provider.run(request, http)) as story:  # type: ignore[type-var]  # an async generator
            async for event in story:
                if isinstance(event, Notice):
                    notes.append(event)
                if isinstance(event, Finished):
                    return Outcome(tuple(notes), event)
    except InpaintError as error:
        return Outcome(tuple(notes), error)
    finally:
        await http.aclose()
    return Outcome(
        tuple(notes), JobFailed(f"{provider.name!r} ended without a result and without saying why.")
    )


async def _outcome(future: Future[Outcome]) -> Outcome:
    """What the task brought; JobFailed where it, or whoever ran it, came to grief."""
    try:
        outcome: Any = await settled(future)  # Any: it was made by another process
    except CancelledError as error:
        raise JobFailed("The executor cancelled this run.", "Run it again.") from error
    except BrokenExecutor as error:
        raise JobFailed(f"The executor broke: {error}.", "Make a new one, and run the cell again.") from error
    except Exception as error:
        raise _not_run(error) from error
    if not isinstance(outcome, Outcome):
        raise JobFailed(f"The executor brought no result but {type(outcome).__name__}.")
    return outcome


def _not_run(error: Exception) -> JobFailed:
    is_lost = isinstance(error, AttributeError | ImportError | TypeError) or "Pickl" in type(error).__name__
    hint = "The provider's class must be importable where the executor's workers run." if is_lost else ""
    return JobFailed(f"The executor could not run this: {type(error).__name__}: {error}", hint)


def _bare(request: Request) -> Request:
    """The request without what was worked out from it here, which would only be sent along."""
    return replace(request) if isinstance(request, EditRequest) else request


def check_executor(provider: Provider, executor: object) -> None:
    """Nothing, or InputError for a provider that does not compute, and for what is no executor."""
    if not callable(getattr(executor, "submit", None)):
        raise InputError(
            f"An executor must have submit, and {type(executor).__name__} does not.",
            "Give a concurrent.futures.Executor.",
        )
    if provider.capabilities.needs_key or provider.capabilities.price != "free":
        raise InputError(
            f"{provider.name!r} does not compute here, so there is nothing to hand to an executor.",
            "Leave executor= out for it, and use concurrency= instead: its key stays on this machine.",
        )
