"""What a result knows of other results: what it was made from, what was made from it, and what people think of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Made = TypeVar("Made")
Started_co = TypeVar("Started_co", covariant=True)


class Links(Protocol[Made, Started_co]):
    """Where a result finds its relatives; handed to it by those who know the store."""

    def parent(self, result: Made) -> Made | None:
        """The result whose picture was edited or pressed; None where that was no result."""
        ...

    def children(self, result: Made) -> list[Made]:
        """The results made from any picture of this one, the oldest first."""
        ...

    def generations(self, result: Made, index: int) -> NDArray[np.uint16]:
        """How often each pixel of picture `index` was regenerated; height × width."""
        ...

    def origin(self, result: Made, x: int, y: int, index: int) -> Made | None:
        """The result whose run made that pixel; None where nothing did."""
        ...

    def from_root(self, result: Made) -> Started_co:
        """The job that runs the union of all masks on the untouched original."""
        ...
