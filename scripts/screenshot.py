"""Take the README's picture of the editor: a mask painted by hand over the sample photograph, and a result.

    python3 scripts/screenshot.py

It paints with a real pointer in a real JupyterLab, and writes docs/editor.jpg.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path

from environment import BROWSER_VARIABLE, ROOT, ensure, run, say, working_browser

PICTURE = ROOT / "docs" / "editor.jpg"
CELLS = (
    "%load_ext inpaint_nb\n\nimport inpaint_nb as inp\n\nphoto = inp.sample()",
    'coffee = %inpaint photo --seed 7 -p "an empty saucer"',
)
BOWL = [
    (366 + reach * math.cos(turn / 5), 280 + reach * math.sin(turn / 5))
    for reach in (30, 12)
    for turn in range(33)
]
HANDLE = [(380, 215), (374, 232), (370, 250)]


def main() -> int:
    """0 when the picture was taken. Called again by itself inside the environment of the tests."""
    if os.environ.get(BROWSER_VARIABLE) and "--inside" in sys.argv:
        take()
        return 0
    python = ensure(".venv-test", ["--group", "dev"])
    surroundings = {**os.environ, BROWSER_VARIABLE: str(working_browser(python))}
    run([python, __file__, "--inside"], env=surroundings)
    say(f"Wrote {PICTURE.relative_to(ROOT)}")
    return 0


def take() -> None:
    """Paints over the spoon, runs, and takes the picture of the cell and its output."""
    sys.path.insert(0, str(ROOT / "tests" / "browser"))  # before this folder, which has a lab.py too
    from lab import JupyterLab, Notebook, Picture, browser_path, wait_until
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        JupyterLab(Path(folder) / "home") as server,
        sync_playwright() as start,
    ):
        browser = start.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
        notebook = Notebook(server, browser, CELLS, viewport={"width": 1180, "height": 1900}).open()
        notebook.run(0)
        notebook.run(1)
        photo = Picture(notebook.page.locator(".inb-surface"), (600, 400))
        photo.canvas.wait_for()
        photo.stroke(BOWL)
        photo.stroke(HANDLE)
        notebook.wait_for_value("not coffee.mask.is_empty", "the mask is painted")
        notebook.page.get_by_role("button", name="Run", exact=True).click()
        wait_until(
            lambda: notebook.page.locator(".inb-thumb").count() == 2, "the result is shown", notebook.page
        )
        notebook.page.mouse.move(*photo.to_page((500, 330)))
        notebook.wait_for_value("coffee.job.done()", "the job is done")
        notebook.page.locator(".inb-status[data-state=done]").wait_for()
        PICTURE.parent.mkdir(exist_ok=True)
        notebook.cell(1).screenshot(path=PICTURE, type="jpeg", quality=88)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
