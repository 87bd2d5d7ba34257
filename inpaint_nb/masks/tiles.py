"""A mask's pixels in tiles that many masks share.

A change makes new tiles only where pixels change, so a thousand steps of a history cost what they changed,
and every step stays at hand. Tiles nobody looked at lately are packed.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict, deque
from functools import lru_cache
from threading import Lock
from weakref import KeyedRef

import numpy as np

from inpaint_nb.images import Box
from inpaint_nb.masks.packing import Packed, Pixels, pack, unpack

__all__ = ["SIDE", "UNPACKED_BYTES", "Pixels", "Tile", "make_tile", "nonzero_box", "plain_tile"]

SIDE = 256  # px; 64 kB a tile: small against a stroke, large against the 0.03 ms that a tile costs to pack
UNPACKED_BYTES = 64 * 2**20


class Tile:
    """The pixels of one tile, read-only, and what is known of them; safe to share between threads."""

    __slots__ = ("__weakref__", "_area", "_box", "_digest", "_packed", "_pixels", "_shape")

    def __init__(self, pixels: Pixels) -> None:
        pixels.flags.writeable = False
        self._shape: tuple[int, int] = pixels.shape
        self._pixels: Pixels | None = pixels
        self._packed: Packed | None = None
        self._digest: bytes | None = None
        self._area: int | None = None
        self._box: Box | None = None
        _unpacked.touch(self)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self._shape

    @property
    def nbytes(self) -> int:
        return int(self._shape[0] * self._shape[1])

    @property
    def pixels(self) -> Pixels:
        pixels = self._pixels = self.glance()
        _unpacked.touch(self)
        return pixels

    def glance(self) -> Pixels:
        """The pixels for a reader who will not come back soon: a packed tile stays packed, and none gives way to it."""
        pixels = self._pixels
        if pixels is None:
            assert self._packed is not None
            pixels = unpack(self._packed, self._shape)
        return pixels

    def pack(self) -> None:
        """Keeps the compressed bytes only; a reader who holds the array keeps it."""
        pixels = self._pixels
        if pixels is not None and self._packed is None:
            self._packed = pack(pixels)
        self._pixels = None

    @property
    def is_full(self) -> bool:
        """All pixels are masked in full."""
        return self is plain_tile(self._shape, 255)

    @property
    def digest(self) -> bytes:
        if self._digest is None:
            self._digest = hashlib.blake2b(self.glance().data, digest_size=16).digest()
        return self._digest

    @property
    def area(self) -> int:
        """The sum of the values: 255 for each pixel that is masked in full."""
        if self._area is None:
            self._area = int(self.glance().sum(dtype=np.int64))
        return self._area

    @property
    def box(self) -> Box:
        """The box of all values above 0, within the tile; (0, 0, 0, 0) when there is none."""
        if self._box is None:
            self._box = nonzero_box(self.glance())
        return self._box


class _Unpacked:
    """Which tiles are unpacked, the one used last at the end; packs the first ones when they are too many."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._tiles: OrderedDict[int, tuple[KeyedRef[int, Tile], int]] = OrderedDict()
        self._gone: deque[int] = deque()  # a collector's callback may come at any moment: it only appends
        self._lock = Lock()

    def touch(self, tile: Tile) -> None:
        with self._lock:
            self._forget_gone()
            if id(tile) in self._tiles:
                self._tiles.move_to_end(id(tile))
                return
            self._tiles[id(tile)] = KeyedRef(tile, self._note_gone, id(tile)), tile.nbytes
            self._bytes += tile.nbytes
            oldest = self._take_oldest()
        for each in oldest:
            each.pack()

    def _note_gone(self, reference: KeyedRef[int, Tile]) -> None:
        self._gone.append(reference.key)

    def _forget_gone(self) -> None:
        while self._gone:
            self._bytes -= self._tiles.pop(self._gone.popleft(), (None, 0))[1]

    def _take_oldest(self) -> list[Tile]:
        oldest = []
        while self._bytes > self._max_bytes and len(self._tiles) > 1:
            reference, nbytes = self._tiles.popitem(last=False)[1]
            self._bytes -= nbytes
            if (tile := reference()) is not None:
                oldest.append(tile)
        return oldest


_unpacked = _Unpacked(UNPACKED_BYTES)


@lru_cache(maxsize=64)
def _plain_tile(shape: tuple[int, int], value: int) -> Tile:
    return Tile(np.full(shape, value, np.uint8))


def plain_tile(shape: tuple[int, int], value: int) -> Tile:
    """The one tile of that shape with one value everywhere."""
    return _plain_tile((int(shape[0]), int(shape[1])), value)


def make_tile(pixels: Pixels) -> Tile:
    """A tile of its own for these pixels, or the shared one where all are 0 or all are 255."""
    lowest = int(pixels.min())
    if lowest in (0, 255) and lowest == int(pixels.max()):
        return plain_tile(pixels.shape, lowest)
    return Tile(np.ascontiguousarray(pixels))


def nonzero_box(pixels: Pixels) -> Box:
    """The box of all values above 0; (0, 0, 0, 0) when there is none."""
    rows = np.flatnonzero(pixels.any(axis=1))
    if not rows.size:
        return 0, 0, 0, 0
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(pixels[top:bottom].any(axis=0))
    return int(columns[0]), top, int(columns[-1]) + 1, bottom
