"""How fast each tool shows under the pointer, and ink at 400 % on a very large picture.

    python benchmarks/ink_tools.py [TOOL …]

The kernel is busy and 100 ms are added to every round trip, in all rows; a frame at 60 a second is 16.7 ms. Real
JupyterLab, real browser, as in ink.py. About three minutes.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))
from ink import FRAME_MS, PROBE, SIDE_PX, STEP_PX, Ink, Scene, line, surroundings  # noqa: E402 - beside this file
from lab import JupyterLab, Notebook  # noqa: E402 - ink.py has shown the way to the tests' harness
from playwright.sync_api import Browser  # noqa: E402 - as above
from pointer import Pointer, pointer  # noqa: E402 - as above
from proxy import delayed  # noqa: E402 - as above

ROUND_TRIP_MS = 100
BUSY = "import time; time.sleep(25)"
MOVES = 120
LARGE_PX = 8192
TO_400_PERCENT = (-240, -240, -150.13)  # what the wheel turns from 1:1
Spots = list[tuple[float, float]]

OPEN = """\
%load_ext inpaint_nb
import inpaint_nb as inp
session = inp.open(inp.sample().resize(({side}, {side})))
"""
CHOOSE = "[setattr(session.viewer._panel.editor.ink, name, value) for name, value in {traits!r}.items()]"


@dataclass(frozen=True)
class Case:
    """One row: the tool and its settings, the bitmap that shows it, and the way of the hand."""

    name: str
    traits: dict[str, object]
    ink: str
    way: Callable[[Scene], Spots]
    side: int = SIDE_PX
    clicks: bool = False


def rows(scene: Scene) -> Spots:
    """Up and down the rows, each move on ground that nothing covers yet."""
    return scene.path(MOVES)


def diagonal(scene: Scene) -> Spots:
    """From corner to corner: of a box that grows, the pointer is always at a new place."""
    return [scene.picture.to_page((10 + 4 * number, 12 + 4 * number)) for number in range(MOVES + 1)]


def zigzag(scene: Scene) -> Spots:
    """Down a band, to and fro, further each time than lines are wide."""
    spots = [(20 + STEP_PX * (number % 36), 20 + 120 * (number // 36)) for number in range(MOVES + 1)]
    return [scene.picture.to_page(spot) for spot in spots]


LIVE, ADD, SUBTRACT = ".inb-ink-live", ".inb-ink-add", ".inb-ink-subtract"
THIN = {"radius": 4.0}
CASES = (
    Case("brush", {"tool": "brush", **THIN}, ADD, rows),
    Case("soft brush", {"tool": "brush", "hardness": 0.5, "strength": 0.7, **THIN}, LIVE, rows),
    Case("brush with pressure", {"tool": "brush", "pressure": "both", "radius": 6.0}, LIVE, rows),
    Case("eraser", {"tool": "eraser", "mode": "subtract", **THIN}, SUBTRACT, rows),
    Case("rectangle", {"tool": "rectangle"}, LIVE, diagonal),
    Case("ellipse", {"tool": "ellipse"}, LIVE, diagonal),
    Case("lasso", {"tool": "lasso"}, LIVE, zigzag),
    Case("polygon", {"tool": "polygon"}, LIVE, zigzag, clicks=True),
    Case("smart select, a box", {"tool": "select", "hint": "box"}, LIVE, diagonal),
    Case("smart select, on the thing", {"tool": "select", "hint": "object"}, LIVE, zigzag),
    Case("brush, 400 % of 8192²", {"tool": "brush", "radius": 1.0}, ADD, rows, LARGE_PX),
    Case(
        "soft brush, 400 % of 8192²", {"tool": "brush", "hardness": 0.5, "radius": 1.0}, LIVE, rows, LARGE_PX
    ),
)


def measure(lab: JupyterLab, browser: Browser, port: int, debugging_port: int, case: Case) -> Ink:
    """120 moves at 60 a second while a cell runs."""
    notebook = Notebook(lab, browser, [OPEN.format(side=case.side), BUSY], port=port)
    scene = Scene(notebook, ".inb-surface", case.ink, SIDE_PX)
    notebook.value(CHOOSE.format(traits=case.traits))
    ellipse = "ellipse" in case.name  # its outline does not go through the corner where the pointer is
    scene.page.evaluate(PROBE if not ellipse else on_the_outline(PROBE), scene._watched)
    with pointer(scene.page, debugging_port) as hand:
        if case.side == LARGE_PX:
            magnify(scene, hand)
        before = notebook.start(1)
        found = stream(scene, hand, case)
        assert notebook.is_running(1), "the cell ended too early to say anything"
    notebook.finish(1, before)
    notebook.close()
    return found


def on_the_outline(probe: str) -> str:
    """The probe, looking at where an ellipse drawn from the first spot passes nearest to the pointer."""
    return probe.replace(
        "const { clientX: x, clientY: y } = event;\n    waiting.push",
        "const shift = (1 - Math.SQRT1_2) / 2;\n"
        "    const x = event.clientX - shift * (event.clientX - before.x);\n"
        "    const y = event.clientY - shift * (event.clientY - before.y);\n    waiting.push",
    )


def magnify(scene: Scene, hand: Pointer) -> None:
    """To 400 %, around the middle; the sharp part is there when this returns."""
    scene.picture.canvas.focus()
    scene.page.keyboard.press("n")
    hand.wheels(scene.picture.to_page((SIDE_PX / 2, SIDE_PX / 2)), TO_400_PERCENT)
    scene.page.locator(".inb-detail-picture").wait_for(state="visible")
    shown = scene.page.locator(".inb-zoom").inner_text()
    assert shown == "400 %", shown
    scene.page.wait_for_timeout(1500)


def stream(scene: Scene, hand: Pointer, case: Case) -> Ink:
    """The moves of the hand with the button down; between the corners of a polygon it is up."""
    scene.picture.show()  # the click that started the cell may have scrolled
    way = case.way(scene)
    if not case.clicks:
        scene.page.evaluate("inkProbe.start(false)")
        hand.stream(way)
    else:
        for corner in ((40, 480), (480, 470), (470, 440)):
            scene.page.mouse.click(*scene.picture.to_page(corner))
        scene.page.evaluate("inkProbe.start(false, true)")
        for spot in way[1:]:
            hand.mouse("Moved", spot, held=False)
            scene.page.wait_for_timeout(1000 / 60)
        hand.settle()
    scene.page.wait_for_timeout(500)
    found = scene.page.evaluate("inkProbe.stop()")
    return Ink(found["moves"], found["never"])


def p95_ms(ink: Ink) -> float:
    """Nineteen of twenty moves show sooner; one that never showed counts as endless."""
    sorted_ms = sorted([*ink.latencies_ms, *[math.inf] * ink.never])
    return sorted_ms[int(0.95 * len(sorted_ms))] if sorted_ms else math.inf


def report(case: Case, ink: Ink) -> Iterator[str]:
    """What was measured, beside what is promised."""
    p95 = p95_ms(ink)
    yield f"{case.name:28} median {ink.median_ms:5.1f} ms, late {ink.late:3} of {ink.moves}"
    yield line(
        f"{case.name}: p95 ≤ {FRAME_MS:.1f} ms", p95, " ms", p95 <= FRAME_MS and ink.moves >= MOVES / 2
    )


def main(*names: str) -> None:
    """Measure the cases named, or all, and print them."""
    with surroundings() as (lab, browser, debugging_port), delayed(lab.port, ROUND_TRIP_MS) as port:
        for case in CASES:
            if not names or case.name in names:
                for text in report(case, measure(lab, browser, port, debugging_port, case)):
                    print(text, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
