"""JupyterLab in a real browser, driven by hand and read from Python; tests and benchmarks use it.

`JupyterLab` is the server, `Notebook` one open notebook with its kernel, `Picture` the place to paint on.
"""

from __future__ import annotations

import json
import os
import pickle
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from playwright.sync_api import Browser, Locator, Page

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))
from environment import NO_BROWSER, browser_candidates  # one finder for scripts and tests

READY_SECONDS = 60  # a cold JupyterLab on a loaded two-core machine; nothing waits this long when all is well
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
KERNEL_IS_IDLE = """() =>  // it says idle, too, while there is no kernel yet
    !/^(No Kernel)?$/.test(document.querySelector('.jp-KernelName')?.innerText ?? '') &&
    document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'"""
Point = tuple[float, float]


class JupyterLab:
    """A JupyterLab server of its own: own folder, own settings, own port; the user's settings stay out."""

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
            "LabApp.user_settings_dir": self.folder / "lab-settings",
            "LabApp.workspaces_dir": self.folder / "lab-workspaces",
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        return [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *arguments]

    def _environment(self) -> dict[str, str]:
        folders = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "IPYTHONDIR": "ipython",
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


class Notebook:
    """One notebook, open in one page, with its kernel."""

    def __init__(self, lab: JupyterLab, browser: Browser, cells: Sequence[str], **page: Any) -> None:
        self.lab = lab
        self.name = f"{secrets.token_hex(4)}.ipynb"
        self._port = page.pop("port", None)
        self._write(cells)
        if not page.get("no_viewport"):
            page.setdefault("viewport", {"width": 1400, "height": 1000})
        self.page: Page = browser.new_context(**page).new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self._python: BlockingKernelClient | None = None

    def open(self) -> Notebook:
        """Go to the notebook's page, alone without side bars, and wait until its kernel is idle."""
        path = f"doc/workspaces/{self.name.removesuffix('.ipynb')}/tree/{self.name}?reset"
        self.page.goto(self.lab.url(path, self._port))
        self._wait_for_kernel()
        return self

    def reload(self) -> None:
        """Save the notebook and reload the page; the kernel lives on."""
        self.save()
        self.page.reload()
        self._wait_for_kernel()

    def save(self) -> None:
        """Save with the notebook's own button and wait until the file is written."""
        before = (self.lab.notebooks / self.name).stat().st_mtime_ns
        self.page.locator('[data-jp-item-name="save"]').first.click()
        wait_until(
            lambda: (self.lab.notebooks / self.name).stat().st_mtime_ns != before,
            "the notebook is saved",
            self.page,
        )

    def close(self) -> None:
        """Close the page and shut the kernel down."""
        if self._python is not None:
            self._python.stop_channels()
        kernel = self.kernel
        self.page.context.close()
        self.lab.stop_kernel(kernel)

    # Cells

    def cell(self, index: int) -> Locator:
        """The cell, counted from 0."""
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def prompt(self, index: int) -> str:
        """What stands before the cell: "[ ]:", "[*]:" or "[7]:"."""
        return self.cell(index).locator(".jp-InputPrompt").first.inner_text().strip()

    def start(self, index: int) -> str:
        """Run the cell and return the prompt before as soon as it has started, without waiting for its end."""
        before = self.prompt(index)
        self.cell(index).locator(".jp-InputArea-editor").first.click()
        self.page.keyboard.press("Control+Enter")
        self.page.keyboard.press("Escape")  # to command mode, so that later keys type nothing
        wait_until(lambda: self.prompt(index) != before, "the cell starts", self.page)
        return before

    def run(self, index: int) -> None:
        """Run the cell to its end; AssertionError with its words if it fails."""
        self.finish(index, self.start(index))

    def finish(self, index: int, before: str = "[*]:") -> None:
        """Wait until the cell that was started has ended well."""
        wait_until(
            lambda: self.prompt(index) not in (before, "[*]:"), "the cell ends", self.page, READY_SECONDS
        )
        self.page.evaluate(NEXT_FRAME)  # what the cell has shown is drawn now
        failure = self.cell(index).locator('[data-mime-type="application/vnd.jupyter.stderr"]')
        assert failure.count() == 0, failure.first.inner_text()

    def is_running(self, index: int) -> bool:
        """True while the cell shows the star."""
        return self.prompt(index) == "[*]:"

    # Python

    @property
    def kernel(self) -> str:
        """The id of the notebook's kernel."""
        sessions = self.lab.ask("api/sessions")
        return str(next(entry["kernel"]["id"] for entry in sessions if entry["path"] == self.name))

    @property
    def python(self) -> BlockingKernelClient:
        """A second client of the same kernel; the page does not take part."""
        if self._python is None:
            client = BlockingKernelClient()
            client.load_connection_file(str(self.lab.runtime / f"kernel-{self.kernel}.json"))
            client.start_channels()
            client.wait_for_ready(READY_SECONDS)
            self._python = client
        return self._python

    def value(self, expression: str) -> Any:
        """The value of a Python expression in the kernel; it must pickle. Waits for a running cell."""
        packed = (
            f"__import__('base64').b64encode(__import__('pickle').dumps(({expression}), protocol=5)).decode()"
        )
        reply = self.python.execute_interactive(
            "",
            user_expressions={"value": packed},
            store_history=False,
            allow_stdin=False,
            timeout=READY_SECONDS,
            output_hook=lambda message: None,
        )
        answer = reply["content"]["user_expressions"]["value"]
        assert answer["status"] == "ok", answer.get("evalue")
        text = answer["data"]["text/plain"]
        return pickle.loads(b64decode(text[1:-1]))

    def wait_for_value(self, expression: str, what: str, seconds: float = 20) -> Any:
        """Wait until the expression is true in the kernel, and return it."""
        return wait_until(lambda: self.value(expression), what, self.page, seconds)

    # Pictures

    def screenshot(self, path: Path, index: int | None = None) -> Path:
        """A PNG of the page, or of one cell."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = self.page if index is None else self.cell(index)
        part.screenshot(path=path)
        return path

    def _write(self, cells: Sequence[str]) -> None:
        document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        document.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(document, self.lab.notebooks / self.name)

    def _wait_for_kernel(self) -> None:
        self.page.wait_for_function(KERNEL_IS_IDLE, timeout=READY_SECONDS * 1000)


class Picture:
    """An ink canvas in the page that shows a picture of `size`; speaks in image pixels."""

    def __init__(self, canvas: Locator, size: tuple[int, int]) -> None:
        self.canvas = canvas
        self.page = canvas.page
        self.size = size

    def to_page(self, point: Point) -> Point:
        """Where the image point lies in the page, in CSS pixels."""
        box = self.canvas.bounding_box()
        assert box is not None, "the canvas is not shown"
        (x, y), (width, height) = point, self.size
        return box["x"] + x * box["width"] / width, box["y"] + y * box["height"] / height

    def show(self) -> None:
        """Scroll until the canvas can be pointed at."""
        self.canvas.scroll_into_view_if_needed()

    def stroke(self, points: Sequence[Point]) -> None:
        """Press at the first point, move through the others, release at the last."""
        with self.pressed(points):
            pass

    @contextmanager
    def pressed(self, points: Sequence[Point]) -> Iterator[None]:
        """Like `stroke`, with the button still down inside the block."""
        self.show()
        mouse = self.page.mouse
        mouse.move(*self.to_page(points[0]))
        mouse.down()
        for point in points[1:]:
            mouse.move(*self.to_page(point))
        yield
        mouse.up()


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
