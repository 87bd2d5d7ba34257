"""The bytes of a file → the picture in it, still in the file's own mode."""

from __future__ import annotations

import importlib
import io
import re
import struct
import threading
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageFile

from inpaint_nb.errors import InputError
from inpaint_nb.images.chunks import SIGNATURE, TEXTS, leave_out
from inpaint_nb.images.geometry import MAX_PIXELS, check_size

_LOUD = threading.Lock()
HEAD_BYTES = 4096  # enough to tell formats apart, XML prologues included

# What Pillow raises for files that are cut off, damaged, lying or closed, found by handing it broken files.
# A Warning is raised only where somebody made errors of warnings.
DAMAGE = (
    OSError,
    RuntimeError,
    AssertionError,
    AttributeError,
    Warning,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: how its files begin, and the Pillow class that reads them."""

    name: str
    begins: bytes
    plugin: str


# Opened by class rather than by Image.open, which warns about every picture above 89 million pixels, starts
# Ghostscript for EPS, and reads dozens of formats that nobody edits.
FORMATS = (
    Format("PNG", rb"\x89PNG\r\n\x1a\n", "PngImagePlugin.PngImageFile"),
    Format("JPEG", rb"\xff\xd8\xff", "JpegImagePlugin.JpegImageFile"),
    Format("WebP", rb"RIFF....WEBP", "WebPImagePlugin.WebPImageFile"),
    Format("TIFF", rb"II[*+]\0|MM\0[*+]", "TiffImagePlugin.TiffImageFile"),
    Format("BMP", rb"BM", "BmpImagePlugin.BmpImageFile"),
    Format("GIF", rb"GIF8[79]a", "GifImagePlugin.GifImageFile"),
    Format("AVIF", rb"....ftyp.{0,48}?avi[fs]", "AvifImagePlugin.AvifImageFile"),
    Format("JPEG 2000", rb"\xff\x4f\xff\x51|\0\0\0\x0cjP  \r\n\x87\n", "Jpeg2KImagePlugin.Jpeg2KImageFile"),
    Format("PPM", rb"P[1-6]\s", "PpmImagePlugin.PpmImageFile"),
)
READABLE = ", ".join(format.name for format in FORMATS[:-1]) + f" and {FORMATS[-1].name} can be read."

# What people hand in by mistake: how it begins, what it is, what to do.
STRANGERS = (
    (rb"\s*(<\?xml.*?)?(<!--.*?-->|<!doctype svg.*?>|\s)*<svg", "an SVG drawing", "Export it as PNG first."),
    (
        rb"....ftyp(hei|hev|mif1|msf1)",
        "a HEIC photograph",
        "Export it as JPEG, or open it with pillow-heif and hand in the PIL image.",
    ),
    (rb"%PDF", "a PDF document", "Export the page as PNG first."),
    (
        rb"\s*<(!doctype html|html|head)",
        "a web page",
        "Use the address of the picture itself: right-click it and copy the image address.",
    ),
)


def decode(file: IO[bytes], name: str) -> Image.Image:
    """The first frame of the picture file, its pixels in memory; InputError names it by `name`."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise InputError(f"{name} is empty.", "Check that it was saved or downloaded completely.")
    reader = _reader(head, name)
    try:
        return _picture(reader, file, name)
    except DAMAGE as error:
        with suppress(*DAMAGE):  # Pillow refuses a whole PNG for one text that is damaged or too long
            return _picture(reader, _without_texts(file, head), name)
        raise InputError(
            f"{name} is cut off or damaged: {reason(error)}.", "Export or download it again."
        ) from error


def _picture(reader: type[ImageFile.ImageFile], file: IO[bytes], name: str) -> Image.Image:
    picture = reader(file)
    check_size(picture.size, name)
    read_pixels(picture)
    return picture


def _without_texts(file: IO[bytes], head: bytes) -> IO[bytes]:
    if not head.startswith(SIGNATURE):
        raise ValueError("no PNG file")
    file.seek(0)
    return io.BytesIO(leave_out(file.read(), TEXTS))


def read_pixels(picture: Image.Image) -> None:
    """Read the pixels of a picture that reads its file late, without Pillow's warning about large TIFFs."""
    if picture.width * picture.height <= MAX_PIXELS // 2:
        picture.load()
        return
    with _LOUD, warnings.catch_warnings():  # this is process-wide, so only where it is needed
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        picture.load()


def reason(error: BaseException) -> str:
    """What a foreign error says, as the end of a sentence of one line."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(said.split()).rstrip(".")


def _reader(head: bytes, name: str) -> type[ImageFile.ImageFile]:
    for format in FORMATS:
        if re.match(format.begins, head, re.DOTALL):
            return _plugin(format, name)
    raise _stranger(head, name)


def _plugin(format: Format, name: str) -> type[ImageFile.ImageFile]:
    module, _, plugin = format.plugin.partition(".")
    try:
        found: type[ImageFile.ImageFile] = getattr(importlib.import_module(f"PIL.{module}"), plugin)
    except ImportError as error:
        raise InputError(
            f"{name} is {format.name}, which this Pillow cannot read.", "Upgrade Pillow, or use PNG."
        ) from error
    return found


def _stranger(head: bytes, name: str) -> InputError:
    for begins, what, hint in STRANGERS:
        if re.match(begins, head, re.DOTALL | re.IGNORECASE):
            return InputError(f"{name} is {what}, not a picture made of pixels.", f"{hint} {READABLE}")
    if _is_text(head):
        return InputError(f"{name} is text, not a picture.", READABLE)
    return InputError(f"{name} is not a picture, or of an unknown kind.", READABLE)


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", errors="replace")
    odd = sum(1 for letter in text if letter == "\ufffd" or (letter < " " and letter not in "\t\n\r\f"))
    return odd <= 1  # a letter may be cut in two where the head ends
