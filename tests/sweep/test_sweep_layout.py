"""Where the cells of a sweep stand when nobody says."""

from __future__ import annotations

import pytest
from sweeping import LEFT, RIGHT, Painter, swept


@pytest.mark.parametrize(
    ("prompts", "masks", "seeds", "rows", "columns"),
    [
        (3, 1, 4, ("prompt",), ("seed",)),
        (20, 1, 3, ("prompt",), ("seed",)),
        (3, 2, 2, ("mask", "prompt"), ("seed",)),
        (4, 1, 80, ("seed",), ("prompt",)),
        (25, 1, 40, ("seed",), ("prompt",)),
        (5, 1, 1, (), ("prompt",)),
        (9, 1, 1, ("prompt",), ()),
    ],
)
def test_a_grid_is_rather_square_and_not_very_wide(prompts, masks, seeds, rows, columns) -> None:
    """In the order in which they were given where that fits; turned where it would be a long line."""
    sweep = swept(
        providers=Painter(),
        prompts=[f"prompt {number}" for number in range(prompts)],
        masks=[LEFT, RIGHT][:masks],
        seeds=list(range(seeds)),
    )
    assert (sweep.rows, sweep.columns) == (rows, columns)
