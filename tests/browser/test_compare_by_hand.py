"""Two pictures against each other, as hand and eye meet it: in the panel, and on an exported page without script."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from editor import SHOW, Editor
from lab import Notebook, wait_until
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Page
from test_looks import LOOKS, theme
from test_runs import LINE
from test_tree import OWN_STORE

pytestmark = pytest.mark.browser
__all__ = ["theme"]  # a fixture of the looks

COUNTED = f"inp.sample()\n{OWN_STORE}"
SIDE_PX = 2048
EXPORTED = f"""\
import inpaint_nb as inp
photo = inp.sample().resize(({SIDE_PX}, {SIDE_PX}))
mask = inp.Mask.ellipse(photo.size, (1080, 1200, 1280, 1440))
result = inp.inpaint(photo, mask, "a fox", seed=7).result()
inp.compare(result)"""


# ---- in the panel


def compared(open_editor: Callable[..., Editor]) -> Editor:
    """An editor with one result, compared with the original."""
    editor = open_editor(COUNTED, SHOW)
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.button("Run").click()
    editor.part('.inb-thumb[data-key="1.1"]').wait_for()
    editor.part('.inb-thumb[data-key="1.1"] .inb-compare').click()
    editor.part(".inb-cmp").wait_for()
    loaded(editor)
    return editor


def loaded(editor: Editor) -> None:
    """Waits until both pictures are drawn."""
    images = editor.part(".inb-cmp-left img, .inb-cmp-right img")
    is_drawn = "all => all.every(one => one.complete && one.naturalWidth > 0)"
    wait_until(lambda: images.evaluate_all(is_drawn), "both pictures are there", editor.page)


def mode(editor: Editor, name: str) -> None:
    editor.part(f'[data-cmp="{name}"]').click()


def at(editor: Editor) -> int:
    """Where the slider stands, per cent."""
    return int(editor.part(".inb-cmp-slider").get_attribute("aria-valuenow") or -1)


def view(editor: Editor) -> dict[str, float]:
    return dict(json.loads(editor.part(".inb-cmp-stage").get_attribute("data-view") or "{}"))


def is_shown(editor: Editor, layer: str) -> bool:
    return editor.part(f".inb-cmp-{layer} img").is_visible()


def chosen(editor: Editor) -> list[str]:
    """The keys of the pictures left and right."""
    return list(editor.part(".inb-cmp-choice").evaluate_all("all => all.map(one => one.value)"))


def test_the_slider_follows_mouse_and_keys(open_editor: Callable[..., Editor]) -> None:
    """A press or drag moves it there, an arrow by a hundredth, with Ctrl by a tenth; the left picture ends at it."""
    editor = compared(open_editor)
    assert chosen(editor) == ["original", "1.1"]
    box = editor.part(".inb-cmp-stage").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    editor.page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    editor.page.mouse.down()
    assert at(editor) == 30
    editor.page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=4)
    assert at(editor) == 80
    editor.page.mouse.up()
    editor.page.mouse.move(box["x"] + 10, middle)
    assert at(editor) == 80
    for key, place in (("ArrowLeft", 79), ("Control+ArrowLeft", 69), ("ArrowRight", 70)):
        editor.page.keyboard.press(key)
        assert at(editor) == place
    clip = editor.part(".inb-cmp-left").evaluate("layer => getComputedStyle(layer).clipPath")
    assert "30%" in clip
    words = editor.part(".inb-cmp-slider").get_attribute("aria-valuetext")
    assert words == "Original 70 %, Run 1 30 %"


def test_the_left_picture_is_seen_while_the_key_or_the_mouse_is_held(
    open_editor: Callable[..., Editor],
) -> None:
    """In Blink the right one shows; V or a press shows the left one until it is let go."""
    editor = compared(open_editor)
    mode(editor, "blink")
    assert (is_shown(editor, "left"), is_shown(editor, "right")) == (False, True)
    editor.page.keyboard.down("v")
    assert is_shown(editor, "left")
    editor.page.keyboard.up("v")
    assert not is_shown(editor, "left")
    editor.part(".inb-cmp-stage").hover()
    editor.page.mouse.down()
    assert is_shown(editor, "left")
    editor.page.mouse.up()
    assert not is_shown(editor, "left")


def test_the_heat_map_comes_with_its_numbers(open_editor: Callable[..., Editor]) -> None:
    """Where the mask was painted it is bright, elsewhere black; the numbers are those of Python."""
    editor = compared(open_editor)
    mode(editor, "difference")
    words = editor.part(".inb-cmp-words")
    wait_until(lambda: "pixels differ" in words.inner_text(), "the numbers are told", editor.page)
    changed = editor.notebook.value("inp.compare(session.result).heat.changed")
    assert words.inner_text().startswith(f"{changed:,} pixels differ")
    assert is_shown(editor, "heat")
    assert "85 of 255 or more" in editor.part(".inb-cmp-legend").inner_text()
    colours = editor.part(".inb-cmp-heat img").evaluate(
        """image => image.decode().then(() => {
            const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
            const pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0);
            const brightest = (...box) => Math.max(...pen.getImageData(...box).data.filter((_, at) => at % 4 < 3));
            return [brightest(100, 90, 100, 90), brightest(400, 250, 100, 90)];
        })"""
    )
    assert colours[0] > 100
    assert colours[1] < 10


def test_both_are_magnified_and_moved_together(open_editor: Callable[..., Editor]) -> None:
    """Side by side, keys, buttons and Ctrl with the wheel zoom both to the same view; a drag moves both."""
    editor = compared(open_editor)
    mode(editor, "side")
    boxes = [editor.part(f".inb-cmp-{name}").bounding_box() for name in ("left", "right")]
    assert boxes[0]["width"] == boxes[1]["width"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    fit = view(editor)["scale"]
    editor.part(".inb-cmp-stage").focus()
    editor.page.keyboard.press("z")
    editor.part('[data-cmp="zoom_in"]').click()
    editor.page.mouse.move(boxes[1]["x"] + 40, boxes[1]["y"] + 40)
    editor.page.keyboard.down("Control")
    editor.page.mouse.wheel(0, -100)
    editor.page.keyboard.up("Control")
    wait_until(lambda: view(editor)["scale"] > fit * 1.9, "the picture is magnified", editor.page)
    before = view(editor)
    editor.page.mouse.down()
    editor.page.mouse.move(boxes[1]["x"] + 10, boxes[1]["y"] + 20)
    editor.page.mouse.up()
    after = view(editor)
    assert (after["x"], after["y"]) == pytest.approx((before["x"] - 30, before["y"] - 20), abs=0.01)
    placed = editor.part(".inb-cmp-left img, .inb-cmp-right img").evaluate_all(
        "all => all.map(one => one.style.cssText)"
    )
    assert placed[0] == placed[1]
    editor.part(".inb-cmp-stage").focus()
    editor.page.keyboard.press("Home")
    assert view(editor)["scale"] == pytest.approx(fit)


def test_compare_is_pressed_by_key_and_gets_the_focus_back(open_editor: Callable[..., Editor]) -> None:
    """A short Enter on a thumbnail's Compare opens it, Esc leaves it where one was; the original has it, too."""
    editor = compared(open_editor)
    editor.page.keyboard.press("Escape")
    assert not editor.part(".inb-cmp").is_visible()
    editor.page.keyboard.press("Enter")
    editor.part(".inb-cmp").wait_for()
    editor.page.keyboard.press("Escape")
    editor.part('.inb-thumb[data-key="original"] .inb-compare').focus()
    editor.page.keyboard.press("Space")
    editor.part(".inb-cmp").wait_for()
    assert chosen(editor) == ["original", "1.1"]


