"""What a mask is made of, as values: shapes that combine with what is there, and refinements of it.

Coordinates are continuous image coordinates: pixel (i, j) covers [i, i + 1) × [j, j + 1). Operations are made
by `Mask`, which checks and rounds what it is given; none but a bitmap holds pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inpaint_nb.masks.signs import Combine

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
    """All that lies within `radius` of a line through the points, antialiased; one point gives a disc."""

    points: Points
    radius: float
    combine: Combine = "add"


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Pixels of a whole picture."""

    raster: Raster
    combine: Combine = "add"


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
    """A soft edge that reaches `px` to both sides."""

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
Refinement = Invert | Grow | Shrink | Feather | FillHoles | DropSpecks
Lone = Shape | Refinement  # needs no other mask
