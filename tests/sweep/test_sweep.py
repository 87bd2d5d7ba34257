"""Running a sweep: what is sent, what is found again, what failed, and what is left when it stops."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sweeping import LEFT, RIGHT, Decorator, Gated, Lost, Paid, Painter, picture, run, swept

import inpaint_nb as inp
from inpaint_nb.errors import InputError, JobError, JobFailed, JobTimeout, NotRecorded, OutcomeUnknown
from inpaint_nb.providers import register_provider, registry
from inpaint_nb.store import open_store
from inpaint_nb.sweep import Cell, Sweep

COLORS = {"red": (255, 0, 0), "blue": (0, 0, 255), "lime": (0, 255, 0)}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers of this file, findable by name, during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    for cls in (Painter, Decorator, Paid, Gated, Lost):
        register_provider(cls)


def statuses(sweep: Sweep) -> list[str]:
    """The status of each cell."""
    return [sweep.state(cell).status for cell in sweep.cells]


def columns_of(sweep: Sweep) -> dict[str, list[Any]]:
    """The frame's columns, with pandas and without."""
    frame = sweep.to_frame()
    rows = frame if isinstance(frame, list) else frame.to_dict("records")
    return {name: [row[name] for row in rows] for name in rows[0]}


def test_every_cell_is_a_job_with_its_own_picture() -> None:
    """Each cell's result has its prompt, mask and seed, and its picture outside the mask is the parent's."""
    sweep = run(
        masks={"left": LEFT, "right": RIGHT}, prompts=["red", "blue"], seeds=[1, 2], providers=Painter()
    )
    assert sweep.done
    for cell, result in zip(sweep.cells, sweep.results, strict=True):
        assert result is not None
        assert (result.prompt, result.seed, result.mask) == (cell.prompt, cell.seed, cell.mask)
        x = 5 if cell.mask is LEFT else 18
        assert result.image.getpixel((x, 5)) == COLORS[cell.prompt]
        assert result.image.getpixel((23 - x, 5)) == (255, 255, 255)
        assert result.report is not None
        assert result.report.changed_outside == 0
    assert len(open_store().records()) == 8


def test_a_result_is_found_by_its_coordinates() -> None:
    """By values or labels; axes with one value need not be named."""
    sweep = run(
        masks={"left": LEFT, "right": RIGHT}, prompts=["red", "blue"], seeds=[1, 2], providers=Painter()
    )
    by_label = sweep.result(mask="right", prompt="blue", seed="2")
    by_value = sweep.result(mask=RIGHT, prompt="blue", seed=2, provider="painter")
    assert by_label.job_id == by_value.job_id == sweep.state(sweep.cells[-1]).job_id
    with pytest.raises(InputError, match="several cells: seed"):
        sweep.result(mask="left", prompt="red")
    with pytest.raises(InputError, match="No prompt here is 'green'"):
        sweep.result(mask="left", prompt="green", seed=1)
    with pytest.raises(InputError, match="no axis 'colour'"):
        sweep.result(colour="red")


def test_a_result_of_this_run_is_live_and_a_found_one_recorded() -> None:
    """Each says which it is, and when it was made."""
    first = run(prompts=["red", "blue"], providers=Painter())
    again = run(prompts=["red", "blue"], providers=Painter())
    assert [first.state(cell).recorded for cell in first.cells] == [None, None]
    assert all(again.state(cell).recorded is not None for cell in again.cells)
    assert first.results[0] is not None
    assert not first.results[0].is_recorded
    assert again.results[0] is not None
    assert again.results[0].is_recorded


def test_the_same_sweep_again_sends_nothing() -> None:
    """Every cell is found in the store, and nothing costs anything."""
    run(prompts=["red", "blue"], seeds=[1, 2], providers=Paid())
    paid = Paid()
    again = run(prompts=["red", "blue"], seeds=[1, 2], providers=paid, budget=0)
    assert paid.asked == []
    assert again.runs == 0
    assert again.summary == "4 runs: 2 prompts × 2 seeds; 4 recorded, 0 to send; free"
    assert statuses(again) == ["done"] * 4


