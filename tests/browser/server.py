"""A server of JupyterLab and Notebook 7 for tests and benchmarks, the browser that opens it, and waiting for either."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Literal

from playwright.sync_api import Page

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))
from environment import NO_BROWSER, browser_candidates  # one finder for scripts and tests

READY_SECONDS = 60  # a cold JupyterLab on a loaded two-core machine; nothing waits this long when all is well


class JupyterLab:
    """A server of its own: own folder, own settings, own port; the user's settings stay out.

    It serves Notebook 7 too, which is an extension of the same server.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebooks = folder / "notebooks"
        self.runtime = folder / "runtime"
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> JupyterLab:
        self.notebooks.mkdir(parents=True)
        self.theme("light")
        self._setting("notification", {"fetchNews": "false", "checkForUpdates": False})
        self._log = (self.folder / "server.log").open("wb")
        self._process = subprocess.Popen(
            self._command(), cwd=self.notebooks, env=self._environment(), stdout=self._log, stderr=self._log
        )
        wait_until(self._answers, "JupyterLab answers")
        return self

    def __exit__(self, *error: object) -> None:
        assert self._process is not None
        assert self._log is not None
        self._process.terminate()
        self._process.wait(READY_SECONDS)
        self._log.close()

    def theme(self, name: Literal["light", "dark"]) -> None:
        """The theme of pages opened from now on."""
        self._setting("themes", {"theme": f"JupyterLab {name.title()}", "adaptive-theme": False})

    def url(self, path: str, port: int | None = None) -> str:
        """The address of `path` with the token, through `port` where a proxy stands in between."""
        mark = "&" if "?" in path else "?"
        return f"http://127.0.0.1:{port or self.port}/{path}{mark}token={self.token}"

    def ask(self, path: str) -> Any:
        """The server's JSON answer at `path`."""
        with urllib.request.urlopen(self.url(path), timeout=READY_SECONDS) as answer:
            return json.load(answer)

    def stop_kernel(self, kernel: str) -> None:
        """Shut the kernel down, so that one test's work does not slow the next."""
        request = urllib.request.Request(self.url(f"api/kernels/{kernel}"), method="DELETE")
        urllib.request.urlopen(request, timeout=READY_SECONDS).close()

    def _command(self) -> list[str]:
        options = {
            "ServerApp.ip": "127.0.0.1",
            "ServerApp.port": self.port,
            "ServerApp.port_retries": 0,
            "ServerApp.root_dir": self.notebooks,
            "IdentityProvider.token": self.token,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *arguments]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
            "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
            "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
            "INPAINT_NB_STORE": "store",
        }
        places = {name: str(self.folder / place) for name, place in folders.items()}
        return {**os.environ, **places, "JUPYTER_PREFER_ENV_PATH": "1"}

    def _setting(self, topic: str, values: dict[str, object]) -> None:
        folder = self.folder / "lab-settings" / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{topic}.jupyterlab-settings").write_text(json.dumps(values))

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"JupyterLab ended:\n{(self.folder / 'server.log').read_text()}")
        try:
            return bool(self.ask("api/status"))
        except OSError:
            return False


def wait_until(
    condition: Callable[[], Any], what: str, page: Page | None = None, seconds: float = READY_SECONDS
) -> Any:
    """The condition's first true value; AssertionError naming `what` if it never comes.

    With a `page`, its events are handled between two looks.
    """
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not in {seconds} s: {what}"
        if page is None:
            time.sleep(0.05)  # between two looks at another process
        else:
            page.wait_for_timeout(20)
    return value


def browser_path() -> str:
    """The browser to drive, as scripts/test.py names it or as found on this machine."""
    found = next(browser_candidates(), None)
    if found is None:
        raise RuntimeError(NO_BROWSER)
    return str(found)


def free_port() -> int:
    """A port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
