"""Blind rating as a widget: pictures or pairs by number, answers by key, progress; not a word of what made them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import anywidget
import traitlets

from inpaint_nb.notebook import keys
from inpaint_nb.notebook.lanes import Awake

_HERE = Path(__file__).parent

Content = dict[str, object]
Wanted = tuple[str, int]  # "large" or "small", and the question's number


class Hand(Protocol):
    """What the page's buttons and keys ask for. Called on whichever thread the message came."""

    def ready(self) -> None:
        """A page was loaded and shows nothing yet."""
        ...

    def want(self, wanted: Sequence[Wanted]) -> None:
        """Show these questions' pictures."""
        ...

    def answer(self, number: int, said: Content) -> None:
        """Rate a picture with `stars`, `starred` or `rejected`, or say the `preference` of a pair."""
        ...

    def reveal(self) -> None:
        """Show what made the pictures."""
        ...


class Blind(Awake, anywidget.AnyWidget):
    """Shows what it is sent and tells `hand` what was pressed; knows nothing of trials. Traits hold no picture."""

    _esm = "".join((_HERE / name).read_text("utf-8") for name in ("elements.js", "stars.js", "blind.js"))
    _css = "".join((_HERE / name).read_text("utf-8") for name in ("stars.css", "blind.css"))

    actions = traitlets.List(keys.table("blind")).tag(sync=True)

    def __init__(self, hand: Hand) -> None:
        super().__init__()
        self._hand = hand
        self.on_msg(self._receive)

    def show_state(self, state: Content) -> None:
        """Shows the whole: progress, answers, and in the end captions."""
        self.send({**state, "type": "state"})

    def show_pictures(self, shown: Sequence[Content], jpegs: Sequence[bytes]) -> None:
        """Shows pictures; each is told by `size`, `number` and `side`."""
        self.send({"type": "pictures", "pictures": list(shown)}, list(jpegs))

    def show_refusal(self, error: str, hint: str) -> None:
        """Says why something pressed was not done."""
        self.send({"type": "refused", "error": error, "hint": hint})

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        match content:
            case {"type": "ready"}:
                self._hand.ready()
            case {"type": "want", "pictures": [*wanted]}:
                self._hand.want([(str(size), int(number)) for size, number in wanted])
            case {"type": "answer", "number": int(number), "seq": int()}:
                self._hand.answer(number, content)
            case {"type": "reveal"}:
                self._hand.reveal()

    def __repr__(self) -> str:
        return "<Blind>"
