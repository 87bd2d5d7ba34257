"""What the environment says."""

from __future__ import annotations

import getpass
import sys
import traceback
import types
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from IPython.core.error import StdinNotImplementedError

from inpaint_nb import settings
from inpaint_nb.errors import InpaintError, SettingsError
from inpaint_nb.providers import provider
from inpaint_nb.secret import Secret

VARIABLE = "SOMEBODY_API_KEY"
DEFAULT = "https://api.somebody.example"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INPAINT_NB_STORE", raising=False)
    monkeypatch.delenv("INPAINT_NB_PROVIDER", raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(settings, "_typed", {})


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, so that no test sees this machine's."""

    priority = 1

    def __init__(self):
        self.kept, self.is_locked = {}, False

    def get_password(self, service, username):
        if self.is_locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def ring():
    """The keyring of this test."""
    before, mine = keyring.get_keyring(), Ring()
    keyring.set_keyring(mine)
    yield mine
    keyring.set_keyring(before)


@pytest.fixture
def colab(monkeypatch):
    """Colab's user data, as its kernels have them."""
    kept = {}

    class SecretNotFoundError(Exception):
        """Raised as Colab does, for a name it does not know."""

    def get(name):
        if name not in kept:
            raise SecretNotFoundError(name)
        return kept[name]

    userdata = types.SimpleNamespace(get=get)
    module = types.ModuleType("google.colab")
    module.userdata = userdata
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)
    return kept


@pytest.fixture
def kernel(monkeypatch):
    """A cell that runs: ipykernel puts its own `getpass` in place, which asks the front end."""
    answers = []

    def kernel_getpass(prompt=""):
        answer = answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        answers.append(prompt)
        return answer

    kernel_getpass.__module__ = "ipykernel.kernelbase"
    monkeypatch.setattr(getpass, "getpass", kernel_getpass)
    return answers


def key(given=None):
    """What is found for the provider of these tests."""
    return settings.api_key("somebody", given, VARIABLE).reveal()


def test_the_store_lies_in_the_working_folder(tmp_path):
    """Without a setting the store is `.inpaint` in the working folder."""
    assert settings.store_folder() == tmp_path / ".inpaint"


def test_the_store_follows_the_working_folder(tmp_path, monkeypatch):
    """The working folder is the one of the moment of asking."""
    settings.store_folder()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert settings.store_folder() == tmp_path / "other" / ".inpaint"


def test_the_environment_names_the_store(tmp_path, monkeypatch):
    """INPAINT_NB_STORE names the folder; `~` is the home folder, and a relative one starts where we are."""
    monkeypatch.setenv("INPAINT_NB_STORE", "~/pictures")
    assert settings.store_folder() == Path.home() / "pictures"
    monkeypatch.setenv("INPAINT_NB_STORE", "pictures")
    assert settings.store_folder() == tmp_path / "pictures"


def test_an_empty_setting_is_none(tmp_path, monkeypatch):
    """A variable that is set to nothing counts as unset."""
    monkeypatch.setenv("INPAINT_NB_STORE", "")
    monkeypatch.setenv("INPAINT_NB_PROVIDER", "")
    assert settings.store_folder() == tmp_path / ".inpaint"
    assert settings.default_provider() == "local"


def test_the_environment_names_the_provider(monkeypatch):
    """INPAINT_NB_PROVIDER is used where a call names no provider."""
    monkeypatch.setenv("INPAINT_NB_PROVIDER", "elsewhere")
    assert settings.default_provider() == "elsewhere"


def test_keys_are_looked_up_in_the_promised_order(monkeypatch, ring, colab, kernel):
    """Argument, environment, Colab's user data, keyring, and in the end someone is asked."""
    kernel.append("typed-key")
    ring.set_password("inpaint_nb", "somebody", "ring-key")
    colab[VARIABLE] = "colab-key"
    monkeypatch.setenv(VARIABLE, "environment-key")
    assert key("argument-key") == "argument-key"
    assert key() == "environment-key"
    monkeypatch.delenv(VARIABLE)
    assert key() == "colab-key"
    del colab[VARIABLE]
    assert key() == "ring-key"
    ring.kept.clear()
    assert key() == "typed-key"
    assert kernel == [f"API key for somebody ({VARIABLE} is not set): "]


def test_a_key_is_asked_for_once(kernel):
    """What was typed is remembered for this process; in a dictionary of secrets, not of texts."""
    kernel.append("typed-key")
    assert key() == key() == "typed-key"
    assert "typed-key" not in repr(settings._typed)


@pytest.mark.parametrize("answer", [StdinNotImplementedError("no input"), EOFError(), ""])
def test_where_nobody_can_type(kernel, answer):
    """A front end without input, or an empty answer, ends in the error that says what to set."""
    kernel.append(answer)
    with pytest.raises(SettingsError, match=VARIABLE):
        key()


