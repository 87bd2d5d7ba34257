"""A blind rating without a browser: the saved notebook tells how far it is, and the rest only once it is revealed."""

from __future__ import annotations

import pytest
from nbconvert import HTMLExporter
from test_notebooks import executed, own_folders, pictures, pytestmark, words, written

__all__ = ["own_folders", "pytestmark"]

RUNS = """\
import inpaint_nb as inp
photo = inp.sample()
mask = inp.Mask.ellipse(photo.size, (324, 228, 408, 330))
for prompt in ("a quokka", "a <b>zorilla</b>"):
    inp.inpaint(photo, mask, prompt, seed=7).result(60)"""


@pytest.mark.parametrize("reveals", [False, True])
def test_a_blind_rating_reads_without_javascript(tmp_path, reveals):
    """Progress in words; with `reveal()` the pictures by number, the summary and the prompts, as plain outputs."""
    end = ["table = trial.reveal()"] if reveals else []
    sources = (RUNS, 'trial = inp.blind(inp.history(), who="ann")', "trial.rate(1, 4);", *end)
    notebook = executed(written(*sources), tmp_path)
    shown = notebook.cells[1]
    assert "Blind rating by ann: 1 of 2 pictures rated." in words(shown)
    assert len(pictures(shown)) == reveals
    assert ("1 rating, all blind, by prompt" in words(shown)) == reveals
    told = "\n".join(str(cell.outputs) for cell in notebook.cells)
    assert ("quokka" in told) == reveals
    html, _ = HTMLExporter().from_notebook_node(notebook)
    assert "1 of 2 pictures rated" in html
    assert "<b>zorilla</b>" not in html
