"""Selection with numpy alone: colours say what a pixel is likely to be, and likely neighbours agree.

As in GrabCut, two sets of colours are learned from the pixels of thing and ground, and learned again from what they
find. Instead of a cut, the share of each pixel is smoothed towards that of its neighbours, less across edges.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inpaint_nb.masks.colours import to_lab
from inpaint_nb.masks.packing import Pixels

Shares = NDArray[np.float32]

BACK, FRONT, MAYBE_BACK, MAYBE_FRONT = range(4)
ROUNDS = 3
STEPS = 80  # of smoothing in a round, each from neighbour to neighbour
BINS = 16  # of each of L, a and b
TRUST = 0.06  # how strongly a pixel holds to its own colour against a neighbour that looks the same
COLOUR_STEP = 30.0  # how much longer a step across the strongest edge is than one along equal colours
BORDER_WAY = 0.2  # of the shorter side, added to ways from the border where hints name some ground
SWEEPS = 6  # a way bends about that often
NEARBY = 0.12  # of the picture's shorter side: what is first taken for the thing around points on it


def guess(labels: Pixels) -> Pixels:
    """The labels with something for either side: near the points on the thing, and along the border."""
    guessed = labels.copy()
    if not (guessed == MAYBE_FRONT).any():
        on = np.argwhere(labels == FRONT)
        near = _near(on, labels.shape, max(3.0, NEARBY * min(labels.shape)))
        guessed[near & (labels == MAYBE_BACK)] = MAYBE_FRONT
    if not np.isin(guessed, (BACK, MAYBE_BACK)).any():  # a box around everything
        border = np.ones(labels.shape, bool)
        border[1:-1, 1:-1] = False
        guessed[border & (labels != FRONT)] = MAYBE_BACK
    return guessed


def _near(places: NDArray[np.int64], shape: tuple[int, ...], far: float) -> NDArray[np.bool_]:
    near, reach = np.zeros(shape, bool), int(far)
    for row, column in places:
        near[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = True
    return near


def segment(pixels: Pixels, labels: Pixels, cancelled: Callable[[], bool]) -> Shares | None:
    """How far each pixel belongs to the thing, 0..1; None when it was cancelled."""
    lab = to_lab(pixels.reshape(-1, 3)).reshape(pixels.shape)
    bins = _bins(lab)
    weights = _weights(lab)
    prior = _nearness(weights, labels)
    share = np.isin(guess(labels), (FRONT, MAYBE_FRONT)).astype(np.float32)
    for _ in range(ROUNDS):
        if cancelled():
            return None
        wanted = _both(_likely(bins, share, labels), prior)
        share = _settled(np.where(labels == FRONT, 1, np.where(labels == BACK, 0, wanted)), weights, labels)
    return share


def _both(one: Shares, other: Shares) -> Shares:
    """The share that two independent ones make together."""
    front = one * other
    return np.asarray(front / np.maximum(front + (1 - one) * (1 - other), 1e-9), np.float32)


def _nearness(weights: tuple[Shares, Shares], labels: Pixels) -> Shares:
    """How much shorter the way to points on the thing is than to the ground; a way along equal colours is short.

    The border of the picture is ground too, but farther than one that a hint names. Without points on the thing, no
    side is nearer.
    """
    front, back = labels == FRONT, labels == BACK
    if not front.any():
        return np.full(labels.shape, 0.5, np.float32)
    ways = np.where(np.stack([front, back]), np.float32(0), np.float32(sum(labels.shape)))
    border = np.ones(labels.shape, bool)
    border[1:-1, 1:-1] = False
    ways[1, border & ~front & ~back] = BORDER_WAY * min(labels.shape) if back.any() else 0
    across, down = ((1 - each) * COLOUR_STEP + 1 for each in weights)
    for _ in range(SWEEPS):
        _sweep(ways, down)
        _sweep(ways.transpose(0, 2, 1), across.T)
    to_front, to_back = ways
    return np.asarray(np.clip((to_back + 1) / (to_front + to_back + 2), 0.02, 0.98), np.float32)


def _sweep(ways: Shares, steps: Shares) -> None:
    """Shortens the ways by those that go straight down or up, row after row."""
    count = ways.shape[1]
    for row in range(1, count):
        np.minimum(ways[:, row], ways[:, row - 1] + steps[row - 1], out=ways[:, row])
    for row in range(count - 2, -1, -1):
        np.minimum(ways[:, row], ways[:, row + 1] + steps[row], out=ways[:, row])


def _bins(lab: NDArray[Any]) -> NDArray[np.int64]:
    scaled = (lab - (0, -100, -100)) / (100.001, 200.001, 200.001) * BINS
    light, a, b = np.clip(scaled, 0, BINS - 1).astype(np.int64).transpose(2, 0, 1)
    return np.asarray((light * BINS + a) * BINS + b)


def _likely(bins: NDArray[np.int64], share: Shares, labels: Pixels) -> Shares:
    """How likely each pixel's colour is one of the thing's, from how often it is found on either side."""
    known = np.where((labels == FRONT) | (labels == BACK), 4.0, 1.0)
    front, back = (_frequency(bins, side * known) for side in (share, 1 - share))
    return (front / (front + back))[bins].astype(np.float32)


def _frequency(bins: NDArray[np.int64], weights: NDArray[Any]) -> NDArray[np.float64]:
    flat = np.bincount(bins.reshape(-1), weights.reshape(-1), BINS**3)
    counts: NDArray[Any] = flat.reshape(BINS, BINS, BINS)
    for axis in range(3):
        edged = np.pad(counts, [(1, 1) if each == axis else (0, 0) for each in range(3)], mode="edge")
        low, mid, high = (np.take(edged, range(start, start + BINS), axis) for start in range(3))
        counts = (low + 2 * mid + high) / 4
    return np.asarray((counts / max(counts.sum(), 1) + 1e-6).reshape(-1))


def _weights(lab: NDArray[Any]) -> tuple[Shares, Shares]:
    """How much each pixel and the one to the right, and the one below, want to be alike: 1 for equal colours."""
    right, below = (((np.diff(lab, axis=axis)) ** 2).sum(axis=2) for axis in (1, 0))
    usual = 2 * max(float(np.concatenate([right.reshape(-1), below.reshape(-1)]).mean()), 1e-3)
    across, down = (np.exp(-each / usual).astype(np.float32) for each in (right, below))
    return np.pad(across, ((0, 0), (0, 1))), np.pad(down, ((0, 1), (0, 0)))


def _settled(wanted: NDArray[Any], weights: tuple[Shares, Shares], labels: Pixels) -> Shares:
    """The shares where each is the weighted mean of what it wants and of its four neighbours."""
    across, down = weights
    sure = (labels == FRONT) | (labels == BACK)
    trust = np.where(sure, 100, TRUST).astype(np.float32)
    own, share = (trust * wanted).astype(np.float32), wanted.astype(np.float32)
    total = trust + across + down
    total[:, 1:] += across[:, :-1]
    total[1:] += down[:-1]
    for _ in range(STEPS):
        pull = own.copy()
        pull[:, :-1] += across[:, :-1] * share[:, 1:]
        pull[:, 1:] += across[:, :-1] * share[:, :-1]
        pull[:-1] += down[:-1] * share[1:]
        pull[1:] += down[:-1] * share[:-1]
        share = pull / total
    return share
