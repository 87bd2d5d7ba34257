"""Masks that tools find in a picture. Each keeps the pixels it found and the call that found them.

So its code and its record need no picture: they give the same mask wherever they run, and say how to find it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Self

from inpaint_nb.errors import InputError
from inpaint_nb.masks import check
from inpaint_nb.masks.calls import call
from inpaint_nb.masks.operations import Bitmap
from inpaint_nb.masks.picture import picture_of
from inpaint_nb.masks.selectors import Hints, select
from inpaint_nb.masks.signs import Space
from inpaint_nb.masks.steps import Step, Stepped

if TYPE_CHECKING:
    from inpaint_nb.masks.packing import Pixels
    from inpaint_nb.masks.raster import Raster


class Found(Stepped):
    """The constructors that look at a picture: whatever `open` takes, but no address."""

    __slots__ = ()

    @classmethod
    def wand(
        cls,
        image: object,
        point: Sequence[float],
        tolerance: float = 32,
        *,
        contiguous: bool = True,
        space: Space = "rgb",
        sample: int = 1,
        stop_at: Self | None = None,
    ) -> Self:
        """The pixels whose colour differs from that at (x, y) by at most `tolerance`, in one piece with it.

        Differences are the largest of the channels', 0..255, or with `space="lab"` ΔE, where black to white is 100.
        `contiguous=False` takes all such pixels of the picture. `sample` 3 or 5 compares with the mean of as many
        pixels squared. What `stop_at` masks at least half is left out, and not crossed.
        """
        from inpaint_nb.masks import colours, flood

        picture, wanted = picture_of(image), check.not_negative(tolerance, "The tolerance")
        place = check.pixel(point, picture.size, "The point")
        side, metric = check.whole(sample, "The sample"), check.one_of(space, Space, "The space")
        near = colours.near(picture, [colours.colour_at(picture, place, side)], wanted, 0, metric)
        if stop_at is not None:
            near = _without(near, stop_at)
        start = colours.around(place, side, picture.size)
        stop = {} if stop_at is None else {"stop_at": stop_at._step.digest}
        made = call(
            "wand", place, tolerance=wanted, contiguous=bool(contiguous), space=metric, sample=side, **stop
        )
        return cls._of(flood.flood(near == 255, start) if contiguous else near, made)

    @classmethod
    def colour_range(
        cls,
        image: object,
        colours: Any = (),
        tolerance: float = 32,
        *,
        points: check.PointsLike = (),
        softness: float = 0,
        space: Space = "rgb",
    ) -> Self:
        """All pixels within `tolerance` of a colour or of the nearest of several, wherever they are.

        `colours` are (red, green, blue) or names such as "teal" and "#1e90ff"; `points` (x, y) add the colours there.
        Over `softness` beyond the tolerance the mask fades. `space` says how colours differ, as in `wand`.
        """
        from inpaint_nb.masks import colours as nearness

        picture = picture_of(image)
        places = [
            check.pixel(each, picture.size, "The point") for each in check.points(points, 0, "A colour range")
        ]
        wanted = [*nearness.colours_of(colours), *(nearness.colour_at(picture, place, 1) for place in places)]
        if not wanted:
            raise InputError("A colour range needs a colour or a point.", "Such as colours=(200, 40, 30).")
        reach, fade = (
            check.not_negative(tolerance, "The tolerance"),
            check.not_negative(softness, "The softness"),
        )
        values = nearness.near(picture, wanted, reach, fade, check.one_of(space, Space, "The space"))
        return cls._of(values, call("colour_range", wanted, tolerance=reach, softness=fade, space=space))

    @classmethod
    def select(
        cls,
        image: object,
        box: check.BoxLike | None = None,
        foreground: check.PointsLike = (),
        background: check.PointsLike = (),
        *,
        selector: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Self:
        """The thing in a box, or under the points (x, y) of a rough scribble, and not under those of another.

        `selector` is one that `register_selector` knows; unless said, "grabcut" where OpenCV is installed, "plain"
        elsewhere. Any thread may call it; it raises JobCancelled soon after `cancelled()` is true.
        """
        picture = picture_of(image)
        hints = Hints.checked(picture.size, box, foreground, background)
        name, raster = select(picture, hints, selector, cancelled)
        return cls._with(raster, call("select", **hints.written(), selector=name))

    @classmethod
    def _of(cls, values: Pixels, made: str) -> Self:
        from inpaint_nb.masks.raster import Raster

        return cls._with(Raster.of(values), made)

    @classmethod
    def _with(cls, raster: Raster, made: str) -> Self:
        return cls(Step(raster.size, operation=Bitmap(raster, made=made)))


def _without(values: Pixels, mask: Stepped) -> Pixels:
    """The values, 0 where the mask is at least half."""
    check.same_size(mask.size, (values.shape[1], values.shape[0]))
    left, top, right, bottom = mask.raster.box or (0, 0, 0, 0)
    kept = values.copy()
    kept[top:bottom, left:right][mask.raster.read((left, top, right, bottom)) > 127] = 0
    return kept
