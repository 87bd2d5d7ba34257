"""Two pictures in one frame, so that they can be laid over each other; and as files for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageDraw

from inpaint_nb import images
from inpaint_nb.images import Box, Size
from inpaint_nb.lineage.heat import Heat, heat

SMALL_PX = 256  # longest side; such a picture is shown with its pixels as squares, and kept without loss
SAME_SHAPE = 0.01  # sides that differ by less, relative to each other, come from rounding
CHECKS = 48  # squares along the longer side of what is seen through
LIGHT, DARK = (255, 255, 255), (205, 205, 205)
OUTSIDE = (90, 90, 90)  # of a heat map where only one picture has pixels

Encoded = tuple[str, bytes]  # MIME type and file


@dataclass(frozen=True, eq=False)
class Sides:
    """Two pictures. The frame is that of `a`: in it `b` lies as large as fits, in the middle."""

    a: Image.Image
    b: Image.Image

    @property
    def is_same_shape(self) -> bool:
        """Whether `b` fills the frame."""
        across, along = (self.b.size[axis] / self.a.size[axis] for axis in (0, 1))
        rounding = max(SAME_SHAPE, 1 / min(*self.a.size, *self.b.size))
        return abs(across - along) <= rounding * max(across, along)

    @property
    def is_small(self) -> bool:
        """Whether both are so small that their pixels are shown as squares."""
        return max(*self.a.size, *self.b.size) <= SMALL_PX

    @property
    def box(self) -> Box:
        """Where `b` lies, in pixels of `a`."""
        if self.is_same_shape:
            return (0, 0, *self.a.size)
        scale = min(self.a.size[axis] / self.b.size[axis] for axis in (0, 1))
        width, height = (max(1, round(side * scale)) for side in self.b.size)
        left, top = (self.a.width - width) // 2, (self.a.height - height) // 2
        return left, top, left + width, top + height

    @cached_property
    def heat(self) -> Heat:
        """How they differ where both have pixels; `b` is brought to the size it has in the frame."""
        left, top, right, bottom = box = self.box
        size = (right - left, bottom - top)
        first = self.a if size == self.a.size else self.a.crop(box)
        return heat(first, self.b if self.b.size == size else self.b.resize(size, Image.Resampling.LANCZOS))

    @property
    def heat_image(self) -> Image.Image:
        """The heat map in the frame, grey where only one picture has pixels."""
        if self.is_same_shape:
            return self.heat.image
        whole = Image.new("RGB", self.a.size, OUTSIDE)
        whole.paste(self.heat.image, self.box[:2])
        return whole

    def framed(self, longest_px: int) -> tuple[Image.Image, Image.Image]:
        """Both in frames of one shape, opaque, each at its own resolution but no longer than `longest_px`."""
        return opaque(images.thumbnail(self.a, longest_px)), opaque(self._second(longest_px))

    def _second(self, longest_px: int) -> Image.Image:
        if self.is_same_shape:
            return images.thumbnail(self.b, longest_px)
        left, top, right, _ = self.box
        scale = min(self.b.width / (right - left), longest_px / max(self.a.size))
        small = self.b.resize(_scaled(_size(self.box), scale), Image.Resampling.LANCZOS).convert("RGBA")
        whole = Image.new("RGBA", _scaled(self.a.size, scale))
        whole.paste(small, (round(left * scale), round(top * scale)))
        return whole

    def size_words(self) -> str:
        """What was done about different sizes, in one sentence; empty where they are equal."""
        if self.a.size == self.b.size:
            return ""
        first, second = (f"{one.width} × {one.height}" for one in (self.a, self.b))
        if self.is_same_shape:
            return f"The first is {first} pixels, the second {second}; it was brought to {first} to compare pixels."
        return (
            f"The first is {first} pixels, the second {second}, another shape: it lies in the middle of the first, "
            "and pixels are compared where both have some."
        )


def opaque(image: Image.Image) -> Image.Image:
    """The picture without alpha; what was transparent shows a checkerboard."""
    if image.mode != "RGBA":
        return image
    paper = checkerboard(image.size)
    paper.paste(image, mask=image.getchannel("A"))
    paper.info = dict(image.info)
    return paper


def checkerboard(size: Size) -> Image.Image:
    """Grey and white squares, the same whatever the resolution."""
    side = max(1, round(max(size) / CHECKS))
    board = Image.new("RGB", size, LIGHT)
    draw = ImageDraw.Draw(board)
    for top in range(0, size[1], side):
        for left in range(side * (top // side % 2), size[0], 2 * side):
            draw.rectangle((left, top, left + side - 1, top + side - 1), fill=DARK)
    return board


def encoded(picture: Image.Image, quality: int) -> Encoded:
    """The picture as a file: a small one without loss."""
    if max(picture.size) <= SMALL_PX:
        return "image/png", images.encode_png(picture, level=6)
    return "image/jpeg", images.encode_jpeg(picture, quality)


def within(pictures: Sequence[Image.Image], max_bytes: int) -> list[Encoded]:
    """The pictures as files of at most `max_bytes` together: first at lower quality, then smaller."""
    made: list[Encoded] = []
    for longest in (1280, 1024, 800, 640, 480, 320, 160):
        small = [images.thumbnail(picture, longest) for picture in pictures]
        for quality in (88, 80, 70):
            made = [encoded(picture, quality) for picture in small]
            if sum(len(file) for _, file in made) <= max_bytes:
                return made
    return made


def _size(box: Box) -> Size:
    return box[2] - box[0], box[3] - box[1]


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