def test_any_two_are_chosen_swapped_saved_and_closed(open_editor: Callable[..., Editor]) -> None:
    """Menus offer every thumbnail; J swaps, S writes a page, a reload brings it back, Esc closes it."""
    editor = compared(open_editor)
    editor.button("Run").click()
    editor.part('.inb-thumb[data-key="2.1"]').wait_for()
    right = editor.part(".inb-cmp-choice").nth(1)
    wait_until(lambda: right.locator("option").count() == 3, "the new result is offered", editor.page)
    editor.part(".inb-cmp-choice").first.select_option("1.1")
    wait_until(lambda: chosen(editor) == ["1.1", "1.1"], "the left one is chosen", editor.page)
    right.select_option("2.1")
    wait_until(lambda: editor.part(".inb-cmp-right img").get_attribute("alt") == "Run 2", "both", editor.page)
    editor.part(".inb-cmp-slider").focus()
    editor.page.keyboard.press("j")
    wait_until(lambda: chosen(editor) == ["2.1", "1.1"], "they are swapped", editor.page)
    wait_until(lambda: editor.part(".inb-cmp-left img").get_attribute("alt") == "Run 2", "both", editor.page)
    cells = editor.page.locator(".jp-Notebook .jp-Cell").count()
    for key in ("m", "v", "z", "d", "d", "Home", "m", "m", "m", "s"):
        editor.page.keyboard.press(key)
    assert editor.page.locator(".jp-Notebook .jp-Cell").count() == cells
    assert editor.part(".inb-cmp-stage").get_attribute("data-mode") == "slider"
    saved = editor.part(".inb-note")
    wait_until(lambda: "Saved comparison-1.html" in saved.inner_text(), "it is saved", editor.page)
    editor.notebook.reload()
    editor.wait()
    loaded(editor)
    assert chosen(editor) == ["2.1", "1.1"]
    editor.part(".inb-cmp-slider").focus()
    editor.page.keyboard.press("Escape")
    assert not editor.part(".inb-cmp").is_visible()
    focused = "document.activeElement.closest('.inb-thumb')?.dataset.key"
    assert editor.page.evaluate(focused) == "1.1"


