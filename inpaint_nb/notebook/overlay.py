"""How a mask lies over its picture: tinted, chequered, or as an outline of marching ants."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

from PIL import Image, ImageFilter

from inpaint_nb.images import Size
from inpaint_nb.notebook.proxy import encode_overlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

Style = Literal["tint", "checker", "ants"]

SQUARE_PX = 8  # of a chequered mask, in bitmap pixels
DASH_PX = 4
FINE_PX = 1200  # an outline is drawn at about this size, so that its line is thin where pixels are large
THIN_UP_TO_PX = 1000  # a larger outline has more than one pixel for each of a page, and a line of four


def encode_styled(
    levels: Image.Image, style: str, colour: str, opacity: float, at: tuple[int, int] = (0, 0)
) -> bytes:
    """A PNG of what is masked, `levels` in mode L; `at` is where its corner lies in the whole, so that patterns fit.

    A chequered mask is black and white, which every eye tells apart on any picture, and so is an outline.
    """
    match style:
        case "checker":
            return _png(
                _chequered(levels.size, at), levels.point([round(each * opacity) for each in range(256)])
            )
        case "ants":
            return _png(_dashed(levels.size), outlined(levels))
    return encode_overlay(levels, colour, opacity)


def outlined(levels: Image.Image) -> Image.Image:
    """255 on both sides of the edge between what is masked at least by half and what is not, in mode L."""
    import numpy as np

    masked = np.asarray(levels) > 127
    edge = np.zeros(masked.shape, np.uint8)
    across, along = masked[:, 1:] != masked[:, :-1], masked[1:] != masked[:-1]
    for part, differs in (
        (edge[:, 1:], across),
        (edge[:, :-1], across),
        (edge[1:], along),
        (edge[:-1], along),
    ):
        part[differs] = 255
    return Image.fromarray(edge)


def encode_outline(levels: Image.Image) -> bytes:
    """A PNG that is opaque where the outline is and clear elsewhere, fine enough for a thin line."""
    times = max(1, round(FINE_PX / max(levels.size)))
    large = levels.resize((levels.width * times, levels.height * times), Image.Resampling.NEAREST)
    edge = outlined(large)
    if max(edge.size) > THIN_UP_TO_PX:
        edge = edge.filter(ImageFilter.MaxFilter(3))
    edge = edge.point([0, *[1] * 255])
    line = Image.frombytes("P", edge.size, edge.tobytes())
    line.putpalette(bytes(6))
    out = io.BytesIO()
    line.save(out, "PNG", compress_level=1, bits=1, transparency=b"\x00\xff")
    return out.getvalue()


def _chequered(size: Size, at: tuple[int, int]) -> NDArray[Any]:
    import numpy as np

    rows, columns = np.ogrid[at[1] : at[1] + size[1], at[0] : at[0] + size[0]]
    return (rows // SQUARE_PX + columns // SQUARE_PX) % 2 * 255


def _dashed(size: Size) -> NDArray[Any]:
    import numpy as np

    rows, columns = np.ogrid[: size[1], : size[0]]
    return (rows + columns) // DASH_PX % 2 * 255


def _png(gray: NDArray[Any], alpha: Image.Image) -> bytes:
    out = io.BytesIO()
    Image.merge("LA", (Image.fromarray(gray.astype("uint8")), alpha)).save(out, "PNG", compress_level=1)
    return out.getvalue()
