"""A sweep as one picture with labels, for papers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps

from inpaint_nb import images
from inpaint_nb.errors import InputError, StoreError
from inpaint_nb.images import Size
from inpaint_nb.sweep.layout import Layout
from inpaint_nb.sweep.lettering import Font, Lettering, lettering
from inpaint_nb.sweep.paper import INK, WHITE, Paper, labels
from inpaint_nb.sweep.plan import Cell
from inpaint_nb.sweep.state import CellState

CELL_PX = 256
LEAST_CELL_PX, MOST_CELL_PX = 32, 4096
SMALL_PX = 96  # of the store's small copies, the longer side
LETTER_SHARE = 16  # of a cell: so many lines of text would fit, were they without gaps
LEAST_LETTER_PX = 12
GAP_PX = 2  # between the pictures of one cell
EMPTY = "#eeeeee"  # a cell without a picture

ReadPicture = Callable[[Cell, int], Image.Image | None]


def picture_of(
    layout: Layout,
    state_of: Callable[[Cell], CellState],
    read: ReadPicture,
    *,
    small: ReadPicture | None = None,
    cell_px: int = CELL_PX,
    title: str = "",
    font: Font = None,
) -> Image.Image:
    """The cells where the layout puts them, one after the other in memory; `read` gives a cell's pictures by index.

    `small` gives small copies of them, for places of at most SMALL_PX: reading those is a hundred times as fast.
    Raises InputError for cells of an impossible size, and for a picture too large to make.
    """
    _check(cell_px)
    words = _lettering(layout, cell_px, title, font)
    paper = Paper(layout, _cell_size(layout, cell_px), title, words)
    made, reads = paper.blank(), Reads(read, small)
    for page in range(layout.size[0]):
        for place in layout.places(page):
            cell = layout.cell(place)
            made.paste(_tile(cell, state_of(cell), reads, paper), paper.corner(place))
    return made


@dataclass(frozen=True, slots=True)
class Reads:
    """The ways to a cell's pictures: the whole ones, and small copies where those will do."""

    whole: ReadPicture
    small: ReadPicture | None

    def of_size(self, size: Size) -> ReadPicture:
        """The way to pictures that fill so much."""
        return self.small if self.small is not None and max(size) <= SMALL_PX else self.whole


def _tile(cell: Cell, state: CellState, reads: Reads, paper: Paper) -> Image.Image:
    """What stands in the place of the cell: its pictures, or why there are none."""
    if not state.digests:
        said = f"{state.status}: {state.error}" if state.error else state.status
        return _note(said, paper.words, paper.cell)
    try:
        return _mosaic(cell, len(state.digests), reads, paper.cell)
    except StoreError:
        return _note("picture gone", paper.words, paper.cell)


def _mosaic(cell: Cell, count: int, reads: Reads, size: Size) -> Image.Image:
    """The pictures of a cell, each in its part of the place; one has it for itself."""
    across = math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    part = _part(size[0], across), _part(size[1], down)
    made, read = Image.new("RGB", size, WHITE), reads.of_size(part)
    for index in range(count):
        picture = read(cell, index)
        if picture is not None:
            at = index % across * (part[0] + GAP_PX), index // across * (part[1] + GAP_PX)
            made.paste(fitted(picture, part), at)
    return made


def _part(whole_px: int, count: int) -> int:
    """What each of so many has of that length, the gaps between them taken off."""
    return max(1, (whole_px - GAP_PX * (count - 1)) // count)


def fitted(picture: Image.Image, size: Size) -> Image.Image:
    """The picture on white in the middle of that size, as large as it fits; a small one enlarged in whole steps."""
    scale = min(size[0] / picture.width, size[1] / picture.height)
    if scale >= 1:
        steps = int(scale)
        small = picture.resize((picture.width * steps, picture.height * steps), Image.Resampling.NEAREST)
    else:
        longest = max(1, round(max(picture.size) * scale))
        small = images.thumbnail(picture, longest)
    laid = Image.new("RGB", small.size, WHITE)
    laid.paste(small.convert("RGB"), mask=small.getchannel("A") if "A" in small.getbands() else None)
    return ImageOps.pad(laid, size, color=WHITE) if laid.size != size else laid


def _note(text: str, words: Lettering, size: Size) -> Image.Image:
    """Words in the place of a picture."""
    made = Image.new("RGB", size, EMPTY)
    edge = words.size_px // 2
    most = max(1, (size[1] - edge) // words.line_px)
    words.draw(made, (edge, edge), words.lines(text, max(1, size[0] - 2 * edge), most), INK)
    return made


def _lettering(layout: Layout, cell_px: int, title: str, font: Font) -> Lettering:
    texts = [text for names in (layout.rows, layout.columns, layout.pages) for text in labels(layout, names)]
    size_px = max(LEAST_LETTER_PX, cell_px // LETTER_SHARE)
    return lettering(size_px, " ".join([title, *texts]), font)


def _cell_size(layout: Layout, cell_px: int) -> Size:
    """The shape of the picture, its longer side `cell_px`."""
    width, height = layout.plan.subject.image.size
    scale = cell_px / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _check(cell_px: object) -> None:
    is_whole = isinstance(cell_px, int) and not isinstance(cell_px, bool)
    if not is_whole or not LEAST_CELL_PX <= int(str(cell_px)) <= MOST_CELL_PX:
        raise InputError(
            f"cell_px must be a whole number from {LEAST_CELL_PX} to {MOST_CELL_PX}, not {cell_px!r}."
        )
