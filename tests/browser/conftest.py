"""One JupyterLab and one browser for all browser tests, one notebook and page for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from editor import SHOWING, Editor, cells
from lab import JupyterLab, Notebook, browser_path, free_port
from playwright.sync_api import Browser, sync_playwright
from pointer import Pointer, pointer


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterLab]:
    """The server."""
    with JupyterLab(tmp_path_factory.mktemp("lab") / "home") as server:
        yield server


@pytest.fixture(scope="session")
def debugging_port() -> int:
    """Where the browser takes input that does not wait for the page."""
    return free_port()


@pytest.fixture(scope="session")
def start_browser() -> Iterator[Callable[..., Browser]]:
    """Starts Chromium, Chrome or Edge, without a window, with command line options."""
    with sync_playwright() as playwright:
        yield lambda *options: playwright.chromium.launch(
            executable_path=browser_path(), args=["--no-sandbox", *options]
        )


@pytest.fixture(scope="session")
def browser(start_browser: Callable[..., Browser], debugging_port: int) -> Iterator[Browser]:
    """The browser of most tests."""
    with start_browser(f"--remote-debugging-port={debugging_port}") as chromium:
        yield chromium


@pytest.fixture
def open_notebook(lab: JupyterLab, browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook with the given cells; keyword arguments are `front_end` and those of a Playwright context.

    In the end, no script of the page may have failed.
    """
    opened: list[Notebook] = []

    def open_(*sources: str, other_browser: Browser | None = None, **page: object) -> Notebook:
        notebook = Notebook(lab, other_browser or browser, sources, **page)
        opened.append(notebook)
        return notebook.open()

    yield open_
    for notebook in opened:
        notebook.close()
    assert not [error for notebook in opened for error in notebook.errors]


@pytest.fixture
def open_editor(open_notebook: Callable[..., Notebook]) -> Callable[..., Editor]:
    """Opens a notebook whose second cell shows the editor; takes the arguments of `cells`."""

    def open_(*arguments: str, **page: object) -> Editor:
        notebook = open_notebook(*cells(*arguments), **page)
        notebook.run(0)
        notebook.run(SHOWING)
        return Editor(notebook).wait()

    return open_


@pytest.fixture
def fast(debugging_port: int) -> Callable[[Editor], Pointer]:
    """A pointer into the editor's page that does not wait for it."""
    return lambda editor: pointer(editor.page, debugging_port)
