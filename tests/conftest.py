"""For every test: a store of its own, and an engine that forgot no error. To ask for: a studio, a photograph."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from photos import noise
from studio import Account, Studio

from inpaint_nb.jobs.repeats import Repeats
from inpaint_nb.providers import registry
from inpaint_nb.settings import use_mode


@pytest.fixture(autouse=True)
def store_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the store in this test; it is made by the first job, as for a user."""
    folder = tmp_path / "store"
    monkeypatch.setenv("INPAINT_NB_STORE", str(folder))
    yield folder
    if store := sys.modules.get("inpaint_nb.store"):
        store.close_stores()


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """What a test registers, or sets for the process, ends with it."""
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)
    use_mode(None)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    """A studio with an account of its own, findable by name during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    registry.register_provider(Studio)
    return Studio.account


@pytest.fixture
def again(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A notebook that begins; called, it begins again, as in a new kernel."""

    def begin() -> None:
        monkeypatch.setattr("inpaint_nb.jobs.repeats.REPEATS", Repeats())

    begin()
    return begin


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A photograph in the working folder."""
    monkeypatch.chdir(tmp_path)
    noise().save("photo.png")
    return "photo.png"


class Forgotten(logging.Handler):
    """Collects what the engine's loop logs: errors that nobody waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(self.format(record))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[Forgotten]:
    """What the engine's loop saw and nobody waited for; a test that leaves something here fails."""
    handler, log = Forgotten(), logging.getLogger("inpaint_nb.jobs.loop")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)
    assert not handler.messages, "\n".join(handler.messages)


@pytest.fixture(scope="session", autouse=True)
def engine_ends() -> Iterator[None]:
    """The shared engine is closed after the last test."""
    yield
    if jobs := sys.modules.get("inpaint_nb.jobs"):
        jobs.ENGINE.close()
