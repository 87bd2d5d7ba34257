"""Growing, shrinking, feathering and cleaning against plain references over all pixels."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from PIL import ImageFilter
from scipy import ndimage
from skimage import measure

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask
from inpaint_nb.masks.regions import label_regions

SIZE = (300, 70)  # more than one tile wide


def soft_scene() -> Mask:
    mask = Mask.ellipse(SIZE, (5, 5, 60, 60)) | Mask.stroke(SIZE, [(230, 10), (290, 60)], 6)
    return (mask | Mask.rectangle(SIZE, (250.5, 0, 300, 20))).feather(3)


def highest_within(values: np.ndarray, px: float) -> np.ndarray:
    """The highest value within px of each pixel, by looking at every offset."""
    reach, (height, width) = int(px), values.shape
    padded, out = np.pad(values, reach), np.zeros_like(values)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dx * dx + dy * dy <= px * px:
                shifted = padded[reach + dy : reach + dy + height, reach + dx : reach + dx + width]
                out = np.maximum(out, shifted)
    return out


@pytest.mark.parametrize("px", [0, 0.5, 1, 1.5, 2.9, 7, 20.25])
def test_grow_takes_the_highest_value_within_reach(px: float) -> None:
    """Soft and hard pixels grow by an exact disc."""
    mask = soft_scene()
    assert (mask.grow(px).to_array() == highest_within(mask.to_array(), px)).all()


@pytest.mark.parametrize("px", [0, 1, 3.3, 12])
def test_shrink_takes_the_lowest_value_within_reach(px: float) -> None:
    """Shrinking is growing what is not masked; beyond the picture nothing is unmasked."""
    mask = soft_scene()
    assert (mask.shrink(px).to_array() == 255 - highest_within(255 - mask.to_array(), px)).all()


def test_a_mask_at_the_border_does_not_shrink_away_from_it() -> None:
    """Outside the picture counts as masked."""
    mask = Mask.rectangle(SIZE, (0, 0, 100, 70)).shrink(10)
    assert mask.bbox == (0, 0, 90, 70)
    assert Mask.full(SIZE).shrink(500) == Mask.full(SIZE)


def test_growing_beyond_the_picture_ends_at_its_border() -> None:
    """A reach larger than the picture masks all of it."""
    assert Mask.rectangle(SIZE, (3, 3, 4, 4)).grow(9_000) == Mask.full(SIZE)


def test_large_masks_grow_the_same_in_every_tile() -> None:
    """Whole tiles that lie inside the mask are passed over without a trace."""
    size = (1100, 900)
    grown = Mask.rectangle(size, (100, 100, 1000, 800)).grow(9)
    wanted = Mask.rectangle(size, (91, 100, 1009, 800)) | Mask.rectangle(size, (100, 91, 1000, 809))
    assert (grown & wanted) == wanted
    assert grown.bbox == (91, 91, 1009, 809)
    assert grown.crop((91, 91, 100, 100)).max() == 255
    assert grown.crop((91, 91, 93, 93)).max() == 0


def test_feather_ramps_over_both_sides_of_an_edge() -> None:
    """Half way at the edge, full and nothing at `px` from it, falling in between."""
    row = Mask.rectangle(SIZE, (100, 0, 200, 70)).feather(12).to_array()[35]
    assert (row[112:188] == 255).all()
    assert not row[:87].any()
    assert not row[213:].any()
    assert (np.diff(row[85:115].astype(int)) >= 0).all()
    assert abs(int(row[99]) + int(row[100]) - 255) <= 2


def test_feather_leaves_the_border_of_the_picture() -> None:
    """A mask that touches the picture's border is no softer there."""
    assert (Mask.rectangle(SIZE, (0, 0, 100, 70)).feather(10).to_array()[:, :89] == 255).all()
    assert Mask.full(SIZE).feather(30) == Mask.full(SIZE)


def test_feather_changes_only_what_is_near() -> None:
    """A far mask does not alter how a near one is feathered."""
    near, far = Mask.ellipse(SIZE, (20, 20, 60, 60)), Mask.ellipse(SIZE, (240, 20, 260, 40))
    assert ((near | far).feather(8).crop((0, 0, 150, 70)) == near.feather(8).crop((0, 0, 150, 70))).all()
    assert near.feather(0) == near


