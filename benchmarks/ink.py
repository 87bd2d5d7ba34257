"""How fast ink and strokes are, beside plain ipycanvas drawing through the kernel in the same run.

    python benchmarks/ink.py

Real JupyterLab, real browser, real pointer events; a delaying proxy stands for the network. The browser is found as
for the tests (INPAINT_NB_BROWSER names another one). About three minutes.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests" / "browser"))
from lab import JupyterLab, Notebook, Picture, browser_path, free_port, wait_until  # noqa: E402 - the tests' own harness
from pointer import Pointer, pointer  # noqa: E402 - as above
from proxy import delayed  # noqa: E402 - as above

ROUND_TRIPS_MS = (0, 200)
FRAME_MS = 1000 / 60
SIDE_PX = 512
STEP_PX = 12  # more than the brush is wide, so that each move inks a pixel of its own
BUSY_SECONDS = 9
PROBE = (HERE / "probe.js").read_text(encoding="utf-8")

BUSY = f"import time; time.sleep({BUSY_SECONDS})"
OURS = """\
%load_ext inpaint_nb
import time, inpaint_nb as inp
log = []
def note(what):
    if what == "mask":
        log.append((time.time() * 1000, len(session.mask.operations[-1].points)))
photo = inp.sample().resize(({side}, {side}))
session = inp.open(photo)
stop = session.on_change(note)
"""
PLAIN = """\
import time
from ipycanvas import Canvas, hold_canvas
log, state = [], {"at": None, "points": 0}
canvas = Canvas(width={side}, height={side})
canvas.stroke_style, canvas.line_width, canvas.line_cap = "red", 8, "round"
def down(x, y):
    state.update(at=(x, y), points=1)
def move(x, y):
    if state["at"] is not None:
        with hold_canvas():
            canvas.stroke_line(*state["at"], x, y)
        state.update(at=(x, y), points=state["points"] + 1)
def up(x, y):
    state["at"] = None
    log.append((time.time() * 1000, state["points"]))
