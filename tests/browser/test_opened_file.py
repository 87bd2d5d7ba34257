"""A saved result, opened in a fresh panel: what is there again can be seen, read and gone back from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from editor import Editor, frames
from lab import JupyterLab, wait_until

pytestmark = pytest.mark.browser

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
SAVE = (
    "inp.sample()\n"
    "photo.save('photo.png')\n"
    "hole = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))\n"
    "made = inp.inpaint('photo.png', hole, 'a cup of tea', seed=7).result(timeout=60)\n"
    "_ = made.save('tea.png', overwrite=True)"
)
OPEN = "session = %inpaint tea.png"


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, lab: JupyterLab) -> Iterator[str]:
    """JupyterLab's theme."""
    lab.theme(request.param)
    yield request.param
    lab.theme("light")


def test_everything_of_the_run_is_there_again(theme: str, open_editor: Callable[..., Editor]) -> None:
    """Prompt, mask, note and both thumbnails are shown, readable in each theme, and the original is a click away."""
    editor = open_editor(SAVE, OPEN)
    wait_until(lambda: editor.part(".inb-thumb").count() == 2, "both thumbnails are there", editor.page)
    assert editor.part(".inb-form textarea").input_value() == "a cup of tea"
    assert "that tea.png carries" in editor.part(".inb-note").inner_text()
    assert editor.notebook.value("session.mask == hole")
    frames(editor)
    found = dict(editor.panel.evaluate(LOOKS))
    assert (found["faint"], found["nameless"]) == ([], [])
    editor.button("Start from this: Original").click()
    wait_until(
        lambda: editor.notebook.value("session.image is session.original"),
        "the original is shown",
        editor.page,
    )
