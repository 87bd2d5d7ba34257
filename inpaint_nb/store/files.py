"""Pictures on disk, each once, under the digest of its content."""

from __future__ import annotations

import io
import uuid
from pathlib import Path

from PIL import Image

from inpaint_nb import images
from inpaint_nb.errors import StoreError
from inpaint_nb.store.compaction import QUIET_SECONDS, Compactor


class Files:
    """PNG files under `folder`, named by the digest of the picture inside. Any thread, any process."""

    def __init__(self, folder: Path, *, quiet_seconds: float = QUIET_SECONDS) -> None:
        self.folder = folder
        self.compactor = Compactor(self._deflate, quiet_seconds)

    def put(self, image: Image.Image) -> str:
        """Keep the picture and return its digest; a picture that is there already is not written again.

        A result waits for this, so it is written as it is, four times as fast, and deflated when all is quiet.
        """
        digest = images.digest(image)
        if not self.has(digest):
            write_whole(self.path(digest), images.encode_png(image, level=0))
            self.compactor.add(self.path(digest))
        return digest

    def _deflate(self, path: Path) -> None:
        small = images.encode_png(self.get(path.stem))
        if path.exists():  # it may have been deleted meanwhile
            write_whole(path, small)

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


def _read(path: Path) -> Image.Image:
    """The picture as it was handed in: nothing turned, converted or dropped, as `images.load` might."""
    image = Image.open(io.BytesIO(path.read_bytes()), formats=["PNG"])
    image.load()
    profile = image.info.get("icc_profile")
    image.info = {} if profile is None else {"icc_profile": profile}
    return image.copy()  # a plain picture, without the file behind it


def write_whole(path: Path, content: bytes) -> None:
    """Write so that nobody ever sees half a file under this name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
