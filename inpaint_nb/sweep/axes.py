"""What varies in a sweep: one axis for each thing that was given several values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.masks import Mask
from inpaint_nb.providers import Provider, find, options_of
from inpaint_nb.settings import Mode
from inpaint_nb.sweep.labels import labels_of

MASK, PROMPT, PROVIDER, SEED, REPEAT = "mask", "prompt", "provider", "seed", "repeat"
OURS = (MASK, PROMPT, PROVIDER, SEED, REPEAT)
MOST_REPEATS = 10_000


@dataclass(frozen=True, slots=True)
class Axis:
    """One thing that varies: "mask", "prompt", "provider", "seed", "repeat" or a parameter's name.

    `labels` name the `values`, position by position; they are unique, and short enough for the edge of a grid (the
    whole prompt is the value). Equal requests are told apart by "repeat", counted from 0.
    """

    name: str
    labels: tuple[str, ...]
    values: tuple[Any, ...]  # Any: masks, texts, providers, seeds or what a parameter takes

    def __len__(self) -> int:
        return len(self.values)

    def position(self, value: object) -> int:
        """Where the value, or the label, stands. Raises InputError where neither is here."""
        for at, (known, label) in enumerate(zip(self.values, self.labels, strict=True)):
            if value is known or _same(value, known) or value == label:
                return at
        raise InputError(f"No {self.name} here is {_shown(value)}.", f"There are: {', '.join(self.labels)}.")


def mask_axis(masks: object, size: Size) -> Axis:
    """The masks: one, several, or several by name; none is the empty mask. Raises InputError for what is no mask."""
    named = _named_masks(masks, size)
    for name, mask in named:
        if not isinstance(mask, Mask):
            raise InputError(f"A mask must be an inpaint_nb.Mask, not {type(mask).__name__}: {name}.")
    return _axis(MASK, [mask for _, mask in named], [name for name, _ in named])


def _named_masks(masks: object, size: Size) -> list[tuple[str, Any]]:
    if masks is None:
        return [("none", Mask.empty(size))]
    if isinstance(masks, Mask):
        return [("mask", masks)]
    if isinstance(masks, Mapping):
        return [(str(name), masks[name]) for name in _several("masks", masks)]
    return [(f"mask {number}", mask) for number, mask in enumerate(_several("masks", masks), 1)]


def prompt_axis(prompts: object) -> Axis:
    """The prompts, each as it stands: braces are characters. Raises InputError for what is no text."""
    texts = [prompts] if isinstance(prompts, str) else _several("prompts", prompts)
    for text in texts:
        if not isinstance(text, str):
            raise InputError(f"A prompt must be a text, not {type(text).__name__}.")
    return _axis(PROMPT, texts, texts)


def provider_axis(providers: object, mode: Mode) -> Axis:
    """The providers, by name or configured; None is the default one. Where the mode allows it, they are stand-ins."""
    is_one = providers is None or isinstance(providers, str | type) or not isinstance(providers, Iterable)
    found = [find(one, mode) for one in ([providers] if is_one else _several("providers", providers))]
    names = [one.name for one in found]
    return _axis(
        PROVIDER, found, [_configured(one) if names.count(one.name) > 1 else one.name for one in found]
    )


def seed_axis(seeds: object, count: int | None) -> Axis | None:
    """The seeds, or as many repeats of each request as `count` says; None for one run without a seed.

    Raises InputError where both are given.
    """
    if seeds is not None and count is not None:
        raise InputError(
            "seeds and count were both given.", "Give seeds=[…] for seeds of your own, or count=."
        )
    if seeds is not None:
        given = [seeds] if isinstance(seeds, int) else _several("seeds", seeds)
        return _axis(SEED, given, [str(seed) for seed in given])
    if count is None:
        return None
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MOST_REPEATS:
        raise InputError(f"count must be a whole number from 1 to {MOST_REPEATS:,}, not {count!r}.")
    return _axis(REPEAT, range(count), [f"run {number}" for number in range(1, count + 1)])


def param_axes(params: Mapping[str, object] | None) -> list[Axis]:
    """An axis for each parameter, which takes the values of its list one after the other."""
    axes = []
    for name, values in (params or {}).items():
        if name in OURS:
            raise InputError(
                f"{name!r} is no parameter of a provider.",
                "Give masks=, prompts=, providers=, seeds= or count=.",
            )
        if isinstance(values, str) or not isinstance(values, Iterable):
            raise InputError(f"params must have a list for {name!r}, not {values!r}.", f"Write [{values!r}].")
        given = _several(f"params[{name!r}]", values)
        axes.append(_axis(name, given, [str(value) for value in given]))
    return axes


def _axis(name: str, values: Iterable[object], texts: Sequence[str]) -> Axis:
    return Axis(name, labels_of(texts), tuple(values))


def _several(name: str, values: object) -> list[Any]:
    if not isinstance(values, Iterable):
        raise InputError(f"{name} must be a list, not {type(values).__name__}.")
    listed = list(values)
    if not listed:
        raise InputError(
            f"{name} is empty, so there is nothing to run.", f"Leave {name}= out, or fill the list."
        )
    return listed


def _configured(provider: Provider) -> str:
    """The provider's name and what it was configured with, where two have the same name."""
    options = ", ".join(
        f"{name}={value}" for name, value in options_of(provider).items() if value is not None
    )
    return f"{provider.name} ({options})" if options else provider.name


def _same(value: object, known: object) -> bool:
    """Equal, and not only as 1 and True are."""
    return type(value) is type(known) and bool(value == known)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:79]}…"
