"""Picture files that no one should open."""

from __future__ import annotations

import struct
import zlib
from functools import cache

BOMB_SIDE = 20_000
NOT_A_PICTURE = b"<!doctype html><html><body><h1>Just a moment...</h1></body></html>"


def truncated(picture: bytes) -> bytes:
    """The first half of a file."""
    return picture[: len(picture) // 2]


@cache
def bomb() -> bytes:
    """A sound PNG of a few ten thousand bytes that unpacks to 400 million pixels."""
    header = struct.pack(">IIBBBBB", BOMB_SIDE, BOMB_SIDE, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = bytes(1 + BOMB_SIDE // 8)
    pixels = b"".join([*(packer.compress(row * 500) for _ in range(BOMB_SIDE // 500)), packer.flush()])
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
