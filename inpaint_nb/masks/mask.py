"""`Mask`: which pixels of a picture to change, as an immutable value made of operations."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, Size, encode_png, thumbnail
from inpaint_nb.masks import check, reading
from inpaint_nb.masks.operations import (
    Bitmap,
    Combine,
    Combined,
    Combining,
    DropSpecks,
    Ellipse,
    Feather,
    FillHoles,
    Grow,
    Invert,
    Operation,
    Polygon,
    Rectangle,
    Shape,
    Shrink,
    Stroke,
)

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster
    from inpaint_nb.masks.tiles import Pixels

SHAPES = get_args(Shape)
PICTURE_PX = 512  # longest side of the picture a notebook shows


class Mask:
    """Which pixels of a picture to change: 255 changes a pixel, 0 keeps it, between is a soft edge.

    Masks are values: equal when size and pixels are equal, hashable, safe to share between threads; every
    method gives another mask. `|` takes the higher value, `&` the lower, `-` takes away, `^` leaves what is
    in one only, `~` inverts.
    """

    __slots__ = ("__weakref__", "_base", "_digest", "_length", "_operation", "_raster", "_size")

    def __init__(self, size: Size, base: Mask | None = None, operation: Operation | None = None) -> None:
        """`base` followed by one more operation. The named constructors check what they are given."""
        self._size = size
        self._base = base
        self._operation = operation
        self._length: int = (base._length if base else 0) + (operation is not None)
        self._raster: Raster | None = None
        self._digest: str | None = None

    # -- made from nothing

    @classmethod
    def empty(cls, size: Size) -> Mask:
        """The mask that changes nothing."""
        return cls(check.size(size))

    @classmethod
    def full(cls, size: Size) -> Mask:
        """The mask that changes every pixel."""
        width, height = check.size(size)
        return cls.rectangle(size, (0, 0, width, height))

    @classmethod
    def rectangle(cls, size: Size, box: check.BoxLike) -> Mask:
        """A box (left, top, right, bottom); fractions of a pixel give a soft edge."""
        return cls(check.size(size), operation=Rectangle(check.box(box)))

    @classmethod
    def ellipse(cls, size: Size, box: check.BoxLike) -> Mask:
        """The ellipse that touches the four sides of a box (left, top, right, bottom)."""
        return cls(check.size(size), operation=Ellipse(check.box(box)))

    @classmethod
    def polygon(cls, size: Size, points: check.PointsLike) -> Mask:
        """A closed outline through three or more (x, y) points; all that it goes round is in."""
        return cls(check.size(size), operation=Polygon(check.points(points, 3, "A polygon")))

    @classmethod
    def stroke(cls, size: Size, points: check.PointsLike, radius: float) -> Mask:
        """A round brush of that radius, in pixels, drawn through (x, y) points; one point gives a disc."""
        made = Stroke(check.points(points, 1, "A stroke"), check.above_zero(radius, "The radius of a stroke"))
        return cls(check.size(size), operation=made)

    @classmethod
    def from_image(cls, image_or_path: object, invert: bool = False) -> Mask:
        """A picture (path, bytes, file object, PIL image, array) as a mask: white changes, black keeps.

        Colours count by their brightness, transparent parts as black: no mask is read from an alpha channel.
        """
        raster = reading.from_picture(image_or_path, invert)
        return cls(raster.size, operation=Bitmap(raster))

    @classmethod
    def from_array(cls, array: Any, threshold: float | None = None) -> Mask:
        """A height × width array as a mask: bool, floats 0..1, or integers 0..255.

        With `threshold`, what reaches it is masked. Integers other than uint8 that are all 0 or 1: no, yes.
        """
        raster = reading.from_values(array, threshold)
        return cls(raster.size, operation=Bitmap(raster))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Mask:
        """The mask that `to_record` described. Raises InputError for anything else."""
        from inpaint_nb.masks.record import read

        return read(record)

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
        return Mask(self._size, self, operation)

    def _combined(self, other: Mask, how: Combine) -> Mask:
        if other._size != self._size:
            sizes = " and ".join("{} × {}".format(*size) for size in (self._size, other._size))
            raise InputError(f"The masks have different sizes: {sizes}.", "Make both for the same picture.")
        if not other._length:
            return other if how == "intersect" else self
        if not self._length:
            return other if how in ("add", "xor") else self
        return self._then(other._as_step(how))

    def _as_step(self, how: Combine) -> Combining:
        """This mask as one operation: its shape where it is one that was added, else all of it."""
        step = self._operation
        if self._length == 1 and isinstance(step, SHAPES) and step.combine == "add":
            shape: Shape = replace(step, combine=how)
            return shape
        return Combined(self, how)

    # -- what it is

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self._size

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What the mask is made of, in order."""
        operations: list[Operation] = []
        node: Mask | None = self
        while node is not None:
            operations.extend([] if node._operation is None else [node._operation])
            node = node._base
        return tuple(reversed(operations))

    @property
    def base(self) -> Mask | None:
        """The mask before its last operation; None for the first."""
        return self._base

    @property
    def operation(self) -> Operation | None:
        """The last operation; None for an empty mask."""
        return self._operation

    @property
    def raster(self) -> Raster:
        """The pixels, kept once worked out; each step starts from the pixels of the one before."""
        if self._raster is None:
            for node in self.lineage(lambda source: source._raster is not None):
                node._raster = node._render()
        assert self._raster is not None
        return self._raster

    def lineage(self, is_known: Callable[[Mask], bool] = lambda _: False) -> list[Mask]:
        """All masks this one was made from, and itself last, each after its sources; known ones are left out.

        A loop, not a recursion: a history has thousands of steps.
        """
        found: dict[int, Mask] = {}
        waiting = [self]
        while waiting:
            node = waiting[-1]
            ahead = [each for each in node.sources() if id(each) not in found and not is_known(each)]
            if not ahead:
                found.setdefault(id(waiting.pop()), node)
            waiting.extend(reversed(ahead))
        return list(found.values())

    def sources(self) -> list[Mask]:
        """The masks this one was made from directly: none, one or two."""
        sources = [self._base] if self._base is not None else []
        return [*sources, self._operation.mask] if isinstance(self._operation, Combined) else sources

    def _render(self) -> Raster:
        from inpaint_nb.masks.raster import Raster
        from inpaint_nb.masks.render import apply

        before = Raster.blank(self._size) if self._base is None else self._base.raster
        return before if self._operation is None else apply(self._operation, before)

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
        return self.raster.area / (255 * self._size[0] * self._size[1])

    @property
    def digest(self) -> str:
        """A hash of size and pixels: equal for equal masks, however they were made."""
        if self._digest is None:
            self._digest = self.raster.digest
        return self._digest

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mask):
            return NotImplemented
        return self is other or (self._size == other._size and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    # -- given away

    def to_array(self) -> Pixels:
        """The values as a new uint8 array, height × width."""
        return self.crop((0, 0, *self._size))

    def crop(self, box: Box) -> Pixels:
        """The values in a box inside the picture, as a new uint8 array."""
        left, top, right, bottom = box
        if not (0 <= left <= right <= self._size[0] and 0 <= top <= bottom <= self._size[1]):
            raise InputError(
                f"The box {tuple(box)} is not inside the picture of {check.words(self._size)} pixels."
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

        return write(self)

    def to_record(self) -> dict[str, Any]:
        """The operations as plain JSON values; `from_record` makes the mask again."""
        from inpaint_nb.masks.record import write

        return write(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Mask.from_record, (self.to_record(),)

    def __repr__(self) -> str:
        operations = f"{self._length} operation{'' if self._length == 1 else 's'}"
        return f"<Mask {check.words(self._size)}, {operations}, covers {_percent(self.coverage)}>"

    def _repr_png_(self) -> bytes:
        """The picture a notebook shows, white where something changes; IPython asks for it by this name."""
        return encode_png(thumbnail(self.to_image(), PICTURE_PX), level=6)


def _percent(share: float) -> str:
    digits = 0 if share in (0, 1) else max(1, min(4, -math.floor(math.log10(share)) - 1))
    return f"{100 * share:.{digits}f} %"
