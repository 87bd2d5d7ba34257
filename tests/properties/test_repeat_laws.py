"""What holds for the numbers of equal requests, whatever cells ask, run again and click."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from inpaint_nb.jobs.repeats import Place, Repeats

FOLDER = Path("store")

cells = st.lists(st.lists(st.sampled_from("abc"), max_size=5), min_size=1, max_size=5)


class Notebook:
    """A kernel in which cells run, each with the requests that it makes."""

    def __init__(self, cells: list[list[str]], *, told: bool = True) -> None:
        """`told` says whether the front end tells cells apart."""
        self.cells, self.told = cells, told
        self.executions = 0
        self.now: Place | None = None
        self.repeats = Repeats(lambda: self.now)

    def run(self, index: int) -> list[int]:
        self.executions += 1
        self.now = Place(str(index), str(self.executions)) if self.told else None
        return [self.repeats.next(FOLDER, asked) for asked in self.cells[index]]

    def run_all(self) -> list[list[int]]:
        return [self.run(index) for index in range(len(self.cells))]


@given(cells)
def test_equal_requests_are_counted_in_the_order_of_asking(cells: list[list[str]]) -> None:
    """Run from top to bottom, each request has as its number how many equal ones were asked before it."""
    flat = [asked for cell in cells for asked in cell]
    numbers = [number for cell in Notebook(cells).run_all() for number in cell]
    assert numbers == [flat[:position].count(asked) for position, asked in enumerate(flat)]


@given(cells)
def test_a_front_end_that_does_not_tell_cells_apart_counts_alike(cells: list[list[str]]) -> None:
    """nbclient and papermill give the numbers that a notebook in JupyterLab got, run from top to bottom."""
    assert Notebook(cells, told=False).run_all() == Notebook(cells).run_all()


@given(cells, st.data())
def test_cells_that_run_again_keep_their_numbers(cells: list[list[str]], data: st.DataObject) -> None:
    """However often earlier cells run again, and whatever is clicked meanwhile, all numbers are those of one run."""
    notebook, live = Notebook(cells), []
    for index in range(len(cells)):
        live.append(notebook.run(index))
        for again in data.draw(st.lists(st.integers(0, index), max_size=4)):
            assert notebook.run(again) == live[again]
        for asked in data.draw(st.lists(st.sampled_from("abc"), max_size=3)):
            notebook.repeats.clicked(FOLDER, asked, at_least=0)
    assert live == Notebook(cells).run_all()


@given(cells, st.lists(st.sampled_from("abc"), max_size=6), st.integers(0, 9))
def test_a_click_takes_a_number_that_nobody_had(cells: list[list[str]], clicks: list[str], kept: int) -> None:
    """It lies above those of every cell and click before it, and above those in the store."""
    notebook = Notebook(cells)
    taken = [
        (asked, number)
        for cell, run in zip(cells, notebook.run_all(), strict=True)
        for asked, number in zip(cell, run, strict=True)
    ]
    for asked in clicks:
        number = notebook.repeats.clicked(FOLDER, asked, at_least=kept)
        assert number >= kept
        assert all(number > earlier for one, earlier in taken if one == asked)
        taken.append((asked, number))


@given(cells)
def test_stores_are_counted_apart(cells: list[list[str]]) -> None:
    """A request in another store is the first one there."""
    notebook = Notebook(cells)
    notebook.run_all()
    assert notebook.repeats.next(Path("other"), "a") == 0
