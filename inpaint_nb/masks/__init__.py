"""Which pixels to change: `Mask`, the operations it is made of, and connected regions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_nb.masks.mask import Mask
from inpaint_nb.masks.selectors import available_selectors, register_selector
from inpaint_nb.masks.steps import Operation

if TYPE_CHECKING:
    from inpaint_nb.masks.regions import label_regions

__all__ = ["Mask", "Operation", "available_selectors", "label_regions", "register_selector"]


def __getattr__(name: str) -> Any:
    """`label_regions` on first use: it needs numpy, which importing the package must not."""
    if name == "label_regions":
        from inpaint_nb.masks.regions import label_regions

        return label_regions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
