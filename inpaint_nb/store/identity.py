"""Which requests are equal: the same picture, mask, prompt, provider and parameters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

PLAIN = ("kind", "provider", "parent", "mask", "label")


def identity(asked: Mapping[str, object], seed: int | None) -> str:
    """The digest of what was asked, as 40 hex digits; equal for equal requests, whenever and wherever they were made.

    `asked` has the fields of a `Record`. `seed` is given apart, because a provider may choose one that was not asked
    for: the same request has one identity as it was asked, and another with the seed that was used.
    """
    said = {name: asked.get(name) for name in PLAIN}
    said |= {
        "prompt": asked.get("prompt") or "",
        "params": asked.get("params") or {},
        "count": asked.get("count") or 1,
        "seed": seed,
        "feather": _feather(asked),
        "target": _target(asked),
        "edit": _edit(asked),
    }
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _feather(asked: Mapping[str, Any]) -> object:
    """The feather, as far as it does anything."""
    px = float(asked.get("feather_px") or 0)
    return [px, asked.get("feather")] if px else None


def _target(asked: Mapping[str, Any]) -> object:
    """Which job at the provider was pressed or fetched; an edit is known by its picture instead."""
    target = asked.get("target")
    if not target or asked.get("kind") not in ("press", "fetch"):
        return None
    return [target.get("remote_id"), target.get("index")]


def _edit(asked: Mapping[str, Any]) -> object:
    """What of an edit a press says nowhere else, without our own id of it."""
    edit = asked.get("edit")
    return None if not edit else {name: value for name, value in edit.items() if name != "ref"}


def seed_used(asked: Mapping[str, Any], told: Mapping[str, object] | None = None) -> int | None:
    """The seed of a finished job: what the provider `told` (`Record.remote`), else what was asked."""
    said = (asked.get("remote") if told is None else told) or {}
    seed = said.get("seed")
    asked_seed: int | None = asked.get("seed")
    return seed if isinstance(seed, int) else asked_seed
