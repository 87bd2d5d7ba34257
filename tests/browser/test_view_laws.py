"""The laws of the view, asked of the very functions that the page uses, by a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, JSHandle

pytestmark = pytest.mark.browser

VIEW = Path(__file__).parents[2] / "inpaint_nb" / "notebook" / "view.js"
FUNCTIONS = "() => { %s; return {toScreen, toPicture, fitted, inside, magnified, visible}; }"
LAWS = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])

sides = st.integers(1, 8192)
pictures = st.tuples(sides, sides)
frames = st.tuples(
    st.floats(1, 4000), st.floats(1, 4000)
)  # CSS pixels; a device pixel is some fraction of one
factors = st.lists(st.floats(0.2, 5), max_size=6)
unit = st.floats(0, 1)


@pytest.fixture(scope="module")
def functions(browser: Browser) -> Iterator[JSHandle]:
    """The functions of view.js in a page."""
    page = browser.new_page()
    yield page.evaluate_handle(FUNCTIONS % VIEW.read_text(encoding="utf-8"))
    page.close()


def ask(functions: JSHandle, body: str, *values: Any) -> Any:
    return functions.evaluate(f"(f, values) => {{ {body} }}", list(values))


@given(pictures, frames, factors, unit, unit)
@LAWS
def test_screen_and_picture_are_inverse(
    functions: JSHandle, picture: Any, frame: Any, factors: Any, across: float, along: float
) -> None:
    """Whatever was zoomed, a picture point taken to the screen and back is within a millionth of a pixel."""
    body = """const [picture, frame, factors, u, v] = values;
        let view = f.fitted(picture, frame);
        for (const factor of factors) view = f.magnified(view, factor, u * frame[0], v * frame[1], picture, frame);
        const point = [u * picture[0], v * picture[1]];
        const again = f.toPicture(view, ...f.toScreen(view, ...point));
        return Math.max(Math.abs(again[0] - point[0]), Math.abs(again[1] - point[1]));"""
    assert ask(functions, body, picture, frame, factors, across, along) <= 1e-6


@given(pictures, frames, factors, unit, unit)
@LAWS
def test_the_picture_fills_what_it_can(
    functions: JSHandle, picture: Any, frame: Any, factors: Any, across: float, along: float
) -> None:
    """A picture larger than the frame leaves no room beside it, a smaller one stands in its middle."""
    body = """const [picture, frame, factors, u, v] = values;
        let view = f.fitted(picture, frame);
        for (const factor of factors) view = f.magnified(view, factor, u * frame[0], v * frame[1], picture, frame);
        return [f.toScreen(view, 0, 0), f.toScreen(view, ...picture)];"""
    start, end = ask(functions, body, picture, frame, factors, across, along)
    for low, high, length in zip(start, end, frame, strict=True):
        tolerance = 1e-6 * max(1.0, length)
        if high - low >= length:
            assert low <= tolerance
            assert high >= length - tolerance
        else:
            assert low == pytest.approx(length - high, abs=tolerance)


@given(pictures, frames, st.floats(1, 30), unit, unit)
@LAWS
def test_what_is_seen_is_asked_for(
    functions: JSHandle, picture: Any, frame: Any, factor: float, across: float, along: float
) -> None:
    """The visible box lies in the picture, holds a pixel, and every point of the frame over the picture is in it."""
    body = """const [picture, frame, factor, u, v] = values;
        const view = f.magnified(f.fitted(picture, frame), factor, u * frame[0], v * frame[1], picture, frame);
        return [f.visible(view, picture, frame), f.toPicture(view, u * frame[0], v * frame[1])];"""
    (left, top, right, bottom), (x, y) = ask(functions, body, picture, frame, factor, across, along)
    assert 0 <= left < right <= picture[0]
    assert 0 <= top < bottom <= picture[1]
    if 0 <= x <= picture[0] and 0 <= y <= picture[1]:
        assert left <= x <= right
        assert top <= y <= bottom
