"""From what a caller asks to a sweep that may start: everything checked, nothing sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import suppress

from inpaint_nb import images, settings
from inpaint_nb.edit import FeatherSide, RemotePicture
from inpaint_nb.errors import InputError, StoreError
from inpaint_nb.jobs import ENGINE, Engine
from inpaint_nb.providers import Provider
from inpaint_nb.sources import Opened
from inpaint_nb.store import Store, open_store
from inpaint_nb.sweep import axes
from inpaint_nb.sweep.axes import Axis
from inpaint_nb.sweep.budget import Budget
from inpaint_nb.sweep.elsewhere import check_executor
from inpaint_nb.sweep.plan import Subject, plan
from inpaint_nb.sweep.sweep import Sweep
from inpaint_nb.sweep.works import Terms, Works


def prepare(
    opened: Opened,
    *,
    masks: object = None,
    prompts: object = "",
    providers: object = None,
    seeds: object = None,
    count: int | None = None,
    params: Mapping[str, object] | None = None,
    budget: float | None = None,
    concurrency: int | None = None,
    executor: Executor | None = None,
    mode: str | None = None,
    fresh: bool = False,
    feather_px: float = 0,
    feather: FeatherSide = "inside",
    store: Store | None = None,
    engine: Engine = ENGINE,
) -> Sweep:
    """The sweep, every cell of it checked; nothing is sent before its `start`.

    Raises InputError for what cannot be asked, and where its cost goes over the budget or cannot be known for one.
    """
    terms = Terms(settings.mode(mode), _yes(fresh), _checked(concurrency), executor)
    by_provider = axes.provider_axis(_or(providers, opened.keeper), terms.mode)
    place = open_store() if store is None else store
    asked = [
        axes.mask_axis(masks, opened.image.size),
        axes.prompt_axis(prompts),
        by_provider,
        *axes.param_axes(params),
        *_given(axes.seed_axis(seeds, count)),
    ]
    if executor is not None:
        for provider in by_provider.values:
            check_executor(provider, executor)
    subject = _subject(opened, by_provider.values, place, feather_px, feather)
    works = Works(plan(subject, asked), place, engine, Budget(budget), terms)
    works.budget.check(works.unsent)
    return Sweep(works)


def keeper_among(source: object, providers: object) -> object:
    """The configured provider that keeps the picture `PROVIDER:ID`, where it is one of these."""
    several = providers if isinstance(providers, Sequence) and not isinstance(providers, str) else [providers]
    name = source.partition(":")[0] if isinstance(source, str) else None
    return next((one for one in several if name is not None and getattr(one, "name", None) == name), None)


def _subject(
    opened: Opened,
    providers: Iterable[Provider],
    store: Store,
    feather_px: float,
    feather: FeatherSide,
) -> Subject:
    digest = images.digest(opened.image)
    remotes = {provider.name: _living(opened, provider, digest, store) for provider in providers}
    known = {name: remote for name, remote in remotes.items() if remote is not None}
    return Subject(opened.image, digest, opened.source, known, feather_px, feather)


def _living(opened: Opened, provider: Provider, digest: str, store: Store) -> RemotePicture | None:
    """Where the picture lives at the provider, as far as anybody knows."""
    if opened.remote is not None and opened.remote.provider == provider.name:
        return opened.remote
    if not provider.capabilities.takes_any_picture:
        with suppress(StoreError):
            return store.remote_of(digest, provider.name)
    return None


def _or(given: object, other: object) -> object:
    return other if given is None else given


def _given(axis: Axis | None) -> list[Axis]:
    return [] if axis is None else [axis]


def _yes(fresh: object) -> bool:
    if not isinstance(fresh, bool):
        raise InputError(f"fresh must be True or False, not {fresh!r}.")
    return fresh


def _checked(concurrency: object) -> int | None:
    if concurrency is None:
        return None
    if isinstance(concurrency, bool) or not isinstance(concurrency, int) or concurrency < 1:
        raise InputError(f"concurrency must be a whole number from 1, not {concurrency!r}.")
    return concurrency
