"""What the environment says."""

from __future__ import annotations

from pathlib import Path

import pytest

from inpaint_nb import settings


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INPAINT_NB_STORE", raising=False)
    monkeypatch.delenv("INPAINT_NB_PROVIDER", raising=False)


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
