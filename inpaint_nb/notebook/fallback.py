"""Painting through ipycanvas's own events, with plain widgets for tools, where no pointer layer comes to life."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets
from ipycanvas import MultiCanvas

from inpaint_nb.images import Point
from inpaint_nb.notebook import lanes
from inpaint_nb.notebook.drawing import held

REDRAW_SECONDS = 0.03  # a line per screen frame or two; more would queue up behind the network

TOOLS = ("brush", "eraser", "rectangle", "ellipse", "lasso")  # what a dragged line can do
MODES = ("add", "subtract", "intersect")
COMMANDS = ("undo", "redo", "clear")

Touches = list[Point]


class FallbackPointer:
    """Collects the points of one stroke from mouse or touch events and hands them on when it ends.

    Coordinates come and go in canvas pixels. Leaving the canvas ends the stroke, since ipycanvas reports no
    mouse-up outside. `stop` is for good: the pointer layer took over, and only one of the two may commit. `on_first`
    is called when the canvas first hears of a pointer: no layer lies over it.
    """

    def __init__(
        self,
        canvas: MultiCanvas,
        *,
        on_stroke: Callable[[list[Point]], None],
        style: Callable[[], tuple[str, float, float]],
        on_dropped: Callable[[], None],
        on_first: Callable[[], None],
    ) -> None:
        self._canvas, self._on_stroke, self._style, self._on_dropped = canvas, on_stroke, style, on_dropped
        self._on_first, self._is_first = on_first, True
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

    def _meet(self) -> None:
        with self._lock:
            is_first, self._is_first = self._is_first and not self._is_stopped, False
        if is_first:
            self._on_first()

    def _down(self, x: float, y: float) -> None:
        self._meet()
        with self._lock:
            if not self._is_stopped and not self._points:
                self._points = [(x, y)]
                self._show()

    def _move(self, x: float, y: float) -> None:
        self._meet()
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


class FallbackBar:
    """The tool bar of plain widgets: tool, mode and size go to the pointer layer's traits, which the fallback reads.

    `on_command` is told "undo", "redo" or "clear".
    """

    def __init__(self, layer: Any, on_command: Callable[[str], None]) -> None:
        self._layer = layer
        self._menus = {name: _menu(name, options, getattr(layer, name)) for name, options in
                       (("tool", TOOLS), ("mode", MODES))}  # fmt: skip
        self._size = lanes.BoundedIntText(
            value=round(2 * layer.radius), min=1, max=max(layer.width, layer.height), tooltip="Brush size in pixels",
            layout=ipywidgets.Layout(width="70px"),
        )  # fmt: skip
        self._buttons = {name: _command(name) for name in COMMANDS}
        for name, button in self._buttons.items():
            button.on_click(lambda _, name=name: on_command(name))
        for name, menu in self._menus.items():
            menu.observe(lambda change, name=name: setattr(layer, name, change["new"]), "value")
        self._size.observe(lambda change: setattr(layer, "radius", change["new"] / 2), "value")
        layer.observe(self._show, ["tool", "mode", "radius", "can_undo", "can_redo"])
        self.widget = ipywidgets.HBox([*self._menus.values(), self._size, *self._buttons.values()])
        self.widget.add_class("inb-fallback")
        self._show()

    def _show(self, _: object = None) -> None:
        for name, menu in self._menus.items():
            if getattr(self._layer, name) in menu.options:
                menu.value = getattr(self._layer, name)
        self._size.value = round(2 * self._layer.radius)
        self._buttons["undo"].disabled = not self._layer.can_undo
        self._buttons["redo"].disabled = not self._layer.can_redo

    def close(self) -> None:
        """Closes every widget of the bar."""
        self._layer.unobserve(self._show, ["tool", "mode", "radius", "can_undo", "can_redo"])
        for widget in (self.widget, *self.widget.children):
            widget.layout.close()
            if widget is not self.widget:
                widget.style.close()
            widget.close()


def _menu(name: str, options: tuple[str, ...], value: str) -> lanes.Dropdown:
    shown = value if value in options else options[0]
    return lanes.Dropdown(
        options=options, value=shown, tooltip=name.capitalize(), layout=ipywidgets.Layout(width="110px")
    )


def _command(name: str) -> lanes.Button:
    return lanes.Button(
        description=name.capitalize(), tooltip=name.capitalize(), layout=ipywidgets.Layout(width="70px")
    )
