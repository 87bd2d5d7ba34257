"""JupyterLab or Notebook 7 in a real browser, driven by hand and read from Python; tests and benchmarks use it.

`JupyterLab` is the server, `Notebook` one open notebook with its kernel, `Picture` the place to paint on.
"""

from __future__ import annotations

import json
import pickle
import secrets
from base64 import b64decode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from playwright.sync_api import Browser, Locator, Page
from server import READY_SECONDS, JupyterLab, browser_path, free_port, wait_until

__all__ = [
    "FRONT_ENDS",
    "NEXT_FRAME",
    "JupyterLab",
    "Notebook",
    "Picture",
    "Point",
    "browser_path",
    "free_port",
    "wait_until",
]

NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
KERNEL_IS_IDLE = """() =>  // it says idle, too, while there is no kernel yet
    !/^(No Kernel)?$/.test(document.querySelector('.jp-KernelName')?.innerText ?? '') &&
    document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status === 'idle'"""
HAS_FOCUS = "element => element.contains(document.activeElement)"
FRONT_ENDS = {
    "JupyterLab": "doc/workspaces/{stem}/tree/{stem}.ipynb?reset",
    "Notebook 7": "notebooks/{stem}.ipynb",
}
# What Notebook 7 itself logs on every page without its own file browser.
KNOWN_FAULTS = ("(reading 'schema')", "Command 'filebrowser:open-path' not registered.")
Point = tuple[float, float]


class Notebook:
    """One notebook, open in one page, with its kernel."""

    def __init__(
        self,
        lab: JupyterLab,
        browser: Browser,
        cells: Sequence[str],
        front_end: str = "JupyterLab",
        **page: Any,
    ) -> None:
        """`front_end` is one of `FRONT_ENDS`; `page` are options of a Playwright context."""
        self.lab = lab
        self._address = FRONT_ENDS[front_end]
        self.name = f"{secrets.token_hex(4)}.ipynb"
        self._port = page.pop("port", None)
        self._write(cells)
        if not page.get("no_viewport"):
            page.setdefault("viewport", {"width": 1400, "height": 1000})
        self.page: Page = browser.new_context(**page).new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self._python: BlockingKernelClient | None = None

    def open(self) -> Notebook:
        """Go to the notebook's page, alone without side bars, and wait until its kernel is idle."""
        path = self._address.format(stem=self.name.removesuffix(".ipynb"))
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
        before = self._file.stat().st_mtime_ns
        self.page.locator('[data-jp-item-name="save"]').first.click()
        wait_until(lambda: self._is_saved_since(before), "the notebook is saved", self.page)

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
        source = self.cell(index).locator(".jp-InputArea-editor").first
        source.click()
        wait_until(lambda: source.evaluate(HAS_FOCUS), "the cell can be typed into", self.page)
        self.page.keyboard.press("Control+Enter")
        self.page.keyboard.press("Escape")  # to command mode, so that later keys type nothing
        wait_until(lambda: self.prompt(index) != before, "the cell starts", self.page)
        return before

    def start_together(self, *indexes: int) -> None:
        """Start neighbouring cells with no pause, as "Run All" does; the last one is shown running on return."""
        self.cell(indexes[0]).locator(".jp-InputArea-editor").first.click()
        self.page.keyboard.press("Escape")
        for _ in indexes:
            self.page.keyboard.press("Shift+Enter")
        wait_until(lambda: self.is_running(indexes[-1]), "the cells start", self.page)

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

    def _note(self, error: str) -> None:
        if not error.endswith(KNOWN_FAULTS):
            self.errors.append(error)

    # Pictures

    def screenshot(self, path: Path, index: int | None = None) -> Path:
        """A PNG of the page, or of one cell."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = self.page if index is None else self.cell(index)
        part.screenshot(path=path)
        return path

    @property
    def _file(self) -> Path:
        return self.lab.notebooks / self.name

    def _is_saved_since(self, before: int) -> bool:
        if self._file.stat().st_mtime_ns == before:
            return False
        try:
            return bool(json.loads(self._file.read_text(encoding="utf-8")))
        except ValueError:  # the server is still writing it
            return False

    def _write(self, cells: Sequence[str]) -> None:
        document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        document.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(document, self._file)

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
