"""Where two pictures differ, and by how much, as a picture and in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops

from inpaint_nb import images

# The map "inferno" at every eighth: the brighter the larger, for every eye.
_STOPS = (
    (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85), (227, 89, 51), (249, 140, 10),
    (249, 201, 50), (252, 255, 164),
)  # fmt: skip
GAIN = 3  # a difference of 85 of 255 is as bright as it gets: most are small


@dataclass(frozen=True, slots=True)
class Heat:
    """The larger the difference of a pixel's worst channel, the brighter `image`; in numbers from 0 to 255.

    `changed` counts the pixels that differ at all; `mean` is over all pixels.
    """

    image: Image.Image
    changed: int
    max: int
    mean: float

    @property
    def share(self) -> float:
        """Which part of the pixels differs, 0 to 1."""
        return self.changed / (self.image.width * self.image.height)


def heat(first: Image.Image, second: Image.Image) -> Heat:
    """How the two differ, pixel by pixel; they have one size."""
    difference = _largest(ImageChops.difference(_comparable(first, second), _comparable(second, first)))
    counts = difference.histogram()
    total = sum(value * count for value, count in enumerate(counts))
    largest = max(value for value, count in enumerate(counts) if count)
    return Heat(_coloured(difference), sum(counts[1:]), largest, total / sum(counts))


def _comparable(picture: Image.Image, other: Image.Image) -> Image.Image:
    """In a mode that holds both."""
    plain = picture if picture.mode in ("L", "RGB", "RGBA") else images.load(picture)
    mode = "RGBA" if "RGBA" in (picture.mode, other.mode) else "RGB"
    return plain.convert(mode)


def _largest(difference: Image.Image) -> Image.Image:
    first, *others = difference.split()
    for other in others:
        first = ImageChops.lighter(first, other)
    return first


def _coloured(difference: Image.Image) -> Image.Image:
    scale = [min(255, GAIN * value) for value in range(256)]
    channels = [difference.point([colour(value)[channel] for value in scale]) for channel in range(3)]
    return Image.merge("RGB", channels)


def colour(value: int) -> tuple[int, ...]:
    """The colour of a brightness from 0 to 255, a difference times GAIN."""
    at, part = divmod(value * (len(_STOPS) - 1), 255)
    below, above = _STOPS[at], _STOPS[min(at + 1, len(_STOPS) - 1)]
    return tuple(round(low + (high - low) * part / 255) for low, high in zip(below, above, strict=True))
