"""How long the local engine takes on a 4096 × 4096 photograph with a 5 % mask, beside the bare library.

    python benchmarks/local_engine.py [--rounds 3]

And how long on a stroke across 8192 × 8192 pixels. Two peers: `patchmatch.inpaint` on the same crop of the picture,
and the same call on the crop at the size that our engine works at, which shows what shrinking, sharpening and pasting
add to it.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageOps

import inpaint_nb as inp
from inpaint_nb.edit import EditRequest, Finished, Result
from inpaint_nb.http import Client
from inpaint_nb.providers import find, patchmatch
from inpaint_nb.providers.cuts import find_pieces
from inpaint_nb.providers.local import WORKING

SIDE_PX = 4096
STROKE_SIDE_PX = 8192
LIMIT_SECONDS = 2.5
LIMIT_RATIO = 1.3
STROKE_LIMIT_SECONDS = 8


def photograph(side_px: int) -> Image.Image:
    """The sample picture, mirrored over a large square: as sharp as a camera's."""
    sample = inp.sample()
    width, height = sample.size
    block = Image.new("RGB", (2 * width, 2 * height))
    for x, y, part in [(0, 0, sample), (width, 0, ImageOps.mirror(sample))]:
        block.paste(part, (x, y))
        block.paste(ImageOps.flip(part), (x, y + height))
    whole = Image.new("RGB", (side_px, side_px))
    for y in range(0, side_px, 2 * height):
        for x in range(0, side_px, 2 * width):
            whole.paste(block, (x, y))
    return whole


def run(request: EditRequest) -> Result:
    """The whole of it: the engine's story, composite and report."""

    async def finished() -> Finished:
        provider = find("local")
        events = [event async for event in provider.run(request, Client())]
        assert isinstance(events[-1], Finished)
        return events[-1]

    return Result.compose(request, asyncio.run(finished()), "local")


def best(rounds: int, work: Callable[[], object]) -> float:
    """The shortest of some runs, in seconds."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def compact(rounds: int) -> bool:
    """A blob of 5 %: prints what it takes beside the peers, and says whether the limits are kept."""
    picture = photograph(SIDE_PX)
    mask = inp.Mask.ellipse(picture.size, (1684, 1484, 2716, 2516))
    (piece,) = find_pieces(mask)
    crop, hole = picture.crop(piece.around), Image.fromarray(mask.crop(piece.around))
    ours = {
        quality: best(rounds, lambda: run(EditRequest(picture, mask, seed=1, params={"quality": quality})))  # noqa: B023 - called at once
        for quality in WORKING
    }
    bare = best(1, lambda: patchmatch.fill(np.asarray(crop), np.asarray(hole) > 0, 1))
    print(f"mask {mask.coverage:.1%} of {SIDE_PX} × {SIDE_PX}, crop {crop.width} × {crop.height}")
    print(f"bare library on the crop: {bare:.2f} s")
    for quality, seconds in ours.items():
        small = (WORKING[quality].longest_px,) * 2
        at_size = np.asarray(crop.resize(small)), np.asarray(hole.resize(small)) > 0
        peer = best(rounds, lambda: patchmatch.fill(*at_size, 1))  # noqa: B023 - called at once
        print(
            f"{quality}: {seconds:.2f} s whole; {seconds / bare:.2f} × the bare library; "
            f"{seconds / peer:.2f} × the bare library at the working size ({peer:.2f} s)"
        )
    kept = ours["draft"] <= LIMIT_SECONDS and ours["draft"] <= LIMIT_RATIO * bare
    print(f"limits: {LIMIT_SECONDS} s and {LIMIT_RATIO} × the bare library: {'kept' if kept else 'MISSED'}")
    return kept


def stroke() -> bool:
    """A stroke from corner to corner: prints what a draft takes, and says whether the limit is kept."""
    picture = photograph(STROKE_SIDE_PX)
    mask = inp.Mask.stroke(picture.size, [(60, 40), (STROKE_SIDE_PX - 70, STROKE_SIDE_PX - 50)], 20)
    pieces = len(find_pieces(mask))
    seconds = best(1, lambda: run(EditRequest(picture, mask, seed=1)))
    kept = seconds <= STROKE_LIMIT_SECONDS
    print(
        f"stroke 40 px wide across {STROKE_SIDE_PX} × {STROKE_SIDE_PX}, draft: {seconds:.2f} s, {pieces} pieces"
    )
    print(f"limit: {STROKE_LIMIT_SECONDS} s: {'kept' if kept else 'MISSED'}")
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    kept = [compact(rounds), stroke()]
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
