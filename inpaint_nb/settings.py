"""What the environment says: the store's folder, the mode, the provider to use, its key and its address."""

from __future__ import annotations

import getpass
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.secret import Secret

DEFAULT_PROVIDER = "local"
KEYRING_SERVICE = "inpaint_nb"
LONGEST_NAME = 100  # characters of who rates

Mode = Literal["live", "cached", "replay"]
MODES: tuple[Mode, ...] = get_args(Mode)
GivenKey = str | Secret | Callable[[], str | Secret] | None

log = logging.getLogger(__name__)


def default_provider() -> str:
    """The provider's name where a call names none: INPAINT_NB_PROVIDER, else "local"."""
    return os.environ.get("INPAINT_NB_PROVIDER") or DEFAULT_PROVIDER


def store_folder() -> Path:
    """The store's absolute folder: INPAINT_NB_STORE, else `.inpaint` in the working folder of this moment."""
    return Path(os.environ.get("INPAINT_NB_STORE") or ".inpaint").expanduser().absolute()


def rater(given: str | None = None) -> str:
    """Who rates: `given`, INPAINT_NB_RATER, the hub's user, the user of this process. Raises InputError for no name."""
    if given is not None and not (isinstance(given, str) and given.strip()):
        raise InputError(f"who must be somebody's name, not {given!r}.")
    told = (given, os.environ.get("INPAINT_NB_RATER"), os.environ.get("JUPYTERHUB_USER"), _user())
    return next(name.strip() for name in told if name and name.strip())[:LONGEST_NAME]


def _user() -> str:
    try:
        return getpass.getuser().strip() or "somebody"
    except (KeyError, OSError, ImportError):  # a container's user without a name
        return "somebody"


def mode(given: str | None = None) -> Mode:
    """Whether requests run ("live"), are answered from the store where it can ("cached"), or only so ("replay").

    `given` is what a call says; else it is "live" for a click, else what `use_mode` set, INPAINT_NB_MODE, or "live".
    Raises InputError or SettingsError for any other word.
    """
    if given is not None:
        return _mode_of(given, InputError, "mode")
    if _is_click.get():
        return "live"
    return _used_mode or _mode_of(
        os.environ.get("INPAINT_NB_MODE") or "live", SettingsError, "INPAINT_NB_MODE"
    )


def use_mode(mode: str | None) -> None:
    """Sets the mode of this process; None leaves it to the environment again. Raises InputError for an unknown one."""
    global _used_mode
    _used_mode = None if mode is None else _mode_of(mode, InputError, "mode")


def _mode_of(text: str, error: type[InputError | SettingsError], name: str) -> Mode:
    found: Mode | None = next((known for known in MODES if known == text), None)
    if found is None:
        raise error(f"{name} cannot be {text!r}.", f"Choose from {', '.join(map(repr, MODES))}.")
    return found


def api_key(provider: str, given: GivenKey, variable: str) -> Secret:
    """The provider's key: `given`, the environment's `variable`, Colab's user data, the keyring, or typed in.

    Blocks where someone is asked for it, so call it on the user's thread. Raises SettingsError, which names the
    variable and never the key.
    """
    if _is_keyless.get():
        return Secret("")
    given = guarded(given)
    found = next(filter(None, _places(provider, given, variable)), None)
    if found is None:
        raise SettingsError(
            f"There is no API key for {provider!r}.",
            f"Set the environment variable {variable}, keep it with `keyring set {KEYRING_SERVICE} {provider}`, "
            "or pass api_key= a function that returns it.",
        )
    if not _is_sendable(found):
        raise SettingsError(
            f"What was given as the API key of {provider!r} cannot be one: it has spaces or unusual characters.",
            f"Copy it again, then set {variable} or pass api_key=.",
        )
    return found


def guarded(given: GivenKey) -> Secret | Callable[[], str | Secret] | None:
    """The same with a plain text put away; first of all, so that no frame of a traceback shows it."""
    return _plain(given) if isinstance(given, str) else given


