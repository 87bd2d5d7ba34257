"""A result's pictures, saved to files that carry their run."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from datetime import datetime
from importlib import metadata
from pathlib import Path

import PIL
from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import picturefile
from inpaint_nb.edit.asked import mask_values, picture_of, values_of
from inpaint_nb.edit.carried import Carried
from inpaint_nb.edit.composite import Report
from inpaint_nb.edit.opinions import picture_index
from inpaint_nb.edit.request import Request
from inpaint_nb.errors import InputError


class Saved:
    """A result whose pictures can be saved, with what is known of their run."""

    request: Request
    composited: tuple[Image.Image, ...]
    reports: tuple[Report, ...]
    provider: str
    seed: int | None
    remote_id: str | None
    actions: tuple[str, ...] | None
    grid: bool
    seconds: float
    cost: float | None
    job_id: str
    source: str
    created: datetime | None
    identity: str
    repeat: int

    def save(
        self,
        path: str | os.PathLike[str],
        index: int = 0,
        *,
        strip: bool = False,
        sidecar: bool = False,
        overwrite: bool = False,
    ) -> Path:
        """The file, with picture `index` in it, every pixel exact but for a JPEG; the name's ending says which kind.

        The file carries its run: prompt, mask, provider, parameters, seed, times, versions; `inpaint_nb.open(path)`
        goes on from there. A PNG holds that in itself. Beside a JPEG, WebP or TIFF, and beside a PNG with `sidecar`, it
        is written as JSON to `path` + ".json"; keep the two together. Keys, paths from the root or from home, and
        parameters that are addresses are left out. `strip` saves the picture alone, as `result.image.save(path)` does,
        which is PIL's own.

        Another picture is only written over with `overwrite`. Raises InputError where a file cannot be written.
        """
        if strip and sidecar:
            raise InputError(
                "A picture cannot be stripped of its run and have it beside.", "Leave one of them out."
            )
        at = picture_index(index, len(self.composited))
        carried = None if strip else self.carried(at)
        place = Path(path).expanduser()
        return picturefile.write(place, self.composited[at], carried, sidecar=sidecar, overwrite=overwrite)

    def carried(self, index: int = 0) -> Carried:
        """What the file of picture `index` carries."""
        digest = images.digest(self.composited[index])
        parent = picture_of(self.request)
        return Carried(
            picture=digest,
            saved=digest,
            provider=self.provider,
            parent=None if parent is None else images.digest(parent),
            source=self.source,
            index=index,
            pictures=len(self.composited),
            used_seed=self.seed,
            remote_id=self.remote_id,
            actions=self.actions,
            grid=self.grid,
            report=asdict(self.reports[index]) if self.reports else None,
            identity=self.identity,
            repeat=self.repeat,
            job_id=self.job_id,
            created=self.created,
            seconds=self.seconds,
            cost=self.cost,
            versions=versions(),
            **values_of(self.request),
            **mask_values(self.request),
        )


def versions() -> dict[str, str]:
    """The versions of what made a picture."""
    return {"inpaint_nb": _own_version(), "pillow": PIL.__version__, "python": platform.python_version()}


def _own_version() -> str:
    try:
        return metadata.version("inpaint_nb")
    except metadata.PackageNotFoundError:  # a checkout that was never installed
        return "unknown"
