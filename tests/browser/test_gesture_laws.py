"""Whatever the hand does, in any order: the pointer, the Python calls and the printed code give the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from editor import Editor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lab import Point, wait_until
from test_every_tool import FLAT

pytestmark = pytest.mark.browser

SIZE = (600, 400)
APART = 12  # pixels; closer clicks would be a double click, or close a polygon
LAWS = settings(
    deadline=None,
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
SIGNS = {"add": "|", "subtract": "-", "intersect": "&"}
CODE_IS_EQUAL = (
    "(lambda names: exec(session.mask.code(), names) or names['mask'].digest == session.mask.digest)({})"
)


@dataclass(frozen=True)
class Gesture:
    """What the hand does with a tool in a mode."""

    tool: str
    mode: str
    points: tuple[Point, ...]

    def code(self, radius: float) -> str:
        """The Python call for what it covers."""
        points = list(self.points)
        match self.tool:
            case "brush" | "eraser":
                return f"inp.Mask.stroke(size, {points!r}, {radius!r})"
            case "rectangle" | "ellipse":
                (x, y), (across, down) = points[0], points[-1]
                box = (min(x, across), min(y, down), max(x, across), max(y, down))
                return f"inp.Mask.{self.tool}(size, {box!r})"
            case "wand":
                x, y = points[0]
                return f"inp.Mask.wand(session.image, ({x:.0f}, {y:.0f}))"
            case _:
                return f"inp.Mask.polygon(size, {points!r})"

    def do(self, editor: Editor) -> None:
        """With the mouse."""
        editor.act(self.tool)
        editor.part(f'.inb-toolbar [data-mode="{self.mode}"]').click()
        if self.tool == "polygon":
            for point in (*self.points, self.points[0]):
                editor.page.mouse.click(*editor.to_page(point))
        else:
            editor.stroke(self.points[:1] if self.tool == "wand" else self.points)


def is_apart(points: list[Point]) -> bool:
    return all(
        max(abs(one[0] - other[0]), abs(one[1] - other[1])) >= APART
        for number, one in enumerate(points)
        for other in points[:number]
    )


spots = st.tuples(st.integers(5, SIZE[0] - 5).map(float), st.integers(5, SIZE[1] - 5).map(float))
ways = st.lists(spots, min_size=3, max_size=6).filter(is_apart).map(tuple)
tools = st.sampled_from(["brush", "eraser", "rectangle", "ellipse", "lasso", "polygon", "wand"])
gestures = st.builds(Gesture, tools, st.sampled_from(list(SIGNS)), ways)


def test_pointer_calls_and_code_agree(open_editor: Callable[..., Editor]) -> None:
    """Random gestures of every kind in every mode, one after the other."""
    editor = open_editor(FLAT)
    editor.show()

    @LAWS
    @given(st.lists(gestures, min_size=1, max_size=6))
    def law(done: list[Gesture]) -> None:
        editor.notebook.value("[session.__setattr__('mask', inp.Mask.empty(session.image.size))]")
        expected = "inp.Mask.empty(size)"
        for gesture in done:
            gesture.do(editor)
            expected = f"({expected} {SIGNS[gesture.mode]} {gesture.code(editor.radius)})"
        wait_until(lambda: editor.mask_equals(expected), f"the mask is {expected}", editor.page, 20)
        assert editor.notebook.value(CODE_IS_EQUAL)

    law()
