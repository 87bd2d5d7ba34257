"""A pointer that does not wait for the page between two events: a fast hand, a steady 60 moves a second, fingers."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import websocket
from playwright.sync_api import Page

Point = tuple[float, float]
CTRL = 2  # of the browser's modifiers


class Pointer:
    """Sends input straight to the browser, in page coordinates; Playwright's own mouse waits for each event."""

    def __init__(self, connection: websocket.WebSocket) -> None:
        self._connection = connection
        self._sent = 0

    def mouse(self, kind: str, point: Point, held: bool = True) -> None:
        """One mouse event, "Pressed", "Moved" or "Released", on its way; `held` tells of the left button."""
        button = "left" if held else "none"
        self._send(
            "Input.dispatchMouseEvent",
            {
                "type": f"mouse{kind}",
                "x": point[0],
                "y": point[1],
                "button": button,
                "buttons": int(held and kind != "Released"),
                "clickCount": int(kind != "Moved"),
            },
        )

    def touch(self, kind: str, fingers: Sequence[Point]) -> None:
        """One touch event, "Start", "Move" or "End", with all fingers that are down after it."""
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
        self._send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    def burst(self, points: Sequence[Point]) -> None:
        """A stroke through all points, as fast as they can be sent."""
        self.stream(points, per_second=None)

    def stream(self, points: Sequence[Point], per_second: float | None = 60) -> None:
        """A stroke at a steady pace, whether or not the page keeps up; returns when the page has seen it all."""
        self.mouse("Moved", points[0], held=False)
        self.mouse("Pressed", points[0])
        self.settle()
        start = time.monotonic()
        for number, point in enumerate(points[1:], 1):
            if per_second is not None:
                time.sleep(max(0.0, start + number / per_second - time.monotonic()))
            self.mouse("Moved", point)
        self.mouse("Released", points[-1])
        self.settle()

    def wheels(self, point: Point, ways: Sequence[float], per_second: float = 60) -> None:
        """The wheel turned with Ctrl held, by so many pixels each time; negative is up."""
        start = time.monotonic()
        for number, way in enumerate(ways):
            time.sleep(max(0.0, start + number / per_second - time.monotonic()))
            self._send(
                "Input.dispatchMouseEvent",
                {
                    "type": "mouseWheel", "x": point[0], "y": point[1],
                    "deltaX": 0, "deltaY": way, "modifiers": CTRL,
                },
            )  # fmt: skip
        self.settle()

    def settle(self) -> None:
        """Wait until the page has handled everything sent."""
        answered: dict[str, Any] = {}
        while answered.get("id") != self._sent:
            answered = json.loads(self._connection.recv())

    def _send(self, method: str, params: dict[str, object]) -> None:
        self._sent += 1
        self._connection.send(json.dumps({"id": self._sent, "method": method, "params": params}))


@contextmanager
def pointer(page: Page, debugging_port: int) -> Iterator[Pointer]:
    """A pointer into `page` of the browser that was started with this remote debugging port."""
    with urllib.request.urlopen(f"http://127.0.0.1:{debugging_port}/json/list", timeout=20) as answer:
        targets = json.load(answer)
    path = page.url.split("?")[0]
    address = next(t["webSocketDebuggerUrl"] for t in targets if t["url"].startswith(path))
    connection = websocket.create_connection(address, suppress_origin=True, timeout=60)
    try:
        yield Pointer(connection)
    finally:
        connection.close()
