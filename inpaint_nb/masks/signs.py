"""The four ways to combine two masks, and the sign Python writes for each."""

from __future__ import annotations

from typing import Literal

Combine = Literal["add", "subtract", "intersect", "xor"]

SIGNS: dict[Combine, str] = {"add": "|", "subtract": "-", "intersect": "&", "xor": "^"}