def test_a_larger_sweep_sends_only_what_is_new() -> None:
    """Prompts, seeds and masks that were not there are sent; the rest is found."""
    run(prompts=["red", "blue"], seeds=[1, 2], providers=Painter())
    painter = Painter()
    larger = run(prompts=["red", "lime", "blue"], seeds=[2, 3], providers=painter)
    assert larger.runs == 4
    assert sorted(painter.asked) == [("blue", 3), ("lime", 2), ("lime", 3), ("red", 3)]


def test_more_repeats_of_a_request_send_only_the_new_ones() -> None:
    """`count` grows: the first ones are found."""
    run(prompts="red", count=2, providers=Painter())
    painter = Painter()
    assert run(prompts="red", count=5, providers=painter).runs == 3
    assert len(painter.asked) == 3


def test_a_fresh_sweep_sends_everything() -> None:
    """And what it makes is what is found from then on."""
    run(prompts=["red", "blue"], providers=Painter())
    painter = Painter()
    fresh = run(prompts=["red", "blue"], providers=painter, fresh=True)
    assert sorted(painter.asked) == [("blue", None), ("red", None)]
    again = run(prompts=["red", "blue"], providers=painter)
    assert len(painter.asked) == 2
    assert [again.state(0).job_id, again.state(1).job_id] == [fresh.state(0).job_id, fresh.state(1).job_id]


def test_a_failed_cell_keeps_its_error_and_stops_nobody() -> None:
    """The others are done; the error is raised where the result is asked for."""
    sweep = run(prompts=["red", "fail", "blue"], providers=Painter())
    assert statuses(sweep) == ["done", "failed", "done"]
    state = sweep.state(1)
    assert (state.error, state.hint) == ("No fail today.", "Try red.")
    assert sweep.results[1] is None
    with pytest.raises(JobFailed, match="No fail today"):
        sweep.result(prompt="fail")


def test_a_failed_cell_is_run_again_alone() -> None:
    """Only that one is asked for; a cell that is done is not run again."""

    class Moody(Painter):
        name = "painter"

        async def run(self, request, http):  # type: ignore[no-untyped-def]
            is_bad = request.prompt == "blue" and ("blue", None) not in self.asked
            self.asked.append((request.prompt, request.seed))
            if is_bad:
                raise JobFailed("Not in the mood.")
            yield inp.edit.Finished((picture(request.prompt),))

    moody = Moody()
    sweep = run(prompts=["red", "blue", "lime"], providers=moody)
    assert statuses(sweep) == ["done", "failed", "done"]
    sweep.run_again(1)
    assert sweep.wait(30).result(prompt="blue").image.getpixel((5, 5)) == COLORS["blue"]
    assert [prompt for prompt, _ in moody.asked].count("blue") == 2
    assert len(moody.asked) == 4
    with pytest.raises(InputError, match="This cell is done"):
        sweep.run_again(0)


def test_a_failed_cell_is_tried_again_when_the_sweep_is() -> None:
    """It is no answer, so it is sent again; what is done is not."""
    run(prompts=["red", "fail"], providers=Painter())
    painter = Painter()
    assert run(prompts=["red", "fail"], providers=painter).runs == 1
    assert painter.asked == [("fail", None)]


def test_a_cell_of_unknown_outcome_is_not_sent_again_by_itself() -> None:
    """It may have been paid: the same sweep leaves it as it is, and running it again is a person's decision."""
    run(prompts="red", providers=Lost())
    lost = Lost()
    sweep = run(prompts="red", providers=lost)
    assert lost.asked == []
    assert statuses(sweep) == ["failed"]
    with pytest.raises(OutcomeUnknown, match="The line was cut"):
        sweep.result()
    sweep.run_again(0)
    sweep.wait(30)
    assert len(lost.asked) == 1


def test_no_more_cells_are_on_their_way_than_asked_for() -> None:
    """`concurrency` bounds them, whatever the provider would take."""
    gated = Gated(expected=3)
    sweep = swept(prompts=["red", "blue"], seeds=range(5), providers=gated, concurrency=3)
    sweep.start()
    assert gated.reached.wait(30)
    assert sweep.counts == {"running": 3, "planned": 7}
    gated.open()
    sweep.wait(30)
    assert gated.most == 3