def test_fill_holes_fills_what_a_ring_surrounds() -> None:
    """An antialiased ring becomes a disc without a seam where its soft inner edge was."""
    outline = [(40, 10), (100, 12), (90, 60), (30, 55), (40, 10)]
    filled = Mask.stroke(SIZE, outline, 3).fill_holes()
    assert (filled.crop((45, 15, 85, 50)) == 255).all()
    assert filled == Mask.stroke(SIZE, outline, 3) | filled
    assert filled.bbox == Mask.stroke(SIZE, outline, 3).bbox


def test_fill_holes_leaves_what_is_open_to_the_border() -> None:
    """A bay and a corner cut off at the picture's border are no holes."""
    bay = Mask.rectangle(SIZE, (10, 10, 50, 50)) - Mask.rectangle(SIZE, (20, 20, 50, 40))
    corner = Mask.stroke(SIZE, [(0, 30), (30, 0)], 2)
    assert bay.fill_holes() == bay
    assert corner.fill_holes().crop((0, 0, 5, 5)).max() == 0


def test_holes_do_not_leak_through_corners() -> None:
    """A ring whose pixels touch only at corners holds."""
    ring = np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]], bool)
    assert Mask.from_array(ring).fill_holes().to_array()[1, 1] == 255


def test_feathered_rings_are_filled_too() -> None:
    """A wall that is nowhere 255 still surrounds when it is more than half masked."""
    ring = np.zeros((9, 9), np.uint8)
    ring[2:7, 2:7] = 200
    ring[3:6, 3:6] = 20
    assert (Mask.from_array(ring).fill_holes().to_array()[3:6, 3:6] == 255).all()


def test_drop_specks_drops_what_covers_less() -> None:
    """A blob of exactly `area` pixels stays, a smaller one goes, and corners hold a blob together."""
    array = np.zeros((40, 300), bool)
    array[2:4, 2:5] = True  # 6 pixels
    array[20, 280:285] = True  # 5 pixels
    array[30:36, 100:106] = np.eye(6, dtype=bool)  # 6 pixels, corner to corner
    kept = array.copy()
    kept[20] = False
    assert (Mask.from_array(array).drop_specks(6).to_array() == kept * 255).all()


def test_drop_specks_takes_the_soft_edge_along() -> None:
    """Nothing is left of a dropped blob, and a kept one keeps its edge."""
    speck, blob = Mask.stroke(SIZE, [(30, 30)], 2), Mask.ellipse(SIZE, (100, 10, 150, 60))
    assert (speck | blob).drop_specks(20) == blob


def test_nothing_to_refine_stays_nothing() -> None:
    """Every refinement of an empty mask but the inverse is empty."""
    empty = Mask.empty(SIZE)
    refined = [empty.grow(5), empty.shrink(5), empty.feather(5), empty.fill_holes(), empty.drop_specks(5)]
    assert all(mask.is_empty for mask in refined)


def slow_labels(inside: np.ndarray) -> np.ndarray:
    labels, count = np.zeros(inside.shape, np.int32), 0
    for start in zip(*np.nonzero(inside), strict=True):
        if labels[start]:
            continue
        count += 1
        labels[start], queue = count, deque([start])
        while queue:
            y, x = queue.popleft()
            for at in ((y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)):
                in_picture = 0 <= at[0] < inside.shape[0] and 0 <= at[1] < inside.shape[1]
                if in_picture and inside[at] and not labels[at]:
                    labels[at] = count
                    queue.append(at)
    return labels


@pytest.mark.parametrize("share", [0.0, 0.1, 0.35, 0.5, 0.9, 1.0])
def test_labels_equal_a_slow_search(share: float) -> None:
    """Regions, their numbers and their boxes equal a search from pixel to pixel."""
    inside = np.random.default_rng(7).random((60, 83)) < share
    labels, boxes = label_regions(inside)
    assert labels.dtype == np.int32
    assert (labels == slow_labels(inside)).all()
    for number, (left, top, right, bottom) in enumerate(boxes, 1):
        rows, columns = np.nonzero(labels == number)
        found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert (left, top, right, bottom) == found
    assert labels.max() == len(boxes)


def test_a_spiral_is_one_region() -> None:
    """Long windings hang together."""
    spiral = np.zeros((65, 65), np.uint8)
    y, x, dy, dx = 32, 32, 0, 1
    for length in range(2, 64, 2):
        for _ in range(2):
            for _ in range(length):
                if 0 <= y < 65 and 0 <= x < 65:
                    spiral[y, x] = 200
                y, x = y + dy, x + dx
            dy, dx = dx, -dy
    labels, boxes = label_regions(spiral)
    assert len(boxes) == 1
    assert (labels == (spiral > 0)).all()


