"""Midjourney's grids: four pictures in one, two by two."""

from __future__ import annotations

from PIL import Image

STRIP_PX = 24  # how far around the middle its step is compared with others
SEAM_RATIO = 3.0  # crops of a photograph stay below 1.8, grids of it reach 6 to 12 (measured)
SEAM_LEVELS = 2.0  # a step that small is noise, whatever the ratio
SMALLEST_PX = 4 * STRIP_PX


def split(grid: Image.Image) -> tuple[Image.Image, ...]:
    """The four pictures of a grid in the order of its buttons: top left, top right, bottom left, bottom right."""
    width, height = grid.width // 2, grid.height // 2
    right, bottom = grid.width - width, grid.height - height
    corners = [(0, 0), (right, 0), (0, bottom), (right, bottom)]
    return tuple(grid.crop((left, top, left + width, top + height)) for left, top in corners)


def is_grid(picture: Image.Image) -> bool:
    """Whether the picture breaks along both its middles, as four pictures side by side do.

    A guess, for answers that do not say what they are: four pictures that fade into one background escape it.
    """
    if min(picture.size) < SMALLEST_PX:
        return False
    grey = picture.convert("L")
    return _breaks(grey) and _breaks(grey.transpose(Image.Transpose.TRANSPOSE))


def _breaks(grey: Image.Image) -> bool:
    """Whether the step across the vertical middle is far larger than the steps beside it."""
    import numpy as np

    middle = grey.width // 2
    strip = np.asarray(grey.crop((middle - STRIP_PX, 0, middle + STRIP_PX, grey.height)), np.int16)
    steps = np.abs(np.diff(strip, axis=1)).mean(axis=0)
    beside = float(np.median(np.delete(steps, STRIP_PX - 1)))
    return bool(steps[STRIP_PX - 1] > max(SEAM_LEVELS, SEAM_RATIO * beside))


def cut(pictures: tuple[Image.Image, ...], is_one: bool | None) -> tuple[tuple[Image.Image, ...], bool]:
    """The pictures, a grid cut up, and whether they are the tiles of one. To be called on a worker.

    `is_one` says what the answer said; None where it did not, and then the picture is looked at. Several pictures
    were cut up by whoever made them.
    """
    if len(pictures) != 1:
        return pictures, True
    if is_one is None:
        is_one = is_grid(pictures[0])
    return (split(pictures[0]), True) if is_one and min(pictures[0].size) > 1 else (pictures, False)
