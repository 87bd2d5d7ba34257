"""Painting through ipycanvas's own events, for pages in which the pointer layer never comes to life."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ipycanvas import MultiCanvas

from inpaint_nb.images import Point
from inpaint_nb.notebook.drawing import held

REDRAW_SECONDS = 0.03  # a line per screen frame or two; more would queue up behind the network

Touches = list[Point]


class FallbackPointer:
    """Collects the points of one stroke from mouse or touch events and hands them on when it ends.

    Coordinates come and go in canvas pixels. Leaving the canvas ends the stroke, since ipycanvas reports no
    mouse-up outside. `stop` is for good: the pointer layer took over, and only one of the two may commit.
    """

    def __init__(
        self,
        canvas: MultiCanvas,
        *,
        on_stroke: Callable[[list[Point]], None],
        style: Callable[[], tuple[str, float, float]],
        on_dropped: Callable[[], None],
    ) -> None:
        self._canvas, self._on_stroke, self._style, self._on_dropped = canvas, on_stroke, style, on_dropped
        self._lock = threading.RLock()
        self._points: list[Point] = []
        self._shown_at = 0.0
        self._is_stopped = False
        self._listen(remove=False)

    def stop(self) -> None:
        """Ends the fallback; a stroke under way is dropped."""
        with self._lock:
            if self._is_stopped:
                return
            self._is_stopped = True
            was_drawing, self._points = bool(self._points), []
            self._listen(remove=True)
        if was_drawing:
            self._on_dropped()

    def _listen(self, *, remove: bool) -> None:
        canvas = self._canvas
        canvas.on_mouse_down(self._down, remove=remove)
        canvas.on_mouse_move(self._move, remove=remove)
        canvas.on_mouse_up(self._up, remove=remove)
        canvas.on_mouse_out(self._up, remove=remove)
        canvas.on_touch_start(self._touch_start, remove=remove)
        canvas.on_touch_move(self._touch_move, remove=remove)
        canvas.on_touch_end(self._touch_end, remove=remove)
        canvas.on_touch_cancel(self._touch_end, remove=remove)

    def _down(self, x: float, y: float) -> None:
        with self._lock:
            if not self._is_stopped and not self._points:
                self._points = [(x, y)]
                self._show()

    def _move(self, x: float, y: float) -> None:
        with self._lock:
            if self._points:
                self._points.append((x, y))
                if time.monotonic() - self._shown_at >= REDRAW_SECONDS:
                    self._show()

    def _up(self, x: float, y: float) -> None:
        with self._lock:
            points, self._points = self._points, []
        if points:
            self._on_stroke(points if points[-1] == (x, y) else [*points, (x, y)])

    def _touch_start(self, touches: Touches) -> None:
        if len(touches) == 1:
            self._down(*touches[0])

    def _touch_move(self, touches: Touches) -> None:
        if touches:
            self._move(*touches[0])

    def _touch_end(self, touches: Touches) -> None:
        if not touches and self._points:
            self._up(*self._points[-1])

    def _show(self) -> None:
        """Draws the stroke so far on the top layer, as one line: parts would be darker where they overlap."""
        colour, opacity, width = self._style()
        with held(self._canvas) as may_draw:
            if may_draw:
                self._draw(self._points, colour, opacity, width)
        self._shown_at = time.monotonic()

    def _draw(self, points: list[Point], colour: str, opacity: float, width: float) -> None:
        layer = self._canvas[2]
        layer.clear()
        layer.stroke_style = layer.fill_style = colour
        layer.global_alpha, layer.line_width = opacity, width
        layer.line_cap = layer.line_join = "round"
        if len(points) == 1:
            layer.fill_circle(*points[0], width / 2)
        else:
            layer.stroke_lines(points)
        layer.global_alpha = 1.0