def test_a_comparison_is_readable_in_each_theme(
    theme: str, open_editor: Callable[..., Editor], tmp_path: Path
) -> None:
    """In every mode, words have a contrast of 4.5 or more, controls a name, and nothing sticks out."""
    editor = compared(open_editor)
    for name in ("side", "blink", "difference", "slider"):
        mode(editor, name)
        if name == "difference":
            wait_until(lambda: editor.part(".inb-cmp-legend").is_visible(), "the legend", editor.page)
        editor.part(".inb-cmp").screenshot(path=tmp_path / f"{theme}-{name}.png")
        found = editor.part(".inb-cmp").evaluate(LOOKS)
        assert (found["faint"], found["nameless"], found["outside"]) == ([], [], [])


# ---- on a page


def test_a_comparison_in_a_notebook_obeys_keys(
    theme: str, open_notebook: Callable[..., Notebook], tmp_path: Path
) -> None:
    """In an output of JupyterLab the arrow keys move the slider and Space blinks; the cells do not hear of it."""
    two = "photo, other = inp.sample(), inp.sample().transpose(0)"
    notebook = open_notebook(f"import inpaint_nb as inp\n{two}", "inp.compare(photo, other)", "last = 1")
    notebook.run(0)
    notebook.run(1)
    output = notebook.cell(1).locator("fieldset")
    output.locator(".p").nth(10).check(force=True)
    place = "line => getComputedStyle(line).left"
    start = float(output.locator(".line").evaluate(place).removesuffix("px"))
    for _ in range(2):
        notebook.page.keyboard.press("ArrowRight")
    moved = float(output.locator(".line").evaluate(place).removesuffix("px"))
    assert moved == pytest.approx(start * 12 / 10, abs=1)
    output.screenshot(path=tmp_path / f"{theme}-slider.png")
    output.get_by_label("Blink").check()
    output.locator(".hold").focus()
    notebook.page.keyboard.down("Space")
    assert output.locator("figure.a img").is_visible()
    notebook.page.keyboard.up("Space")
    assert not output.locator("figure.a img").is_visible()
    output.get_by_label("Side by side").check()
    output.screenshot(path=tmp_path / f"{theme}-side.png")
    output.get_by_label("Difference").check()
    output.screenshot(path=tmp_path / f"{theme}-heat.png")
    assert output.evaluate(LOOKS)["faint"] == []


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The HTML that nbconvert makes of a notebook with a comparison, as nbclient ran it."""
    folder = tmp_path_factory.mktemp("compared")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(EXPORTED)])
    before, os.environ["INPAINT_NB_STORE"] = os.environ.get("INPAINT_NB_STORE"), str(folder / "store")
    try:
        NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}}).execute()
    finally:
        os.environ.pop("INPAINT_NB_STORE")
        if before is not None:
            os.environ["INPAINT_NB_STORE"] = before
    output = notebook.cells[0].outputs[0]
    assert len(json.dumps(output)) <= 300_000
    page, _ = HTMLExporter().from_notebook_node(notebook)
    path = folder / "compared.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture(params=["light", "dark"])
def read(
    request: pytest.FixtureRequest, browser: Browser, exported: Path
) -> Iterator[tuple[Page, list[str]]]:
    """The page in a browser without JavaScript and network, and what it asked for."""
    context = browser.new_context(
        java_script_enabled=False,
        offline=True,
        color_scheme=request.param,
        viewport={"width": 1300, "height": 1100},
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(exported.as_uri())
    yield page, asked
    context.close()


def line(page: Page) -> float:
    """Where the slider's line stands, as a share of the picture."""
    line, stage = page.locator(".line").bounding_box(), page.locator(".stage").bounding_box()
    assert line is not None
    assert stage is not None
    return (line["x"] + 1 - stage["x"]) / stage["width"]


