"""What the hand chose last, for the next editor of this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inpaint_nb.images import Size

PLAIN = ("tool", "unit", "hardness", "strength", "pressure", "tolerance", "softness", "space", "contiguous", "stops",
         "selector", "hint", "colour", "opacity", "overlay_style")  # fmt: skip
SHARE = "share"  # the brush's radius, of the longer side of the picture
ERASER_MODE = "subtract"

_chosen: dict[str, Any] = {}


def start(layer: Any, size: Size) -> None:
    """Sets up a pointer layer the way the last one was left, and keeps what is chosen in it from now on.

    Whether the mask is shown is not kept: one that nobody sees must not greet whoever opens a picture.
    """
    layer.radius = radius(size, layer.radius)
    for name, value in _fitting(layer, _chosen).items():
        setattr(layer, name, value)
    if layer.tool == "eraser":
        layer.mode = ERASER_MODE
    layer.observe(lambda change: _keep(layer, change), [*PLAIN, "radius"])


def radius(size: Size, default: float) -> float:
    """The brush for a picture of this size: as large beside it as the last one was, or as large on the screen."""
    if _chosen.get("unit") == "screen" and "radius" in _chosen:
        return float(_chosen["radius"])
    if SHARE not in _chosen:
        return default
    return max(1, round(2 * _chosen[SHARE] * max(size))) / 2


def forget() -> None:
    """Makes the next editor start with what it comes with."""
    _chosen.clear()


def _fitting(layer: Any, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What of it the layer can be set to: a selector may be gone by now."""
    known = ("", *layer.selectors)
    return {
        name: chosen[name]
        for name in PLAIN
        if name in chosen and (name != "selector" or chosen[name] in known)
    }


def _keep(layer: Any, change: Mapping[str, Any]) -> None:
    _chosen[change["name"]] = change["new"]
    if layer.unit == "picture":
        _chosen[SHARE] = layer.radius / max(layer.width, layer.height)
