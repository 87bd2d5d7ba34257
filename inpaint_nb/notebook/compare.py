"""Two pictures of the panel against each other, as a widget: slider, side by side, blink, and heat map."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from inpaint_nb.notebook import keys
from inpaint_nb.notebook.lanes import Awake

_HERE = Path(__file__).parent

Content = dict[str, object]


class Asked(Protocol):
    """What the page's buttons and keys ask for. Called on whichever thread the message came."""

    def choose(self, left: str, right: str) -> None:
        """Show these two pictures."""
        ...

    def show_heat(self) -> None:
        """Show where the two differ."""
        ...

    def save(self) -> None:
        """Write the comparison as a page beside the notebook."""
        ...


class Compare(Awake, anywidget.AnyWidget):
    """Shows what it is sent, and tells `asked` what was pressed; knows nothing of sessions.

    What is shown is kept here and sent again when a page is loaded anew. Traits hold no picture.
    """

    _esm = "".join(
        (_HERE / name).read_text("utf-8")
        for name in ("elements.js", "view.js", "comparestage.js", "compare.js")
    )
    _css = (_HERE / "compare.css").read_text("utf-8")

    actions = traitlets.List(keys.table("compare")).tag(sync=True)

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self._asked = asked
        self._sent: dict[str, tuple[Content, list[bytes]]] = {}
        self.on_msg(self._receive)

    @property
    def is_open(self) -> bool:
        """Whether two pictures are shown."""
        return "pair" in self._sent

    def show_pair(self, content: Content, files: list[bytes]) -> None:
        """Shows two pictures, opaque and of one shape, with the `choices` for either; takes the focus."""
        self._sent = {"pair": ({**content, "type": "pair", "focus": False}, files)}
        self.send({**content, "type": "pair", "focus": True}, files)

    def show_choices(self, choices: list[list[str]]) -> None:
        """Offers these pictures, as pairs of key and label, for either side."""
        if self.is_open:
            content, files = self._sent["pair"]
            self._sent["pair"] = {**content, "choices": choices}, files
            self.send({"type": "choices", "choices": choices})

    def show_heat(self, content: Content, file: bytes) -> None:
        """Shows where the two pictures differ, and says so in words."""
        self._sent["heat"] = {**content, "type": "heat"}, [file]
        self.send(*self._sent["heat"])

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        match content:
            case {"type": "ready"}:
                for sent in list(self._sent.values()):
                    self.send(*sent)
            case {"type": "choose", "left": str(left), "right": str(right)}:
                self._asked.choose(left, right)
            case {"type": "heat"}:
                self._asked.show_heat()
            case {"type": "save"}:
                self._asked.save()
            case {"type": "close"}:
                self._sent = {}

    def __repr__(self) -> str:
        return f"<Compare, {'open' if self.is_open else 'closed'}>"
