"""OpenCV's GrabCut (Rother et al., 2004): mixtures of colours for thing and ground, and the cheapest cut between."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.masks import likeness
from inpaint_nb.masks.likeness import guess
from inpaint_nb.masks.packing import Pixels

ROUNDS = 3
FEWEST = 16  # pixels of either side; its mixtures have five colours


def segment(pixels: Pixels, labels: Pixels, cancelled: Callable[[], bool]) -> NDArray[np.float32] | None:
    """1 for the thing and 0 for the ground, or None when it was cancelled; needs the extra `smart`."""
    import cv2

    cv2.setRNGSeed(0)  # its mixtures begin with random colours
    if min(np.isin(guess(labels), side).sum() for side in ((0, 2), (1, 3))) < FEWEST:
        return likeness.segment(pixels, labels, cancelled)
    cut, back, front = guess(labels), np.zeros((1, 65)), np.zeros((1, 65))
    blue_first, unused = np.ascontiguousarray(pixels[:, :, ::-1]), (0, 0, 1, 1)
    for round_ in range(ROUNDS):
        if cancelled():
            return None
        mode = cv2.GC_EVAL if round_ else cv2.GC_INIT_WITH_MASK
        cv2.grabCut(blue_first, cut, unused, back, front, 1, mode)
    return np.asarray((cut == cv2.GC_FGD) | (cut == cv2.GC_PR_FGD), np.float32)
