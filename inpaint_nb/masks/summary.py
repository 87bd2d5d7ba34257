"""A mask in words and numbers: its blobs, and what one should look at before a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from inpaint_nb.images import Box
from inpaint_nb.masks.raster import Raster
from inpaint_nb.masks.regions import components, runs_of

Kind = Literal["empty", "nearly empty", "full", "nearly full", "inverted", "at the border"]

NEARLY_EMPTY_PX = 16  # less than a dab of the smallest useful brush
NEARLY_FULL = 0.95
INVERTED = 0.5  # covered at least so far, and the border nearly all round
LARGEST_BLOBS = 5


@dataclass(frozen=True, slots=True)
class Region:
    """A blob of a mask: its box and the area it covers in pixels, soft ones in part."""

    box: Box
    area: float


@dataclass(frozen=True, slots=True)
class Caution:
    """Something about a mask that is likely a mistake, or good to know: its kind and a sentence."""

    kind: Kind
    text: str


def regions(raster: Raster) -> tuple[Region, ...]:
    """The connected areas above 0 in the order of their first pixels; corners count as connected."""
    box = raster.box
    if box is None:
        return ()
    values = raster.read(box)
    runs = runs_of(values > 0)
    _, blob = np.unique(components(runs, diagonal=True), return_inverse=True)
    first = runs.row * values.shape[1] + runs.start
    # between two runs all is 0, so the sums from each start to the next are those of the runs
    areas = np.bincount(blob, np.add.reduceat(values.reshape(-1), first, dtype=np.int64)) / 255
    low, high = np.full((len(areas), 2), np.iinfo(np.int64).max), np.zeros((len(areas), 2), np.int64)
    np.minimum.at(low, blob, np.stack([runs.start, runs.row], axis=1))
    np.maximum.at(high, blob, np.stack([runs.end, runs.row + 1], axis=1))
    corners = (np.hstack([low, high]) + np.array(box[:2] * 2)).tolist()
    return tuple(
        Region((left, top, right, bottom), area)
        for (left, top, right, bottom), area in zip(corners, areas.tolist(), strict=True)
    )


def describe(raster: Raster) -> str:
    """One line for the whole, one for each of the largest blobs."""
    width, height = raster.size
    blobs = sorted(regions(raster), key=lambda region: -region.area)
    if not blobs:
        return f"Nothing is masked in {width} × {height} pixels."
    share = raster.area / (255 * width * height)
    count = "1 blob" if len(blobs) == 1 else f"{len(blobs)} blobs"
    lines = [
        f"{_percent(share)} of {width} × {height} pixels are masked, within {_words(raster.box)}, in {count}."
    ]
    lines += [f"{region.area:,.0f} px in {_words(region.box)}" for region in blobs[:LARGEST_BLOBS]]
    if len(blobs) > LARGEST_BLOBS:
        lines.append(f"and {len(blobs) - LARGEST_BLOBS} smaller")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return "Less than 0.1 %" if share < 0.001 else f"{share:.1%}".replace("%", " %")


def _words(box: Box | None) -> str:
    assert box is not None
    return f"({', '.join(map(str, box))})"


def cautions(raster: Raster) -> tuple[Caution, ...]:
    """What is likely a mistake comes first; a mask with nothing to say about gives none."""
    pixels = raster.size[0] * raster.size[1]
    masked = raster.area / 255
    if not masked:
        return (Caution("empty", "The mask is empty: nothing would change."),)
    if masked == pixels:
        return (Caution("full", "The mask covers the whole picture: nothing of it would be kept."),)
    found = []
    if masked < NEARLY_EMPTY_PX:
        found.append(Caution("nearly empty", f"The mask covers {masked:.3g} pixels only."))
    border = _border(raster)
    if masked > NEARLY_FULL * pixels:
        found.append(Caution("nearly full", f"The mask covers {masked / pixels:.1%} of the picture."))
    if masked > INVERTED * pixels and border > 0.9:
        found.append(Caution("inverted", "The mask goes all round the border: it may be inverted (~mask)."))
    elif border:
        found.append(Caution("at the border", "The mask touches the border of the picture."))
    return tuple(found)


def _border(raster: Raster) -> float:
    """Which part of the picture's outermost pixels is masked, at least half."""
    width, height = raster.size
    sides = [
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    ]
    return float(np.concatenate([raster.read(side).reshape(-1) > 127 for side in sides]).mean())
