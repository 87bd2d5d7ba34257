"""A finished job's pictures, brought here at once: their addresses do not live long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from inpaint_nb.errors import InpaintError, JobFailed
from inpaint_nb.images import load
from inpaint_nb.providers.answers import Addresses
from inpaint_nb.workers import offload

MAX_PICTURE_BYTES = 64 * 1024 * 1024


class Downloads(Protocol):
    """What fetches a picture from any host, without the key."""

    async def download(self, url: str, *, max_bytes: int = ...) -> bytes:
        """The content at an address."""
        ...


async def bring(
    name: str, remote_id: str, ways: Sequence[Addresses], http: Downloads
) -> tuple[Image.Image, ...]:
    """The pictures of a finished job, by the first way that works.

    Raises JobFailed when there is no way, or none works: the job is done and paid for, so no other error would
    be true.
    """
    again = f"It is known there as {remote_id}: fetch({remote_id!r}, provider={name!r}) tries again."
    failure: InpaintError | None = None
    for way in ways:
        try:
            return tuple(await asyncio.gather(*(_picture(address, http) for address in way)))
        except InpaintError as error:
            failure = failure or error
    if failure is None:
        raise JobFailed(f"{name!r} says that the job is done, and gave no image.", again)
    raise JobFailed(
        f"{name!r} made the picture, but it did not arrive: {failure.message}", again
    ) from failure


async def _picture(address: str, http: Downloads) -> Image.Image:
    return await offload(load, await http.download(address, max_bytes=MAX_PICTURE_BYTES))
