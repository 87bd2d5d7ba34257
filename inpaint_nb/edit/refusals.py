"""What a provider cannot be asked is refused before anything is sent, with who can be asked instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches

from inpaint_nb.edit.capabilities import Capabilities
from inpaint_nb.edit.request import (
    EditRequest,
    FetchRequest,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Request,
)
from inpaint_nb.errors import InputError

HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # of a pair that was cut apart: no UTF-8 file holds it
UPSCALE = re.compile(r"U([1-9])")  # brings out one candidate of several, counted from 1

Wanted = Callable[[Capabilities], bool]
ProvidersWith = Callable[[Wanted], Sequence[str]]


def check(
    request: Request,
    name: str,
    capabilities: Capabilities,
    providers_with: ProvidersWith | None = None,
) -> None:
    """Nothing, or InputError when the provider `name` cannot be asked this.

    `providers_with` names the providers whose capabilities pass a test; the registry hands it in, so that a
    refusal can say who has what is lacking.
    """
    others = _Others(name, providers_with)
    match request:
        case EditRequest():
            _check_edit(request, name, capabilities, others)
        case ImagineRequest(prompt, params):
            _check_kind(
                name, "makes a first picture from a prompt", lambda c: c.makes_pictures, capabilities, others
            )
            _check_text(prompt, name, needed=True)
            _check_params(params, name, capabilities)
        case PressRequest():
            _check_kind(name, "has buttons on its results", lambda c: c.presses, capabilities, others)
            _check_press(request, name, capabilities)
            _check_params(request.params, name, capabilities)
        case FetchRequest(remote_id):
            _check_kind(
                name, "keeps pictures that could be fetched", lambda c: c.keeps_pictures, capabilities, others
            )
            _check_id(remote_id, name)


def _check_edit(request: EditRequest, name: str, capabilities: Capabilities, others: _Others) -> None:
    _check_mask(request, capabilities)
    if not capabilities.takes_any_picture and not request.params.get(capabilities.own_picture_parameter):
        check_editable(
            request.remote, name, capabilities, lambda: others.names(lambda c: c.takes_any_picture)
        )
    _check_text(request.prompt, name, needed=capabilities.needs_prompt)
    _check_count(request.count, name, capabilities, others)
    _check_seed(request.seed, name, capabilities, others)
    _check_feather(request)
    _check_params(request.params, name, capabilities)


def check_editable(
    remote: RemotePicture | None,
    name: str,
    capabilities: Capabilities,
    others: Callable[[], Sequence[str]] = tuple,
) -> None:
    """Nothing, or InputError that says which way leads to a picture that `name`, who takes only pictures of its
    own, can edit; `others` are providers that take any picture."""
    if remote is None or remote.provider != name:
        raise InputError(
            f"{name!r} edits only pictures that it made itself.",
            f"{_way_to_own(name, capabilities)} {_who('take any picture', others())}".strip(),
        )
    if remote.index is not None:
        raise InputError(
            f"This picture is only one of several in the job {remote.remote_id} of {name!r}.",
            f"Bring it out first: result.upscale({remote.index}), which presses U{remote.index + 1}; "
            "then edit the picture that this makes.",
        )
    button = capabilities.masked_button
    if button and remote.actions is not None and button not in remote.actions:
        raise InputError(
            f"The picture {remote.remote_id} of {name!r} does not offer {button!r}.", _way_to(remote.actions)
        )


def _way_to_own(name: str, capabilities: Capabilities) -> str:
    by_id = f"Open one of its pictures by id: open('{name}:ID')." if capabilities.keeps_pictures else ""
    return f"{capabilities.own_pictures_hint} {by_id}".strip()


def _way_to(actions: Sequence[str]) -> str:
    upscales = [label for label in actions if UPSCALE.fullmatch(label)]
    if upscales:
        return (
            f"It is a sheet of candidates: press one of {', '.join(upscales)} (result.upscale(0) presses U1), "
            "then edit the picture that this makes."
        )
    return f"It offers {', '.join(actions)}." if actions else "It offers nothing that could be pressed."


def _check_kind(name: str, what: str, wanted: Wanted, capabilities: Capabilities, others: _Others) -> None:
    if not wanted(capabilities):
        who = others.names(wanted)
        raise InputError(
            f"{name!r} is no provider that {what}.",
            f"Providers that can: {', '.join(who)}." if who else "None of the installed providers can.",
        )


def _check_press(request: PressRequest, name: str, capabilities: Capabilities) -> None:
    remote, label = request.remote, request.label
    if remote.provider != name:
        raise InputError(
            f"The picture lives at {remote.provider!r}, so {name!r} cannot press anything on it."
        )
    if capabilities.masked_button and label == capabilities.masked_button:
        raise InputError(
            f"{label!r} needs a mask.",
            "Open the picture, paint the part to change, and run: inpaint_nb.open(result).",
        )
    check_offered(label, remote.actions)
    if request.prompt is not None:
        _check_text(request.prompt, name, needed=False)


def check_offered(label: str, actions: Sequence[str] | None) -> None:
    """Nothing, or InputError that lists what may be pressed; where nobody knows, the provider will say."""
    if actions is not None and label not in actions:
        there = f"There are {', '.join(actions)}." if actions else "There are none."
        raise InputError(f"There is no button {label!r}.", there)


def _check_id(remote_id: object, name: str) -> None:
    if not isinstance(remote_id, str) or not remote_id.strip():
        raise InputError(
            f"An id at {name!r} must be text, not {remote_id!r}.", "Give the id of a job that ran there."
        )


class _Others:
    """Who else has what `name` lacks."""

    def __init__(self, name: str, providers_with: ProvidersWith | None) -> None:
        self.name = name
        self.providers_with = providers_with

    def names(self, wanted: Wanted) -> list[str]:
        names = self.providers_with(wanted) if self.providers_with else ()
        return [other for other in names if other != self.name]

    def who(self, wanted: Wanted) -> str:
        """They, as the end of a hint."""
        others = self.names(wanted)
        return f" Providers that can: {', '.join(others)}." if others else ""


def _who(ability: str, others: Sequence[str]) -> str:
    return f"Providers that {ability}: {', '.join(others)}." if others else ""


def _check_mask(request: EditRequest, capabilities: Capabilities) -> None:
    if request.mask.size != request.image.size:
        mask, picture = (f"{width} × {height}" for width, height in (request.mask.size, request.image.size))
        raise InputError(
            f"The mask is {mask} pixels and the picture is {picture}.",
            "Make the mask for this picture, e.g. Mask.rectangle(image.size, box).",
        )
    if capabilities.takes_mask and request.mask.is_empty:
        raise InputError(
            "Nothing is masked yet.",
            "Paint over the part to change, or pass a mask, e.g. Mask.rectangle(image.size, (9, 9, 60, 60)).",
        )


def _check_text(prompt: object, name: str, *, needed: bool) -> None:
    if not isinstance(prompt, str):
        raise InputError(f"The prompt must be text, not {type(prompt).__name__}.")
    if HALF_A_CHARACTER.search(prompt):
        raise InputError("The prompt holds half a character, which nobody can write down.", "Type it again.")
    if needed and not prompt.strip():
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
