"""What stands in for a provider whose runs are answered from the store: it needs no key and calls nothing."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar

from inpaint_nb import settings
from inpaint_nb.edit import Capabilities, Event, Request
from inpaint_nb.errors import InputError, NotRecorded
from inpaint_nb.http import Client
from inpaint_nb.providers.provider import Estimates, Provider, estimate, options_of


class Recorded:
    """A provider by name, with what it can be asked and how it was configured; `real` makes the one that runs.

    Its other attributes are those of the provider, made without a key, as far as its class can do without.
    """

    name: ClassVar[str] = ""
    capabilities: ClassVar[Capabilities] = Capabilities(note="")

    def __init__(self, make: Callable[[], Provider], given: Mapping[str, object]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._real: Provider | None = None
        self._keyless = _without_key(make, bool(given))
        self.options = options_of(self._keyless) if self._keyless is not None else {}

    def real(self) -> Provider:
        """The provider itself; its key is looked for now. Raises SettingsError where there is none."""
        with self._lock:
            self._real = self._real or self._make()
            return self._real

    def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        """No story: this provider is never run."""
        raise NotRecorded(f"{self.name!r} is not run: only what is recorded is brought back.")

    def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        """No story either."""
        return self.run(request, http)

    def estimate(self, request: Request) -> float | None:
        """What the provider itself expects that the request costs."""
        known = self._keyless if isinstance(self._keyless, Estimates) else None
        return estimate(known, request) if known is not None else None

    def __getattr__(self, name: str) -> Any:  # Any: whatever the provider's class has
        keyless = None if name.startswith("_") else self._keyless
        if keyless is None:
            raise AttributeError(f"The recorded provider {self.name!r} has no {name!r} without its key.")
        return getattr(keyless, name)

    def __repr__(self) -> str:
        return f"<{self.name}, recorded>"


def stand_in(cls: type[Provider], make: Callable[[], Provider], given: Mapping[str, object]) -> Recorded:
    """What stands in for a provider of this class, configured as `given`.

    Raises InputError for options that the provider refuses.
    """
    kind = type("Recorded", (Recorded,), {"name": cls.name, "capabilities": cls.capabilities})
    made: Recorded = kind(make, given)
    return made


def _without_key(make: Callable[[], Provider], is_configured: bool) -> Provider | None:
    """The provider without a key; None where its class, which may be anybody's, cannot be made so."""
    try:
        with settings.without_keys():
            return make()
    except InputError:
        if is_configured:
            raise
    except Exception:  # noqa: BLE001 - a class that looks for its key itself raises what it likes
        return None
    return None
