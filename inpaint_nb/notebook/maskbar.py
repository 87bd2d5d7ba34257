"""The row of named masks as a widget: tabs, history, views, import and export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from inpaint_nb.notebook.lanes import Awake
from inpaint_nb.notebook.uploads import MAX_BYTES, PART_BYTES, Uploads

_HERE = Path(__file__).parent

Told = dict[str, Any]
Reply = Callable[[Told, bytes], None]  # with what to say, and a file where one was asked for


class MaskBar(Awake, anywidget.AnyWidget):
    """Shows what it is told and hands on what is asked; knows nothing of masks or sessions.

    `on_ask` gets each wish of the page, with the bytes of a file where it brought one, and calls `reply` once, from any
    thread. What is shown is kept here and sent again when a page is loaded anew. Traits hold no picture.
    """

    _esm = "".join(
        (_HERE / name).read_text("utf-8")
        for name in ("elements.js", "masktabs.js", "maskfiles.js", "maskbar.js")
    )
    _css = (_HERE / "maskbar.css").read_text("utf-8")

    max_bytes = traitlets.Int(MAX_BYTES, help="of an uploaded file").tag(sync=True)
    part_bytes = traitlets.Int(PART_BYTES, help="of each message that brings it").tag(sync=True)

    def __init__(self, *, on_ask: Callable[[Told, bytes, Reply], None], on_fold: Callable[[], None]) -> None:
        super().__init__()
        self._on_ask, self._on_fold = on_ask, on_fold
        self._uploads = Uploads()
        self._heard: dict[str, set[int]] = {}  # the numbers of each page's wishes
        self._answered: dict[str, set[int]] = {}
        self._shown: dict[str, Told] = {}
        self.unfolded: frozenset[str] = frozenset()
        self.on_msg(self._receive)

    def show(self, kind: str, **told: Any) -> None:
        """Shows one kind of thing as it is now: "masks", "history", "view" or "words"."""
        if told != self._shown.get(kind):
            self._shown[kind] = told
            self.send({"type": kind, **told})

    def _receive(self, _: Any, content: Told, buffers: list[memoryview]) -> None:
        match content.get("type"):
            case "ready":
                for kind, told in list(self._shown.items()):
                    self.send({"type": kind, **told})
            case "part":
                self._uploads.add(content.get("upload"), content.get("index"), buffers)
            case "fold":
                self.unfolded = frozenset(map(str, content.get("open") or ()))
                self._on_fold()
            case "alive":
                self._find_lost(str(content.get("view")), content.get("open"))
            case _:
                self._ask(str(content.get("view")), content.get("seq"), content)

    def _ask(self, view: str, number: object, content: Told) -> None:
        """Hands a wish on, once: a page tells it again where it seems lost."""
        heard, file = self._heard.setdefault(view, set()), self._uploads.take(content)
        if isinstance(number, int) and number not in heard:
            heard.add(number)
            self._on_ask(content, file, self._reply_to(view, number))

    def _reply_to(self, view: str, number: int) -> Reply:
        def reply(told: Told, file: bytes = b"") -> None:
            self._answered.setdefault(view, set()).add(number)
            if self.comm is not None:  # closed meanwhile
                self.send({**told, "type": "answer", "view": view, "seq": number}, [file] if file else [])

        return reply

    def _find_lost(self, view: str, unanswered: object) -> None:
        """Tells a page that waits which of its wishes never came, and answers those whose answer was lost."""
        numbers = (
            [each for each in unanswered if isinstance(each, int)] if isinstance(unanswered, list) else []
        )
        heard, answered = self._heard.get(view, set()), self._answered.get(view, set())
        self.send({"type": "alive", "view": view, "lost": [each for each in numbers if each not in heard]})
        for number in answered.intersection(numbers):
            self.send({"type": "answer", "view": view, "seq": number, "said": "Done."})

    def __repr__(self) -> str:
        return f"<MaskBar, {len(self._shown.get('masks', {}).get('names', ()))} masks>"
