"""Pictures that are read when somebody looks at them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import overload

from PIL import Image


class LatePictures(Sequence[Image.Image]):
    """The pictures with these digests; those not `in_hand` are read once each, at the first look. Any thread."""

    def __init__(
        self,
        digests: Sequence[str],
        in_hand: Mapping[str, Image.Image],
        read: Callable[[str], Image.Image],
    ) -> None:
        """`read` gives a picture by its digest, and raises StoreError where it is gone."""
        self._digests = tuple(digests)
        self._known = {digest: in_hand[digest] for digest in digests if digest in in_hand}
        self._read = read
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._digests)

    @overload
    def __getitem__(self, index: int) -> Image.Image: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Image.Image, ...]: ...
    def __getitem__(self, index: int | slice) -> Image.Image | tuple[Image.Image, ...]:
        if isinstance(index, slice):
            return tuple(self._picture(digest) for digest in self._digests[index])
        return self._picture(self._digests[index])

    def _picture(self, digest: str) -> Image.Image:
        with self._lock:
            if digest not in self._known:
                self._known[digest] = self._read(digest)
            return self._known[digest]

    def __repr__(self) -> str:
        return f"<LatePictures: {len(self)}, {len(self._known)} read>"
