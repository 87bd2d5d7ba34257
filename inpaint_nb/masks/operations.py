"""What a mask is made of, as values: shapes that combine with what is there, and refinements of it.

Coordinates are continuous image coordinates: pixel (i, j) covers [i, i + 1) × [j, j + 1). Operations are made
by `Mask`, which checks and rounds what it is given; none but a bitmap holds pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inpaint_nb.masks.signs import Combine, Side

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster

Points = tuple[tuple[float, float], ...]
FloatBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box; where an edge lies inside a pixel, the pixel is covered in part."""

    box: FloatBox
    combine: Combine = "add"


@dataclass(frozen=True, slots=True)
class Ellipse:
    """The ellipse that touches the four sides of a box, antialiased."""

    box: FloatBox
    combine: Combine = "add"


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline, antialiased; all that it goes round is in, however often (non-zero winding)."""

    points: Points
    combine: Combine = "add"


@dataclass(frozen=True, slots=True)
class Stroke:
    """All that lies within `radius` of a line through the points, antialiased; one point gives a disc.

    However often it crosses itself, it covers no pixel more than `opacity`.
    """

    points: Points
    radius: float
    combine: Combine = "add"
    hardness: float = 1.0  # the share of the radius that is covered in full; beyond it the stroke fades
    opacity: float = 1.0
    pressures: tuple[float, ...] = ()  # 0..1 at each point, or none
    pressure_size: bool = False
    pressure_opacity: bool = False


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Pixels of a whole picture; `made` is the call that found them in it, where one did."""

    raster: Raster
    combine: Combine = "add"
    made: str = ""


@dataclass(frozen=True, slots=True)
class Invert:
    """What was to change stays, and the other way round."""


@dataclass(frozen=True, slots=True)
class Grow:
    """Each pixel takes the highest value within `px`."""

    px: float


@dataclass(frozen=True, slots=True)
class Shrink:
    """Each pixel takes the lowest value within `px`; outside the picture counts as masked."""

    px: float


@dataclass(frozen=True, slots=True)
class Feather:
    """A soft edge that reaches `px` inward, outward or to both sides."""

    px: float
    side: Side = "both"


@dataclass(frozen=True, slots=True)
class Smooth:
    """Corners rounded, notches and spikes narrower than about half of `px` gone; the edge stays sharp."""

    px: float


@dataclass(frozen=True, slots=True)
class FillHoles:
    """What the mask surrounds joins it."""


@dataclass(frozen=True, slots=True)
class DropSpecks:
    """Blobs that cover less than `area` pixels go."""

    area: float


Outline = Rectangle | Ellipse | Polygon | Stroke
Shape = Outline | Bitmap
Refinement = Invert | Grow | Shrink | Feather | Smooth | FillHoles | DropSpecks
Lone = Shape | Refinement  # needs no other mask
