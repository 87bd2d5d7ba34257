"""The public list is what a user sees, and its promises about versions and secrets hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import inpaint_nb

ROOT = Path(__file__).parents[1]


def test_all_is_sorted_and_is_what_is_visible() -> None:
    """Nothing public is left out of __all__, and nothing in it is missing."""
    visible = {
        name
        for name, value in vars(inpaint_nb).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
    helpers = {"Any", "annotations", "open_picture", "submit"}
    assert visible - helpers == set(inpaint_nb.__all__) - {"__version__"}
    assert inpaint_nb.__all__ == sorted(inpaint_nb.__all__)


def test_every_public_name_is_documented() -> None:
    """Each has a docstring of its own."""
    undocumented = [name for name in inpaint_nb.__all__ if not getattr(inpaint_nb, name).__doc__]
    assert undocumented == []


def test_the_version_is_the_changelogs() -> None:
    """The newest version of the changelog is the package's, and the metadata's."""
    versions = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    project = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)
    assert project is not None
    assert versions[0] == inpaint_nb.__version__ == project.group(1)


def test_importing_and_loading_the_extension_loads_nothing_heavy() -> None:
    """httpx, anywidget, ipywidgets, ipycanvas, numpy's users and the engine wait until they are needed."""
    heavy = ["httpx", "anywidget", "ipycanvas", "ipywidgets", "patchmatch"]
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S;"
        "S.instance().run_line_magic('load_ext', 'inpaint_nb');"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_importing_starts_no_thread() -> None:
    """The engine, its workers and the views' marshaller start with the first job, not before."""
    code = "import threading, inpaint_nb; print(threading.active_count())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "1"


@pytest.mark.parametrize(
    "call", [lambda: inpaint_nb.imagine("a fox"), lambda: inpaint_nb.fetch("7", provider="local")]
)
def test_what_a_provider_cannot_do_is_said_at_once(call: object) -> None:
    """The error names the provider and who can."""
    with pytest.raises(inpaint_nb.InputError, match=r"'local' is no provider that .*\nProviders that can: "):
        call()  # type: ignore[operator]


def test_a_picture_at_a_provider_that_keeps_none_is_refused() -> None:
    """`local:ID` is understood, and the answer says that there is no such thing."""
    with pytest.raises(inpaint_nb.InputError, match="keeps no pictures"):
        inpaint_nb.open("local:abc")
