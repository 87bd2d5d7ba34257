"""A real IPython shell in this process, with the extension loaded and a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from inpaint_nb.notebook import magic, remembered


@pytest.fixture(autouse=True)
def nothing_chosen() -> None:
    """Every editor of a test begins with the tools that a new process has."""
    remembered.forget()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("INPAINT_NB_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(HistoryManager, "enabled", False)
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "inpaint_nb")
    yield shell
    magic.unload(shell)
    InteractiveShell.clear_instance()
