"""Files that come in parts: a server cuts the line to a page that sends too much at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from inpaint_nb.errors import InputError

MAX_BYTES = 64 * 2**20
PART_BYTES = 2**20  # tornado's limit for a message is 10 MiB
MOST_AT_ONCE = 4


class Uploads:
    """The parts of files that are on their way; any thread may add and take."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: OrderedDict[str, dict[int, bytes]] = OrderedDict()

    def add(self, upload: object, index: object, buffers: Sequence[memoryview]) -> None:
        """Keeps one part; of a file that is too large nothing more is kept, and the oldest gives way to many."""
        if not isinstance(index, int) or not buffers:
            return
        with self._lock:
            parts = self._parts.setdefault(str(upload), {})
            if sum(map(len, parts.values())) <= MAX_BYTES:
                parts[index] = bytes(buffers[0])
            while len(self._parts) > MOST_AT_ONCE:
                self._parts.popitem(last=False)

    def take(self, content: Mapping[str, Any]) -> bytes:
        """The file that a message names by `upload` and its number of `parts`, and forgets it; empty for none named."""
        if "upload" not in content:
            return b""
        with self._lock:
            parts = self._parts.pop(str(content["upload"]), {})
        return (
            b"".join(parts[index] for index in sorted(parts)) if len(parts) == content.get("parts") else b""
        )


def checked(data: bytes, name: str) -> bytes:
    """The file; raises InputError where it did not come whole, or is too large."""
    if not data:
        raise InputError(f"{name} did not arrive whole.", "Choose it again.")
    if len(data) > MAX_BYTES:
        raise InputError(
            f"{name} is larger than {MAX_BYTES >> 20} MB.", "Read it in a cell: Mask.from_image(path)."
        )
    return data
