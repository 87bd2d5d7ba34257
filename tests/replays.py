"""What is run, and then asked for again: a sheet of the studio, and a hole in a small picture."""

from __future__ import annotations

from studio import SIZE as STUDIO_SIZE

import inpaint_nb as inp
from inpaint_nb import Mask
from inpaint_nb.edit import Result

SIZE = (48, 32)
HOLE = Mask.rectangle(SIZE, (8, 8, 24, 20))
BOX = Mask.rectangle(STUDIO_SIZE, (4, 4, 12, 12))


def fox(**how: object) -> Result:
    """A sheet of the studio."""
    return inp.imagine("a fox", provider="studio", **how).result(timeout=10)


def pixels(result: Result) -> list[bytes]:
    """Everything that is seen of a result: two that are equal show the same."""
    return [image.tobytes() for image in (*result.images, *result.raw)]
