"""Masks that were made elsewhere: pictures, arrays, label maps, boxes and records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.masks import check, reading
from inpaint_nb.masks.operations import Bitmap, Rectangle
from inpaint_nb.masks.record import from_png, read
from inpaint_nb.masks.signs import Channel
from inpaint_nb.masks.steps import Step, Stepped

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster


class Imported(Stepped):
    """The constructors that read what others wrote."""

    __slots__ = ()

    @classmethod
    def from_image(
        cls, image_or_path: object, invert: bool = False, *, channel: Channel = "brightness"
    ) -> Self:
        """A picture (path, bytes, file object, PIL image, array) as a mask: white changes, black keeps.

        Colours count by their brightness and transparent parts as black, unless `channel` names one: "alpha" (what is
        opaque changes; add `invert=True` where what was erased should), "red", "green" or "blue".
        """
        named = check.one_of(channel, Channel, "The channel")
        return cls.from_raster(reading.from_picture(image_or_path, invert, named))

    @classmethod
    def from_array(cls, array: Any, threshold: float | None = None) -> Self:
        """A height × width array as a mask: bool, floats 0..1, or integers 0..255.

        With `threshold`, what reaches it is masked. Integers other than uint8 that are all 0 or 1: no, yes.
        """
        return cls.from_raster(reading.from_values(array, threshold))

    @classmethod
    def from_labels(cls, array: Any) -> dict[int, Self]:
        """One mask for each number but 0 in a height × width array of whole numbers, lowest number first."""
        return {label: cls.from_raster(raster) for label, raster in reading.from_labels(array).items()}

    @classmethod
    def from_boxes(cls, size: Size, boxes: Iterable[check.BoxLike]) -> Self:
        """All boxes (left, top, right, bottom) together, such as a detector finds them; each is an operation."""
        step = Step(check.size(size))
        for box in boxes:
            base = step if step.operation else None
            step = Step(step.size, base, Rectangle(check.box(box)))
        return cls(step)

    @classmethod
    def from_region(cls, size: Size, box: Sequence[int], pixels: str, *, made: str = "") -> Self:
        """The pixels that a tool found in a box of a picture, as `code()` prints them: a PNG in base64.

        `made` is the call that found them; it is kept, not run.
        """
        try:
            raster = from_png(pixels, check.size(size), box)
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                "These are not the pixels of a region.", "Copy the whole line of code."
            ) from error
        return cls(Step(raster.size, operation=Bitmap(raster, made=check.made(made))))

    @classmethod
    def from_raster(cls, raster: Raster) -> Self:
        """The mask with the pixels of a raster, such as another mask's changed in some tiles."""
        return cls(Step(raster.size, operation=Bitmap(raster)))

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The mask that `to_record` described. Raises InputError for anything else."""
        return cls(read(record))
