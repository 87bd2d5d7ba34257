"""The editor of one notebook cell, as a hand and an eye meet it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lab import NEXT_FRAME, Notebook, Picture, Point, wait_until
from playwright.sync_api import ElementHandle, Locator

LOAD = "%load_ext inpaint_nb\nimport inpaint_nb as inp\nphoto = {photo}"
SHOW = "session = %inpaint photo\nchanges = []\nstop = session.on_change(changes.append)"
BUSY = "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: time.sleep(0.01)"
SHOWING = 1  # index of the cell with the panel

COLOUR_AT = """(canvas, [x, y]) => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((x - box.left) * canvas.width / box.width);
    const row = Math.floor((y - box.top) * canvas.height / box.height);
    return [...canvas.getContext('2d').getImageData(column, row, 1, 1).data];
}"""


class Editor(Picture):
    """The panel shown by the second cell of `notebook`, whose variable `session` is its session."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        self.panel = notebook.cell(SHOWING).locator(".inb-panel")
        super().__init__(self.panel.locator(".inb-surface"), (1, 1))

    def wait(self) -> Editor:
        """Wait until picture and pointer layer are there."""
        self.canvas.wait_for()
        self.size = self.notebook.value("session.image.size")
        self.show()
        middle = (self.size[0] / 2, self.size[1] / 2)
        wait_until(lambda: self.picture_at(middle)[3] == 255, "the picture is drawn", self.page)
        return self

    def part(self, selector: str) -> Locator:
        """What the selector finds in the panel."""
        return self.panel.locator(selector)

    def act(self, action: str) -> None:
        """Click the tool bar's button for the action."""
        self.part(f'.inb-toolbar [data-action="{action}"]').click()

    def button(self, label: str) -> Locator:
        """The panel's button that says `label`."""
        return self.panel.get_by_role("button", name=label, exact=True)

    @property
    def view(self) -> dict[str, float]:
        """Scale (CSS pixels for one of the picture) and offset of the picture in its frame."""
        return dict(json.loads(self.canvas.get_attribute("data-view") or "{}"))

    def to_page(self, point: Point) -> Point:
        """Where the image point lies in the page, in CSS pixels, as it is shown now."""
        box, view = self.canvas.bounding_box(), self.view
        assert box is not None, "the canvas is not shown"
        scale, x, y = view["scale"], view["x"], view["y"]
        return box["x"] + point[0] * scale + x, box["y"] + point[1] * scale + y

    # Pixels

    @property
    def ink(self) -> ElementHandle:
        """The bitmap with ink that Python has not drawn yet."""
        return self._element(".inb-ink-add")

    @property
    def drawn(self) -> ElementHandle:
        """The bitmap that Python draws: picture, mask and preview."""
        return self._element("canvas:not(.inb-ink canvas)")

    def ink_at(self, point: Point) -> list[int]:
        """Red, green, blue, alpha of the ink at an image point."""
        return list(
            self.page.evaluate(
                f"([canvas, at]) => ({COLOUR_AT})(canvas, at)", [self.ink, self.to_page(point)]
            )
        )

    def picture_at(self, point: Point) -> list[int]:
        """Red, green, blue, alpha of what Python has drawn at an image point."""
        return list(
            self.page.evaluate(
                f"([canvas, at]) => ({COLOUR_AT})(canvas, at)", [self.drawn, self.to_page(point)]
            )
        )

    # Python

    def wait_for_masks(self, count: int) -> None:
        """Wait until Python has seen so many changes of the mask, undo and redo included."""
        self.notebook.wait_for_value(
            f"changes.count('mask') == {count}", f"{count} changes of the mask in Python"
        )

    def mask_equals(self, expression: str) -> bool:
        """Whether the session's mask has the digest of the mask that `expression` makes, with `size` to use."""
        made = f"(lambda size: {expression})(session.image.size)"
        return bool(self.notebook.value(f"session.mask.digest == {made}.digest"))

    @property
    def points(self) -> list[Point]:
        """The points of the newest stroke."""
        return list(self.notebook.value("session.mask.operations[-1].points"))

    @property
    def radius(self) -> float:
        """Of the brush, in image pixels, as the tool bar says it."""
        return float(self.part(".inb-size-text").inner_text().removesuffix(" px")) / 2

    def _element(self, selector: str) -> ElementHandle:
        found = self.part(f".inb-stage {selector}").first.element_handle()
        assert found is not None
        return found


def frames(editor: Editor) -> None:
    """Let the page draw what it has been told."""
    editor.page.evaluate(NEXT_FRAME)


def stroke_code(points: Sequence[Point], radius: float) -> str:
    """The Python call for a stroke of the hand."""
    return f"inp.Mask.stroke(size, {list(points)!r}, {radius!r})"


def cells(photo: str = "inp.sample()", show: str = SHOW, *more: Any) -> list[str]:
    """The cells of a notebook with an editor: set-up, the editor, and what else is asked for."""
    return [LOAD.format(photo=photo), show, *more]
