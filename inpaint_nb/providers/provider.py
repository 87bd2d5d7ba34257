"""What the engine needs of a provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import ClassVar, Protocol

from inpaint_nb.edit import Capabilities, EditRequest, Event
from inpaint_nb.http import Client


class Provider(Protocol):
    """One API as a story: `run` is an async generator that yields events and ends with `Finished`.

    A story never sleeps, retries, reads a clock or writes a file; what goes wrong, it raises (`errors`).
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        """The story of one edit, from the request to the pictures."""
        ...

    def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        """The same story, from the moment the provider had the request."""
        ...
