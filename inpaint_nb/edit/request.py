"""What is asked: one edit of one picture, and what a provider can be asked at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Literal

from PIL import Image

from inpaint_nb.edit.feather import feathered, hardened
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

FeatherSide = Literal["inside", "ring"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One provider parameter: its `default`, what it does in a few words, and the values it may take."""

    default: object
    help: str
    choices: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can be asked, as data, checked before a request is built.

    `note` is shown wherever the provider is named, so it is a few words. `price` is "free", or the unit and
    amount in the provider's words, or "unknown". `repeatable` says that running a request twice costs nothing
    and harms nobody, so an interrupted job may simply be run again.
    """

    note: str
    takes_mask: bool = True
    takes_any_picture: bool = True
    makes_pictures: bool = False
    keeps_pictures: bool = False
    reads_prompt: bool = True
    needs_prompt: bool = False
    takes_seed: bool = True
    needs_key: bool = False
    reports_progress: bool = True
    cancels: bool = True
    repeatable: bool = False
    max_count: int = 1
    price: str = "unknown"
    concurrency: int | None = None
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def value_of(self, name: str, params: Mapping[str, object]) -> object:
        """The value of parameter `name`: the one in `params`, else its default."""
        return params.get(name, self.parameters[name].default)


@dataclass(frozen=True)
class EditRequest:
    """One edit: change `image` where `mask` says so, the way `prompt` says.

    `image` is upright, in mode L, RGB or RGBA. Two masks follow from `mask` and the feather: what is sent to
    be changed, and how strongly each pixel of the answer is laid over the parent. They are made when first
    asked for.
    """

    image: Image.Image
    mask: Mask
    prompt: str = ""
    count: int = 1
    seed: int | None = None
    feather_px: float = 0
    feather: FeatherSide = "inside"
    params: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def blend_mask(self) -> Mask:
        """How strongly each pixel of the answer is laid over the parent, 0 to 255.

        Without a feather it is the mask itself. "inside" ramps up from the mask's edge and writes nothing
        outside the mask; "ring" is 255 in the mask and ramps down over `feather_px` outside it, the declared
        ring.
        """
        return feathered(self.mask, self.feather_px, self.feather)

    @cached_property
    def sent_mask(self) -> Mask:
        """What the provider is asked to change: 255 wherever the blend mask is above 0, else 0."""
        return hardened(self.blend_mask)


Wanted = Callable[[Capabilities], bool]
ProvidersWith = Callable[[Wanted], Sequence[str]]


def check(
    request: EditRequest,
    name: str,
    capabilities: Capabilities,
    providers_with: ProvidersWith | None = None,
) -> None:
    """Nothing, or InputError when the provider `name` cannot be asked this.

    `providers_with` names the providers whose capabilities pass a test; the registry hands it in, so that a
    refusal can say who has what is lacking.
    """
    others = _Others(name, providers_with)
    _check_masking(request, name, capabilities, others)
    _check_prompt(request, name, capabilities)
    _check_count(request.count, name, capabilities, others)
    _check_seed(request.seed, name, capabilities, others)
    _check_feather(request)
    _check_params(request.params, name, capabilities)


class _Others:
    """Who else has what `name` lacks, as the end of a hint."""

    def __init__(self, name: str, providers_with: ProvidersWith | None) -> None:
        self.name = name
        self.providers_with = providers_with

    def who(self, wanted: Wanted) -> str:
        names = self.providers_with(wanted) if self.providers_with else ()
        others = [other for other in names if other != self.name]
        return f" Providers that can: {', '.join(others)}." if others else ""


def _check_masking(request: EditRequest, name: str, capabilities: Capabilities, others: _Others) -> None:
    if not capabilities.takes_mask:
        return
    if request.mask.size != request.image.size:
        mask, picture = (f"{width} × {height}" for width, height in (request.mask.size, request.image.size))
        raise InputError(
            f"The mask is {mask} pixels and the picture is {picture}.",
            "Make the mask for this picture, e.g. Mask.rectangle(image.size, box).",
        )
    if request.mask.is_empty:
        raise InputError(
            "Nothing is masked yet.",
            "Paint over the part to change, or pass a mask, e.g. Mask.rectangle(image.size, (9, 9, 60, 60)).",
        )
    if not capabilities.takes_any_picture:
        raise InputError(
            f"{name!r} edits only pictures that it made itself.",
            f"Open one of its pictures by id: open('{name}:ID').{others.who(lambda c: c.takes_any_picture)}",
        )


def _check_prompt(request: EditRequest, name: str, capabilities: Capabilities) -> None:
    if not isinstance(request.prompt, str):
        raise InputError(f"The prompt must be text, not {type(request.prompt).__name__}.")
    if capabilities.needs_prompt and not request.prompt.strip():
        raise InputError(f"{name!r} needs a prompt.", "Say what should be there, e.g. prompt='a red fox'.")


def _check_count(count: object, name: str, capabilities: Capabilities, others: _Others) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise InputError(f"count must be a whole number from 1, not {count!r}.")
    if count > capabilities.max_count:
        raise InputError(
            f"{name!r} makes at most {capabilities.max_count} at a time, not {count}.",
            f"Ask for fewer, or run again with another seed.{others.who(lambda c: c.max_count >= count)}",
        )


def _check_seed(seed: object, name: str, capabilities: Capabilities, others: _Others) -> None:
    if seed is None:
        return
    if not capabilities.takes_seed:
        raise InputError(f"{name!r} takes no seed.", f"Leave it out.{others.who(lambda c: c.takes_seed)}")
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise InputError(f"seed must be a whole number, not {seed!r}.")


def _check_feather(request: EditRequest) -> None:
    if request.feather not in ("inside", "ring"):
        raise InputError(f"feather must be 'inside' or 'ring', not {request.feather!r}.")
    if isinstance(request.feather_px, bool) or not isinstance(request.feather_px, int | float):
        raise InputError(f"feather_px must be a number of pixels, not {request.feather_px!r}.")
    if not 0 <= request.feather_px <= max(request.image.size):
        raise InputError(
            f"feather_px must be from 0 to the picture's longer side, not {request.feather_px!r}.",
            "It is the width of the soft edge in image pixels.",
        )


def _check_params(params: Mapping[str, object], name: str, capabilities: Capabilities) -> None:
    known = capabilities.parameters
    for key, value in params.items():
        if key not in known:
            raise InputError(f"{name!r} has no parameter {key!r}.", _known_names(key, list(known)))
        choices = known[key].choices
        if choices and value not in choices:
            raise InputError(
                f"{key} cannot be {value!r}.", f"Choose from {', '.join(repr(choice) for choice in choices)}."
            )


def _known_names(key: str, known: Sequence[str]) -> str:
    if not known:
        return "It has none: leave it out."
    close = get_close_matches(key, known, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}It has {', '.join(known)}."
