"""What the engine needs of a provider, and what a provider may have beside that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import ClassVar, Protocol, runtime_checkable

from inpaint_nb.edit import Capabilities, Event, FetchRequest, Request
from inpaint_nb.http import Client


class Provider(Protocol):
    """One API as a story: `run` is an async generator that yields events and ends with `Finished`.

    A story never sleeps, retries, reads a clock or writes a file; what goes wrong, it raises (`errors`). It is
    asked only for the kinds of requests that its capabilities name.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        """The story of one request, from its sending to the pictures."""
        ...

    def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        """The same story, from the moment the provider had the request."""
        ...


@runtime_checkable
class Configured(Protocol):
    """A provider whose settings are recorded with each job, so that another kernel can go on with it."""

    @property
    def options(self) -> Mapping[str, object]:
        """What to call the class with to get this provider again, as JSON knows it; never a key."""
        ...


@runtime_checkable
class FindsJobs(Protocol):
    """A provider that can look up whether a request whose answer was lost has arrived."""

    async def find_job(self, request: Request, http: Client) -> str | None:
        """The remote id of the job of this request, known by its `ref`; None where none is seen (yet)."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A provider that is told when one of its jobs is cancelled here."""

    async def cancel(self, remote_id: str, http: Client) -> None:
        """Ask the provider to stop the job."""
        ...


@runtime_checkable
class Estimates(Protocol):
    """A provider that knows roughly what a request costs before it is sent."""

    def estimate(self, request: Request) -> float | None:
        """The cost in the provider's unit; None where nobody knows."""
        ...


def options_of(provider: Provider) -> Mapping[str, object]:
    """The settings to record with a job of this provider."""
    return provider.options if isinstance(provider, Configured) else {}


def estimate(provider: Provider, request: Request) -> float | None:
    """What the request will cost in the provider's unit, as far as anybody knows."""
    if provider.capabilities.price == "free" or isinstance(request, FetchRequest):
        return 0.0
    return provider.estimate(request) if isinstance(provider, Estimates) else None
