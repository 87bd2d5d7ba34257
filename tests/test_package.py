"""What is built and installed is whole: the wheel, and what Binder installs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel as users get it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    made = subprocess.run(
        [*build, "--wheel-dir", str(folder), str(ROOT)], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return zipfile.ZipFile(next(folder.glob("inpaint_nb-*.whl")))


def test_the_wheel_holds_every_file_of_the_package(wheel: zipfile.ZipFile) -> None:
    """Every module, script, style sheet and picture of the checkout is in the wheel, and nothing else."""
    kept = {name for name in wheel.namelist() if ".dist-info/" not in name}
    found = (path for path in (ROOT / "inpaint_nb").rglob("*") if path.is_file())
    assert kept == {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}
    assert {"inpaint_nb/notebook/ink.js", "inpaint_nb/notebook/ink.css"} <= kept
    assert any(name.startswith("inpaint_nb/data/") and name.endswith(".jpg") for name in kept)


def test_the_wheel_names_licence_and_providers(wheel: zipfile.ZipFile) -> None:
    """The licence, those of the pictures and the local provider's entry point are in the wheel."""
    names = [name for name in wheel.namelist() if ".dist-info/" in name]
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("licenses/inpaint_nb/data/LICENSES.md") for name in names)
    entry_points = next(name for name in names if name.endswith("entry_points.txt"))
    told = wheel.read(entry_points).decode()
    assert "[inpaint_nb.providers]" in told
    assert "\nlocal = " in told


def test_binder_installs_what_the_quickstart_needs() -> None:
    """Binder installs the dependency group of the quickstart, the package itself, and a Python that it supports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = set(project["dependency-groups"]["lab"])
    lines = (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == wanted
    assert "pip install --no-cache-dir ." in (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    asked, runtime = (
        tuple(map(int, re.findall(r"\d+", text)))
        for text in (project["project"]["requires-python"], (ROOT / "binder" / "runtime.txt").read_text())
    )
    assert runtime >= asked


def test_the_quickstart_that_binder_opens_exists() -> None:
    """The notebook that README's link and the script for JupyterLab open is there."""
    assert (ROOT / "notebooks" / "quickstart.ipynb").is_file()
