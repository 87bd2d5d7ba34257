"""Equal requests in real kernels: cells that run again, cells with the same words, and clicks."""

from __future__ import annotations

import pytest
from kernels import Kernel

pytestmark = pytest.mark.kernel

SETUP = """
import inpaint_nb as inp
photo = inp.sample().resize((60, 40))
hole = inp.Mask.rectangle(photo.size, (8, 8, 24, 20))
"""
RUN = "job = inp.inpaint(photo, hole, mode='cached'); print(job.result(timeout=60).repeat, job.recorded is not None)"


@pytest.fixture
def cells(kernel: Kernel) -> Kernel:
    """A kernel in which the first cell has run."""
    kernel.run(SETUP)
    return kernel


def run_cell(kernel: Kernel, cell: str | None, code: str) -> str:
    """What the cell prints; `cell` is the id that JupyterLab sends along, and nbclient does not."""
    content = {
        "code": code,
        "silent": False,
        "store_history": True,
        "user_expressions": {},
        "allow_stdin": False,
    }
    message = kernel.client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
    kernel.client.shell_channel.send(message)
    text, error = kernel.finish(message["header"]["msg_id"])
    assert error is None, error
    return text.strip()


def test_a_cell_that_runs_again_gets_its_own_record(cells: Kernel) -> None:
    """The same cell again is brought back; another with the same words, and a loop, run; a function's cell counts."""
    assert run_cell(cells, "one", RUN) == "0 False"
    assert run_cell(cells, "one", RUN) == "0 True"
    assert run_cell(cells, "two", RUN) == "1 False"
    assert run_cell(cells, "three", f"for _ in range(2): {RUN}") == "2 False\n3 False"
    assert run_cell(cells, "three", f"for _ in range(2): {RUN}") == "2 True\n3 True"
    assert run_cell(cells, "one", RUN) == "0 True"


def test_without_the_ids_of_cells_every_run_of_words_is_another(cells: Kernel) -> None:
    """nbclient tells no cell from another, so two cells with the same words ask twice."""
    assert [run_cell(cells, None, RUN) for _ in range(3)] == ["0 False", "1 False", "2 False"]


def test_run_of_another_notebook_within_a_cell_counts_on(cells: Kernel) -> None:
    """Cells that a cell runs, as `%run` of a notebook does, belong to that cell."""
    inner = f"get_ipython().run_cell({RUN!r}, store_history=False)"
    assert run_cell(cells, "one", f"for _ in range(2): {inner}") == "0 False\n1 False"
    assert run_cell(cells, "one", f"for _ in range(2): {inner}") == "0 True\n1 True"
