"""Midjourney's buttons: the exact labels, and which of them make grids."""

from __future__ import annotations

from collections.abc import Sequence

# Source: PROVIDERS.md §2.8; documented, exact to the letter, the arrows with their variation selector.
MASKED = "Vary (Region)"
CANCEL = "Cancel Job"
UPSCALES = ("U1", "U2", "U3", "U4")
LARGER = (
    "Upscale (Subtle)",
    "Upscale (Creative)",
    "Upscale (2x)",
    "Upscale (4x)",
    "Redo Upscale (2x)",
    "Redo Upscale (4x)",
)


def makes_grid(label: str) -> bool:
    """Whether the press of this button gives a grid of four: everything but an upscale does."""
    return label not in (*UPSCALES, *LARGER)


def offers_grid(actions: Sequence[str] | None) -> bool | None:
    """Whether the buttons are those below a grid; None where the provider did not say which there are."""
    if not actions:
        return None
    return any(label in actions for label in UPSCALES)
