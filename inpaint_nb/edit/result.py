"""What comes back: pictures, what made them, and what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from PIL import Image

from inpaint_nb import images as pictures
from inpaint_nb.edit.composite import Report, composite
from inpaint_nb.edit.events import Finished
from inpaint_nb.edit.links import Links
from inpaint_nb.edit.moment import moment_words
from inpaint_nb.edit.opinions import Opinions, Rated
from inpaint_nb.edit.pressing import Pressable, Presses
from inpaint_nb.edit.recipe import IMPORT, fetch_code, run_lines
from inpaint_nb.edit.relations import Related
from inpaint_nb.edit.request import (
    EditRequest,
    FetchRequest,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Request,
    edit_of,
)
from inpaint_nb.edit.saving import Saved
from inpaint_nb.masks import Mask

THUMBNAIL_PX = 1024


class Pending(Protocol):
    """What pressing a button gives: a job whose result can be waited for."""

    def result(self, timeout: float | None = None) -> Result:
        """The result, when it is there."""
        ...


Presser = Presses[Pending]


@dataclass(frozen=True, eq=False, repr=False)
class Result(Pressable[Pending], Rated, Related[Pending], Saved):
    """The pictures of one job with the request; those of an edit composited onto its parent, and with a report.

    `raw` holds the provider's own pictures, which are the same objects as `images` where compositing had
    nothing to do. `grid` says that they are candidates, cut from one sheet. `actions` is what may be pressed next:
    empty where there is nothing, None where the provider did not say. `source` is Python whose last line is an
    expression: the parent of an edit, or the result that was pressed; empty where nobody knows. `seed` is the one
    that was used, chosen by you or by the provider. `repeat` counts equal requests, from 0. `created` is when the run
    was asked for, in UTC, and `is_recorded` says that this result was read from the store instead of being made now.
    """

    request: Request
    composited: tuple[Image.Image, ...]
    raw: Sequence[Image.Image]
    reports: tuple[Report, ...]
    provider: str
    seed: int | None = None
    remote: Mapping[str, object] = field(default_factory=dict)
    remote_id: str | None = None
    actions: tuple[str, ...] | None = ()
    grid: bool = False
    seconds: float = 0.0
    cost: float | None = None
    notes: tuple[str, ...] = ()
    job_id: str = ""
    source: str = ""
    is_kept: bool = False
    created: datetime | None = None
    identity: str = ""
    repeat: int = 0
    is_recorded: bool = False
    presser: Presser | None = None
    links: Links[Result, Pending] | None = None
    opinions: Opinions | None = None

    @classmethod
    def compose(
        cls,
        request: Request,
        finished: Finished,
        provider: str,
        *,
        remote_id: str | None = None,
        seconds: float = 0.0,
        notes: tuple[str, ...] = (),
        job_id: str = "",
        source: str = "",
        is_kept: bool = False,
        created: datetime | None = None,
        identity: str = "",
        repeat: int = 0,
        presser: Presser | None = None,
        links: Links[Result, Pending] | None = None,
        opinions: Opinions | None = None,
    ) -> Self:
        """The result of what a provider finished; the pictures of an edit composited onto its parent.

        `is_kept` says that the provider hands the pictures out again by id. Heavy work on large pictures: to be
        called on a worker, not on the loop.
        """
        composited, reports = _composited(edit_of(request), finished.images)
        told = finished.remote.get("id")
        return cls(
            request=request,
            composited=composited,
            raw=finished.images,
            reports=reports,
            provider=provider,
            seed=_seed_used(request, finished),
            remote=finished.remote,
            remote_id=str(told) if told else remote_id,
            actions=finished.actions,
            grid=finished.grid,
            seconds=seconds,
            cost=finished.cost,
            notes=notes,
            job_id=job_id,
            source=source,
            is_kept=is_kept,
            created=created,
            identity=identity,
            repeat=repeat,
            presser=presser,
            links=links,
            opinions=opinions,
        )

    @property
    def images(self) -> list[Image.Image]:
        """The composited pictures, in a list of your own."""
        return list(self.composited)

    @property
    def image(self) -> Image.Image:
        """The first picture."""
        return self.composited[0]

    @property
    def report(self) -> Report | None:
        """What changed in the first picture, and where; None where nothing was edited."""
        return self.reports[0] if self.reports else None

    @property
    def parent(self) -> Image.Image | None:
        """The picture that was edited, untouched, or that was pressed; None where there is none, or nobody knows."""
        if (edit := edit_of(self.request)) is not None:
            return edit.image
        return self.request.parent if isinstance(self.request, PressRequest) else None

    @property
    def mask(self) -> Mask | None:
        """The mask as it was painted; None where nothing was edited."""
        edit = edit_of(self.request)
        return None if edit is None else edit.mask

    @property
    def prompt(self) -> str:
        """The prompt, verbatim; empty where there was none."""
        match self.request:
            case PressRequest(prompt=None, edit=EditRequest(prompt=prompt)):
                return prompt
            case EditRequest(prompt=prompt) | ImagineRequest(prompt=prompt) | PressRequest(prompt=prompt):
                return prompt or ""
            case FetchRequest():
                return ""

    @property
    def when(self) -> str:
        """Whether it was run live or is recorded, and when, in words; empty where nobody knows."""
        return moment_words(self.created, is_recorded=self.is_recorded)

    @property
    def params(self) -> Mapping[str, object]:
        """The provider's parameters that were set."""
        return {} if isinstance(self.request, FetchRequest) else self.request.params

    def remote_picture(self, index: int = 0) -> RemotePicture | None:
        """Where picture `index`, counted from 0, lives at the provider; None where it lives nowhere."""
        if self.remote_id is None:
            return None
        several = self.grid or len(self.raw) > 1
        at = range(len(self.raw))[index] if several else None
        return RemotePicture(self.provider, self.remote_id, at, self.actions)

    def code(self) -> str:
        """Python that repeats the run and binds `result`.

        What it started from is fetched where the provider keeps it, so that only this run is paid again.
        """
        made = []
        if self._can_be_fetched and not isinstance(self.request, FetchRequest):
            made = [f"# made already: result = {self._fetched()}"]
        lines = run_lines(self.request, self.provider, self.seed, self.source, self.repeat or None)
        return "\n".join([IMPORT, "", *made, *lines]) + "\n"

    def picture_code(self, index: int = 0) -> str:
        """Python that ends in the expression of picture `index`: a `source`."""
        return f"{self.result_code()}.images[{index}]"

    def result_code(self) -> str:
        """Python that ends in the expression of this result."""
        if self._can_be_fetched:
            return f"{IMPORT}\n\n{self._fetched()}"
        return f"{self.code()}result"

    @property
    def _can_be_fetched(self) -> bool:
        """Whether a fetch brings these very pictures; those of an edit are composited here."""
        return self.is_kept and self.remote_id is not None and edit_of(self.request) is None

    def _fetched(self) -> str:
        return fetch_code(str(self.remote_id), self.provider)

    def __repr__(self) -> str:
        size = f"{self.image.width} × {self.image.height}"
        count = "1 picture" if len(self.composited) == 1 else f"{len(self.composited)} pictures"
        when = f", {self.when}" if self.when else ""
        return f"<Result: {count}, {size}, by {self.provider}, {self.seconds:.1f} s{when}>"

    def _repr_jpeg_(self) -> bytes | None:
        """The first picture, small enough for a saved notebook; None where only a PNG keeps it see-through.

        IPython asks for both by these names; a PNG of a photograph would be five times as large.
        """
        if self.image.mode == "RGBA":
            return None
        return pictures.encode_jpeg(pictures.thumbnail(self.image, THUMBNAIL_PX))

    def _repr_png_(self) -> bytes | None:
        """The first picture where it has an alpha channel."""
        if self.image.mode != "RGBA":
            return None
        return pictures.encode_png(pictures.thumbnail(self.image, THUMBNAIL_PX), level=6)


def _composited(
    edit: EditRequest | None, raw: tuple[Image.Image, ...]
) -> tuple[tuple[Image.Image, ...], tuple[Report, ...]]:
    if edit is None:
        return tuple(_plain(image) for image in raw), ()
    made = [composite(edit.image, image, edit.blend_mask, edit.mask) for image in raw]
    return tuple(image for image, _ in made), tuple(report for _, report in made)


def _plain(image: Image.Image) -> Image.Image:
    return image if image.mode in ("L", "RGB", "RGBA") else pictures.load(image)


def _seed_used(request: Request, finished: Finished) -> int | None:
    told = finished.remote.get("seed")
    asked = request.seed if isinstance(request, EditRequest) else None
    return told if isinstance(told, int) else asked
