"""Sweeps that an executor computes: in this process, in others, and by Dask."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest
from sweeping import LEFT, RIGHT, Computing, Gated, Paid, Painter, run, swept

from inpaint_nb.edit import EditRequest
from inpaint_nb.errors import InputError, JobFailed, Moderated, OutcomeUnknown
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.providers.local import LocalProvider
from inpaint_nb.store import open_store
from inpaint_nb.sweep import Sweep

LIME = (0, 255, 0)


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers of this file, findable by name."""
    monkeypatch.setattr(registry, "_registered", {})
    for cls in (Painter, Paid, Computing, Gated):
        register_provider(cls)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Two processes that were spawned, as on every platform."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def statuses(sweep: Sweep) -> list[str]:
    """The status of each cell."""
    return [sweep.state(cell).status for cell in sweep.cells]


def test_a_process_pool_computes_the_cells(processes: ProcessPoolExecutor) -> None:
    """The pictures were made in other processes, and are composited and recorded here, under the provider's name."""
    sweep = run(masks={"left": LEFT, "right": RIGHT}, count=2, providers=Computing(), executor=processes)
    assert statuses(sweep) == ["done"] * 4
    for cell, result in zip(sweep.cells, sweep.results, strict=True):
        assert result is not None
        assert result.image.getpixel((5 if cell.mask == LEFT else 18, 5)) == LIME
        assert result.report is not None
        assert result.report.changed_outside == 0
        assert result.notes != (f"computed by {os.getpid()}",)
        assert open_store().record(result.job_id).provider == "computing"


def test_the_local_engine_makes_the_same_elsewhere(processes: ProcessPoolExecutor) -> None:
    """With the same seed the pictures are the same ones, wherever they are computed."""
    provider = LocalProvider("smooth")
    here = run(masks=LEFT, seeds=[7], providers=provider)
    there = run(masks=LEFT, seeds=[7], providers=provider, executor=processes, fresh=True)
    assert there.state(0).digest == here.state(0).digest
    assert there.state(0).job_id != here.state(0).job_id


def test_what_went_wrong_elsewhere_comes_back_as_it_was(processes: ProcessPoolExecutor) -> None:
    """Our own errors keep their type, text and hint; a bug of the provider's is named."""
    sweep = run(prompts="a", providers=Computing(Moderated("Not this.", "Ask nicely.")), executor=processes)
    with pytest.raises(Moderated, match="Not this") as refused:
        sweep.result()
    assert refused.value.hint == "Ask nicely."
    sweep = run(prompts="b", providers=Computing(ZeroDivisionError("by zero")), executor=processes)
    with pytest.raises(JobFailed, match="ZeroDivisionError: by zero"):
        sweep.result()


def test_a_provider_that_cannot_be_sent_fails_in_its_cells(processes: ProcessPoolExecutor) -> None:
    """Its class is not importable there: the error says what is needed."""

    class Hidden(Computing):
        name = "computing"

    sweep = run(prompts="a", providers=Hidden(), executor=processes)
    assert statuses(sweep) == ["failed"]
    assert "importable" in sweep.state(0).hint


def test_a_dead_worker_fails_its_cells() -> None:
    """Nothing hangs; the error says that the executor broke."""

    class Dying(Executor):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            from concurrent.futures.process import BrokenProcessPool

            future.set_exception(BrokenProcessPool("a worker died"))
            return future

    sweep = run(prompts="a", providers=Computing(), executor=Dying())
    with pytest.raises(JobFailed, match="executor broke: a worker died"):
        sweep.result()


def test_an_executor_that_is_shut_down_fails_the_cells() -> None:
    """What it refuses is an error of the cell."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    sweep = run(prompts="a", providers=Computing(), executor=pool)
    with pytest.raises(JobFailed, match="after shutdown"):
        sweep.result()


def test_cancel_reaches_the_executor() -> None:
    """Tasks that have not begun there never do."""

    class Idle(Executor):
        def __init__(self) -> None:
            self.futures: list[Future[Any]] = []

        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            self.futures.append(Future())
            return self.futures[-1]

    idle = Idle()
    sweep = swept(prompts=["a", "b"], seeds=range(3), providers=Computing(), executor=idle, concurrency=2)
    running = sweep.on_change(lambda cell: sweep.cancel() if sweep.counts.get("running") == 2 else None)
    sweep.start()
    assert sweep.wait(30).counts == {"cancelled": 6}
    running()
    assert len(idle.futures) == 2
    assert all(future.cancelled() for future in idle.futures)


@pytest.mark.parametrize("provider", [Paid(), Paid(estimated=0.0)])
def test_a_provider_that_does_not_compute_is_refused(provider: Paid) -> None:
    """What is paid, or needs a key, stays on this machine: nothing is sent anywhere."""
    with ThreadPoolExecutor(1) as pool, pytest.raises(InputError, match="does not compute here"):
        swept(providers=["local", provider], executor=pool)
    assert provider.asked == []


def test_what_is_no_executor_is_refused() -> None:
    """With what to give instead."""
    with pytest.raises(InputError, match=r"must have submit") as refused:
        swept(providers=Painter(), executor=4)
    assert "concurrent.futures.Executor" in refused.value.hint


def test_a_request_and_every_error_survive_pickling() -> None:
    """They travel to other processes and back."""
    request = swept(providers=Painter()).plan
    edit = request.request(request.cells[0])
    back = pickle.loads(pickle.dumps(edit))
    assert isinstance(back, EditRequest)
    assert (back.mask, back.prompt) == (edit.mask, edit.prompt)
    assert back.image.tobytes() == edit.image.tobytes()
    error = pickle.loads(pickle.dumps(OutcomeUnknown("Lost.", "Look.")))
    assert (error.message, error.hint) == ("Lost.", "Look.")


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # sockets that its own shutdown leaves to the collector
def test_dask_computes_the_cells() -> None:
    """A real scheduler with two worker processes: its executor is one like any other."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        sweep = run(masks={"left": LEFT, "right": RIGHT}, count=3, providers=Computing(), executor=executor)
        assert statuses(sweep) == ["done"] * 6
        failing = run(prompts="b", providers=Computing(Moderated("Not this.")), executor=executor)
        with pytest.raises(Moderated, match="Not this"):
            failing.result()
    result = sweep.result(mask="right", repeat=2)
    assert result.image.getpixel((18, 5)) == LIME
    assert result.notes[0].startswith("computed by ")
    assert result.notes != (f"computed by {os.getpid()}",)
