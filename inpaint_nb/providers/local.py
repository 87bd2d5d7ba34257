"""The local engine: fills a hole from what surrounds it, offline and without a key."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from typing import ClassVar, Literal

from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Event,
    Finished,
    Notice,
    Parameter,
    Progress,
    Request,
    Submitted,
)
from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.http import Client
from inpaint_nb.masks import Mask
from inpaint_nb.providers import patchmatch, pullpush
from inpaint_nb.providers.blobs import covers_all
from inpaint_nb.providers.cuts import find_pieces
from inpaint_nb.providers.pieces import Fill, Working, fill_piece, paste_piece
from inpaint_nb.workers import offload

Engine = Literal["auto", "patchmatch", "smooth"]

# A compact hole of any size takes about 1.5 s and 6 s, and a stroke 40 px wide across 8192 × 8192 px 7 s and 30 s. The
# detail that shrinking takes is put back, so a draft larger than this took longer and looked the same.
WORKING = {"draft": Working(384, 16, 36_000), "fine": Working(1024, 24, 130_000)}
LARGEST_OWN_SEED = 2**31  # short enough to be typed again


class LocalProvider:
    """Fills the mask with patches copied from around it; it cannot know what was hidden, nor read the prompt.

    `engine` is "auto", "patchmatch", or "smooth" for the plain fill that "auto" takes where the native
    library is missing.
    """

    name: ClassVar[str] = "local"
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="fills from the surroundings; ignores the prompt",
        reads_prompt=False,
        repeatable=True,
        max_count=8,
        price="free",
        concurrency=1,
        parameters={
            "quality": Parameter(
                "draft", "working size: draft is quick, fine is sharper and slower", tuple(WORKING)
            )
        },
    )

    def __init__(self, engine: Engine = "auto") -> None:
        if engine not in ("auto", "patchmatch", "smooth"):
            raise InputError(f"engine cannot be {engine!r}.", "Choose from 'auto', 'patchmatch', 'smooth'.")
        self.engine = engine

    @property
    def options(self) -> Mapping[str, object]:
        """What to call the class with to get this provider again."""
        return {"engine": self.engine}

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        """The story of one edit: look around, then fill piece after piece, for each picture."""
        if not isinstance(request, EditRequest):
            raise InputError("'local' fills what is masked in a picture, and nothing else.")
        hole = await offload(_hole_of, request)
        yield Submitted()
        yield Progress("looking around", 0.0)
        engine, missing = await offload(self._choose_engine)
        if missing:
            yield Notice(
                f"Filled smoothly, without texture, because PatchMatch cannot be used here: {missing}."
            )
        pieces = await offload(find_pieces, hole)
        seed = secrets.randbelow(LARGEST_OWN_SEED) if request.seed is None else request.seed
        working = WORKING[str(self.capabilities.value_of("quality", request.params))]
        images: list[Image.Image] = []
        for number in range(request.count):
            image = await offload(request.image.copy)
            for at, piece in enumerate(pieces):
                yield _progress(number * len(pieces) + at, request.count * len(pieces))
                filled = await offload(fill_piece, image, hole, piece, working, FILLS[engine], seed + number)
                await offload(paste_piece, image, hole, piece, filled)
            images.append(image)
        if request.count > 1 and await offload(_are_alike, images):
            yield Notice("Every seed gave the same picture: the surroundings leave one answer.")
        yield Finished(tuple(images), remote={"seed": seed, "engine": engine})

    async def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        """The same story from its beginning: there is nothing remote to go on with."""
        async for event in self.run(request, http):
            yield event

    def _choose_engine(self) -> tuple[str, str]:
        """The engine to use, and why it is not the one that was meant."""
        if self.engine == "smooth":
            return "smooth", ""
        missing = patchmatch.why_missing()
        if missing and self.engine == "patchmatch":
            raise SettingsError(
                f"PatchMatch cannot be used here: {missing}.",
                "Leave engine='patchmatch' out for a smooth fill without texture.",
            )
        return ("smooth", missing) if missing else ("patchmatch", "")


FILLS: dict[str, Fill] = {"patchmatch": patchmatch.fill, "smooth": pullpush.fill}


def _hole_of(request: EditRequest) -> Mask:
    """What is to be filled. Raises InputError where that leaves nothing to fill from."""
    hole = request.blend_mask  # above 0 exactly where the sent mask is, and needs no copy
    if covers_all(hole):
        raise InputError(
            "The whole picture is masked, so there is nothing around to fill from.",
            "Unmask a part of it, or use a provider that makes pictures from a prompt.",
        )
    return hole


def _progress(done: int, total: int) -> Progress:
    stage = "filling" if total == 1 else f"filling {done + 1} of {total}"
    return Progress(stage, done / total)


def _are_alike(images: list[Image.Image]) -> bool:
    first = images[0].tobytes()
    return all(image.tobytes() == first for image in images[1:])
