"""The pictures to be rated: of results, of a history, of a sweep, of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from PIL import Image

from inpaint_nb import images
from inpaint_nb.chain import Chain
from inpaint_nb.edit import Result
from inpaint_nb.errors import InputError
from inpaint_nb.history import History, Run, history
from inpaint_nb.store import Picture, Store, open_store
from inpaint_nb.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Candidate:
    """One picture of a job; read when it is shown."""

    picture: Picture
    open: Callable[[], Image.Image]
    thumbnail: Callable[[], bytes]


def candidates(source: object) -> list[Candidate]:
    """Every picture there is in what was given, each once. Raises InputError for anything else."""
    found: dict[Picture, Candidate] = {}
    for candidate in _of(source):
        found.setdefault(candidate.picture, candidate)
    return list(found.values())


def _of(source: object) -> Iterator[Candidate]:
    match source:
        case None:  # a cell of a sweep that has no result
            return
        case Result():
            yield from _of_result(source)
        case Run():
            yield from _stored(open_store(), source.id, source.record.composited if source.has_result else ())
        case str():
            yield from _of(history().run(source))
        case Chain():
            yield from _of(source.results)
        case Sweep():
            yield from _of_sweep(source)
        case History() | Iterable():
            for part in source:
                yield from _of(part)
        case _:
            raise InputError(
                f"There is nothing to rate in {type(source).__name__}.",
                "Give results, a history, a sweep or a session.",
            )


def _of_sweep(sweep: Sweep) -> Iterator[Candidate]:
    for cell in sweep.cells:
        state = sweep.state(cell)
        if state.job_id is not None:
            yield from _stored(open_store(), state.job_id, state.digests)


def _stored(store: Store, job_id: str, digests: Iterable[str]) -> Iterator[Candidate]:
    for index, digest in enumerate(digests):
        yield Candidate((job_id, index), partial(store.picture, digest), partial(store.thumbnail, digest))


def _of_result(result: Result) -> Iterator[Candidate]:
    for index, image in enumerate(result.images):
        yield Candidate((result.job_id, index), partial(_same, image), partial(_small, image))


def _same(image: Image.Image) -> Image.Image:
    return image


def _small(image: Image.Image) -> bytes:
    return images.encode_jpeg(images.thumbnail(image, 96))
