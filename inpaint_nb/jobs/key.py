"""What tells one request from others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """The digest of the picture a request is about, the request's `identity`, and its number among equal ones.

    An empty identity is that of a request whose pixels nobody has read yet.
    """

    parent: str | None = None
    identity: str = ""
    repeat: int = 0
