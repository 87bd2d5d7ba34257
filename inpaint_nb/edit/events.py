"""What a provider tells while it works, in the order it happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image


@dataclass(frozen=True, slots=True)
class Submitted:
    """The provider has the request; `remote_id` finds it again, None where there is nothing to find."""

    remote_id: str | None = None


@dataclass(frozen=True, slots=True)
class Queued:
    """The job waits at the provider; `position` counts from 1 where the provider tells it."""

    position: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The job runs: `stage` in a few words, `fraction` from 0 to 1 or None where nobody knows."""

    stage: str = ""
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """An unfinished picture to look at, of any size."""

    image: Image.Image


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know that stops nobody: a fallback in use, a record that could not be kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The provider's own pictures, uncomposited, and what it said about them.

    A sheet of candidates is cut up first: `images` are its tiles, in reading order, and `grid` says that each of
    them must be brought out by a button before it is a picture of its own. `cost` is in the provider's unit, named
    by `Capabilities.price`, None where it does not tell. `remote` holds what is needed to go on from these pictures,
    `remote["id"]` the job's id first of all. `actions` are the labels that may be pressed next: empty where there are
    none, None where the provider did not say.
    """

    images: tuple[Image.Image, ...]
    cost: float | None = None
    remote: Mapping[str, object] = field(default_factory=dict)
    actions: tuple[str, ...] | None = ()
    grid: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The job is over, nothing comes after this. The engine says it, once per job; a provider never."""

    status: Literal["done", "failed", "cancelled"]


Event = Submitted | Queued | Progress | Preview | Notice | Finished
JobEvent = Event | Ended
