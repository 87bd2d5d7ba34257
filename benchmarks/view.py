"""How smoothly the picture follows the hand, beside an equal page with one plain canvas and no kernel.

    python benchmarks/view.py

Real JupyterLab, real browser, real pointer and wheel events at 60 a second on a picture of 4096 × 4096. The browser is
found as for the tests (INPAINT_NB_BROWSER names another one). About one minute.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, ElementHandle, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests" / "browser"))
from lab import JupyterLab, Notebook, browser_path, free_port, wait_until  # noqa: E402 - the tests' own harness
from pointer import Pointer, pointer  # noqa: E402 - as above

SIDE_PX = 4096
MOVES = 150
OURS = f"""\
%load_ext inpaint_nb
import inpaint_nb as inp
from PIL import Image
photo = Image.effect_noise(({SIDE_PX}, {SIDE_PX}), 60).convert("RGB")
session = inp.open(photo)
"""
PLAIN = (HERE / "plain.html").read_text(encoding="utf-8")
COUNT_FRAMES = """() => { const times = []; let on = true;
    const each = (now) => { times.push(now); if (on) requestAnimationFrame(each); };
    requestAnimationFrame(each); window.stopFrames = () => { on = false; return times; }; }"""
WATCH_DETAIL = """(surface) => {
    const seen = {asked: 0, drawn: 0}; window.sharpness = seen;
    const picture = surface.parentElement.querySelector('.inb-detail-picture');
    surface.addEventListener('wheel', () => { seen.asked = performance.now(); seen.drawn = 0; }, true);
    const watcher = new MutationObserver(() => { seen.drawn = performance.now(); });
    watcher.observe(picture, {attributes: true, attributeFilter: ['width', 'height']});
}"""


class Stage:
    """Something in a page that is moved and magnified."""

    def __init__(self, page: Page, surface: ElementHandle) -> None:
        self.page, self.surface = page, surface
        box = surface.bounding_box()
        assert box is not None
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def frames(self, act: Callable[[], None]) -> float:
        """Frames a second while `act` goes on."""
        self.page.evaluate(COUNT_FRAMES)
        act()
        times = self.page.evaluate("stopFrames()")
        return 1000 * (len(times) - 1) / (times[-1] - times[0])

    def pan(self, hand: Pointer) -> float:
        """Frames a second while the picture is dragged with Space held."""
        x, y = self.middle
        way = [(x + 150 * ((n % 60) / 30 - 1), y + 60 * ((n % 40) / 20 - 1)) for n in range(MOVES)]
        self.page.keyboard.down(" ")
        found = self.frames(lambda: hand.stream(way))
        self.page.keyboard.up(" ")
        return found

    def zoom(self, hand: Pointer, notches: int = MOVES) -> float:
        """Frames a second while the wheel turns in and out."""
        ways = [-30 if (number // 40) % 2 == 0 else 30 for number in range(notches)]
        return self.frames(lambda: hand.wheels(self.middle, ways))


def measure(stage: Stage, port: int) -> dict[str, float]:
    """Frames a second of one page; magnified first, so that there is somewhere to go."""
    with pointer(stage.page, port) as hand:
        hand.wheels(stage.middle, [-120] * 5)
        return {"pan": stage.pan(hand), "zoom": stage.zoom(hand)}


def ours(lab: JupyterLab, browser: Browser) -> Stage:
    """The editor on the large picture."""
    notebook = Notebook(lab, browser, [OURS]).open()
    notebook.run(0)
    surface = notebook.cell(0).locator(".inb-surface")
    surface.wait_for()
    surface.scroll_into_view_if_needed()
    surface.focus()
    found = surface.element_handle()
    assert found is not None
    return Stage(notebook.page, found)


def plain(browser: Browser) -> Stage:
    """One canvas in one page."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.goto("about:blank#plain")
    page.set_content(PLAIN)
    found = page.query_selector("#surface")
    assert found is not None
    return Stage(page, found)


def sharp_ms(stage: Stage, port: int) -> list[float]:
    """From the last notch of the wheel until the part in view is drawn sharply, five times."""
    stage.page.evaluate(WATCH_DETAIL, stage.surface)
    found = []
    with pointer(stage.page, port) as hand:
        for number in range(5):
            hand.wheels(stage.middle, [-100 if number % 2 == 0 else 100] * 4)
            wait_until(lambda: stage.page.evaluate("sharpness.drawn"), "the part is sharp", stage.page)
            stage.page.wait_for_timeout(300)
            found.append(stage.page.evaluate("sharpness.drawn - sharpness.asked"))
    return found


def main() -> None:
    """Measure and print."""
    port = free_port()
    options = ["--no-sandbox", f"--remote-debugging-port={port}"]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        JupyterLab(Path(folder) / "home") as lab,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser_path(), args=options) as browser,
    ):
        bare_stage = plain(browser)
        bare = measure(bare_stage, port)
        bare_stage.page.context.close()
        stage = ours(lab, browser)
        editor = measure(stage, port)
        sharp = sharp_ms(stage, port)
    print(json.dumps({"plain canvas": bare, "inpaint_nb": editor}, indent=1))
    print("sharp after a zoom:", ", ".join(f"{ms:.0f}" for ms in sharp), "ms")
    for what in ("pan", "zoom"):
        ratio = editor[what] / bare[what]
        words = f"{what}: {editor[what]:.0f} frames a second, {ratio:.2f} × the plain canvas"
        print(told(words, editor[what] >= 50 and ratio >= 0.8))
    median = statistics.median(sharp)
    print(told(f"sharp redraw at 4096 × 4096: {median:.0f} ms (at most 250)", median <= 250))


def told(what: str, is_met: bool) -> str:
    return f"{what}: {'ok' if is_met else 'MISSED'}"


if __name__ == "__main__":
    main()
