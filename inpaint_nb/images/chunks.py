"""The chunks that a PNG file is made of: found, read and put in, without touching its pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Collection, Iterator
from typing import IO, NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
TEXTS = (b"tEXt", b"zTXt", b"iTXt")
HEAD_BYTES = 8  # its length and its kind
MOST_DEFLATED = 1_000_000  # bytes of text: Pillow refuses whole files for a deflated text above 1 MiB


class Chunk(NamedTuple):
    """Where a chunk lies: the first byte of its content, and how many follow before its checksum."""

    kind: bytes
    start: int
    length: int


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk as it lies in the file."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", checksum)))


def walk(file: IO[bytes]) -> Iterator[Chunk]:
    """The chunks of a PNG file, in order; none of another file, and no more where it is cut off."""
    file.seek(0)
    at = len(SIGNATURE)
    if file.read(at) != SIGNATURE:
        return
    kind = b""
    while kind != b"IEND":
        file.seek(at)
        head = file.read(HEAD_BYTES)
        if len(head) < HEAD_BYTES:
            return
        length, kind = struct.unpack(">I4s", head)
        yield Chunk(kind, at + HEAD_BYTES, length)
        at += HEAD_BYTES + length + 4


def put_in(png: bytes, added: bytes) -> bytes:
    """The file with a chunk before its pixels, where it is found without reading them."""
    first = next(found for found in walk(io.BytesIO(png)) if found.kind == b"IDAT")
    at = first.start - HEAD_BYTES
    return b"".join((png[:at], added, png[at:]))


def leave_out(png: bytes, kinds: Collection[bytes]) -> bytes:
    """The file without its chunks of these kinds."""
    kept = [found for found in walk(io.BytesIO(png)) if found.kind not in kinds]
    parts = (png[found.start - HEAD_BYTES : found.start + found.length + 4] for found in kept)
    return b"".join((SIGNATURE, *parts))


def text_chunk(keyword: str, text: bytes) -> bytes:
    """A text (UTF-8) under a keyword (ASCII), deflated where every reader takes it so."""
    packed = zlib.compress(text, 9) if len(text) <= MOST_DEFLATED else text
    is_deflated = len(packed) < len(text)
    head = keyword.encode("ascii") + (b"\0\1\0" if is_deflated else b"\0\0\0")
    return chunk(b"iTXt", head + b"\0\0" + (packed if is_deflated else text))


def read_text(file: IO[bytes], keyword: str, most_bytes: int) -> bytes | None:
    """The first text under this keyword; None where there is none.

    Raises ValueError, with the reason, for one that is damaged or longer than `most_bytes`, of which no more is read.
    """
    begins = keyword.encode("ascii") + b"\0"
    for found in walk(file):
        if found.kind == b"iTXt" and _at(file, found.start, len(begins)) == begins:
            return _text(file, found, len(begins), most_bytes)
    return None


def _text(file: IO[bytes], found: Chunk, skipped: int, most_bytes: int) -> bytes:
    if found.length > most_bytes:
        raise ValueError(f"it is longer than {most_bytes:,} bytes")
    content = _at(file, found.start, found.length)
    if _at(file, found.start + found.length, 4) != struct.pack(
        ">I", zlib.crc32(content, zlib.crc32(b"iTXt"))
    ):
        raise ValueError("it is damaged: its checksum is wrong")
    flags, rest = content[skipped : skipped + 2], content[skipped + 2 :]
    parts = rest.split(b"\0", 2)  # language, translated keyword, text
    if flags not in (b"\0\0", b"\1\0") or len(parts) < 3:
        raise ValueError("it is no text of a PNG file")
    return parts[2] if flags == b"\0\0" else _inflated(parts[2], most_bytes)


def _inflated(packed: bytes, most_bytes: int) -> bytes:
    inflate = zlib.decompressobj()
    try:
        text = inflate.decompress(packed, most_bytes + 1)
    except zlib.error as error:
        raise ValueError(f"it is damaged: {error}") from error
    if len(text) > most_bytes:
        raise ValueError(f"it is longer than {most_bytes:,} bytes")
    if not inflate.eof:
        raise ValueError("it is damaged: it is cut off")
    return text


def _at(file: IO[bytes], start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
