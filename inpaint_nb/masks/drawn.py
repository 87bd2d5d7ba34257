"""Masks made from nothing: shapes and strokes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from inpaint_nb.images import Size
from inpaint_nb.masks import check
from inpaint_nb.masks.operations import Ellipse, Polygon, Rectangle, Stroke
from inpaint_nb.masks.steps import Step, Stepped


class Drawn(Stepped):
    """The constructors that need no picture."""

    __slots__ = ()

    @classmethod
    def empty(cls, size: Size) -> Self:
        """The mask that changes nothing."""
        return cls(Step(check.size(size)))

    @classmethod
    def full(cls, size: Size) -> Self:
        """The mask that changes every pixel."""
        width, height = check.size(size)
        return cls.rectangle(size, (0, 0, width, height))

    @classmethod
    def rectangle(cls, size: Size, box: check.BoxLike) -> Self:
        """A box (left, top, right, bottom); fractions of a pixel give a soft edge."""
        return cls(Step(check.size(size), operation=Rectangle(check.box(box))))

    @classmethod
    def ellipse(cls, size: Size, box: check.BoxLike) -> Self:
        """The ellipse that touches the four sides of a box (left, top, right, bottom)."""
        return cls(Step(check.size(size), operation=Ellipse(check.box(box))))

    @classmethod
    def polygon(cls, size: Size, points: check.PointsLike) -> Self:
        """A closed outline through three or more (x, y) points; all that it goes round is in.

        A lasso is the polygon of all points that the hand went through.
        """
        return cls(Step(check.size(size), operation=Polygon(check.points(points, 3, "A polygon"))))

    @classmethod
    def stroke(
        cls,
        size: Size,
        points: check.PointsLike,
        radius: float,
        *,
        hardness: float = 1.0,
        opacity: float = 1.0,
        pressures: Sequence[float] | None = None,
        pressure_size: bool = True,
        pressure_opacity: bool = False,
    ) -> Self:
        """A round brush of that radius, in pixels, drawn through (x, y) points; one point gives a disc.

        `hardness` 0..1 is the part of the radius that is covered in full, from where the stroke fades to its edge.
        `opacity` 0..1 is the most it covers, however often it crosses itself. `pressures` 0..1, one for each point,
        scale the radius (to a twentieth at least), the opacity or both.
        """
        line = check.points(points, 1, "A stroke")
        is_pressed = pressures is not None and (pressure_size or pressure_opacity)
        made = Stroke(
            line,
            check.above_zero(radius, "The radius of a stroke"),
            hardness=check.share(hardness, "The hardness of a stroke"),
            opacity=check.share(opacity, "The opacity of a stroke"),
            pressures=check.pressures(pressures, len(line)) if is_pressed else (),
            pressure_size=is_pressed and bool(pressure_size),
            pressure_opacity=is_pressed and bool(pressure_opacity),
        )
        return cls(Step(check.size(size), operation=made))
