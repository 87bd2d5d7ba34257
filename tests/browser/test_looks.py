"""The panel can be read in both themes and in a narrow cell, and every control has a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from editor import Editor, frames
from lab import FRONT_ENDS, JupyterLab
from playwright.sync_api import Browser
from test_runs import run_to_the_end

pytestmark = pytest.mark.browser

LOOKS = (Path(__file__).parent / "looks.js").read_text(encoding="utf-8")
NARROW_PX = 600
TOOLS = ("brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "wand", "range", "select")
OUTLINE = """button => ({
    style: getComputedStyle(button).outlineStyle, colour: getComputedStyle(button).outlineColor,
    ground: getComputedStyle(button.closest('.inb-toolbar')).backgroundColor,
})"""
MINDED = ("faint", "dim", "nameless", "small", "stateless", "outside")


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest, lab: JupyterLab) -> Iterator[str]:
    """JupyterLab's theme."""
    lab.theme(request.param)
    yield request.param
    lab.theme("light")


def looks(editor: Editor) -> dict[str, Any]:
    """What an eye would mind."""
    frames(editor)
    return dict(editor.panel.evaluate(LOOKS))


def minded(editor: Editor) -> dict[str, Any]:
    """Only what there is to mind."""
    return {what: found for what, found in looks(editor).items() if what in MINDED and found}


def narrow(editor: Editor) -> None:
    """Make the window so narrow that the panel is 600 pixels wide."""
    viewport = editor.page.viewport_size
    assert viewport is not None
    surplus = looks(editor)["width"] - NARROW_PX
    editor.page.set_viewport_size({"width": round(viewport["width"] - surplus), "height": viewport["height"]})


def test_readable_in_each_theme(theme: str, open_editor: Callable[..., Editor]) -> None:
    """With a result shown, every text has a contrast of 4.5 or more, and every control has a name."""
    editor = open_editor()
    run_to_the_end(editor)
    found = looks(editor)
    is_dark = editor.page.evaluate("document.body.dataset.jpThemeLight") == "false"
    assert is_dark == (theme == "dark")
    assert (found["faint"], found["nameless"]) == ([], [])


def test_every_tool_and_the_help_are_readable(theme: str, open_editor: Callable[..., Editor]) -> None:
    """With each tool's options, a warning and the help: contrast, names, states, and targets a finger can hit."""
    editor = open_editor()
    for tool in TOOLS:
        editor.act(tool)
        assert minded(editor) == {}, f"{tool}, {theme}"
    editor.act("help")
    assert minded(editor) == {}, f"help, {theme}"


def test_the_focus_can_be_seen(theme: str, open_editor: Callable[..., Editor]) -> None:
    """A control that keys have reached has an outline that stands out by 3 or more."""
    editor = open_editor()
    editor.part('[data-action="brush"]').focus()
    editor.page.keyboard.press("ArrowRight")
    seen = editor.part('[data-action="eraser"]').evaluate(OUTLINE)
    assert seen["style"] == "solid"
    assert contrast(seen["colour"], seen["ground"]) >= 3


def contrast(one: str, other: str) -> float:
    """Of two colours as the browser writes them."""
    lights = sorted(map(luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: str) -> float:
    red, green, blue = (int(value) / 255 for value in re.findall(r"\d+", colour)[:3])
    linear = [
        value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4
        for value in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_nothing_moves_for_those_who_mind(open_editor: Callable[..., Editor]) -> None:
    """Where the system asks for less motion, nothing in the editor is animated."""
    editor = open_editor(reduced_motion="reduce")
    moving = editor.part(".inb-stage").evaluate(
        "stage => stage.getAnimations({subtree: true}).filter(each => each.playState === 'running').length"
    )
    assert moving == 0


def test_a_system_of_few_colours_shows_what_is_pressed(open_editor: Callable[..., Editor]) -> None:
    """With forced colours the tool in hand is still told from the others, and swatches keep their colours."""
    editor = open_editor(forced_colors="active")
    ground = "button => getComputedStyle(button).backgroundColor"
    pressed, other = (editor.part(f'[data-action="{name}"]').evaluate(ground) for name in ("brush", "eraser"))
    assert pressed != other
    assert editor.part("[data-colour]").first.evaluate(ground) == "rgb(230, 0, 126)"


def test_a_narrow_cell_holds_everything(open_editor: Callable[..., Editor]) -> None:
    """At 600 pixels nothing sticks out or leaves a hole, and the picture still takes exact strokes."""
    editor = open_editor()
    run_to_the_end(editor)
    narrow(editor)
    found = looks(editor)
    assert found["width"] == pytest.approx(NARROW_PX, abs=2)
    assert (found["outside"], found["gaps"]) == ([], [])
    editor.stroke([(540.0, 350.0), (590.0, 390.0)])
    editor.wait_for_masks(2)
    assert editor.points[0] == pytest.approx((540, 350), abs=0.05)


def test_the_ink_is_sharp_on_a_fine_screen(
    open_editor: Callable[..., Editor], start_browser: Callable[..., Browser]
) -> None:
    """Where the screen has two pixels for one of the page, the ink has as many, and points are exact."""
    with start_browser("--force-device-scale-factor=2", "--window-size=1400,1000") as fine:
        editor = open_editor(other_browser=fine, no_viewport=True)
        box = editor.canvas.bounding_box()
        assert box is not None
        assert editor.ink.evaluate("canvas => canvas.width") == pytest.approx(2 * box["width"], abs=1)
        editor.stroke([(100.0, 100.0), (200.5, 150.25)])
        editor.wait_for_masks(1)
        assert editor.points == [(100.0, 100.0), (200.5, 150.25)]


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_the_wheel_scrolls_the_page(open_editor: Callable[..., Editor], front_end: str) -> None:
    """Turning the wheel over the picture scrolls the notebook."""
    editor = open_editor(front_end=front_end)
    before = editor.canvas.bounding_box()
    editor.page.mouse.move(*editor.to_page((300.0, 200.0)))
    editor.page.mouse.wheel(0, 120)
    editor.page.wait_for_function(
        "([canvas, top]) => canvas.getBoundingClientRect().top < top",
        arg=[editor.canvas.element_handle(), before["y"] if before else 0],
    )