def test_an_interrupt_while_typing_is_one(kernel):
    """Interrupting the question interrupts the cell."""
    kernel.append(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        key()


def test_a_key_may_come_in_other_forms():
    """A secret, a function that gives either, and a text with what was copied along with it."""
    secret = Secret("given-key")
    assert settings.api_key("somebody", secret, VARIABLE) is secret
    for given in (
        lambda: "given-key",
        lambda: secret,
        " given-key\n",
        "Bearer given-key",
        "bearer  given-key",
    ):
        assert key(given) == "given-key"


@pytest.mark.parametrize("given", [None, "", "  ", lambda: "", lambda: None, 17, Secret("")])
def test_no_key_at_all(ring, given):
    """Without a key the error names the variable, the keyring and the argument; a locked keyring is none."""
    ring.is_locked = True
    with pytest.raises(SettingsError) as caught:
        key(given)
    assert "somebody" in caught.value.message
    for word in (VARIABLE, "keyring set inpaint_nb somebody", "api_key="):
        assert word in caught.value.hint


@pytest.mark.parametrize("given", ["two-very words", "schlüssel-12345", "with\nnewline-1", "\x00null-1234"])
def test_what_cannot_be_a_key_is_not_shown(given):
    """A key that no header can hold is refused, and neither the error nor its frames show it."""
    with pytest.raises(SettingsError) as caught:
        settings.api_key("somebody", given, VARIABLE)
    inner = caught.value.with_traceback(caught.value.__traceback__.tb_next)  # this test's own frame has it
    shown = "".join(traceback.TracebackException.from_exception(inner, capture_locals=True).format())
    assert "cannot be one" in shown
    assert given not in shown
    assert repr(given)[1:-1] not in shown


@pytest.mark.parametrize(
    ("given", "url"),
    [
        (None, DEFAULT),
        ("", DEFAULT),
        ("https://api.other.example/", "https://api.other.example"),
        ("https://api.other.example/v2/proxy//", "https://api.other.example/v2/proxy"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/x", "http://localhost:8000/x"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        (" https://api.other.example \n", "https://api.other.example"),
    ],
)
def test_base_urls(given, url):
    """A base URL is scheme, host and prefix, without a last slash; http only on this machine."""
    assert settings.base_url("somebody", given, "SOMEBODY_BASE_URL", DEFAULT) == url


def test_the_environment_names_the_base_url(monkeypatch):
    """The argument goes before the environment, that before the default."""
    monkeypatch.setenv("SOMEBODY_BASE_URL", "https://set.example/")
    assert settings.base_url("somebody", None, "SOMEBODY_BASE_URL", DEFAULT) == "https://set.example"
    assert settings.base_url("somebody", DEFAULT, "SOMEBODY_BASE_URL", DEFAULT) == DEFAULT


@pytest.mark.parametrize(
    "given",
    [
        "api.other.example",
        "ftp://api.other.example",
        "https://",
        "https:///x",
        "http://api.other.example",
        "http://192.168.1.5",
        "http://localhost.evil.example",
        "https://me:topsecret@api.other.example",
        "https://topsecret@api.other.example",
        "https://api.other.example?topsecret=1",
        "https://api.other.example#topsecret",
        "https://api.other.example/?",
        "https://api.other.example:port",
        "https://[::1",
        "https://api.öther.example",
        "https://api.other .example",
        "https://api.other.example\\@evil.example",
    ],
)
def test_other_base_urls_are_refused(given):
    """Anything else is refused with the variable named and nothing of the address shown: it may hold a secret."""
    with pytest.raises(SettingsError) as caught:
        settings.base_url("somebody", given, "SOMEBODY_BASE_URL", DEFAULT)
    assert "SOMEBODY_BASE_URL" in caught.value.hint
    assert "topsecret" not in str(caught.value)


@pytest.mark.parametrize("name", ["imaginepro", "lotimage"])
@pytest.mark.parametrize("wrong", [{"base_url": "ftp://x"}, {"paths": "old"}, {"bogus": 1}, {"profile": 17}])
def test_a_provider_that_cannot_be_configured_does_not_show_its_key(name, wrong):
    """Whatever is wrong with the other options, no frame between the call and the error has the key."""
    kept = Secret("a-key-without-a-form")
    with pytest.raises(InpaintError) as caught:
        provider(name, **wrong, api_key=kept.reveal())
    inner = caught.value.with_traceback(caught.value.__traceback__.tb_next)
    assert kept.reveal() not in "".join(
        traceback.TracebackException.from_exception(inner, capture_locals=True).format()
    )
