"""`Mask`: which pixels of a picture to change, as an immutable value made of operations."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.images import Box, encode_png, thumbnail
from inpaint_nb.masks import check
from inpaint_nb.masks.drawn import Drawn
from inpaint_nb.masks.found import Found
from inpaint_nb.masks.imported import Imported
from inpaint_nb.masks.operations import DropSpecks, Feather, FillHoles, Grow, Invert, Shrink, Smooth
from inpaint_nb.masks.signs import Combine, Side
from inpaint_nb.masks.steps import Operation, Step

if TYPE_CHECKING:
    from inpaint_nb.masks.summary import Caution, Region
    from inpaint_nb.masks.tiles import Pixels

PICTURE_PX = 512  # longest side of the picture a notebook shows


class Mask(Drawn, Found, Imported):
    """Which pixels of a picture to change: 255 changes a pixel, 0 keeps it, between is a soft edge.

    Masks are values: equal when size and pixels are equal, hashable, safe to share between threads; every
    method gives another mask. `|` takes the higher value, `&` the lower, `-` takes away, `^` leaves what is
    in one only, `~` inverts.
    """

    __slots__ = ()

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

    def feather(self, px: float, side: Side = "both") -> Mask:
        """A soft edge that reaches `px` outward and inward; at the picture's border the mask stays.

        `side` "inside" leaves what is not masked untouched, "outside" what is masked in full.
        """
        px = check.not_negative(px, "The width of a feather")
        return self._then(Feather(px, check.one_of(side, Side, "The side of a feather")))

    def smooth(self, px: float) -> Mask:
        """With corners rounded, and notches and spikes narrower than about half of `px` gone; the edge stays sharp."""
        return self._then(Smooth(check.not_negative(px, "The width to smooth")))

    def fill_holes(self) -> Mask:
        """With everything it surrounds; what touches the picture's border is not surrounded."""
        return self._then(FillHoles())

    def invert(self) -> Mask:
        """The other pixels: what `~mask` says, for those who look for a word."""
        return ~self

    def drop_specks(self, area: float) -> Mask:
        """Without blobs that cover less than `area` pixels."""
        return self._then(DropSpecks(check.not_negative(area, "The area of a speck")))

    def _then(self, operation: Operation) -> Mask:
        return Mask(Step(self.size, self._step, operation))

    def _combined(self, other: Mask, how: Combine) -> Mask:
        check.same_size(self.size, other.size)
        if not other._step.length:
            return other if how == "intersect" else self
        if not self._step.length:
            return other if how in ("add", "xor") else self
        return self._then(other._step.as_operation(how))

    # -- what it is

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What the mask is made of, in order."""
        return self._step.operations

    @property
    def history(self) -> tuple[str, ...]:
        """Each operation in a few words, such as "add a rectangle" or "grow by 8 px"."""
        from inpaint_nb.masks.titles import title

        return tuple(map(title, self.operations))

    def change_since(self, before: Mask) -> str:
        """What made this mask of an earlier one, in a few words, such as "add a stroke" or "clear"."""
        from inpaint_nb.masks.titles import change

        return change(before._step, self._step)

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

    def regions(self) -> tuple[Region, ...]:
        """The blobs, each with its box and the area it covers; corners hold a blob together.

        In order of their first pixels, row by row.
        """
        from inpaint_nb.masks.summary import regions

        return regions(self.raster)

    def boxes(self) -> list[Box]:
        """The box of each blob, as (left, top, right, bottom)."""
        return [region.box for region in self.regions()]

    def describe(self) -> str:
        """Coverage, box and blobs in words, the largest blobs first."""
        from inpaint_nb.masks.summary import describe

        return describe(self.raster)

    def cautions(self) -> tuple[Caution, ...]:
        """What to look at before a run: nothing masked, nearly all of it, a mask that looks inverted."""
        from inpaint_nb.masks.summary import cautions

        return cautions(self.raster)

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