def test_cancel_stops_what_has_not_been_sent() -> None:
    """What is on its way is cancelled, the rest is never asked for; starting again goes on from there."""
    gated = Gated(expected=2)
    sweep = swept(prompts=["red", "blue"], seeds=range(4), providers=gated, concurrency=2)
    sweep.start()
    assert gated.reached.wait(30)
    sweep.cancel()
    sweep.wait(30)
    assert statuses(sweep) == ["cancelled"] * 8
    assert len(gated.asked) == 2
    assert sweep.state(7).error == "The sweep was cancelled before this was sent."
    gated.open()
    sweep.start()
    assert sweep.wait(30).counts == {"done": 8}


def test_starting_twice_sends_nothing_twice() -> None:
    """While it runs, starting again changes nothing."""
    gated = Gated(expected=2)
    sweep = swept(prompts=["red", "blue"], seeds=range(3), providers=gated, concurrency=2)
    sweep.start()
    assert gated.reached.wait(30)
    sweep.start()
    gated.open()
    assert sweep.wait(30).counts == {"done": 6}
    assert len(gated.asked) == 6


def test_a_cell_may_be_run_again_by_who_hears_that_it_failed() -> None:
    """A listener that runs it again at once does."""
    tries: list[Cell] = []
    sweep = swept(prompts=["red", "fail"], providers=Painter())

    def again(cell: Cell | None) -> None:
        if cell is not None and sweep.state(cell).status == "failed" and len(tries) < 3:
            tries.append(cell)
            sweep.run_again(cell)

    sweep.on_change(again)
    sweep.start()
    assert sweep.wait(30).counts == {"done": 1, "failed": 1}
    assert len(tries) == 3


def test_a_cell_whose_files_are_gone_is_run_again() -> None:
    """A record without its pictures is no answer."""
    first = run(prompts=["red", "blue"], providers=Painter())
    for path in open_store().stored_files([first.state(0).job_id or ""])[first.state(0).job_id or ""]:
        path.unlink()
    painter = Painter()
    again = run(prompts=["red", "blue"], providers=painter)
    assert painter.asked == [("red", None)]
    assert again.result(prompt="red").image.getpixel((5, 5)) == COLORS["red"]


def test_a_cancelled_sweep_goes_on_when_it_is_made_again() -> None:
    """Finished cells are not run again."""
    gated = Gated(expected=2)
    sweep = swept(prompts=["red", "blue"], providers=gated)
    sweep.start()
    assert gated.reached.wait(30)
    sweep.cancel()
    sweep.wait(30)
    painter = Gated()
    painter.open()
    assert run(prompts=["red", "blue"], providers=painter).counts == {"done": 2}


def test_a_running_cell_is_adopted_by_the_same_sweep() -> None:
    """The cell is executed again while its jobs run: they are followed, and none is sent twice."""
    gated = Gated(expected=2)
    first = swept(prompts=["red", "blue"], providers=gated)
    first.start()
    assert gated.reached.wait(30)
    second = swept(prompts=["red", "blue"], providers=gated)
    assert second.runs == 0
    assert "2 begun earlier" in second.summary
    second.start()
    gated.open()
    second.wait(30)
    first.wait(30)
    assert len(gated.asked) == 2
    assert [second.state(0).job_id, second.state(1).job_id] == [first.state(0).job_id, first.state(1).job_id]


# Begins a sweep of three paid cells, of which the first is done, then dies without a word.
KILLED = """
import os, sys
sys.path.insert(0, {tests!r})
import sweeping, test_sweep
provider = test_sweep.Keeps()
sweep = sweeping.swept(prompts=["red", "blue", "lime"], providers=provider)
sweep.start()
sweep.result(prompt="red")
assert provider.reached.wait(30)
os._exit(9)
"""


class Keeps(Gated):
    """Makes the first picture at once; the others are only ever brought by those who know their ids."""

    name = "keeps"
    capabilities = Paid.capabilities

    async def run(self, request, http):  # type: ignore[no-untyped-def]
        self.asked.append((request.prompt, request.seed))
        yield inp.edit.Submitted(f"remote-{request.prompt}")
        if request.prompt != "red":
            async for event in super().run(request, http):
                if not isinstance(event, inp.edit.Submitted):
                    yield event
        yield inp.edit.Finished((picture(request.prompt),))

    async def resume(self, remote_id, request, http):  # type: ignore[no-untyped-def]
        assert remote_id == f"remote-{request.prompt}"
        yield inp.edit.Finished((picture(request.prompt),))


