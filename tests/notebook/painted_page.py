"""A page without a browser: keeps what widgets publish, and paints what ipycanvas is told as a real page would."""

from __future__ import annotations

import io
import json
from typing import Any

import comm
import pytest
from ipycanvas import Canvas
from ipycanvas.canvas import _CANVAS_MANAGER, COMMANDS
from ipywidgets.widgets.widget import _instances
from PIL import Image

NAMES = {number: name for name, number in COMMANDS.items()}


class PaintedPage:
    """Every custom message that widgets publish, and the bitmaps of all canvas layers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []  # (comm, content)
        self.batches: list[list[str]] = []  # the draw commands of each message, by name
        self.bytes_drawn = 0
        self._layers: dict[str, Image.Image] = {}
        self._current: str | None = None
        page = self

        def publish(
            self: comm.DummyComm,
            msg_type: str,
            data: Any = None,
            metadata: Any = None,
            buffers: Any = None,
            **_: Any,
        ) -> None:
            if data and data.get("method") == "custom":
                page._receive(self.comm_id, data["content"], buffers or [])

        monkeypatch.setattr(comm.DummyComm, "publish_msg", publish)

    def contents(self, comm_id: str) -> list[dict[str, Any]]:
        """The custom messages of one widget."""
        return [content for sender, content in self.sent if sender == comm_id]

    def layer(self, layer: Canvas) -> Image.Image:
        """What a layer shows, mode RGBA."""
        return self._bitmap(f"IPY_MODEL_{layer.model_id}")

    def reload(self) -> None:
        """A new page: blank bitmaps, and no current canvas."""
        self._layers.clear()
        self._current = None

    def _receive(self, comm_id: str, content: Any, buffers: list[Any]) -> None:
        if comm_id != _CANVAS_MANAGER.comm.comm_id:
            self.sent.append((comm_id, content))
            return
        commands = json.loads(bytes(buffers[0]))
        commands = commands if isinstance(commands[0], list) else [commands]
        images = [bytes(image) for image in buffers[1:]]
        self.batches.append([NAMES[command[0]] for command in commands])
        self.bytes_drawn += sum(map(len, images))
        for number, *rest in commands:
            count = rest[1] if len(rest) > 1 else 0
            self._draw(NAMES[number], rest[0] if rest else [], images[:count])
            del images[:count]

    def _draw(self, name: str, args: list[Any], images: list[bytes]) -> None:
        if name == "switchCanvas":
            self._current = args[0]
            return
        assert self._current is not None, "a page that has just loaded knows no current canvas"
        bitmap = self._bitmap(self._current)
        if name == "clear":
            bitmap.paste((0, 0, 0, 0), (0, 0, *bitmap.size))
        elif name == "clearRect":
            x, y, width, height = args
            bitmap.paste((0, 0, 0, 0), (x, y, x + width, y + height))
        elif name == "putImageData":
            bitmap.alpha_composite(Image.open(io.BytesIO(images[0])).convert("RGBA"), (args[0], args[1]))

    def _bitmap(self, name: str) -> Image.Image:
        widget = _instances[name.removeprefix("IPY_MODEL_")]
        size = (widget.width, widget.height)
        if name not in self._layers or self._layers[name].size != size:
            self._layers[name] = Image.new("RGBA", size)  # setting a size clears a canvas
        return self._layers[name]
