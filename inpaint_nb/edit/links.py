"""What a result knows of other results: what it was made from, what was made from it, and what changed on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from PIL import Image

from inpaint_nb.edit.request import Request

if TYPE_CHECKING:
    from inpaint_nb.edit.ancestry import Counts


class Pictured(Protocol):
    """A request and the pictures that came of it."""

    @property
    def request(self) -> Request: ...
    @property
    def composited(self) -> tuple[Image.Image, ...]: ...


Made = TypeVar("Made", bound=Pictured)
Started_co = TypeVar("Started_co", covariant=True)


class Links(Protocol[Made, Started_co]):
    """Where a result finds its relatives; handed to it by those who know the store.

    Each question is answered from the store as it is just then, and raises StoreError where that cannot be read.
    """

    def parent(self, result: Made) -> Made | None:
        """The result whose picture was edited or pressed; None where that was no result."""
        ...

    def children(self, result: Made) -> list[Made]:
        """The results made from any picture of this one, the oldest first."""
        ...

    def root(self, result: Made) -> Image.Image:
        """The untouched picture that all masks were laid over."""
        ...

    def generations(self, result: Made, index: int) -> Counts:
        """How often each pixel of picture `index` was regenerated; height × width."""
        ...

    def origin(self, result: Made, x: int, y: int, index: int) -> Made | None:
        """The result whose run made that pixel; None where nothing did."""
        ...

    def from_root(self, result: Made) -> Started_co:
        """The job that runs the union of all masks on the untouched original."""
        ...