canvas.on_mouse_down(down)
canvas.on_mouse_move(move)
canvas.on_mouse_up(up)
canvas
"""


@dataclass
class Ink:
    """What one stream of moves showed in the page."""

    latencies_ms: list[float]
    never: int

    @property
    def late(self) -> int:
        """Moves whose ink came more than a frame after the pointer event, or not at all."""
        return self.never + sum(latency > FRAME_MS for latency in self.latencies_ms)

    @property
    def moves(self) -> int:
        return self.never + len(self.latencies_ms)

    @property
    def median_ms(self) -> float:
        return statistics.median([*self.latencies_ms, *[math.inf] * self.never])


@dataclass
class Measured:
    """One way to draw at one round trip."""

    idle: Ink
    busy: Ink
    idle_up_ms: list[float]
    busy_up_ms: list[float]
    burst_points: int = field(default=0)


class Scene:
    """A notebook with something to draw on."""

    def __init__(self, notebook: Notebook, canvas: str, ink: str, side: int) -> None:
        self.notebook, self.page = notebook, notebook.page
        notebook.open()
        notebook.run(0)
        cell = notebook.cell(0)
        self.picture = Picture(cell.locator(canvas).first, (side, side))
        self.picture.canvas.wait_for()
        self.picture.show()
        self._watched = cell.locator(ink).first.element_handle()
        self.page.evaluate(PROBE, self._watched)

    def path(self, moves: int) -> list[tuple[float, float]]:
        """Up and down the rows of the picture, in page coordinates."""
        self.picture.show()
        columns = (SIDE_PX - 2 * STEP_PX) // STEP_PX
        spots = []
        for number in range(moves + 1):
            row, column = divmod(number, columns)
            along = columns - 1 - column if row % 2 else column
            spots.append(self.picture.to_page((STEP_PX * (along + 1), 20 + 24 * row)))
        return spots

    def stream(self, hand: Pointer) -> tuple[Ink, list[float]]:
        """120 moves at 60 a second: their ink, and when the page saw the pointer go up."""
        self.page.evaluate("inkProbe.start(false)")
        hand.stream(self.path(120))
        self.page.wait_for_timeout(500)  # late ink is measured, not awaited for ever
        found = self.page.evaluate("inkProbe.stop()")
        return Ink(found["moves"], found["never"]), found["ups"]

    def ups(self, hand: Pointer, count: int) -> list[float]:
        """Short strokes, half a second apart: when the page saw the pointer go up."""
        self.page.evaluate("inkProbe.start(true)")
        for number in range(count):
            hand.burst([self.picture.to_page((100 + 30 * number, 300 + 10 * step)) for step in range(5)])
            self.page.wait_for_timeout(500)
        return list(self.page.evaluate("inkProbe.stop()")["ups"])

    def wait_for_strokes(self, count: int) -> list[tuple[float, int]]:
        """When strokes reached Python, and with how many points."""
        return list(
            self.notebook.wait_for_value(f"len(log) >= {count} and log", f"{count} strokes in Python")
        )


def measure(scene: Scene, hand: Pointer) -> Measured:
    """First strokes while a cell runs, the very first included; then the same while the kernel is idle."""
    before = scene.notebook.start(1)
    busy, busy_ups = scene.stream(hand)
    busy_ups += scene.ups(hand, 3)
    assert scene.notebook.is_running(1), "the cell ended too early to say anything"
    scene.notebook.finish(1, before)
    in_python = [when for when, _ in scene.wait_for_strokes(4)]
    busy_up_ms = [got - sent for got, sent in zip(in_python, busy_ups, strict=False)]
    scene.notebook.value("log.clear()")
    scene.notebook.run(2)
    idle, idle_ups = scene.stream(hand)
    idle_ups += scene.ups(hand, 5)
    in_python = [when for when, _ in scene.wait_for_strokes(6)]
    idle_up_ms = [got - sent for got, sent in zip(in_python, idle_ups, strict=False)]
    hand.burst([scene.picture.to_page((10 + number * 1.2, 400 + number % 5)) for number in range(401)])
    burst_points = scene.wait_for_strokes(7)[6][1]
    return Measured(idle, busy, idle_up_ms, busy_up_ms, burst_points)


def ours(lab: JupyterLab, browser: Browser, port: int, side: int = SIDE_PX) -> Scene:
    """The editor, with a brush of 8 pixels."""
    notebook = Notebook(lab, browser, [OURS.format(side=side), BUSY, "pass"], port=port)
    scene = Scene(notebook, ".inb-surface", ".inb-ink-add", side)
    size = notebook.cell(0).locator(".inb-size-text")
    scene.picture.canvas.focus()
    while side == SIDE_PX and float(size.inner_text().removesuffix(" px")) > 8:
        scene.page.keyboard.press("[")
    return scene


def plain(lab: JupyterLab, browser: Browser, port: int) -> Scene:
    """ipycanvas as its documentation draws by hand: handlers in Python draw each move."""
    notebook = Notebook(
        lab, browser, [PLAIN.replace("{side}", str(SIDE_PX)), BUSY, "canvas.clear()"], port=port
    )
    return Scene(notebook, "canvas", "canvas", SIDE_PX)


def overlay_ms(lab: JupyterLab, browser: Browser, debugging_port: int) -> list[float]:
    """From pointer-up to the overlay redrawn from Python, ten strokes on 4096 × 4096 pixels."""
    scene = ours(lab, browser, lab.port, side=4096)
    drawn = scene.notebook.cell(0).locator(".inb-stage canvas:not(.inb-ink canvas)").first
    middle = [(600 + 300 * number, 800 + 250 * number) for number in range(10)]
    wait_until(lambda: drawn.evaluate(IS_DRAWN), "the picture is drawn", scene.page)
    scene.page.evaluate(PROBE, drawn.element_handle())
    with pointer(scene.page, debugging_port) as hand:
        scene.page.evaluate("inkProbe.start(true)")
        for number, (x, y) in enumerate(middle):
            hand.burst([scene.picture.to_page((x + 40 * step, y)) for step in range(5)])
            scene.page.wait_for_function(f"inkProbe.changes.length > {number}")
        found = scene.page.evaluate("inkProbe.stop()")
    scene.notebook.close()
    return list(found["changes"])


def first_stroke_ms(lab: JupyterLab, browser: Browser) -> float:
    """From pointer-up to Python after "Run All", with a long cell right behind that of the editor."""
    notebook = Notebook(lab, browser, [OURS.format(side=SIDE_PX), BUSY]).open()
    notebook.start_together(0, 1)
    picture = Picture(notebook.cell(0).locator(".inb-surface"), (SIDE_PX, SIDE_PX))
    picture.canvas.wait_for()
    notebook.page.evaluate(PROBE, notebook.cell(0).locator(".inb-ink-add").element_handle())
    notebook.page.evaluate("inkProbe.start(true)")
    picture.stroke([(100, 100), (150, 150), (200, 130)])
    went_up = notebook.page.evaluate("inkProbe.stop()")["ups"][0]
    notebook.finish(1)
    in_python = notebook.wait_for_value("log", "the stroke in Python")[0][0]
    notebook.close()
    return float(in_python - went_up)


IS_DRAWN = (
    "canvas => canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data[3] > 0"
)


def main() -> None:
    """Measure everything and print it."""
    with surroundings() as (lab, browser, debugging_port):
        both: dict[tuple[int, str], Measured] = {}
        for round_trip in ROUND_TRIPS_MS:
            with delayed(lab.port, round_trip) as port:
                for name, make in (("inpaint_nb", ours), ("plain ipycanvas", plain)):
                    scene = make(lab, browser, port)
                    with pointer(scene.page, debugging_port) as hand:
                        both[round_trip, name] = measure(scene, hand)
                    scene.notebook.close()
                    print_rows(round_trip, name, both[round_trip, name])
        overlay = overlay_ms(lab, browser, debugging_port)
        first = first_stroke_ms(lab, browser)
    print(f"\npointer-up to overlay redrawn, 4096 × 4096: {', '.join(f'{ms:.0f}' for ms in overlay)} ms\n")
    for target in targets(both, overlay, first):
        print(target)


@contextmanager
def surroundings() -> Iterator[tuple[JupyterLab, Browser, int]]:
    """A server and a browser that takes input without waiting."""
    port = free_port()
    options = ["--no-sandbox", f"--remote-debugging-port={port}"]
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        JupyterLab(Path(folder) / "home") as lab,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser_path(), args=options) as browser,
    ):
        yield lab, browser, port


def print_rows(round_trip: int, name: str, measured: Measured) -> None:
    """One line per state of the kernel."""
    for state, ink, ups in (
        ("idle", measured.idle, measured.idle_up_ms),
        ("cell runs", measured.busy, measured.busy_up_ms),
    ):
        print(
            f"round trip +{round_trip:3} ms  {name:16}{state:10}"
            f"ink median {ink.median_ms:6.1f} ms, late {ink.late:3} of {ink.moves:3}   "
            f"pointer-up to Python median {statistics.median(ups):6.0f} ms, worst {max(ups):6.0f}",
            flush=True,
        )
    print(
        f"round trip +{round_trip:3} ms  {name:16}burst     {measured.burst_points} of 401 points in Python"
    )


def targets(both: dict[tuple[int, str], Measured], overlay: Sequence[float], first: float) -> Iterator[str]:
    """One line for each thing we promise, with the ratio to the peer where it has a number."""
    for round_trip in ROUND_TRIPS_MS:
        mine, peer = both[round_trip, "inpaint_nb"], both[round_trip, "plain ipycanvas"]
        where = f"+{round_trip} ms"
        for state, ink in (("idle", mine.idle), ("cell runs", mine.busy)):
            yield line(f"ink, {state}, {where}: median ≤ 4 ms", ink.median_ms, " ms", ink.median_ms <= 4)
            yield line(
                f"ink, {state}, {where}: none late of ≥ 100",
                ink.late,
                f" of {ink.moves}",
                not ink.late and ink.moves >= 100,
            )
        ratio = mine.idle.median_ms / peer.idle.median_ms
        yield f"ratio   ink, idle, {where}: {ratio:.3f} of plain ipycanvas"
        yield line(
            f"burst, {where}: 401 points",
            mine.burst_points,
            f" (plain ipycanvas {peer.burst_points})",
            mine.burst_points == 401,
        )
        limit = round_trip / 2 + 50
        up = statistics.median(mine.idle_up_ms)
        yield line(f"pointer-up to Python, idle, {where}: median ≤ {limit:.0f} ms", up, " ms", up <= limit)
        worst = max(mine.busy_up_ms)
        yield line(
            f"pointer-up to Python, cell runs, {where}: all ≤ 200 ms", worst, " ms at worst", worst <= 200
        )
    met = first <= 200
    yield line(
        "pointer-up to Python, first stroke, kernel never idle since display: ≤ 200 ms", first, " ms", met
    )
    median = statistics.median(overlay)
    yield line("pointer-up to overlay on 4096 × 4096: median ≤ 150 ms", median, " ms", median <= 150)


def line(target: str, measured: float, unit: str, is_met: bool) -> str:
    """A target, what was measured, and whether that is enough."""
    return f"target  {target}   measured {measured:.4g}{unit}   {'ok' if is_met else 'MISSED'}"


if __name__ == "__main__":
    main()
