"""The four ways to combine two masks, the sign Python writes for each, and other words with few values."""

from __future__ import annotations

from typing import Literal

Combine = Literal["add", "subtract", "intersect", "xor"]

Side = Literal["inside", "outside", "both"]
Channel = Literal["brightness", "alpha", "red", "green", "blue"]
Space = Literal["rgb", "lab"]

SIGNS: dict[Combine, str] = {"add": "|", "subtract": "-", "intersect": "&", "xor": "^"}
