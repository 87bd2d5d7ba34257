"""Good manners: help, a hint that goes away, keys that leave, and strokes that outlive their kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest
from editor import Editor, stroke_code
from lab import KERNEL_IS_IDLE, JupyterLab, wait_until
from line import Line

from inpaint_nb.notebook import keys

pytestmark = pytest.mark.browser

LINE = [(100.0, 100.0), (150.5, 120.25), (200.0, 180.0), (90.0, 300.0)]
OTHER = [(300.0, 100.0), (400.0, 150.0)]
FOCUSED = "() => document.activeElement.dataset.action ?? document.activeElement.className"


def focused(editor: Editor) -> str:
    """The action or the class of what has the focus."""
    return str(editor.page.evaluate(FOCUSED))


def said(editor: Editor) -> str:
    """What the tool bar says of strokes that Python does not have."""
    return editor.part(".inb-news-words").inner_text() if editor.part(".inb-news").is_visible() else ""


# ---------------------------------------------------------------------- help


def test_the_help_lies_over_the_picture_and_goes(open_editor: Callable[..., Editor]) -> None:
    """`?` shows every action of the table and moves nothing; `?`, Esc and a click take it away, focus goes back."""
    editor = open_editor()
    page, panel = editor.page, editor.part(".inb-help")
    below = editor.part(".inb-form").bounding_box()
    editor.canvas.focus()
    page.keyboard.press("?")
    assert panel.is_visible()
    assert editor.part(".inb-form").bounding_box() == below
    shown = panel.inner_text()
    assert all(action.help in shown and action.call in shown for action in keys.ACTIONS)
    for close in (lambda: page.keyboard.press("?"), lambda: page.keyboard.press("Escape"), panel.click):
        assert panel.is_visible()
        close()
        assert panel.is_hidden()
        assert "inb-surface" in focused(editor)
        page.keyboard.press("?")
    page.keyboard.press("Escape")
    editor.act("help")
    assert editor.part('[data-action="help"]').get_attribute("aria-expanded") == "true"
    editor.act("help")
    assert panel.is_hidden()
    assert editor.notebook.value("session.mask.is_empty")


def test_a_screen_reader_gets_the_help(open_editor: Callable[..., Editor]) -> None:
    """The picture is described by the hint, the line of essentials and all keys, shown or not."""
    editor = open_editor()
    described = (editor.canvas.get_attribute("aria-describedby") or "").split()
    texts = editor.page.evaluate(
        "names => names.map(name => document.getElementById(name).textContent)", described
    )
    assert "Paint over the part to change" in texts[0]
    assert "press ? for all keys" in texts[1]
    assert all(action.help in texts[2] for action in keys.ACTIONS)


def test_the_first_stroke_ends_the_hint_for_good(open_editor: Callable[..., Editor]) -> None:
    """The hint lies on the picture until the first stroke, and is not there after a reload."""
    editor = open_editor()
    hint = editor.part(".inb-welcome")
    assert hint.is_visible()
    editor.stroke(OTHER)
    assert hint.is_hidden()
    editor.wait_for_masks(1)
    assert editor.page.evaluate("localStorage.getItem('inpaint_nb.painted')") == "yes"
    editor.page.evaluate("localStorage.clear()")
    editor.notebook.reload()
    editor.wait()
    wait_until(hint.is_hidden, "the kernel remembers", editor.page)


# ---------------------------------------------------------------------- keys


def test_the_tool_bar_is_one_stop_of_tab(open_editor: Callable[..., Editor]) -> None:
    """Arrows, Home and End go through the buttons, Enter and Space press them, and Tab leaves bar and picture."""
    editor = open_editor()
    press = editor.page.keyboard.press
    editor.part('[data-action="brush"]').focus()
    press("ArrowRight")
    assert focused(editor) == "eraser"
    press("Enter")
    assert editor.canvas.get_attribute("data-tool") == "eraser"
    press("ArrowRight")
    press(" ")
    assert editor.canvas.get_attribute("data-tool") == "rectangle"
    press("End")
    assert focused(editor) == "help"
    press("ArrowRight")
    assert focused(editor) == "brush"
    for _ in range(30):
        press("Tab")
        if "inb-surface" in focused(editor):
            break
    assert "inb-surface" in focused(editor)
    press("Tab")
    assert "inb-surface" not in focused(editor)
    press("Shift+Tab")
    assert "inb-surface" in focused(editor)
    press("Escape")
    assert "inb-surface" not in focused(editor)


# ---------------------------------------------------------------------- kernels that go


def test_strokes_of_a_broken_line_arrive_in_order(
    open_editor: Callable[..., Editor], lab: JupyterLab
) -> None:
    """What was lost on the way stays visible, is counted, and is told again, in order, when the line is back."""
    with Line(lab.port) as line:
        editor = open_editor(port=line.port)
        editor.stroke([(50.0, 350.0)])
        editor.wait_for_masks(1)
        line.go_deaf()
        editor.stroke(LINE)
        editor.stroke(OTHER)
        wait_until(lambda: "2 strokes not in Python yet" in said(editor), "it says so", editor.page)
        assert editor.ink_at(LINE[1])[3] > 0
        line.cut()
        editor.stroke([(500.0, 300.0), (520.0, 310.0)])
        line.mend()
        editor.notebook.wait_for_value("changes.count('mask') == 4", "all four strokes in Python", 60)
        wait_until(lambda: editor.ink_at(LINE[1])[3] == 0, "Python has drawn them", editor.page)
        points = editor.notebook.value("[each.points[0] for each in session.mask.operations]")
        assert points == [(50, 350), LINE[0], OTHER[0], (500, 300)]
        wait_until(lambda: said(editor) == "", "nothing is missing", editor.page)


def test_strokes_of_a_dead_kernel_can_be_taken_along(open_editor: Callable[..., Editor]) -> None:
    """When the kernel dies, ink stays, what is lost is counted, and its code paints it again in the next kernel."""
    editor = open_editor()
    kernel = editor.notebook.value("__import__('os').getpid()")
    os.kill(kernel, signal.SIGSTOP)  # it hears nothing any more, and nobody knows yet
    radius = editor.radius
    editor.stroke(LINE)
    editor.act("rectangle")
    editor.stroke([(300.0, 100.0), (400.0, 150.0)])
    os.kill(kernel, signal.SIGKILL)
    wait_until(lambda: "has ended" in said(editor), "the end of the kernel is told", editor.page)
    assert "2 strokes never reached Python" in said(editor)
    assert editor.ink_at(LINE[1])[3] > 0
    editor.page.locator(".jp-Dialog button").click()  # JupyterLab's own words about the kernel
    editor.part(".inb-copy").click()
    code = editor.part(".inb-code").input_value()
    assert len(code.splitlines()) == 6
    expected = f"{stroke_code(LINE, radius)} | inp.Mask.rectangle(size, (300, 100, 400, 150))"
    assert made_by(code).digest == made_of(expected).digest


def made_by(code: str) -> object:
    """The mask of a session on which the code was run."""
    import inpaint_nb as inp

    session = inp.Session(inp.sample())
    exec(code, {"session": session})
    return session.mask


def made_of(expression: str) -> object:
    """The mask of the expression, with `size` that of the sample."""
    import inpaint_nb as inp

    return eval(expression, {"inp": inp, "size": inp.sample().size})


def test_a_restart_is_told_at_once(open_editor: Callable[..., Editor]) -> None:
    """After a restart, with nothing painted, the editor says that its kernel has ended and what to do."""
    editor = open_editor()
    editor.page.keyboard.press("Escape")
    editor.page.locator('[data-jp-item-name="restart"]').first.click()
    editor.page.keyboard.press("Enter")
    wait_until(lambda: "Run its cell again" in said(editor), "the restart is told", editor.page)
    assert editor.part(".inb-copy").is_hidden()
    editor.page.wait_for_function(KERNEL_IS_IDLE)  # a kernel that starts cannot be shut down
