"""The lower part of the panel as a widget: progress, messages, and thumbnails to go on from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from PIL import Image

from inpaint_nb import images
from inpaint_nb.notebook import keys
from inpaint_nb.notebook.lanes import Awake

PREVIEW_PX = 320
THUMBNAIL_PX = 640  # twice the width a thumbnail has on the page, for sharp screens

_HERE = Path(__file__).parent


class Runs(Awake, anywidget.AnyWidget):
    """Shows one status and any number of pictures; knows nothing of sessions or jobs.

    Everything shown is kept here, small, and sent again when a page is loaded anew. Traits hold no picture.
    """

    _esm = "".join((_HERE / name).read_text("utf-8") for name in ("elements.js", "stars.js", "runs.js"))
    _css = "".join((_HERE / name).read_text("utf-8") for name in ("stars.css", "runs.css"))

    actions = traitlets.List(keys.table("rating")).tag(sync=True)

    def __init__(
        self,
        *,
        on_use: Callable[[str], None],
        on_save: Callable[[str], None],
        on_press: Callable[[str, str], None],
        on_offer: Callable[[], None],
        on_rate: Callable[[str, dict[str, object]], None],
        on_compare: Callable[[str], None],
        on_ready: Callable[[], None],
    ) -> None:
        super().__init__()
        self._on_use, self._on_save, self._on_press = on_use, on_save, on_press
        self._on_offer, self._on_rate, self._on_ready = on_offer, on_rate, on_ready
        self._on_compare = on_compare
        self._preview: Image.Image | None = None
        self._offer: dict[str, object] = {"type": "offer", "text": "", "label": ""}
        self._note = ""
        self._status: dict[str, object] = status("idle", "Paint over the part to change, then press Run.")
        self._pictures: dict[str, tuple[dict[str, object], bytes]] = {}
        self._ratings: dict[str, dict[str, object]] = {}
        self.on_msg(self._receive)

    def show_status(self, shown: dict[str, object]) -> None:
        """Shows a `status(...)` in the progress line, and its error below."""
        if shown != self._status:
            self._status = shown
            self._note = "" if shown["state"] == "running" else self._note  # as the page does
            self.send(shown)

    def show_note(self, text: str) -> None:
        """Shows one sentence below the progress line until the next run."""
        self._note = text
        self.send({"type": "note", "text": text})

    def show_preview(self, image: Image.Image | None) -> None:
        """Shows an unfinished picture beside the progress line; None takes it away."""
        if image is not self._preview:
            self._preview = image
            self._send_preview()

    def _send_preview(self) -> None:
        small = None if self._preview is None else images.thumbnail(self._preview, PREVIEW_PX)
        self.send({"type": "preview"}, [] if small is None else [images.encode_jpeg(small)])

    def show_offer(self, text: str, label: str) -> None:
        """Shows one sentence with a button called `label`; an empty text takes it away."""
        self._offer = {"type": "offer", "text": text, "label": label}
        self.send(self._offer)

    def add_picture(
        self,
        key: str,
        image: Image.Image,
        *,
        label: str,
        caption: str,
        alt: str,
        use: str,
        parent: str = "",
        buttons: Sequence[str] = (),
        more: Sequence[str] = (),
        rates: bool = False,
    ) -> None:
        """Adds a thumbnail once.

        `parent` is the key of what Compare shows while it is held, empty for nothing; `use` names the button that goes
        on from it, empty for none. `buttons` and `more` are the provider's labels to press, the first as buttons, the
        others in a menu. `rates` gives it stars.
        """
        if key in self._pictures:
            return
        content: dict[str, object] = {
            "type": "picture", "key": key, "parent": parent, "label": label, "caption": caption, "alt": alt,
            "use": use, "buttons": list(buttons), "more": list(more), "saves": key != "original", "rates": rates,
        }  # fmt: skip
        jpeg = images.encode_jpeg(images.thumbnail(image, THUMBNAIL_PX), quality=88)
        self._pictures[key] = (content, jpeg)
        self.send(content, [jpeg])

    def show_rating(self, key: str, rating: dict[str, object]) -> None:
        """Shows a `rating(...)` at a thumbnail."""
        if rating != self._ratings.get(key):
            self._ratings[key] = rating
            self.send({**rating, "type": "rating", "key": key})

    def _receive(self, _: Any, content: dict[str, Any], buffers: list[memoryview]) -> None:
        key = str(content.get("key"))
        match content.get("type"):
            case "ready":
                self._replay()
                self._on_ready()
            case "use":
                self._on_use(key)
            case "save":
                self._on_save(key)
            case "press":
                self._on_press(key, str(content.get("label")))
            case "rate":
                self._ratings.pop(key, None)  # the page shows what was pressed, also where it is refused now
                self._on_rate(key, content)
            case "compare":
                self._on_compare(key)
            case "offer":
                self._on_offer()

    def _replay(self) -> None:
        self.send(self._status)
        self.send(self._offer)
        if self._note:
            self.send({"type": "note", "text": self._note})
        if self._preview is not None:
            self._send_preview()
        for content, jpeg in list(self._pictures.values()):
            self.send(content, [jpeg])
        for key, rating in list(self._ratings.items()):
            self.send({**rating, "type": "rating", "key": key})

    def __repr__(self) -> str:
        return f"<Runs {self._status['state']}, {len(self._pictures)} pictures>"


def status(
    state: str,
    stage: str,
    *,
    fraction: float | None = None,
    elapsed: float = 0.0,
    error: str = "",
    hint: str = "",
) -> dict[str, object]:
    """What the progress line shows; `state` is idle, running, done, failed or cancelled, `elapsed` in seconds."""
    return {
        "type": "status", "state": state, "stage": stage, "fraction": fraction,
        "elapsed": elapsed, "error": error, "hint": hint,
    }  # fmt: skip
