"""What people hold: a mouse, a finger, a pen. Each drags over the picture in image pixels; a short drag is a click."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from editor import Editor
from lab import Point

Hand = Callable[[Editor, Sequence[Point]], None]
PRESSURE = 0.5  # what mice and fingers report, too


def mouse(editor: Editor, points: Sequence[Point]) -> None:
    """Down at the first point, through the others, up at the last, with the left button."""
    editor.stroke(points)


def finger(editor: Editor, points: Sequence[Point]) -> None:
    """The same with one finger, on a page that was opened with `has_touch`."""
    with _input(editor) as send:
        for kind, point in [("Start", points[0]), *(("Move", point) for point in points[1:])]:
            x, y = editor.to_page(point)
            send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": [{"x": x, "y": y}]})
        send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def pen(editor: Editor, points: Sequence[Point], forces: Sequence[float] | None = None) -> None:
    """The same with a pen, pressed at each point as hard as `forces` say, from 0 to 1."""
    pressed = forces or [PRESSURE] * len(points)
    told = [("Moved", points[0], 0.0), ("Pressed", points[0], pressed[0])]
    told += [("Moved", point, force) for point, force in zip(points[1:], pressed[1:], strict=True)]
    told += [("Released", points[-1], 0.0)]
    with _input(editor) as send:
        for kind, point, force in told:
            send("Input.dispatchMouseEvent", _pen_event(kind, editor.to_page(point), force))


HANDS: dict[str, Hand] = {"mouse": mouse, "finger": finger, "pen": pen}


def _pen_event(kind: str, place: Point, force: float) -> dict[str, Any]:
    is_down = force > 0
    return {
        "type": f"mouse{kind}",
        "x": place[0],
        "y": place[1],
        "button": "left" if is_down or kind != "Moved" else "none",
        "buttons": int(is_down),
        "clickCount": 1,
        "pointerType": "pen",
        "force": force,
    }


@contextmanager
def _input(editor: Editor) -> Iterator[Callable[[str, dict[str, Any]], object]]:
    """Playwright's mouse is all it has, so input goes to the browser as its developer tools send it."""
    editor.show()
    session = editor.page.context.new_cdp_session(editor.page)
    try:
        yield session.send
    finally:
        session.detach()
