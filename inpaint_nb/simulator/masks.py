"""The strict look at a mask that came over the wire.

Source: PROVIDERS.md §3 and §5; polarity and form documented, size and encoding guessed.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from dataclasses import dataclass
from typing import Literal

from PIL import Image, UnidentifiedImageError

from inpaint_nb.simulator.refusal import Refused

MAX_MASK_BYTES = 8 * 1024 * 1024
SIGNATURES = {"PNG": (0, b"\x89PNG\r\n\x1a\n"), "WEBP": (8, b"WEBP")}
PLAIN_MODES = ("1", "L", "P", "RGB")
ALPHA_MODES = ("LA", "PA", "RGBA")
THRESHOLD = 128


@dataclass(frozen=True, slots=True)
class MaskRules:
    """How strict to be. `as_job`: a bad mask is accepted, charged, and the job FAILs.

    `colours`: "strict" takes black and white only, "threshold" cuts at 128. `alpha`: refused, or laid on
    black or on white, which selects everything where a careless client sends white on transparent.
    `prefix`: a "data:…;base64," in front is refused or stripped.
    """

    colours: Literal["strict", "threshold"] = "strict"
    alpha: Literal["refuse", "black", "white"] = "refuse"
    prefix: Literal["refuse", "strip"] = "refuse"
    as_job: bool = False


def read_mask(text: object, size: tuple[int, int], rules: MaskRules) -> Image.Image:
    """The mask in mode L, 255 = change, for a parent of `size`; Refused when the service would say no."""
    image = _opened(_decoded(text, rules), size)
    grey = _flattened(image, rules).convert("RGB")
    if rules.colours == "strict":
        _check_colours(grey)
    white = grey.convert("L").point([0] * THRESHOLD + [255] * (256 - THRESHOLD))
    if white.getbbox() is None:
        raise Refused(400, "mask selects nothing: it needs at least one white pixel.")
    return white


def _decoded(text: object, rules: MaskRules) -> bytes:
    if not isinstance(text, str) or not text:
        raise Refused(400, ["mask should not be empty", "mask must be a string"])
    if text.startswith("data:"):
        if rules.prefix == "refuse":
            raise Refused(400, "mask must be raw base64, without a data: prefix.")
        text = text.partition(",")[2]
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, "mask is not valid base64 (standard alphabet, no line breaks).") from None
    if len(data) > MAX_MASK_BYTES:
        raise Refused(413, f"mask is too large: {len(data)} bytes, at most {MAX_MASK_BYTES}.")
    return data


def _opened(data: bytes, size: tuple[int, int]) -> Image.Image:
    if not any(data[at : at + len(magic)] == magic for at, magic in SIGNATURES.values()):
        raise Refused(400, "mask must be a PNG or WebP picture.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=tuple(SIGNATURES))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise Refused(400, "mask cannot be read as a picture.") from None
    if image.size != size:
        raise Refused(400, f"mask is {image.width}x{image.height}, the picture {size[0]}x{size[1]}.")
    try:
        image.load()
    except (OSError, SyntaxError, ValueError):
        raise Refused(400, "mask is damaged.") from None
    return image


def _flattened(image: Image.Image, rules: MaskRules) -> Image.Image:
    if image.mode in PLAIN_MODES and "transparency" not in image.info:
        return image
    if image.mode not in (*PLAIN_MODES, *ALPHA_MODES):
        raise Refused(400, f"mask must have 8 bits a channel, not mode {image.mode}.")
    if rules.alpha == "refuse":
        raise Refused(400, "mask must be opaque: black background, white for the zone to change.")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, rules.alpha)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _check_colours(image: Image.Image) -> None:
    colours = image.getcolors(2)
    allowed = {(0, 0, 0), (255, 255, 255)}
    if colours is None or not {colour for _, colour in colours} <= allowed:
        raise Refused(400, "mask must hold only black (0,0,0) and white (255,255,255).")
