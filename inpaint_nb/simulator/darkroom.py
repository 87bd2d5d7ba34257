"""Turns a job into its picture."""

from __future__ import annotations

import io
import threading

from PIL import Image

from inpaint_nb.images import encode_png
from inpaint_nb.simulator import buttons, pictures
from inpaint_nb.simulator.jobs import Job

_LOCK = threading.RLock()


def png_of(job: Job) -> bytes:
    """The job's picture as a PNG file, drawn when first asked for. Any thread may ask."""
    with _LOCK:
        if job.png is None:
            job.png = encode_png(_drawn(job))
        return job.png


def picture_of(job: Job) -> Image.Image:
    """The job's picture, a grid or a single one."""
    return Image.open(io.BytesIO(png_of(job))).convert("RGB")


def tile_png(job: Job, index: int) -> bytes:
    """Tile `index`, from 0, of the job's grid, as a PNG file."""
    return encode_png(pictures.quarter(picture_of(job), index))


def preview_png(job: Job) -> bytes:
    """An unfinished look at the job's picture."""
    whole = picture_of(job)
    small = whole.resize((max(1, whole.width // 16), max(1, whole.height // 16)))
    return encode_png(small.resize(whole.size, Image.Resampling.BICUBIC))


def _drawn(job: Job) -> Image.Image:
    if job.label in buttons.UPSCALES and job.parent:
        return pictures.enlarge(_tile_for(job), job.size)
    if job.label in buttons.LARGER and job.parent:
        return pictures.enlarge(picture_of(job.parent), job.size)
    return pictures.mosaic(_candidates(job))


def _candidates(job: Job) -> list[Image.Image]:
    text = f"{job.number if job.label == buttons.REROLL else ''}{job.prompt}"
    if job.parent is None or job.label == buttons.REROLL:
        return pictures.draw_four(text, job.size)
    if job.label == buttons.REGION:
        return _regions(job, picture_of(job.parent), text)
    return _reworked(job.label, _tile_for(job), text)


def _tile_for(job: Job) -> Image.Image:
    """The picture that a button changes: V2 and U2 mean tile 2, the others of a grid its first."""
    assert job.parent
    parent = picture_of(job.parent)
    if job.parent.kind == "single":
        return parent
    return pictures.quarter(parent, int(job.label[1]) - 1 if job.label[1:].isdigit() else 0)


def _reworked(label: str, tile: Image.Image, text: str) -> list[Image.Image]:
    if label in buttons.ZOOMS:
        return pictures.zoom_out(tile, text, buttons.ZOOMS[label])
    if label in buttons.PANS:
        return pictures.pan(tile, text, *buttons.PANS[label])
    if label == buttons.SQUARE:
        return pictures.square(tile, text)
    return pictures.vary(tile, text, buttons.STRENGTHS.get(label, 0.4))


def _regions(job: Job, parent: Image.Image, text: str) -> list[Image.Image]:
    if "unchanged" in job.troubles:
        return [parent] * 4
    mask = job.mask
    if mask and "swapped" in job.troubles:
        mask = mask.point(lambda value: 255 - value)
    candidates = pictures.repaint(parent, mask, text)
    if mask and "lying" in job.troubles:
        candidates = pictures.lie(candidates, mask)
    return [pictures.enlarge(candidate, job.size) for candidate in candidates]
