"""The door to pypatchmatch: fills a hole with patches copied from around it."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PATCH_RADIUS_PX = 3  # the library's default of 15 is slower and leaves worse seams; 3 measured best
SEEDS = 2**32  # the library takes a seed modulo this

_lock = Lock()  # the library's seed belongs to the whole process


def why_missing() -> str:
    """Why the native library cannot be used here; empty where it can."""
    logger = logging.getLogger("patchmatch.patch_match")
    was_disabled, logger.disabled = logger.disabled, True  # it warns on import; our notice says it better
    try:
        import patchmatch
    except (ImportError, OSError) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        logger.disabled = was_disabled
    return "" if patchmatch.patchmatch_available else "there is no native library for this system"


def fill(picture: NDArray[np.uint8], hole: NDArray[np.bool_], seed: int) -> NDArray[np.uint8]:
    """`picture` (height × width × 3) with `hole` filled; equal input and seed give equal output.

    Needs at least one known pixel: with none the library answers black.
    """
    import patchmatch

    with _lock:
        patchmatch.set_random_seed(seed % SEEDS)
        filled: NDArray[np.uint8] = patchmatch.inpaint(picture, hole, patch_size=PATCH_RADIUS_PX)
    return filled
