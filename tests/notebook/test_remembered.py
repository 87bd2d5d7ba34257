"""Tools as they were left: the next editor of the process begins with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook import remembered
from inpaint_nb.notebook.editor import Editor
from inpaint_nb.notebook.ink import Ink


@pytest.fixture
def open_ink() -> Callable[..., Ink]:
    """Makes the pointer layer of a new editor on a picture of this size."""

    def open_(*size: int) -> Ink:
        def nothing(*_: Any) -> None:
            return None

        does = dict.fromkeys(("on_edit", "on_undo", "on_redo", "on_action"), nothing)
        return Editor(Image.new("RGB", size), Mask.empty(size), **does).ink  # type: ignore[arg-type] # two numbers

    return open_


CHOSEN = {
    "tool": "wand", "hardness": 0.4, "strength": 0.5, "pressure": "both", "tolerance": 9.0, "softness": 3.0,
    "space": "lab", "contiguous": False, "stops": True, "hint": "object", "colour": "#00a86b", "opacity": 0.8,
}  # fmt: skip


def test_the_next_editor_begins_with_what_was_chosen(open_ink: Callable[..., Ink]) -> None:
    """Tool, brush, tolerances, colour and opacity are as they were left."""
    open_ink(600, 400).set_state(dict(CHOSEN))
    again = open_ink(600, 400)
    assert {name: getattr(again, name) for name in CHOSEN} == CHOSEN


def test_the_brush_keeps_its_size_beside_the_picture(open_ink: Callable[..., Ink]) -> None:
    """A brush of a tenth of one picture is a tenth of the next; measured on the screen it stays."""
    open_ink(600, 400).radius = 60.0
    large = open_ink(2400, 1000)
    assert large.radius == 240.0
    large.set_state({"unit": "screen", "radius": 25.0})
    assert (open_ink(600, 400).radius, open_ink(600, 400).unit) == (25.0, "screen")


def test_another_picture_in_the_same_editor_keeps_the_brush(open_ink: Callable[..., Ink]) -> None:
    """Going on with a picture of another size keeps the brush's share of it."""
    ink = open_ink(600, 400)
    ink.radius = 60.0
    ink.fit((1200, 800))
    assert ink.radius == 120.0


def test_the_eraser_takes_away(open_ink: Callable[..., Ink]) -> None:
    """An editor that begins with the eraser begins in its mode; others begin by adding."""
    first = open_ink(600, 400)
    first.tool, first.mode = "eraser", "subtract"
    assert open_ink(600, 400).mode == "subtract"
    first.tool = "lasso"
    assert open_ink(600, 400).mode == "add"


def test_what_is_gone_is_not_chosen_again(open_ink: Callable[..., Ink]) -> None:
    """A selector that nobody knows any more and a hidden mask are not carried on."""
    first = open_ink(600, 400)
    first.selector, first.overlay = "gone", False
    again = open_ink(600, 400)
    assert (again.selector, again.overlay) == ("", True)


def test_forgetting_begins_anew(open_ink: Callable[..., Ink]) -> None:
    """After `forget` everything is as in a new process."""
    fresh = open_ink(600, 400).get_state(list(CHOSEN))
    open_ink(600, 400).set_state(dict(CHOSEN))
    remembered.forget()
    assert open_ink(600, 400).get_state(list(CHOSEN)) == fresh