@pytest.mark.parametrize("px", [1, 2.5, 6])
def test_growing_and_shrinking_are_scipys_with_a_disc(px: float) -> None:
    """Grey dilation and erosion with a flat disc, the picture's outside taken as the mask takes it."""
    mask, reach = soft_scene(), int(px)
    rows, columns = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = rows**2 + columns**2 <= px**2
    larger = ndimage.grey_dilation(mask.to_array(), footprint=disc, mode="constant", cval=0)
    smaller = ndimage.grey_erosion(mask.to_array(), footprint=disc, mode="constant", cval=255)
    assert (mask.grow(px).to_array() == larger).all()
    assert (mask.shrink(px).to_array() == smaller).all()


def test_filling_holes_is_scipys() -> None:
    """Hard masks with random holes."""
    holes = np.random.default_rng(4).random((70, 300)) < 0.55
    wanted = ndimage.binary_fill_holes(holes)
    assert (Mask.from_array(holes).fill_holes().to_array() == wanted * 255).all()


def test_dropping_specks_is_scikit_images() -> None:
    """Blobs of fewer pixels go, corners connect."""
    blobs = np.random.default_rng(4).random((70, 300)) < 0.3
    labels = measure.label(blobs, connectivity=2)
    sizes = np.bincount(labels.reshape(-1))
    wanted = blobs & (sizes >= 6)[labels]
    assert (Mask.from_array(blobs).drop_specks(6).to_array() == wanted * 255).all()


@pytest.mark.parametrize("px", [3, 9, 20])
def test_a_feather_is_nearly_a_gaussian(px: float) -> None:
    """Within a few levels of scipy's blur with the same spread, which has no end."""
    mask = Mask.ellipse(SIZE, (80, -30, 220, 110))
    spread = np.sqrt(((2 * px / 3 + 1) ** 2 - 1) / 4)
    wanted = ndimage.gaussian_filter(mask.to_array().astype(float), spread, mode="nearest")
    assert np.abs(mask.feather(px).to_array() - wanted).max() < 12


def test_a_feather_to_one_side_leaves_the_other() -> None:
    """Inside nothing is added and the ramp begins at the edge; outside nothing is lost and it ends there."""
    mask = Mask.rectangle(SIZE, (100, 0, 200, 70))
    inside, outside = (mask.feather(12, side).to_array()[35].astype(int) for side in ("inside", "outside"))
    assert not inside[:100].any()
    assert (inside[112:188] == 255).all()
    assert 0 < inside[101] < 80
    assert (outside[100:200] == 255).all()
    assert not outside[:87].any()
    assert 175 < outside[98] < 255


def test_feathers_reach_across_tiles_and_small_masks() -> None:
    """Worked out piece by piece, the blur is that of the whole picture."""
    size = (900, 600)
    mask = Mask.stroke(size, [(20, 20), (880, 300), (300, 590)], 6) | Mask.rectangle(size, (500, 0, 900, 250))
    for px in (2.5, 40):
        spread = math.sqrt(((2 * px / 3 + 1) ** 2 - 1) / 4)
        whole = mask.to_image().filter(ImageFilter.GaussianBlur(spread))
        assert (mask.feather(px).to_array() == np.asarray(whole)).all()


def test_smoothing_keeps_straight_edges_and_drops_hairs() -> None:
    """Straight edges stay where they are and sharp, thin lines go, corners are rounded."""
    body = Mask.rectangle(SIZE, (100, 10, 200, 60))
    smooth = (body | Mask.rectangle(SIZE, (200, 30, 280, 33))).smooth(12)
    row = smooth.to_array()[20].astype(int)
    assert (row[102:198] == 255).all()
    assert not row[:98].any()
    assert smooth.bbox is not None
    assert smooth.bbox[2] < 206
    assert smooth.to_array()[10, 100] == 0
    assert body.smooth(0) == body


def test_unknown_sides_are_refused() -> None:
    """The error lists the sides there are."""
    with pytest.raises(InputError, match="must be 'inside', 'outside' or 'both'"):
        Mask.full(SIZE).feather(3, "left")  # type: ignore[arg-type]
