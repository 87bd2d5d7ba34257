"""A picture's content hash, its files, and a smaller copy."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

from PIL import Image

from inpaint_nb.images.png import COLOUR_TYPES, write_png
from inpaint_nb.images.stored import stored_png


def digest(image: Image.Image, pixels: bytes | None = None) -> str:
    """The content hash of mode, size, pixels and ICC profile, as 40 hex digits.

    `pixels` is what `image.tobytes()` gave, where that was asked already.
    """
    profile = image.info.get("icc_profile") or b""
    head = f"{image.mode} {image.width} {image.height} {len(profile)}\n"
    content = hashlib.blake2b(head.encode() + profile, digest_size=20)
    content.update(image.tobytes() if pixels is None else pixels)
    return content.hexdigest()


def encode_png(image: Image.Image, level: int = 1) -> bytes:
    """The picture as a PNG file, every pixel exact, alpha and ICC profile kept.

    `level` runs from 0 to 9. From 2 on Pillow writes it, slower and smaller.
    """
    if level == 0:
        return b"".join(quick_png(image))
    if level == 1 and image.mode in COLOUR_TYPES:
        return write_png(image, level)
    return _by_pillow(image, level)


def quick_png(image: Image.Image, pixels: bytes | None = None) -> Sequence[bytes | memoryview]:
    """The same, undeflated, as fast as can be: the pieces of a file.

    `pixels` is what `image.tobytes()` gave, where that was asked already.
    """
    return stored_png(image, pixels) if image.mode in COLOUR_TYPES else [_by_pillow(image, 0)]


def _by_pillow(image: Image.Image, level: int) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=level, icc_profile=image.info.get("icc_profile"))
    return file.getvalue()


def encode_jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """The picture as a JPEG file, its ICC profile kept and transparent parts laid on white."""
    file = io.BytesIO()
    _on_white(image).save(file, "JPEG", quality=quality, icc_profile=image.info.get("icc_profile"))
    return file.getvalue()


def thumbnail(image: Image.Image, longest_px: int) -> Image.Image:
    """A copy whose longer side is `longest_px`, or as large as the picture where that is smaller."""
    scale = longest_px / max(image.size)
    if scale >= 1:
        return image.copy()
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return _reduce(image, size)


def _reduce(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    # Pillow forgets `reducing_gap` for RGBA, so colours are weighted by alpha here.
    weighted = image.convert("RGBa") if image.mode == "RGBA" else image
    return weighted.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert(image.mode)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper
