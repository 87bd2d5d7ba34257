"""Ratings by hand in a real page: stars by click and by key in the panel."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from editor import Editor
from lab import Notebook, wait_until
from test_runs import run_to_the_end

pytestmark = pytest.mark.browser

MINE = "(lambda r: (r.stars, r.starred, r.rejected))(session.result.rating())"


def rated(open_editor: Callable[..., Editor]) -> Editor:
    """An editor with one result."""
    editor = open_editor()
    run_to_the_end(editor)
    editor.part(".inb-stars").wait_for()
    return editor


def test_a_result_is_rated_by_clicks(open_editor: Callable[..., Editor]) -> None:
    """A star, its mark and the rejection are one click each; the rejected picture is dim and stays."""
    editor = rated(open_editor)
    editor.part('.inb-star[data-stars="4"]').click()
    editor.part(".inb-starred").click()
    editor.part(".inb-rejected").click()
    editor.notebook.wait_for_value(f"{MINE} == (4, True, True)", "the clicks are in the store")
    assert editor.part('.inb-star[aria-checked="true"]').get_attribute("data-stars") == "4"
    assert editor.part(".inb-star.inb-lit").count() == 4
    editor.part(".inb-thumb.inb-dimmed").wait_for()
    editor.part(".inb-star[aria-checked=true]").click()
    editor.part(".inb-rejected").click()
    editor.notebook.wait_for_value(f"{MINE} == (None, True, False)", "the second click takes back")
    wait_until(lambda: editor.part(".inb-dimmed").count() == 0, "it is bright again", editor.page)


def test_a_result_is_rated_by_keys(open_editor: Callable[..., Editor]) -> None:
    """On the picture keys rate the newest result; on a thumbnail that one; and the notebook takes none of them."""
    editor = rated(open_editor)
    cells = editor.page.locator(".jp-Notebook .jp-Cell").count()
    editor.canvas.focus()
    for key in ("3", "f"):
        editor.page.keyboard.press(key)
    editor.notebook.wait_for_value(f"{MINE} == (3, True, False)", "keys on the picture")
    editor.part('.inb-starred[aria-pressed="true"]').wait_for()  # the next key turns it over
    thumbnail = editor.part(".inb-thumb").last
    thumbnail.focus()
    for key in ("5", "f", "d"):
        editor.page.keyboard.press(key)
    editor.notebook.wait_for_value(f"{MINE} == (5, False, True)", "keys on the thumbnail")
    editor.page.keyboard.press("Tab")
    focused = "document.activeElement.className"
    assert "inb-star inb-lit" in editor.page.evaluate(focused)
    editor.page.keyboard.press("ArrowLeft")
    editor.notebook.wait_for_value(f"{MINE}[0] == 4", "arrows in the stars")
    assert editor.page.evaluate("document.activeElement.dataset.stars") == "4"
    assert editor.page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_what_code_rates_shows_in_the_page_and_after_a_reload(open_editor: Callable[..., Editor]) -> None:
    """`result.rate` in a cell lights the stars; a page that is loaded again shows them, too."""
    editor = rated(open_editor)
    editor.notebook.value("session.result.rate(2, starred=True, who='ben')")
    words = editor.part(".inb-rating-words")
    wait_until(lambda: "2 stars, starred" in words.inner_text(), "what ben thinks", editor.page)
    editor.notebook.value("session.result.rate(4)")
    wait_until(lambda: editor.part(".inb-lit").count() == 4, "what I think", editor.page)
    editor.notebook.reload()
    editor.wait()
    wait_until(lambda: editor.part(".inb-lit").count() == 4, "the stars are back", editor.page)


STUDY = "%load_ext inpaint_nb\nimport inpaint_nb as inp"
RUNS = """(lambda inp: [inp.inpaint(photo, inp.Mask.ellipse(photo.size, box), prompt, seed=7).result(60)
    for photo in [inp.sample().resize((300, 200))] for box in [(40, 40, 120, 100), (150, 60, 260, 160)]
    for prompt in ('a quokka', 'a zorilla')] and len(inp.history()))(__import__('inpaint_nb'))"""
TELLING = ("quokka", "zorilla")


def trial_page(open_notebook: Callable[..., Notebook], asked: str = "") -> Notebook:
    """A blind trial of four recorded pictures; what made them stands nowhere in the notebook."""
    notebook = open_notebook(STUDY, f"trial = inp.blind(inp.history(){asked})")
    notebook.run(0)
    store = str(notebook.lab.folder / notebook.name)
    notebook.value(f"__import__('os').environ.update(INPAINT_NB_STORE={store!r})")
    assert notebook.value(RUNS.replace("\n", " ")) == 4
    notebook.run(1)
    notebook.page.locator('.inb-blind[data-ready="true"]').wait_for()
    return notebook


def leaks(notebook: Notebook) -> list[str]:
    """What in the whole page, attributes included, tells what made a picture: prompts, ids, the provider."""
    page, output = notebook.page.content(), notebook.cell(1).locator(".jp-OutputArea").first.inner_html()
    runs = notebook.value("[run.id for run in inp.history()]")
    return [word for word in (*TELLING, *runs) if word in page] + (["local"] if "local" in output else [])


def test_blind_rating_by_keys(open_notebook: Callable[..., Notebook]) -> None:
    """Digits rate and go on, arrows go back; prompts are nowhere in the page until they are revealed."""
    notebook = trial_page(open_notebook)
    page = notebook.page
    blind = page.locator(".inb-blind")
    assert leaks(notebook) == []
    page.locator(".inb-blind-stage").focus()
    for number, key in enumerate(("5", "f", "2", "d", "3")):
        page.locator(f'.inb-blind[data-number="{(0, 1, 1, 2, 2)[number]}"][data-ready="true"]').wait_for()
        page.keyboard.press(key)
    notebook.wait_for_value("trial.answered == 3", "three answers in the store")
    assert blind.get_attribute("data-number") == "3"
    for key in ("ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    page.locator('.inb-blind[data-number="1"][data-ready="true"]').wait_for()
    page.keyboard.press("4")
    notebook.wait_for_value("trial.answers[1].stars == 4", "the second thought")
    assert notebook.value("[(a.stars, a.starred, a.rejected) for a in trial.answers]") == [
        (5, False, False), (4, True, False), (3, False, True), (None, False, False),
    ]  # fmt: skip
    assert "3 of 4 pictures rated" in page.locator(".inb-blind-status").inner_text()
    assert leaks(notebook) == []


def test_a_trial_goes_on_after_a_reload_and_ends_with_what_was_behind(
    open_notebook: Callable[..., Notebook],
) -> None:
    """A new page shows the first picture without stars; at the end a click reveals prompts and the summary."""
    notebook = trial_page(open_notebook)
    page = notebook.page
    page.locator('.inb-star[data-stars="4"]').click()
    notebook.wait_for_value("trial.answered == 1", "a click rates, too")
    notebook.reload()
    page.locator('.inb-blind[data-number="1"][data-ready="true"]').wait_for()
    page.locator(".inb-blind-stage").focus()
    for number in (1, 2, 3):
        page.locator(f'.inb-blind[data-number="{number}"][data-ready="true"]').wait_for()
        page.keyboard.press(str(number))
    wait_until(lambda: "all rated" in page.locator(".inb-blind-status").inner_text(), "all is rated", page)
    assert leaks(notebook) == []
    page.locator(".inb-blind-reveal").click()
    caption = page.locator(".inb-blind-figure figcaption")
    caption.wait_for()
    assert re.search("a (quokka|zorilla) · local", caption.inner_text())
    page.locator(".inb-blind-summary caption", has_text="4 ratings, all blind, by prompt").wait_for()
    page.locator(".inb-blind-stage").focus()
    page.keyboard.press("5")
    assert notebook.value("[answer.stars for answer in trial.answers]") == [4, 1, 2, 3]


def test_pairs_by_keys(open_notebook: Callable[..., Notebook]) -> None:
    """A and B choose, T is a tie, and each goes on to the next pair."""
    notebook = trial_page(open_notebook, ", pairs=True, seed=1")
    page = notebook.page
    page.locator(".inb-blind-stage").focus()
    assert page.locator(".inb-blind-image").count() == 2
    for number, key in enumerate("abtaba"):
        page.locator(f'.inb-blind[data-number="{number}"][data-ready="true"]').wait_for()
        page.keyboard.press(key)
    notebook.wait_for_value("trial.next is None", "all pairs are chosen")
    chosen = ["left", "right", "tie", "left", "right", "left"]
    assert notebook.value("[answer.preference for answer in trial.answers]") == chosen
    assert leaks(notebook) == []
