"""Pictures on disk, each once, under the digest of its content."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from PIL import Image

from inpaint_nb import images
from inpaint_nb.errors import StoreError
from inpaint_nb.store.compaction import QUIET_SECONDS, Compactor


class Files:
    """PNG files under `folder`, named by the digest of the picture inside. Any thread, any process."""

    def __init__(self, folder: Path, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self.folder = folder
        # Files that were read or written here: when they were changed, and how large they are.
        self._whole: dict[str, tuple[int, int]] = {}
        self.compactor = Compactor(self._deflate, quiet_seconds)

    def put(self, image: Image.Image, digest: str | None = None) -> str:
        """Keep the picture and return its digest, if that is not known already; what is there, whole, stays.

        A result waits for this, so it is written as it is, four times as fast, and deflated when all is quiet.
        """
        pixels = None if digest else image.tobytes()
        digest = digest or images.digest(image, pixels)
        if not self._is_whole(digest):
            self._write(digest, images.quick_png(image, pixels))
            self.compactor.add(self.path(digest))
        return digest

    def take(self, digest: str, read: Callable[[], bytes]) -> None:
        """Keep a file that was made elsewhere and proved; one that is here and whole stays."""
        if not self._is_whole(digest):
            self._write(digest, [read()])

    def _is_whole(self, digest: str) -> bool:
        """Whether the file is there and has this picture; one that did not change since is not read again."""
        seen = _seen(self.path(digest))
        if seen is not None and self._whole.get(digest) != seen:
            with suppress(StoreError):
                self.get(digest)
                self._whole[digest] = seen
        return seen is not None and self._whole.get(digest) == seen

    def _write(self, digest: str, pieces: Iterable[bytes | memoryview]) -> None:
        write_whole(self.path(digest), pieces)
        if (seen := _seen(self.path(digest))) is not None:
            self._whole[digest] = seen

    def _deflate(self, path: Path) -> None:
        small = images.encode_png(self.get(path.stem))
        if path.exists():  # it may have been deleted meanwhile
            self._write(path.stem, [small])

    def has(self, digest: str) -> bool:
        """Whether the picture with this digest lies here."""
        return self.path(digest).exists()

    def get(self, digest: str) -> Image.Image:
        """The picture with this digest; StoreError where the file is gone or its content has changed."""
        path = self.path(digest)
        try:
            image = _read(path)
        except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for a damaged PNG
            raise StoreError(f"The store has no readable picture {digest[:12]}… at {path}.") from error
        if images.digest(image) != digest:
            raise StoreError(f"The picture at {path} is not the one that was stored there.")
        return image

    def remove(self, digest: str) -> None:
        """Take the picture with this digest away, if it lies here."""
        self.path(digest).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """Where the picture with this digest lies, or would lie."""
        return self.folder / digest[:2] / f"{digest}.png"


def _seen(path: Path) -> tuple[int, int] | None:
    """What tells whether a file has changed; None where there is none."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def _read(path: Path) -> Image.Image:
    """The picture as it was handed in: nothing turned, converted or dropped, as `images.load` might."""
    image = Image.open(io.BytesIO(path.read_bytes()), formats=["PNG"])
    image.load()
    profile = image.info.get("icc_profile")
    image.info = {} if profile is None else {"icc_profile": profile}
    return image.copy()  # a plain picture, without the file behind it


def write_whole(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write the pieces so that nobody ever sees half a file under this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            file.writelines(pieces)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