def test_after_a_killed_kernel_nothing_is_paid_twice() -> None:
    """The finished cell is found, the others are brought under their remote ids, and nothing is sent."""
    register_provider(Keeps)
    code = KILLED.format(tests=str(Path(__file__).parent))
    died = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert died.returncode == 9, died.stderr
    keeps = Keeps()
    sweep = run(prompts=["red", "blue", "lime"], providers=keeps, budget=0)
    assert keeps.asked == []
    assert statuses(sweep) == ["done"] * 3
    assert sweep.results[2] is not None
    assert sweep.results[2].image.getpixel((5, 5)) == COLORS["lime"]
    assert len(open_store().records()) == 3


def test_a_sweep_whose_costs_grow_stops_at_the_budget() -> None:
    """Where the provider takes more than it estimated, the cells that would go over are not sent."""
    paid = Paid(told=10.0)
    sweep = run(prompts="red", seeds=range(4), providers=paid, budget=20, concurrency=1)
    assert statuses(sweep) == ["done", "done", "failed", "failed"]
    assert len(paid.asked) == 2
    assert "over the budget of 20" in sweep.state(3).error
    assert sweep.spent == 20
    with pytest.raises(InputError, match="20 are spent"):
        sweep.run_again(3)


def test_replay_sends_nothing_and_names_what_is_missing() -> None:
    """Recorded cells answer; one that is not recorded fails with the request's name, and no provider is asked."""
    run(prompts=["red", "fail"], providers=Painter())
    painter = Painter()
    sweep = run(prompts=["red", "fail", "blue"], providers=painter, mode="replay")
    assert painter.asked == []
    assert statuses(sweep) == ["done", "failed", "failed"]
    assert sweep.state(1).error == "No fail today."
    with pytest.raises(NotRecorded, match="'blue'"):
        sweep.result(prompt="blue")


def test_waiting_has_a_timeout() -> None:
    """The sweep goes on after it."""
    gated = Gated()
    sweep = swept(prompts="red", providers=gated)
    sweep.start()
    with pytest.raises(JobTimeout, match="goes on"):
        sweep.wait(0.05)
    gated.open()
    assert sweep.wait(30).done


def test_a_sweep_can_be_awaited() -> None:
    """In a notebook's own loop."""
    sweep = swept(prompts=["red", "blue"], providers=Painter())
    sweep.start()

    async def awaited() -> Sweep:
        return await sweep

    assert asyncio.run(awaited()).counts == {"done": 2}


def test_a_sweep_that_was_not_started_is_not_waited_for() -> None:
    """That would never end."""
    with pytest.raises(InputError, match="not been started"):
        swept(providers=Painter()).wait()


def test_listeners_hear_of_cells_and_of_the_whole() -> None:
    """Each cell is told when it changes, None stands for the sweep; a failing listener harms nobody."""
    heard: list[int | None] = []
    ended = threading.Event()

    def listen(cell: Cell | None) -> None:
        heard.append(None if cell is None else cell.number)
        if cell is None and sweep.done:
            ended.set()

    sweep = swept(prompts=["red", "blue"], providers=Painter())
    sweep.on_change(lambda cell: 1 / 0)
    forget = sweep.on_change(listen)
    sweep.start()
    sweep.wait(30)
    assert ended.wait(30)
    assert {0, 1, None} <= set(heard)
    forget()
    heard.clear()
    sweep.swap()
    assert heard == []


def test_a_wait_ends_when_what_shows_the_sweep_has_finished_too() -> None:
    """Once for each wait that sees the end; one that fails is logged and harms nobody."""
    finished: list[dict[str, int]] = []

    async def awaited() -> Sweep:
        return await sweep

    gated = Gated()
    sweep = swept(prompts="red", seeds=[1, 2], providers=gated)
    sweep.on_wait(lambda: 1 / 0)
    forget = sweep.on_wait(lambda: finished.append(dict(sweep.counts)))
    sweep.start()
    with pytest.raises(JobTimeout):
        sweep.wait(0.01)
    assert finished == []
    gated.open()
    sweep.wait(30)
    assert finished == [{"done": 2}]
    asyncio.run(awaited())
    assert finished == [{"done": 2}] * 2
    forget()
    sweep.wait(30)
    assert len(finished) == 2


