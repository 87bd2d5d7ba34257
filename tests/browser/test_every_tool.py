"""Every tool with mouse, finger and pen, in JupyterLab and Notebook 7, on plain and dense screens: exact pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from editor import Editor, stroke_code
from hands import HANDS
from lab import FRONT_ENDS, Point, wait_until

pytestmark = pytest.mark.browser

FLAT = (
    "(lambda image: [image.paste((200, 60, 40), (150, 100, 350, 260)), image][1])"
    "(__import__('PIL.Image').Image.new('RGB', (600, 400), (40, 90, 120)))"
)
THING = "inp.Mask.rectangle(size, (150, 100, 350, 260))"
ON_IT = (200.0, 200.0)
WAY = [(100.0, 80.0), (260.0, 90.0), (300.0, 240.0), (120.0, 220.0)]
BOX = [(130.0, 80.0), (250.0, 150.0), (370.0, 280.0)]
ALL = "inp.Mask.rectangle(size, (50, 50, 400, 300))"


@dataclass(frozen=True)
class Case:
    """A tool, the drags of a hand, and the Python that makes the same mask; `start` is the mask before."""

    tool: str
    drags: Sequence[Sequence[Point]]
    expected: str
    start: str = "inp.Mask.empty(size)"
    is_proposed: bool = False


CASES = [
    Case("brush", [WAY], "{stroke}"),
    Case("eraser", [WAY], f"{ALL} - {{stroke}}", ALL),
    Case("rectangle", [BOX], "inp.Mask.rectangle(size, (130, 80, 370, 280))"),
    Case("ellipse", [BOX], "inp.Mask.ellipse(size, (130, 80, 370, 280))"),
    Case("lasso", [WAY], f"inp.Mask.polygon(size, {WAY!r})"),
    Case("polygon", [[point] for point in (*WAY, WAY[0])], f"inp.Mask.polygon(size, {WAY!r})"),
    Case("wand", [[ON_IT]], THING),
    Case("range", [[ON_IT]], THING, is_proposed=True),
    Case("select", [BOX], "inp.Mask.select(session.image, (130, 80, 370, 280))", is_proposed=True),
]


@pytest.mark.parametrize("held", HANDS)
@pytest.mark.parametrize("device_scale_factor", [1, 2])
@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_every_tool(
    open_editor: Callable[..., Editor], front_end: str, device_scale_factor: int, held: str
) -> None:
    """What the hand does is exactly one Python call, and the points are where the hand was."""
    editor = open_editor(
        FLAT, front_end=front_end, device_scale_factor=device_scale_factor, has_touch=held == "finger"
    )
    for case in CASES:
        begin(editor, case)
        for points in case.drags:
            HANDS[held](editor, points)
        if case.is_proposed:
            take(editor)
        editor.wait_for_masks(1)
        assert editor.mask_equals(expected(editor, case)), case.tool


def begin(editor: Editor, case: Case) -> None:
    """The mask as it is to be before, nothing changed yet, the tool in hand."""
    made = f"(lambda size: {case.start})(session.image.size)"
    editor.notebook.value(f"[session.__setattr__('mask', {made}), changes.clear()]")
    editor.act(case.tool)
    wait_until(
        lambda: editor.canvas.get_attribute("data-tool") == case.tool, "the tool is in hand", editor.page
    )


def take(editor: Editor) -> None:
    wait_until(
        lambda: "would be masked" in editor.part(".inb-proposal-text").inner_text(), "a proposal", editor.page
    )
    editor.part(".inb-apply").click()


def expected(editor: Editor, case: Case) -> str:
    """The case's Python, for strokes with the points that the hand went through."""
    if "{stroke}" not in case.expected:
        return case.expected
    went = [value for point in editor.points for value in point]
    assert went == pytest.approx([value for point in WAY for value in point], abs=0.01)
    return case.expected.format(stroke=stroke_code(editor.points, editor.radius))
