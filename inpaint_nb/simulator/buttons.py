"""Which buttons an answer offers, and what pressing one makes.

Source: PROVIDERS.md §2.8; the grid's buttons documented, an upscale's guessed from Discord's own rows.
"""

from __future__ import annotations

import re

CANCEL = "Cancel Job"
REGION = "Vary (Region)"
REROLL = "🔄"
UPSCALES = ("U1", "U2", "U3", "U4")
VARIATIONS = ("V1", "V2", "V3", "V4")
ZOOMS = {"Zoom Out 2x": 2.0, "Zoom Out 1.5x": 1.5}
PANS = {"⬅️": (-1, 0), "➡️": (1, 0), "⬆️": (0, -1), "⬇️": (0, 1)}
STRENGTHS = {"Vary (Strong)": 0.6, "Vary (Subtle)": 0.25}
SQUARE = "Make Square"
LARGER = {
    "Upscale (2x)": 2,
    "Upscale (4x)": 4,
    "Redo Upscale (2x)": 2,
    "Redo Upscale (4x)": 4,
    "Upscale (Creative)": 2,
    "Upscale (Subtle)": 2,
}
GRID = (*UPSCALES, REROLL, *VARIATIONS, *ZOOMS, "Vary (Strong)", "Vary (Subtle)")
REGION_SINCE = 5
SUBTLE_SINCE = 6
NEWEST = 6.1


def version_in(prompt: str) -> float:
    """The model version that `--v` in the prompt asks for."""
    found = re.search(r"--v(?:ersion)?\s+(\d+(?:\.\d+)?)", prompt)
    return float(found[1]) if found else NEWEST


def on_upscale(version: float, is_square: bool) -> tuple[str, ...]:
    """The buttons under U1 to U4."""
    if version < REGION_SINCE:
        return ("Vary (Subtle)", "Vary (Strong)")
    larger = ("Upscale (Subtle)", "Upscale (Creative)")
    if version < SUBTLE_SINCE:
        larger = ("Upscale (2x)", "Upscale (4x)")
    shape = () if is_square else (SQUARE,)
    return (*larger, "Vary (Subtle)", "Vary (Strong)", REGION, *ZOOMS, *PANS, *shape)


def on_larger(label: str) -> tuple[str, ...]:
    """The buttons under an enlarged upscale."""
    redo = ("Redo Upscale (2x)", "Redo Upscale (4x)") if "x)" in label else ()
    return (*redo, REGION)
