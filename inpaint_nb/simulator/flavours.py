"""The variants in which ImaginePro has been seen to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Flavour:
    """How ImaginePro's replies look. Source: PROVIDERS.md §2.4 and §2.9.

    `keys`: the finished reply as documented (`uri`, `originalUrl`, `buttons`, times ending in Z) or as
    observed in 2026 (`images`, `uri`, no buttons, times ending in +00:00). `images`: what that list holds
    for a grid. `accepted`: the HTTP status of a submission.
    """

    keys: Literal["documented", "2026"] = "documented"
    images: Literal["absent", "grid", "tiles"] = "absent"
    parent_key: str = "originatingMessageId"
    progress_as_text: bool = False
    waiting_word: str = "QUEUED"
    accepted: int = 200


FLAVOURS: Mapping[str, Flavour] = {
    "documented": Flavour(),
    "2026": Flavour(keys="2026", images="grid", waiting_word="SUBMITTED", accepted=201),
    "2026-tiles": Flavour(keys="2026", images="tiles", waiting_word="SUBMITTED", accepted=201),
    "text": Flavour(progress_as_text=True, parent_key="originalMessageId"),
}


def flavour_named(flavour: str | Flavour) -> Flavour:
    """The flavour itself, or the one of that name."""
    if isinstance(flavour, Flavour):
        return flavour
    if flavour not in FLAVOURS:
        raise ValueError(f"flavour must be a Flavour or one of {', '.join(FLAVOURS)}, not {flavour!r}.")
    return FLAVOURS[flavour]