def test_a_listener_does_not_wait_for_its_sweep() -> None:
    """It would wait for itself: an error says so at once."""
    errors: list[BaseException] = []

    def listen(cell: Cell | None) -> None:
        if cell is not None and not sweep.done:
            try:
                sweep.wait(1)
            except BaseException as error:  # noqa: BLE001 - looked at below
                errors.append(error)

    sweep = swept(prompts="red", providers=Painter())
    sweep.on_change(listen)
    sweep.start()
    sweep.wait(30)
    assert errors
    assert all(isinstance(error, JobError) for error in errors)


def test_rows_and_columns_can_be_chosen_and_swapped() -> None:
    """An axis stands in one place at a time; what is in neither makes pages."""
    sweep = swept(masks=[LEFT, RIGHT], prompts=["red", "blue", "lime"], seeds=[1, 2], providers=Painter())
    sweep.lay_out(rows="prompt", columns="seed")
    assert (sweep.rows, sweep.columns, sweep.layout.pages) == (("prompt",), ("seed",), ("mask",))
    assert sweep.layout.size == (2, 3, 2)
    sweep.swap()
    assert (sweep.rows, sweep.columns) == (("seed",), ("prompt",))
    sweep.rows = "prompt"
    assert (sweep.rows, sweep.columns) == (("prompt",), ("seed",))
    sweep.columns = ["mask", "seed"]
    assert sweep.layout.size == (1, 3, 4)
    assert sweep.layout.column_labels[1] == ("mask 1", "2")
    with pytest.raises(InputError, match="no axis 'colour'"):
        sweep.rows = "colour"


def test_the_frame_has_a_row_for_each_cell() -> None:
    """What varies, and what the history says of the run; cells without a run say why."""
    sweep = run(
        masks={"left": LEFT, "right": RIGHT},
        prompts=["red", "fail"],
        providers=Painter(),
        params={"size": ["small"]},
    )
    frame = columns_of(sweep)
    assert list(frame["cell"]) == [0, 1, 2, 3]
    assert list(frame["mask"]) == ["left", "left", "right", "right"]
    assert list(frame["prompt"]) == ["red", "fail", "red", "fail"]
    assert list(frame["size"]) == ["small"] * 4
    assert list(frame["provider"]) == ["painter"] * 4
    assert list(frame["status"]) == ["done", "failed"] * 2
    assert list(frame["id"]) == [sweep.state(cell).job_id for cell in sweep.cells]
    assert frame["error"][1] == "JobFailed: No fail today."
    planned = columns_of(swept(prompts="lime", providers=Painter()))
    assert (planned["status"][0], planned["prompt"][0], planned["id"][0]) == ("planned", "lime", None)


def test_a_store_that_cannot_be_written_costs_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pictures are there for as long as the sweep is."""
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("INPAINT_NB_STORE", str(blocked / "store"))
    sweep = run(prompts=["red", "blue"], providers=Painter())
    assert statuses(sweep) == ["done", "done"]
    assert sweep.result(prompt="blue").image.getpixel((5, 5)) == COLORS["blue"]
    assert sweep.thumbnail(0) is not None
    assert sweep.grid(cell_px=32).size[0] > 64


def test_finished_cells_keep_no_pictures_in_memory() -> None:
    """Neither the sweep nor the engine holds on to what a finished job made."""
    import gc

    from PIL import Image

    def pictures() -> list[Image.Image]:
        gc.collect()
        everything = gc.get_objects()
        return [each for each in everything if isinstance(each, Image.Image) and each.size == picture().size]

    before = {id(each) for each in pictures()}  # of other tests
    sweep = run(prompts="red", seeds=range(20), providers=Painter())
    end = time.monotonic() + 10

    def alive() -> int:
        return sum(id(each) not in before for each in pictures())

    while alive() > 4 and time.monotonic() < end:  # the parent, and what the last worker may hold
        time.sleep(0.05)  # other workers may still put theirs away
    assert alive() <= 4
    assert len(sweep.results) == 20
    assert len(sweep.results[5:]) == 15


def test_the_public_function_shows_the_sweep_and_starts_it(capsys: pytest.CaptureFixture[str]) -> None:
    """In a plain script the summary goes to stderr before anything is sent."""
    sweep = inp.sweep(picture(), LEFT, ["red", "blue"], Painter())
    assert sweep.wait(30).counts == {"done": 2}
    assert capsys.readouterr().err == "2 runs: 2 prompts; free\n"
    assert repr(sweep) == "<Sweep, 2 runs: 2 prompts: 2 done>"
