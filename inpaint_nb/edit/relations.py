"""The relatives of a result: what it was made from, what was made from it, and which run made which pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from PIL import Image

from inpaint_nb.edit import ancestry
from inpaint_nb.edit.links import Links, Pictured
from inpaint_nb.edit.opinions import picture_index
from inpaint_nb.edit.request import Request, edit_of
from inpaint_nb.edit.wear import generations_picture
from inpaint_nb.errors import InputError

if TYPE_CHECKING:
    from inpaint_nb.edit.ancestry import Counts, Remade

Started = TypeVar("Started")


class Related(Generic[Started]):
    """A result that knows its relatives, as far as they are in its store; alone it knows what its own run did."""

    request: Request
    composited: tuple[Image.Image, ...]
    links: Links[Any, Started] | None  # Any: this class's own kind, which mypy cannot say here

    @property
    def parent_result(self) -> Self | None:
        """The result whose picture was edited or pressed; None where no run in the store made that picture."""
        return None if self.links is None else self.links.parent(self)

    @property
    def children(self) -> list[Self]:
        """The results that were made from any picture of this one, the oldest first."""
        return [] if self.links is None else self.links.children(self)

    @property
    def root(self) -> Image.Image:
        """The untouched picture that all masks were laid over.

        That is the picture before the first edit since a run made every pixel anew; the first picture itself where
        this run did.
        """
        return root_alone(self) if self.links is None else self.links.root(self)

    @property
    def generations(self) -> Counts:
        """How often each pixel of the first picture was regenerated, as uint16, height × width.

        0 is a pixel of the original. A run without a mask, such as an upscale, regenerates every pixel.
        """
        return self.generations_of(0)

    def generations_of(self, index: int) -> Counts:
        """The `generations` of picture `index`."""
        at = picture_index(index, len(self.composited))
        if self.links is not None:
            return self.links.generations(self, at)
        return ancestry.generations([remade_by(self.request)], self.composited[at].size)

    def generations_image(self, index: int = 0) -> Image.Image:
        """Picture `index` in grey, coloured by how often each pixel was regenerated, with a legend below."""
        at = picture_index(index, len(self.composited))
        return generations_picture(self.composited[at], self.generations_of(at))

    def origin(self, x: int, y: int, index: int = 0) -> Self | None:
        """The result whose run made the pixel of picture `index`; None where it is the original's.

        Raises InputError for a pixel that is not in the picture.
        """
        at = picture_index(index, len(self.composited))
        width, height = self.composited[at].size
        if not (0 <= x < width and 0 <= y < height):
            raise InputError(f"There is no pixel ({x}, {y}) in a picture of {width} × {height}.")
        if self.links is not None:
            return self.links.origin(self, x, y, at)
        made = ancestry.origin([remade_by(self.request)], (width, height), x, y)
        return None if made is None else self

    def from_root(self) -> Started:
        """The job that runs the union of all masks on the untouched original, with this result's prompt and settings.

        Where a picture was changed in one place again and again, this regenerates each pixel once. Raises InputError
        where there is no mask, and where the result is in no store.
        """
        if edit_of(self.request) is None:
            raise InputError(
                "This run had no mask: it made every pixel anew and has no original to go back to."
            )
        if self.links is None:
            raise InputError("This result was made outside the store, which knows what it was made from.")
        return self.links.from_root(self)


def remade_by(request: Request) -> Remade:
    """The pixels that the request makes anew: those that its answer is laid over at all; None for every pixel."""
    edit = edit_of(request)
    return None if edit is None else edit.blend_mask


def root_alone(result: Pictured) -> Image.Image:
    """The untouched picture as far as the result itself knows."""
    edit = edit_of(result.request)
    return result.composited[0] if edit is None else edit.image
