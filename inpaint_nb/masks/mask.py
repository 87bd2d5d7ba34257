"""`Mask`: which pixels of a picture to change, as an immutable value made of operations."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, Size, encode_png, thumbnail
from inpaint_nb.masks import check, reading
from inpaint_nb.masks.operations import (
    Bitmap,
    DropSpecks,
    Ellipse,
    Feather,
    FillHoles,
    Grow,
    Invert,
    Polygon,
    Rectangle,
    Shrink,
    Stroke,
)
from inpaint_nb.masks.signs import Combine
from inpaint_nb.masks.steps import Operation, Step

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster
    from inpaint_nb.masks.tiles import Pixels

PICTURE_PX = 512  # longest side of the picture a notebook shows


class Mask:
    """Which pixels of a picture to change: 255 changes a pixel, 0 keeps it, between is a soft edge.

    Masks are values: equal when size and pixels are equal, hashable, safe to share between threads; every
    method gives another mask. `|` takes the higher value, `&` the lower, `-` takes away, `^` leaves what is
    in one only, `~` inverts.
    """

    __slots__ = ("__weakref__", "_step")

    def __init__(self, step: Step) -> None:
        """The mask that a step gave; the named constructors make and check the first one."""
        self._step = step

    # -- made from nothing

    @classmethod
    def empty(cls, size: Size) -> Mask:
        """The mask that changes nothing."""
        return cls(Step(check.size(size)))

    @classmethod
    def full(cls, size: Size) -> Mask:
        """The mask that changes every pixel."""
        width, height = check.size(size)
        return cls.rectangle(size, (0, 0, width, height))

    @classmethod
    def rectangle(cls, size: Size, box: check.BoxLike) -> Mask:
        """A box (left, top, right, bottom); fractions of a pixel give a soft edge."""
        return cls(Step(check.size(size), operation=Rectangle(check.box(box))))

    @classmethod
    def ellipse(cls, size: Size, box: check.BoxLike) -> Mask:
        """The ellipse that touches the four sides of a box (left, top, right, bottom)."""
        return cls(Step(check.size(size), operation=Ellipse(check.box(box))))

    @classmethod
    def polygon(cls, size: Size, points: check.PointsLike) -> Mask:
        """A closed outline through three or more (x, y) points; all that it goes round is in."""
        return cls(Step(check.size(size), operation=Polygon(check.points(points, 3, "A polygon"))))

    @classmethod
    def stroke(cls, size: Size, points: check.PointsLike, radius: float) -> Mask:
        """A round brush of that radius, in pixels, drawn through (x, y) points; one point gives a disc."""
        made = Stroke(check.points(points, 1, "A stroke"), check.above_zero(radius, "The radius of a stroke"))
        return cls(Step(check.size(size), operation=made))

    @classmethod
    def from_image(cls, image_or_path: object, invert: bool = False) -> Mask:
        """A picture (path, bytes, file object, PIL image, array) as a mask: white changes, black keeps.

        Colours count by their brightness, transparent parts as black: no mask is read from an alpha channel.
        """
        return cls.from_raster(reading.from_picture(image_or_path, invert))

    @classmethod
    def from_array(cls, array: Any, threshold: float | None = None) -> Mask:
        """A height × width array as a mask: bool, floats 0..1, or integers 0..255.

        With `threshold`, what reaches it is masked. Integers other than uint8 that are all 0 or 1: no, yes.
        """
        return cls.from_raster(reading.from_values(array, threshold))

    @classmethod
    def from_raster(cls, raster: Raster) -> Mask:
        """The mask with the pixels of a raster, such as another mask's changed in some tiles."""
        return cls(Step(raster.size, operation=Bitmap(raster)))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Mask:
        """The mask that `to_record` described. Raises InputError for anything else."""
        from inpaint_nb.masks.record import read

        return cls(read(record))

    # -- combined and refined

    def __or__(self, other: Mask) -> Mask:
        return self._combined(other, "add") if isinstance(other, Mask) else NotImplemented

    def __and__(self, other: Mask) -> Mask:
        return self._combined(other, "intersect") if isinstance(other, Mask) else NotImplemented

    def __sub__(self, other: Mask) -> Mask:
        return self._combined(other, "subtract") if isinstance(other, Mask) else NotImplemented

    def __xor__(self, other: Mask) -> Mask:
        return self._combined(other, "xor") if isinstance(other, Mask) else NotImplemented

    def __invert__(self) -> Mask:
        return self._then(Invert())

    def grow(self, px: float) -> Mask:
        """Larger by `px` all round: each pixel takes the highest value within that distance."""
        return self._then(Grow(check.not_negative(px, "The distance to grow")))

    def shrink(self, px: float) -> Mask:
        """Smaller by `px`; a mask that touches the picture's border stays there."""
        return self._then(Shrink(check.not_negative(px, "The distance to shrink")))

    def feather(self, px: float) -> Mask:
        """A soft edge that reaches `px` outward and inward; at the picture's border the mask stays."""
        return self._then(Feather(check.not_negative(px, "The width of a feather")))

    def fill_holes(self) -> Mask:
        """With everything it surrounds; what touches the picture's border is not surrounded."""
        return self._then(FillHoles())

    def drop_specks(self, area: float) -> Mask:
        """Without blobs that cover less than `area` pixels."""
        return self._then(DropSpecks(check.not_negative(area, "The area of a speck")))

    def _then(self, operation: Operation) -> Mask:
        return Mask(Step(self.size, self._step, operation))

    def _combined(self, other: Mask, how: Combine) -> Mask:
        if other.size != self.size:
            sizes = f"{check.words(self.size)} and {check.words(other.size)}"
            raise InputError(f"The masks have different sizes: {sizes}.", "Make both for the same picture.")
        if not other._step.length:
            return other if how == "intersect" else self
        if not self._step.length:
            return other if how in ("add", "xor") else self
        return self._then(other._step.as_operation(how))

    # -- what it is

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self._step.size

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What the mask is made of, in order."""
        return self._step.operations

    @property
    def raster(self) -> Raster:
        """The pixels, kept once worked out."""
        return self._step.raster

    @property
    def bbox(self) -> Box | None:
        """The box of all pixels above 0, as (left, top, right, bottom); None when the mask is empty."""
        return self.raster.box

    @property
    def is_empty(self) -> bool:
        """No pixel is above 0."""
        return self.bbox is None

    @property
    def coverage(self) -> float:
        """Which part of the picture is masked, 0..1; soft pixels count in part."""
        return self.raster.area / (255 * self.size[0] * self.size[1])

    @property
    def digest(self) -> str:
        """A hash of size and pixels: equal for equal masks, however they were made."""
        return self._step.digest

    def __eq__(self, other: object) -> bool:
        return self._step == other._step if isinstance(other, Mask) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._step)

    # -- given away

    def to_array(self) -> Pixels:
        """The values as a new uint8 array, height × width."""
        return self.crop((0, 0, *self.size))

    def crop(self, box: Box) -> Pixels:
        """The values in a box inside the picture, as a new uint8 array."""
        left, top, right, bottom = box
        if not (0 <= left <= right <= self.size[0] and 0 <= top <= bottom <= self.size[1]):
            raise InputError(
                f"The box {tuple(box)} is not inside the picture of {check.words(self.size)} pixels."
            )
        return self.raster.read((left, top, right, bottom))

    def to_image(self) -> Image.Image:
        """The values as a picture in mode L."""
        return Image.fromarray(self.to_array())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the mask as a grayscale picture; the name's ending says in which format."""
        try:
            self.to_image().save(Path(path))
        except ValueError as error:
            raise InputError(
                f"{os.fspath(path)!r} names no picture format.", "Try a name in .png."
            ) from error

    def code(self) -> str:
        """Python that makes this mask again, bit for bit, and calls it `mask`."""
        from inpaint_nb.masks.source import write

        return write(self._step)

    def to_record(self) -> dict[str, Any]:
        """The operations as plain JSON values; `from_record` makes the mask again."""
        from inpaint_nb.masks.record import write

        return write(self._step)

    def __reduce__(self) -> tuple[Any, ...]:
        return Mask.from_record, (self.to_record(),)

    def __repr__(self) -> str:
        count = self._step.length
        operations = f"{count} operation{'' if count == 1 else 's'}"
        return f"<Mask {check.words(self.size)}, {operations}, covers {_percent(self.coverage)}>"

    def _repr_png_(self) -> bytes:
        """The picture a notebook shows, white where something changes; IPython asks for it by this name."""
        return encode_png(thumbnail(self.to_image(), PICTURE_PX), level=6)


def _percent(share: float) -> str:
    digits = 0 if share in (0, 1) else max(1, min(4, -math.floor(math.log10(share)) - 1))
    return f"{100 * share:.{digits}f} %"