def test_an_exported_comparison_works_without_script_and_network(
    read: tuple[Page, list[str]], exported: Path, tmp_path: Path
) -> None:
    """The slider follows the mouse, stays where it is clicked, and obeys the arrow keys; so do the other views."""
    page, asked = read
    stage: Any = page.locator(".stage").bounding_box()
    assert line(page) == pytest.approx(0.5, abs=0.01)
    page.mouse.move(stage["x"] + stage["width"] * 0.8, stage["y"] + 90)
    assert line(page) == pytest.approx(0.8, abs=0.02)
    page.mouse.click(stage["x"] + stage["width"] * 0.25, stage["y"] + 90)
    page.mouse.move(1, 1)
    assert line(page) == pytest.approx(0.25, abs=0.02)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert line(page) == pytest.approx(0.3, abs=0.02)
    page.screenshot(path=tmp_path / "slider.png")
    first, second, heat = (page.locator(f"figure.{name} img") for name in ("a", "b", "heat"))
    page.get_by_label("Side by side").check()
    left, right = first.bounding_box(), second.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    page.get_by_label("Blink").check()
    for press, release in (
        (page.mouse.down, page.mouse.up),
        (lambda: page.keyboard.down("Space"), lambda: page.keyboard.up("Space")),
    ):
        page.locator(".hold").hover()
        assert (first.is_visible(), second.is_visible()) == (False, True)
        press()
        assert first.is_visible()
        release()
    page.get_by_label("Show Parent").check()
    assert first.is_visible()
    page.get_by_label("Difference").check()
    assert (first.is_visible(), second.is_visible(), heat.is_visible()) == (False, False, True)
    assert page.get_by_text("85 of 255 or more").is_visible()
    assert page.get_by_text("0 outside").is_visible()
    page.screenshot(path=tmp_path / "heat.png")
    assert [address for address in asked if not address.startswith(("data:", exported.as_uri()))] == []
