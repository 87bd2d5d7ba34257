"""The tree of runs as a widget: a button that unfolds it, its nodes, and what can be done with each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from inpaint_nb.notebook import keys
from inpaint_nb.notebook.lanes import Awake

_HERE = Path(__file__).parent


class TreeView(Awake, anywidget.AnyWidget):
    """Shows one tree; knows nothing of sessions or stores.

    What is shown is kept here and sent again when a page is loaded anew. Traits hold no picture.
    """

    _esm = "".join((_HERE / name).read_text("utf-8") for name in ("elements.js", "stars.js", "treeview.js"))
    _css = "".join((_HERE / name).read_text("utf-8") for name in ("stars.css", "treeview.css"))

    actions = traitlets.List(keys.table("rating")).tag(sync=True)

    def __init__(
        self,
        *,
        on_toggle: Callable[[], None],
        on_open: Callable[[str, int], None],
        on_branch: Callable[[str, int], None],
        on_rate: Callable[[str, int, dict[str, object]], None],
    ) -> None:
        super().__init__()
        self.is_open = False
        self._on_toggle, self._on_open = on_toggle, on_open
        self._on_branch, self._on_rate = on_branch, on_rate
        self._summary: dict[str, object] = {"type": "summary", "runs": 0, "open": False}
        self._tree: dict[str, object] | None = None
        self._pictures: dict[str, bytes] = {}
        self.on_msg(self._receive)

    def show_summary(self, runs: int) -> None:
        """Shows how many runs there are; nothing at all where there are none."""
        shown = {"type": "summary", "runs": runs, "open": self.is_open}
        if shown != self._summary:
            self._summary = shown
            self.send(shown)

    def show_tree(self, drawing: dict[str, object]) -> None:
        """Shows the tree as `treedrawing.drawn` describes it."""
        if drawing != self._tree:
            self._tree = drawing
            self.send(drawing)

    def lacks(self, digest: str) -> bool:
        """Whether the picture was not shown yet."""
        return digest not in self._pictures

    def add_picture(self, digest: str, jpeg: bytes) -> None:
        """Shows the small picture wherever the tree has it, now and later."""
        self._pictures[digest] = jpeg
        self.send({"type": "picture", "digest": digest}, [jpeg])

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        key, index = str(content.get("key")), _index(content.get("index"))
        match content.get("type"):
            case "ready":
                self._replay()
            case "toggle":
                self.is_open = bool(content.get("open"))
                self._on_toggle()
            case "open":
                self._on_open(key, index)
            case "branch":
                self._on_branch(key, index)
            case "rate":
                self._tree = None  # the page shows what was pressed, also where it is refused now
                self._on_rate(key, index, content)

    def _replay(self) -> None:
        self.send(self._summary)
        if self._tree is not None:
            self.send(self._tree)
        for digest, jpeg in list(self._pictures.items()):
            self.send({"type": "picture", "digest": digest}, [jpeg])

    def __repr__(self) -> str:
        return f"<TreeView, {self._summary['runs']} runs, {'open' if self.is_open else 'folded'}>"


def _index(told: object) -> int:
    """Which picture a page means; the first where it does not say."""
    return told if isinstance(told, int) and told >= 0 else 0
