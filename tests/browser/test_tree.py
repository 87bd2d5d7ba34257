"""The live tree of runs, as a hand and an eye meet it: unfold, branch from a node, star, reject, and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from editor import SHOW, Editor
from lab import wait_until
from test_looks import looks, theme
from test_runs import LINE

pytestmark = pytest.mark.browser
__all__ = ["theme"]  # a fixture of the looks

OWN_STORE = "import os, tempfile\nos.environ['INPAINT_NB_STORE'] = tempfile.mkdtemp()"
HISTORY = f"""\
inp.sample()
{OWN_STORE}
size = photo.size
first = inp.inpaint(photo, inp.Mask.stroke(size, {LINE!r}, 20), "a <b>red</b> fox", seed=1).result()
second = inp.inpaint(first, inp.Mask.ellipse(size, (300, 100, 400, 200)), "a hen", seed=2, count=2).result()
beside = inp.inpaint(photo, inp.Mask.ellipse(size, (60, 60, 160, 160)), "a cat", seed=3).result()"""
CHANGED = (
    "session = %inpaint photo -p 'what was typed'\nchanges = []\nstop = session.on_change(changes.append)"
)


def unfolded(open_editor: Callable[..., Editor]) -> Editor:
    """An editor on a photograph that has runs already, its tree unfolded."""
    editor = open_editor(HISTORY, CHANGED)
    editor.part(".inb-tree-toggle").click()
    wait_until(lambda: editor.part(".inb-tree-node").count() == 4, "all nodes are drawn", editor.page)
    wait_until(
        lambda: editor.part(".inb-tree-image").evaluate_all("all => all.every(one => one.naturalWidth > 0)"),
        "all pictures are there",
        editor.page,
    )
    return editor


def node(editor: Editor, result: str, index: int = 0) -> Any:
    """The picture of a result in the tree."""
    key = editor.notebook.value(f"{result}.job_id")
    return editor.part(f'.inb-tree-node[data-key="{key}"] img[data-index="{index}"]')


def test_branch_from_a_node_by_click(open_editor: Callable[..., Editor]) -> None:
    """A click on a picture and on Branch goes there with its mask and prompt; the next run hangs below that node."""
    editor = unfolded(open_editor)
    node(editor, "first").click()
    editor.part(".inb-tree-branch").click()
    editor.notebook.wait_for_value(
        "session.image.tobytes() == first.image.tobytes()", "the picture is that of the node"
    )
    editor.notebook.wait_for_value("session.mask == first.mask", "the mask is that of the node")
    assert editor.notebook.value("session.prompt") == "a <b>red</b> fox"
    editor.button("Run").click()
    editor.part('.inb-status[data-state="done"]').wait_for()
    wait_until(lambda: editor.part(".inb-tree-node").count() == 5, "the new node is drawn", editor.page)
    assert editor.notebook.value("session.result.parent_result.job_id == first.job_id")
    assert editor.notebook.value("len(session.tree) == 5 and session.tree[session.result.job_id].depth == 2")


def test_open_any_picture_and_go_back_to_the_original(open_editor: Callable[..., Editor]) -> None:
    """A double click opens the very picture that was clicked and leaves mask and prompt alone; the mark moves along."""
    editor = unfolded(open_editor)
    node(editor, "second", 1).dblclick()
    editor.notebook.wait_for_value(
        "session.image.tobytes() == second.images[1].tobytes()", "the second picture is open"
    )
    assert editor.notebook.value("session.prompt, session.mask.is_empty") == ("what was typed", True)
    key = editor.notebook.value("second.job_id")
    editor.part(f'.inb-tree-node[data-key="{key}"][data-here="true"]').wait_for()
    editor.part(".inb-tree-node").first.click()
    editor.part(".inb-tree-open").click()
    editor.notebook.wait_for_value("session.image is session.original", "the original is open")


def test_everything_by_keys(open_editor: Callable[..., Editor]) -> None:
    """Arrows walk, Enter opens, letters star, reject and branch, a digit gives stars; the notebook hears nothing."""
    editor = unfolded(open_editor)
    cells = editor.page.locator(".jp-Notebook .jp-Cell").count()
    editor.part(".inb-tree-node").first.focus()
    keys = editor.page.keyboard
    keys.press("ArrowRight")
    wait_until(lambda: "fox" in editor.part(".inb-tree-words").inner_text(), "the first run", editor.page)
    keys.press("ArrowRight")
    for key in ("f", "4"):
        keys.press(key)
    editor.notebook.wait_for_value(
        "(second.rating(0).starred, second.rating(0).stars) == (True, 4)", "starred, with four stars"
    )
    keys.press("ArrowLeft")
    keys.press("d")
    editor.notebook.wait_for_value("first.rating().rejected", "rejected")
    keys.press("ArrowDown")
    keys.press("Enter")
    editor.notebook.wait_for_value("session.image.tobytes() == beside.image.tobytes()", "the brother is open")
    keys.press("b")
    editor.notebook.wait_for_value("session.prompt == 'a cat'", "branched")
    assert editor.page.locator(".jp-Notebook .jp-Cell").count() == cells
    focused = "document.activeElement.classList.contains('inb-tree-node')"
    assert editor.page.evaluate(focused)


def test_stars_and_rejections_by_click(open_editor: Callable[..., Editor]) -> None:
    """The buttons below the tree rate the chosen picture; a rejected one is dimmed and stays."""
    editor = unfolded(open_editor)
    node(editor, "second", 1).click()
    editor.part(".inb-tree-details .inb-starred").click()
    editor.notebook.wait_for_value("second.rating(1).starred", "starred")
    assert editor.notebook.value("second.rating(0).starred") is False
    editor.part(".inb-tree-pick").first.click()
    editor.part(".inb-tree-details .inb-rejected").click()
    editor.notebook.wait_for_value("second.rating(0).rejected", "rejected")
    key = editor.notebook.value("second.job_id")
    editor.part(f'.inb-tree-node[data-key="{key}"] img.inb-dimmed[data-index="0"]').wait_for()
    assert editor.part(".inb-tree-node").count() == 4


def test_nothing_is_shown_without_runs(open_editor: Callable[..., Editor]) -> None:
    """Before the first run there is no tree; after it there is one, folded, and a reload keeps it."""
    editor = open_editor(f"inp.sample().resize((300, 200))\n{OWN_STORE}", SHOW)
    assert not editor.part(".inb-tree").is_visible()
    editor.stroke([(50.0, 50.0), (100.0, 100.0)])
    editor.wait_for_masks(1)
    editor.button("Run").click()
    toggle = editor.part(".inb-tree-toggle")
    toggle.wait_for()
    assert toggle.inner_text().endswith("Tree of 1 run")
    assert editor.part(".inb-tree-node").count() == 0
    toggle.click()
    wait_until(lambda: editor.part(".inb-tree-node").count() == 2, "the tree is drawn", editor.page)
    editor.notebook.reload()
    editor.wait()
    wait_until(lambda: editor.part(".inb-tree-node").count() == 2, "the tree is back", editor.page)


def test_the_tree_is_readable_in_each_theme(theme: str, open_editor: Callable[..., Editor]) -> None:
    """Unfolded, every word has a contrast of 4.5 or more and every control a name."""
    editor = unfolded(open_editor)
    node(editor, "second").click()
    found = looks(editor)
    is_dark = editor.page.evaluate("document.body.dataset.jpThemeLight") == "false"
    assert is_dark == (theme == "dark")
    assert (found["faint"], found["nameless"]) == ([], [])
