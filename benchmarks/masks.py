"""Committing one more stroke: after 1,000 earlier strokes against the first, on a 4096 × 4096 picture.

Peer: the first stroke, in the same run. Also printed: undo of any step, memory of a history, and single operations.

    python benchmarks/masks.py [--side 4096] [--strokes 1000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tracemalloc
from collections.abc import Callable
from time import perf_counter

from inpaint_nb.masks import Mask

LIMIT_RATIO = 1.2
RADIUS = 40


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--side", type=int, default=4096)
    options.add_argument("--strokes", type=int, default=1000)
    given = options.parse_args()
    size = (given.side, given.side)
    strokes = [scribble(size, seed) for seed in range(given.strokes)]
    compare_first_and_last(size, strokes)
    look_back(size, strokes)
    single_operations(size)


def scribble(size: tuple[int, int], seed: int) -> Mask:
    """A stroke of 60 points that wanders through a tenth of the picture."""
    steps = random.Random(seed)
    x, y = steps.uniform(0.1, 0.9) * size[0], steps.uniform(0.1, 0.9) * size[1]
    points = []
    for _ in range(60):
        x, y = x + steps.gauss(0, size[0] / 200), y + steps.gauss(0, size[1] / 200)
        points.append((x, y))
    return Mask.stroke(size, points, RADIUS)


def compare_first_and_last(size: tuple[int, int], strokes: list[Mask]) -> None:
    """The same strokes, each put on an empty mask and on one of many strokes, in turn."""
    empty, full = Mask.empty(size) ^ Mask.rectangle(size, (0, 0, 1, 1)), history(size, strokes)[-1]
    for mask in (empty, full):
        commit(mask, strokes[0])
    times: dict[Mask, list[float]] = {empty: [], full: []}
    for number, stroke in enumerate(extra(size)):
        for mask in (empty, full) if number % 2 else (full, empty):  # neither always meets a warm cache
            times[mask].append(commit(mask, stroke))
    first, last = (statistics.median(each) for each in times.values())
    print(f"first stroke {first * 1e3:.2f} ms, stroke {len(strokes) + 1} {last * 1e3:.2f} ms")
    print(f"ratio {last / first:.2f} (at most {LIMIT_RATIO})")


def extra(size: tuple[int, int]) -> list[Mask]:
    return [scribble(size, seed) for seed in range(10**6, 10**6 + 40)]


def commit(mask: Mask, stroke: Mask) -> float:
    """Seconds from a stroke to the pixels an editor draws next: those of the stroke's own box."""
    box = stroke.bbox
    assert box is not None
    return seconds(lambda: (mask | stroke).crop(box))


def history(size: tuple[int, int], strokes: list[Mask]) -> list[Mask]:
    """The mask after each stroke, worked out."""
    masks = [Mask.empty(size)]
    for stroke in strokes:
        masks.append(masks[-1] | stroke)
        masks[-1].crop((0, 0, 1, 1))
    return masks


def look_back(size: tuple[int, int], strokes: list[Mask]) -> None:
    """What it takes to go back to any step, and what a whole history keeps in memory."""
    tracemalloc.start()
    masks = history(size, strokes)
    kept = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    steps = random.Random(1).sample(masks, min(50, len(masks)))
    times = [seconds(mask.to_array) for mask in steps]
    print(f"any earlier step {statistics.median(times) * 1e3:.0f} ms, at most {max(times) * 1e3:.0f} ms")
    print(f"{len(strokes)} steps keep {kept:.0f} MB")


def single_operations(size: tuple[int, int]) -> None:
    """Each operation once, on a mask of one small area."""
    mask = Mask.ellipse(size, (size[0] * 0.4, size[1] * 0.4, size[0] * 0.5, size[1] * 0.5)) | extra(size)[0]
    rest = mask.coverage
    print(f"one area of {rest:.1%}:")
    for name, made in {
        "grow 32 px": lambda: mask.grow(32),
        "shrink 32 px": lambda: mask.shrink(32),
        "feather 16 px": lambda: mask.feather(16),
        "fill holes": mask.fill_holes,
        "drop specks": lambda: mask.drop_specks(50),
        "invert": lambda: ~mask,
    }.items():
        print(f"  {name}: {min(seconds(lambda made=made: made().bbox) for _ in range(3)) * 1e3:.1f} ms")
    print(f"  digest after one more stroke: {digest_seconds(mask) * 1e3:.1f} ms")
    print(f"  stroke of 400 points, radius 100: {long_stroke_seconds(size) * 1e3:.1f} ms")


def digest_seconds(mask: Mask) -> float:
    assert mask.digest
    after = [mask | stroke for stroke in extra(mask.size)[:5]]
    assert all(each.bbox for each in after)
    return min(seconds(lambda each=each: each.digest) for each in after)


def long_stroke_seconds(size: tuple[int, int]) -> float:
    steps = random.Random(4)
    x, y, points = size[0] / 2, size[1] / 2, []
    for _ in range(400):
        x, y = x + steps.gauss(0, 20), y + steps.gauss(0, 20)
        points.append((x, y))
    return min(seconds(lambda: Mask.stroke(size, points, 100).bbox) for _ in range(3))


def seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()
