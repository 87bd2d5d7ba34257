"""Masks that come from files and go into them, and into cells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from IPython import get_ipython
from PIL import Image

from inpaint_nb import images
from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.masks import Mask
from inpaint_nb.notebook.uploads import checked

LONGEST_FILE = 40  # characters of a file's name in the history


def read_mask(asked: Mapping[str, Any], data: bytes, size: Size) -> tuple[Mask, str]:
    """The mask in a file as `Mask.from_image` reads it, and what to say of it. Raises InputError."""
    name = file_name(asked.get("file"))
    picture = images.load(checked(data, name))
    channel = str(asked.get("channel") or "brightness")
    mask = Mask.from_image(picture, invert=bool(asked.get("invert")), channel=channel)  # type: ignore[arg-type] # checked there
    check_fits(mask, name, size)
    said = f"Imported {name}: {mask.coverage:.1%} of the picture is masked."
    if channel == "brightness" and _is_see_through(picture):
        said += " Transparent parts count as black; choose Alpha to read those instead."
    return mask, said


def saved_mask(mask: Mask, name: str) -> tuple[str, bytes]:
    """A name for the file, and the mask as a gray PNG."""
    stem = "".join(sign if sign.isalnum() or sign in " -_" else "_" for sign in name)
    return f"{stem}.png", images.encode_png(mask.to_image(), level=6)


def next_cell(code: str) -> None:
    """Has the front end add a cell with this code when the next cell has run, which is when it listens.

    Raises InputError where there is no notebook.
    """
    shell: Any = get_ipython()
    if not hasattr(shell, "payload_manager"):
        raise InputError("No cell can be added here.", "Copy the code instead.")
    shell.set_next_input(code)


def file_name(told: object) -> str:
    """A file's name as a page tells it, fit for a line of text."""
    name = PurePath(str(told or "").replace("\\", "/")).name
    shown = "".join(sign for sign in name if sign.isprintable()).strip() or "the picture"
    return shown if len(shown) <= LONGEST_FILE else f"…{shown[-LONGEST_FILE:]}"


def check_fits(mask: Mask, name: str, size: Size) -> None:
    """Raises InputError for a mask of another size than the picture."""
    if mask.size != size:
        raise InputError(
            f"{name} is {mask.size[0]} × {mask.size[1]} pixels, and the picture {size[0]} × {size[1]}.",
            f"Save the mask at {size[0]} × {size[1]} pixels; it is not resized, so that no edge moves.",
        )


def _is_see_through(picture: Image.Image) -> bool:
    return "A" in picture.getbands() and picture.getchannel("A").getextrema()[0] != 255
