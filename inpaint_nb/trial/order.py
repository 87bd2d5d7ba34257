"""In which order pictures are shown, and which of them meet in pairs; the same key gives the same order anywhere."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

ROUNDS = 6  # pairs that each picture is in, unless told otherwise: enough to rank, few enough to finish


def shuffled(things: Sequence[T], key: str) -> list[T]:
    """The things in an order that only the key decides, and that no one can guess from the things."""
    order = list(things)
    random.Random(key).shuffle(order)
    return order


def pairs(things: Sequence[T], rounds: int, key: str) -> list[tuple[T, T]]:
    """Pairs in which each thing meets `rounds` others, or all where there are fewer; who stands left is by lot.

    Round after round, so that whoever stops early has seen each thing about equally often.
    """
    lot = random.Random(key)
    drawn: list[tuple[T, T]] = []
    for number, meetings in enumerate(_rounds(len(things))):
        if number == rounds:
            break
        lot.shuffle(meetings)
        sides = [(one, other) if lot.random() < 0.5 else (other, one) for one, other in meetings]
        drawn += [(things[left], things[right]) for left, right in sides]
    return drawn


def _rounds(count: int) -> Iterator[list[tuple[int, int]]]:
    """A tournament: in each round everyone meets someone new; with an odd count one rests."""
    ring: list[int | None] = [*range(count), *([None] if count % 2 else [])]
    for _ in range(len(ring) - 1):
        half = len(ring) // 2
        meetings = zip(ring[:half], reversed(ring[half:]), strict=True)
        yield [(one, other) for one, other in meetings if one is not None and other is not None]
        ring[1:] = [ring[-1], *ring[1:-1]]
