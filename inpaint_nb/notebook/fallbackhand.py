"""The hand of a page without pointer layer: strokes of ipycanvas's own events, and a plain tool bar."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from inpaint_nb.images import Point
from inpaint_nb.notebook.drawing import LOCK
from inpaint_nb.notebook.fallback import TOOLS, FallbackBar, FallbackPointer
from inpaint_nb.notebook.gestures import DECIMALS, Gesture, Settings
from inpaint_nb.notebook.ink import Answer, Ink
from inpaint_nb.notebook.layers import Layers


class FallbackHand:
    """Paints on the canvas of `layers` with what the pointer layer's traits say, and asks what that layer would ask.

    The tool bar stands at the head of `stage` from the first pointer on that the canvas hears of.
    """

    def __init__(
        self,
        layers: Layers,
        ink: Ink,
        stage: ipywidgets.Box,
        *,
        on_gesture: Callable[[Gesture, Answer], None],
        on_command: Callable[[str, int, Answer], None],
    ) -> None:
        self._layers, self._ink, self._stage = layers, ink, stage
        self._on_gesture, self._on_command = on_gesture, on_command
        self.bar: FallbackBar | None = None
        self._pointer = FallbackPointer(
            layers.canvas,
            on_stroke=self._stroke,
            style=self._style,
            on_dropped=layers.draw_preview,
            on_first=self._show_bar,
        )

    def stop(self) -> None:
        """Ends it for good: the pointer layer took over, or all is closed."""
        self._pointer.stop()
        with LOCK:
            bar, self.bar = self.bar, None
            if bar is not None:
                self._stage.children = tuple(each for each in self._stage.children if each is not bar.widget)
                bar.close()

    def _stroke(self, points: list[Point]) -> None:
        (width, height), size = self._layers.proxy.shown, self._layers.proxy.size
        across, along = size[0] / width, size[1] / height
        in_picture = tuple((round(x * across, DECIMALS), round(y * along, DECIMALS)) for x, y in points)
        ink = self._ink
        settings = Settings(ink.radius, ink.hardness, ink.strength)
        tool = ink.tool if ink.tool in TOOLS else "brush"
        gesture = Gesture(tool, ink.mode, in_picture, settings=settings)  # type: ignore[arg-type] # traits
        self._on_gesture(gesture, self._layers.draw_preview)

    def _style(self) -> tuple[str, float, float]:
        """Colour, opacity and width of the line to show, the width in canvas pixels."""
        ink, proxy = self._ink, self._layers.proxy
        colour = ink.colour if ink.mode == "add" else "#ffffff"
        return colour, ink.opacity, 2 * ink.radius * proxy.shown[0] / proxy.size[0]

    def _show_bar(self) -> None:
        with LOCK:
            if self._layers.is_open and self.bar is None:
                self.bar = FallbackBar(self._ink, lambda name: self._on_command(name, 0, lambda: None))
                self._stage.layout.flex_flow = "column"
                self._stage.children = (self.bar.widget, *self._stage.children)
