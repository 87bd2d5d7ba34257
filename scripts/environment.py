"""The environments the scripts run in, and the browser that browser tests drive. Standard library only."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is also read by whatever `python3` happens to be
    sys.exit("This needs Python 3.11 or newer. Start the script with one, such as: python3.12 scripts/lab.py")

ROOT = Path(__file__).resolve().parent.parent
BROWSER_VARIABLE = "INPAINT_NB_BROWSER"
BROWSER_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
PROGRAM_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
WINDOWS_BROWSERS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
MACOS_BROWSERS = (
    "Chromium.app/Contents/MacOS/Chromium",
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
NO_VENV = """\
This Python cannot make virtual environments: its `venv` or `ensurepip` module is missing.
On Debian and Ubuntu:  apt-get install python3-venv   (as root, or with sudo)
Or use a Python from https://www.python.org/downloads/"""
NO_BROWSER = f"""\
The browser tests need Chromium, Chrome or Edge, and none was found or could be installed.
On Debian:         apt-get install chromium   (as root, or with sudo)
On Fedora:         dnf install chromium
On macOS:          brew install --cask google-chrome
On Windows:        winget install Google.Chrome
Installed already? {BROWSER_VARIABLE}=/path/to/the/browser
Only the tests that need none: python3 scripts/test.py -m "not browser\""""


def say(line: str) -> None:
    """Print one line about what happens next, at once even into a pipe."""
    print(f"== {line}", flush=True)


def ensure(name: str, requirements: Sequence[str]) -> Path:
    """The Python of the environment `name` under the repository, holding the package and `requirements`.

    Made once; installed again when pyproject.toml or the requirements change. `requirements` are arguments to
    `pip install`.
    """
    folder = ROOT / name
    python, stamp = python_of(folder), folder / "installed-from"
    wanted = _fingerprint(requirements)
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    if not _has_pip(python):
        _make_venv(folder)
    say(f"Installing inpaint_nb into {name}")
    run([python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1"])  # the first that knows --group
    run([python, "-m", "pip", "install", "--quiet", *requirements, "--editable", "."])
    stamp.write_text(wanted)
    return python


def python_of(folder: Path) -> Path:
    """Where the Python of the virtual environment in `folder` is."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def run(command: Sequence[str | Path], **options: object) -> None:
    """Run `command` in the repository; end this script with its exit code if it fails."""
    status = call(command, **options)
    if status:
        say(f"Failed with exit code {status}: {' '.join(map(str, command))}")
        sys.exit(status)


def call(command: Sequence[str | Path], **options: object) -> int:
    """The exit code of `command`, run in the repository; Ctrl+C is left for the command to answer."""
    with subprocess.Popen(list(map(str, command)), cwd=ROOT, **options) as process:  # type: ignore[call-overload]
        while True:
            try:
                return int(process.wait())
            except KeyboardInterrupt:  # it reached the command too
                continue


def browser_candidates() -> Iterator[Path]:
    """Chromium, Chrome and Edge on this machine; only the one that INPAINT_NB_BROWSER names, if set."""
    if asked := os.environ.get(BROWSER_VARIABLE):
        yield Path(asked)
        return
    on_path = (shutil.which(name) for name in BROWSER_NAMES)
    yield from (Path(found) for found in on_path if found)
    yield from (place for place in _usual_places() if place.exists())


def working_browser(python: Path) -> Path:
    """A browser that starts under `python`'s Playwright, fetched where there is none, or no return."""
    for candidate in browser_candidates():
        if _starts(python, candidate):
            return candidate
        say(f"{candidate} does not start under Playwright")
    if os.environ.get(BROWSER_VARIABLE):
        sys.exit(f"{BROWSER_VARIABLE} names a browser that does not start.")
    return _fetched_browser(python)


def _fetched_browser(python: Path) -> Path:
    for command in _ways_to_get_a_browser(python):
        say(f"No browser found. Getting one: {' '.join(command[-3:])}")
        if call(command) == 0:
            for candidate in (*browser_candidates(), *_playwrights_own(python)):
                if _starts(python, candidate):
                    return candidate
    sys.exit(NO_BROWSER)


def _ways_to_get_a_browser(python: Path) -> Iterator[list[str]]:
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    playwright = [str(python), "-m", "playwright", "install"]
    if is_root and shutil.which("apt-get"):
        yield ["sh", "-c", "apt-get update && apt-get install --yes --no-install-recommends chromium"]
        yield [*playwright, "--with-deps", "chromium"]
    yield [*playwright, "chromium"]


def _playwrights_own(python: Path) -> Iterator[Path]:
    code = (
        "from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: print(p.chromium.executable_path)"
    )
    answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    if path := answer.stdout.strip():
        yield Path(path)


def _starts(python: Path, browser: Path) -> bool:
    code = (
        "import sys; from playwright.sync_api import sync_playwright as s\n"
        "with s() as p: p.chromium.launch(executable_path=sys.argv[1], args=['--no-sandbox']).close()"
    )
    command = [str(python), "-c", code, str(browser)]
    return browser.exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _usual_places() -> Iterator[Path]:
    windows = [Path(os.environ[name]) for name in PROGRAM_FOLDERS if name in os.environ]
    macos = [Path("/Applications"), Path.home() / "Applications"]
    yield from (folder / browser for browser in WINDOWS_BROWSERS for folder in windows)
    yield from (folder / browser for browser in MACOS_BROWSERS for folder in macos)


def _fingerprint(requirements: Sequence[str]) -> str:
    parts = [sys.version, *requirements, (ROOT / "pyproject.toml").read_text(encoding="utf-8")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _has_pip(python: Path) -> bool:
    command = [str(python), "-m", "pip", "--version"]
    return python.exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0


def _make_venv(folder: Path) -> None:
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        sys.exit(NO_VENV)
    say(f"Making the environment {folder.name} with Python {sys.version.split()[0]}")
    run([sys.executable, "-m", "venv", "--clear", str(folder)])
