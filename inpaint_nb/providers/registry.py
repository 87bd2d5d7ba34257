"""Finding a provider: ours and third parties' come through the same door."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

from inpaint_nb.edit import Capabilities, Request, check
from inpaint_nb.edit.refusals import Wanted
from inpaint_nb.errors import InpaintError, InputError, SettingsError
from inpaint_nb.providers.provider import Provider
from inpaint_nb.providers.recorded import Recorded, stand_in
from inpaint_nb.providers.table import ProviderRow, ProviderTable
from inpaint_nb.secret import Secret
from inpaint_nb.settings import GivenKey, default_provider, guarded, mode

GROUP = "inpaint_nb.providers"
# Ours by name, for a checkout whose metadata is missing or older than its code.
OURS = {
    name: EntryPoint(name, f"inpaint_nb.providers.{name}:{cls}", GROUP)
    for name, cls in {
        "imaginepro": "ImagineProProvider",
        "local": "LocalProvider",
        "lotimage": "LotImageProvider",
    }.items()
}

ProviderClass = TypeVar("ProviderClass", bound=type[Provider])

_registered: dict[str, type[Provider]] = {}


def register_provider(cls: ProviderClass) -> ProviderClass:
    """`cls` itself, so it serves as a decorator; a later class of the same name takes the place of the
    earlier.

    Raises InputError when the class lacks what a provider needs.
    """
    _check_class(cls)
    _registered[cls.name] = cls
    return cls


def find(name_or_provider: object, in_mode: str | None = None) -> Provider:
    """The provider of this name, or the configured provider itself; None stands for the default.

    Where the mode, `in_mode` or that of the settings, needs no provider (yet), what is found for a name is a stand-in
    that needs no key. Raises SettingsError for an unknown name, InputError for what is neither.
    """
    if name_or_provider is None:
        return find(default_provider(), in_mode)
    if isinstance(name_or_provider, str):
        cls = _class_of(name_or_provider)
        return _made(cls, cls, {}, in_mode)
    if isinstance(name_or_provider, Recorded):
        return name_or_provider.real() if mode(in_mode) == "live" else name_or_provider
    if isinstance(name_or_provider, type):
        called = name_or_provider.__name__
        raise InputError(f"{called} is a class, not a provider.", f"Pass {called}() or its name.")
    _check_class(type(name_or_provider))
    return name_or_provider  # type: ignore[return-value]  # its class was checked in the line above


def refuse(name_or_provider: object, ability: str, capability: str) -> InputError:
    """The error that says that this provider does not do `ability`, and whose `capability` says they do."""
    able = providers_with(lambda capabilities: bool(getattr(capabilities, capability)))
    who = f"Providers that can: {', '.join(able)}." if able else "None of the installed providers can."
    return InputError(f"{find(name_or_provider).name!r} is no provider that {ability}.", who)


def provider(
    name: str, *, api_key: GivenKey = None, base_url: str | None = None, **options: object
) -> Provider:
    """The provider `name`, configured: pass it wherever `provider=` is asked for.

    Raises SettingsError for an unknown name, InputError for an option that the provider lacks.
    """
    api_key = guarded(api_key)
    cls = _class_of(name)
    given = {"api_key": api_key, "base_url": base_url}
    settings = {key: value for key, value in given.items() if value is not None} | options
    _check_options(cls, settings)
    return _made(cls, lambda: cls(**{name: _plain(value) for name, value in settings.items()}), settings)


def real(provider: Provider) -> Provider:
    """The provider that runs, where a stand-in is given. Raises SettingsError where its key is missing."""
    return provider.real() if isinstance(provider, Recorded) else provider


def _made(
    cls: type[Provider],
    make: Callable[[], Provider],
    given: Mapping[str, object],
    in_mode: str | None = None,
) -> Provider:
    """The provider, or where the mode can do without it, what stands in for it."""
    used = mode(in_mode)
    may_wait = used == "replay" or (used == "cached" and cls.capabilities.needs_key)
    return stand_in(cls, make, given) if may_wait else make()


def configured(name: str, options: Mapping[str, object], in_mode: str | None = None) -> Provider:
    """The provider `name` as it was configured when it gave these `options`.

    Raises SettingsError where the provider, as it is installed now, cannot be configured so.
    """
    cls = _class_of(name)

    def make() -> Provider:
        try:
            return cls(**options)
        except TypeError as error:
            raise SettingsError(
                f"The provider {name!r} no longer takes the options {dict(options)}."
            ) from error

    return _made(cls, make, options, in_mode)


def capabilities_of(name: str) -> Capabilities:
    """What the provider `name` can be asked, without a provider of it and so without its key.

    Raises SettingsError where it is not there or cannot be loaded.
    """
    return _class_of(name).capabilities


def names() -> list[str]:
    """The names that `provider=` takes, loaded or not."""
    return sorted({*_entries(), *_registered})


def available_providers() -> ProviderTable:
    """A table of the providers and what each can be asked; a broken one is listed with its error."""
    return ProviderTable([_row(name) for name in names()])


def providers_with(wanted: Wanted) -> list[str]:
    """The names of the providers whose capabilities pass the test `wanted`."""
    return [row.name for row in available_providers() if row.capabilities and wanted(row.capabilities)]


def check_request(request: Request, provider: Provider) -> None:
    """Nothing, or InputError that says what this provider cannot be asked, and who can."""
    check(request, provider.name, provider.capabilities, providers_with)


def _row(name: str) -> ProviderRow:
    try:
        return ProviderRow(name, _class_of(name).capabilities)
    except InpaintError as error:
        return ProviderRow(name, None, error.message)


def _class_of(name: str) -> type[Provider]:
    if name in _registered:
        return _registered[name]
    entry = OURS.get(name) or _entries().get(name)  # ours first: looking through all packages takes a while
    if entry is None:
        raise _unknown(name)
    return _loaded(entry)


def _entries() -> Mapping[str, EntryPoint]:
    """Every door by its name; our own names always open our own doors."""
    return {entry.name: entry for entry in entry_points(group=GROUP)} | OURS


def _loaded(entry: EntryPoint) -> type[Provider]:
    try:
        cls = entry.load()
    except Exception as error:  # a third party's import may raise anything at all
        raise SettingsError(
            f"The provider {entry.name!r} cannot be loaded: {type(error).__name__}: {error}",
            f"It comes from {entry.value}; update or remove the package that brings it.",
        ) from error
    _check_class(cls)
    return cls  # type: ignore[no-any-return]  # a class of unknown origin, checked in the line above


def _unknown(name: str) -> SettingsError:
    known = names()
    close = get_close_matches(name, known, n=1)
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return SettingsError(f"There is no provider {name!r}.", f"{meant}There are: {', '.join(known)}.")


def _check_class(cls: object) -> None:
    """Raise InputError naming the first thing that `cls` lacks as a provider."""
    if not isinstance(cls, type):
        raise InputError(f"{cls!r} is not a class.", "Register the class of a provider, not an object of it.")
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not name or not name.replace("-", "_").isidentifier():
        raise _lacks(cls, "`name`: a short word that people type")
    if not isinstance(getattr(cls, "capabilities", None), Capabilities):
        raise _lacks(cls, "`capabilities`: an inpaint_nb.edit.Capabilities")
    for story in ("run", "resume"):
        method = getattr(cls, story, None)
        if not callable(method) or inspect.iscoroutinefunction(method):
            raise _lacks(cls, f"`{story}`: an async generator that yields events")


def _lacks(cls: type, what: str) -> InputError:
    return InputError(f"{cls.__name__} cannot be a provider: it lacks {what}.")


def _plain(value: object) -> Any:  # Any: an option of a class that is known by name only
    """The option as the class takes it: to third parties a key is a text."""
    return value.reveal() if isinstance(value, Secret) else value


def _check_options(cls: type[Provider], settings: Mapping[str, object]) -> None:
    parameters = inspect.signature(cls).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return
    known = [parameter.name for parameter in parameters]
    for option in settings:
        if option not in known:
            has = f"It has {', '.join(known)}." if known else "It has none."
            raise InputError(f"{cls.name!r} has no option {option!r}.", has)
