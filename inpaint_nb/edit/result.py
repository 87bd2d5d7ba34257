"""What comes back: pictures, what made them, and what may be done next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from PIL import Image

from inpaint_nb import images as pictures
from inpaint_nb.edit.composite import Report, composite
from inpaint_nb.edit.events import Finished
from inpaint_nb.edit.request import EditRequest
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

THUMBNAIL_PX = 1024
IMPORT = "import inpaint_nb as inp"


class Pending(Protocol):
    """What pressing a button gives: a job whose result can be waited for."""

    def result(self, timeout: float | None = None) -> Result:
        """The result, when it is there."""
        ...


Press = Callable[[str, str | None], Pending]


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """The pictures of one edit, composited onto the parent, with the request and the report.

    `raw` holds the provider's own pictures, which are the same objects as `images` where compositing had
    nothing to do. `source` is Python that opens the parent again, its last line an expression; empty where
    nobody knows. `seed` is the one that was used, chosen by you or by the provider.
    """

    request: EditRequest
    composited: tuple[Image.Image, ...]
    raw: tuple[Image.Image, ...]
    reports: tuple[Report, ...]
    provider: str
    seed: int | None = None
    remote: Mapping[str, object] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    seconds: float = 0.0
    cost: float | None = None
    notes: tuple[str, ...] = ()
    job_id: str = ""
    source: str = ""
    presser: Press | None = None

    @classmethod
    def compose(
        cls,
        request: EditRequest,
        finished: Finished,
        provider: str,
        *,
        seconds: float = 0.0,
        notes: tuple[str, ...] = (),
        job_id: str = "",
        source: str = "",
        presser: Press | None = None,
    ) -> Self:
        """The result of what a provider finished: each picture composited onto the parent and reported on.

        Heavy work on large pictures: to be called on a worker, not on the loop.
        """
        made = [composite(request.image, raw, request.blend_mask, request.mask) for raw in finished.images]
        return cls(
            request=request,
            composited=tuple(image for image, _ in made),
            raw=finished.images,
            reports=tuple(report for _, report in made),
            provider=provider,
            seed=_seed_used(request, finished),
            remote=finished.remote,
            actions=finished.actions,
            seconds=seconds,
            cost=finished.cost,
            notes=notes,
            job_id=job_id,
            source=source,
            presser=presser,
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
    def report(self) -> Report:
        """What changed in the first picture, and where."""
        return self.reports[0]

    @property
    def parent(self) -> Image.Image:
        """The picture that was edited, untouched."""
        return self.request.image

    @property
    def mask(self) -> Mask:
        """The mask as it was painted."""
        return self.request.mask

    @property
    def prompt(self) -> str:
        """The prompt, verbatim."""
        return self.request.prompt

    @property
    def params(self) -> Mapping[str, object]:
        """The provider's parameters that were set."""
        return self.request.params

    def press(self, label: str, prompt: str | None = None) -> Pending:
        """The job of one of `actions`, submitted at once. Raises InputError for a button not there."""
        if self.presser is None:
            raise InputError(
                f"{self.provider!r} offers no buttons on its results.",
                "To change this result further, mask it and run again.",
            )
        if self.actions and label not in self.actions:
            raise InputError(f"There is no button {label!r}.", f"There are {', '.join(self.actions)}.")
        return self.presser(label, prompt)

    def upscale(self, index: int) -> Pending:
        """The job that makes picture `index` large, counted from 0: `upscale(0)` presses U1."""
        return self.press(f"U{index + 1}")

    def code(self) -> str:
        """Python that repeats the run from its root and binds `result`."""
        return "\n".join([IMPORT, "", *self._parent_lines(), *self._run_lines()]) + "\n"

    def picture_code(self, index: int = 0) -> str:
        """Python that repeats the run and ends in the expression of picture `index`: a `source`."""
        return f"{self.code()}result.images[{index}]"

    def _parent_lines(self) -> list[str]:
        if not self.source.strip():
            return ["image = ...  # the picture that was edited"]
        *before, expression = _without_import(self.source)
        return [*before, f"image = {expression}"]

    def _run_lines(self) -> list[str]:
        settings = _settings(self.request, self.provider, self.seed)
        return [
            *_without_import(self.mask.code()),
            f"result = inp.inpaint(image, mask, {self.prompt!r}, {settings}).result()",
        ]

    def __repr__(self) -> str:
        size = f"{self.parent.width} × {self.parent.height}"
        count = "1 picture" if len(self.composited) == 1 else f"{len(self.composited)} pictures"
        return f"<Result: {count}, {size}, by {self.provider}, {self.seconds:.1f} s>"

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


def _seed_used(request: EditRequest, finished: Finished) -> int | None:
    told = finished.remote.get("seed")
    return told if isinstance(told, int) else request.seed


def _settings(request: EditRequest, provider: str, seed: int | None) -> str:
    """The keyword arguments that differ from their defaults, as they are typed."""
    given: dict[str, object] = {"provider": provider}
    if request.count != 1:
        given["count"] = request.count
    if seed is not None:
        given["seed"] = seed
    if request.feather_px:
        given |= {"feather_px": request.feather_px, "feather": request.feather}
    return ", ".join(f"{name}={value!r}" for name, value in {**given, **request.params}.items())


def _without_import(code: str) -> list[str]:
    return [line for line in code.strip().splitlines() if line not in ("", IMPORT)]
