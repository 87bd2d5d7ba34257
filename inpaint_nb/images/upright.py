"""A picture of any mode and any EXIF orientation → upright, in mode L, RGB or RGBA."""

from __future__ import annotations

import io

from PIL import Image

from inpaint_nb.images.arrays import flatten_depth
from inpaint_nb.images.files import DAMAGE

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PROFILE_SPACES = {"L": b"GRAY", "RGB": b"RGB ", "RGBA": b"RGB ", "CMYK": b"CMYK"}


def upright(image: Image.Image) -> Image.Image:
    """A copy, turned as its EXIF says, in mode L, RGB or RGBA, with nothing in `info` but an ICC profile.

    The profile stays where it describes the new mode. Where it cannot, colours are carried over to sRGB.
    """
    turn = TURNS.get(_orientation(image))
    own = image.copy() if turn is None else image.transpose(turn)
    profile = own.info.get("icc_profile") or b""
    plain = _plain(own, profile)
    plain.info = {"icc_profile": profile} if _describes(profile, plain.mode) else {}
    return plain


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except DAMAGE:  # a picture with a damaged EXIF block is still a picture
        return 1


def _plain(image: Image.Image, profile: bytes) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _flat(image)
    if image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info:
        return _with_alpha(image, profile)
    if image.mode == "CMYK" and _describes(profile, "CMYK"):
        return _to_srgb(image, profile)
    return image if image.mode in ("L", "RGB", "RGBA") else image.convert(_target(image))


def _target(image: Image.Image) -> str:
    if image.mode == "1":
        return "L"
    has_alpha = image.palette is not None and image.palette.mode == "RGBA"
    return "RGBA" if has_alpha else "RGB"


def _flat(image: Image.Image) -> Image.Image:
    flat = flatten_depth(image)
    key = image.info.get("transparency")
    if not isinstance(key, int):
        return flat
    import numpy as np

    alpha = Image.fromarray(np.where(np.asarray(image) == key, 0, 255).astype(np.uint8))
    return Image.merge("RGBA", (flat, flat, flat, alpha))


def _with_alpha(image: Image.Image, profile: bytes) -> Image.Image:
    straight = image.convert("LA") if image.mode == "La" else image
    is_gray = straight.mode in ("L", "LA")
    coloured = straight.convert("RGBA")
    if is_gray and _describes(profile, "L"):  # a gray profile cannot describe RGBA
        gray = coloured.getchannel("R")
        coloured = Image.merge("RGBA", (*_to_srgb(gray, profile).split(), coloured.getchannel("A")))
    return coloured


def _describes(profile: bytes, mode: str) -> bool:
    return profile[16:20] == PROFILE_SPACES.get(mode)


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
    except (ImportError, *DAMAGE, ImageCms.PyCMSError):  # no LittleCMS, or a damaged profile
        converted = None
    return image.convert("RGB") if converted is None else converted
