"""The one way to draw on ipycanvas: locked, never half done, never on a closed canvas."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ipycanvas import Canvas, MultiCanvas, hold_canvas
from ipycanvas.canvas import _CANVAS_MANAGER, COMMANDS  # no public name reaches them

# ipycanvas keeps one command queue for all canvases of the process, without a lock.
LOCK = threading.RLock()


def is_open(canvas: MultiCanvas) -> bool:
    """Whether the canvas may still be drawn on."""
    return canvas.comm is not None


class _Nesting(threading.local):
    depth = 0


_NESTING = _Nesting()


@contextmanager
def held(canvas: MultiCanvas) -> Iterator[bool]:
    """Everything drawn inside goes out as one message, with that of the blocks around it.

    Yields whether the canvas is open; when it is not, nothing may be drawn.
    """
    with LOCK:
        if not is_open(canvas) or _NESTING.depth:
            yield is_open(canvas)
            return
        _NESTING.depth += 1
        try:
            with hold_canvas():
                yield True
        finally:
            # hold_canvas() has no `finally`: after an error it would hold back every canvas for ever.
            _NESTING.depth -= 1
            _CANVAS_MANAGER.flush()
            _CANVAS_MANAGER._caching = False


def forget_current_canvas() -> None:
    """Makes the next draw name its canvas: a newly loaded page knows of no current one (ipycanvas#322)."""
    with LOCK:
        _CANVAS_MANAGER._current_canvas = None


def put_encoded(layer: Canvas, encoded: bytes, x: int = 0, y: int = 0) -> None:
    """Draws a PNG or JPEG that we encoded; `put_image_data` would do it slowly, and RGB lossily."""
    layer._canvas_manager.send_draw_command(layer, COMMANDS["putImageData"], [x, y], [encoded])