def base_url(provider: str, given: str | None, variable: str, default: str) -> str:
    """Where the provider's API is: `given`, the environment's `variable`, or `default`; without a last slash.

    Raises SettingsError for anything but https://host[/prefix], and http:// on this machine.
    """
    url = (given or os.environ.get(variable, "")).strip() or default
    try:
        problem = _problem(url)
    except ValueError:
        problem = "it is not an address"
    if problem:
        raise SettingsError(
            f"The base URL of {provider!r} cannot be used: {problem}.",
            f"Set {variable} to scheme and host, and a path prefix if any, e.g. {default}.",
        )
    return url.rstrip("/")


def _places(provider: str, given: GivenKey, variable: str) -> Iterator[Secret | None]:
    yield _plain(given() if callable(given) else given)
    yield _plain(os.environ.get(variable))
    yield _typed.get(variable)
    yield _plain(_from_colab(variable))
    yield _plain(_from_keyring(provider))
    yield _typed_in(provider, variable)


def _plain(value: object) -> Secret | None:
    """The key without what gets copied along with it; None for what is no text."""
    if isinstance(value, Secret):
        return value or None
    if not isinstance(value, str):
        return None
    key = value.strip()
    return Secret(key[7:].strip() if key[:7].lower() == "bearer " else key) if key else None


def _is_sendable(secret: Secret) -> bool:
    """Whether a header can hold it; httpx would show the key in its complaint."""
    return all("!" <= character <= "~" for character in secret.reveal())


def _from_colab(variable: str) -> str | None:
    if "google.colab" not in sys.modules:  # Colab's kernels import it themselves
        return None
    from google.colab import userdata

    try:
        value = userdata.get(variable)
    except Exception as error:  # noqa: BLE001 - not there, not allowed, or nobody looks at the notebook
        log.debug("Colab has no %s: %s", variable, type(error).__name__)
        return None
    return value if isinstance(value, str) else None


def _from_keyring(provider: str) -> str | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, provider)
    except Exception as error:  # noqa: BLE001 - backends raise what they like
        log.debug("The keyring cannot be read: %s", type(error).__name__)
        return None


def _typed_in(provider: str, variable: str) -> Secret | None:
    """What someone types, remembered for this process; None where nobody can."""
    if not _someone_can_type():
        return None
    try:
        secret = _plain(getpass.getpass(f"API key for {provider} ({variable} is not set): "))
    except (NotImplementedError, EOFError, OSError):  # a kernel whose front end takes no input
        return None
    if secret is not None and _is_sendable(secret):
        _typed[variable] = secret
    return secret


def _someone_can_type() -> bool:
    """On a terminal, and in a kernel while a cell runs: ipykernel puts its own `getpass` in place then."""
    if not _may_ask.get():
        return False
    is_replaced = getpass.getpass.__module__ != "getpass"
    return is_replaced or (sys.stdin is not None and sys.stdin.isatty())


def _problem(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "it must begin with https:// and name a host"
    if parts.username is not None or parts.password is not None:
        return "it holds a user name or password"
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "it holds a query or a fragment"
    if not url.isascii() or any(character <= " " or character in "\\\x7f" for character in url):
        return "it holds a character that no address has"
    if parts.port == 0:
        return "its port is 0"
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        return "over http:// the key could be read on the way, so only this machine may be named so"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@contextmanager
def without_asking() -> Iterator[None]:
    """No key is asked for at the keyboard within: a widget's callback beside a running cell would wait for ever."""
    token = _may_ask.set(False)
    try:
        yield
    finally:
        _may_ask.reset(token)


@contextmanager
def without_keys() -> Iterator[None]:
    """Within, every key is empty and none is looked for: what is made can be looked at, and nothing sent with it."""
    token = _is_keyless.set(True)
    try:
        yield
    finally:
        _is_keyless.reset(token)


@contextmanager
def by_hand() -> Iterator[None]:
    """What is asked within was clicked: it runs live whatever the mode, and no key is asked for at the keyboard."""
    token = _is_click.set(True)
    try:
        with without_asking():
            yield
    finally:
        _is_click.reset(token)


def is_by_hand() -> bool:
    """Whether what is asked just now was clicked."""
    return _is_click.get()


_used_mode: Mode | None = None
_is_click: ContextVar[bool] = ContextVar("is_click", default=False)
_is_keyless: ContextVar[bool] = ContextVar("is_keyless", default=False)
_may_ask: ContextVar[bool] = ContextVar("may_ask", default=True)
_typed: dict[str, Secret] = {}
