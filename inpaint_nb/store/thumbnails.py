"""Small copies of pictures, so that a page of them needs no large one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from PIL import Image

from inpaint_nb import images
from inpaint_nb.store.files import write_whole

LONGEST_PX = 96


class Thumbnails:
    """JPEG files under `folder`, named by the digest of the large picture. Any thread, any process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, digest: str, image: Image.Image) -> bytes:
        """The small copy of the picture; kept where that is possible, for it can be made again."""
        path = self.path(digest)
        made = _jpeg(image)
        with suppress(OSError):
            if not path.exists():
                write_whole(path, [made])
        return made

    def get(self, digest: str) -> bytes | None:
        """The small copy, where one is kept."""
        try:
            return self.path(digest).read_bytes()
        except OSError:
            return None

    def remove(self, digest: str) -> None:
        """Take the small copy away, if one is kept."""
        self.path(digest).unlink(missing_ok=True)

    def path(self, digest: str) -> Path:
        """Where the small copy of the picture with this digest lies, or would lie."""
        return self.folder / digest[:2] / f"{digest}.jpg"


def _jpeg(image: Image.Image) -> bytes:
    small = images.thumbnail(image, LONGEST_PX)
    small.info.pop("icc_profile", None)  # often larger than the small picture itself
    return images.encode_jpeg(small, quality=80)
