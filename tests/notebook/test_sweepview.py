"""The grid of a sweep without a browser: what a page is sent and may ask, and what stays in the notebook."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import comm
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from ipywidgets.widgets.widget import _instances as instances
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import workers
from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Progress, Submitted
from inpaint_nb.http import Client
from inpaint_nb.notebook import sweepnews
from inpaint_nb.notebook.marshal import INTERVAL_SECONDS, MARSHALLER
from inpaint_nb.notebook.sweepcell import Shown
from inpaint_nb.notebook.sweepoutputs import SweepOutputs
from inpaint_nb.notebook.sweeppanel import SweepPanel
from inpaint_nb.sources import open_picture
from inpaint_nb.sweep import Sweep, prepare

SIZE = (48, 32)
MASK = inp.Mask.rectangle(SIZE, (8, 8, 24, 24))
HOSTILE = [
    '<script>alert("1")</script>',
    "</td></table><img src=x onerror=alert(1)>",
    "a 'fox' & \"hare\"\n{b}",
]


class Brush:
    """Paints a colour that the seed chooses; waits at a gate, and refuses prompts that ask for it."""

    name = "brush"
    capabilities = Capabilities(note="a test", price="free")

    def __init__(self, *, is_open: bool = True) -> None:
        self.gate: Future[None] = Future()
        self.refuses = True
        if is_open:
            self.gate.set_result(None)

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted()
        yield Progress("painting <b>", 0.25)
        await asyncio.shield(asyncio.wrap_future(self.gate))
        if "refuse" in request.prompt and self.refuses:
            raise inp.JobFailed("<no> & never", "Ask nicely.")
        yield Finished((Image.new("RGB", SIZE, ((request.seed or 0) * 37 % 256, 90, 30)),))

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


class Wire:
    """Every custom message that widgets publish, with its time and buffers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[tuple[float, dict[str, Any], list[bytes]]] = []
        wire = self

        def publish(_: comm.DummyComm, kind: str, data: Any = None, **more: Any) -> None:
            if data and data.get("method") == "custom":
                buffers = [bytes(each) for each in more.get("buffers") or []]
                wire.messages.append((time.monotonic(), data["content"], buffers))

        monkeypatch.setattr(comm.DummyComm, "publish_msg", publish)

    def contents(self, kind: str) -> list[dict[str, Any]]:
        """The messages of one kind."""
        return [content for _, content, _ in self.messages if content["type"] == kind]

    def pictures(self) -> dict[int, bytes]:
        """The newest picture of each cell."""
        told: dict[int, bytes] = {}
        for _, content, buffers in self.messages:
            told.update(zip(content.get("pictures", []), buffers, strict=False))
        return told

    def states(self) -> dict[int, str]:
        """The newest status of each cell."""
        return {row[0]: row[1] for content in self.contents("update") for row in content["cells"]}


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    return Wire(monkeypatch)


def swept(brush: Brush | None = None, **asked: Any) -> Sweep:
    """A sweep that is not started: two prompts by three seeds."""
    asked = {"prompts": ["sea", "fog"], "seeds": [1, 2, 3]} | asked
    photo = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    return prepare(open_picture(photo), masks=MASK, providers=brush or Brush(), **asked)


@pytest.fixture
def shown() -> Iterator[Callable[[Sweep], SweepPanel]]:
    """Makes panels, as a page that has just been loaded meets them."""
    panels: list[SweepPanel] = []

    def show(sweep: Sweep) -> SweepPanel:
        panels.append(SweepPanel(sweep))
        told(panels[-1], "ready")
        return panels[-1]

    yield show
    for panel in panels:
        panel.close()


def told(panel: SweepPanel, kind: str, **content: object) -> None:
    """What a page tells."""
    panel.grid._handle_custom_msg({"type": kind, **content}, [])


def settled(panel: SweepPanel, *, once: bool = False) -> None:
    """Waits until all news have been sent, or only until what is posted by now was."""
    while True:
        applied = threading.Event()
        MARSHALLER.post(applied, applied.set)
        assert applied.wait(20)
        if once or not panel.news.is_waiting:
            return


def outputs_of(action: Callable[[], object]) -> list[RichOutput]:
    """What `action` displays or updates, in order."""
    with capture_output() as captured:
        action()
    return list(captured.outputs)


# ---------------------------------------------------------------------- the live grid


def test_the_page_is_told_axes_cost_cells_and_pictures(wire, shown) -> None:
    """The first message has the grid and the cost; in the end every cell is done and has its small picture."""
    sweep = swept()
    panel = shown(sweep)
    settled(panel)
    first = wire.contents("update")[0]
    assert first["grid"]["summary"] == "6 runs: 2 prompts × 3 seeds; free"
    assert [axis["name"] for axis in first["grid"]["axes"]] == ["prompt", "seed"]
    assert first["overall"]["start"] == "Run"
    assert set(wire.states().values()) == {"planned"}
    told(panel, "start")
    sweep.wait(30)
    settled(panel)
    assert set(wire.states().values()) == {"done"}
    assert sorted(wire.pictures()) == list(range(6))
    small = Image.open(io.BytesIO(wire.pictures()[2]))
    assert small.format == "JPEG"
    assert max(small.size) <= panel.news.thumbnail_px


def test_traits_hold_no_picture(shown) -> None:
    """What is kept in a notebook's widget state does not grow with the results."""
    sweep = swept()
    panel = shown(sweep)
    before = json.dumps(panel.grid.get_state(), default=repr)
    sweep.start()
    sweep.wait(30)
    settled(panel)
    assert json.dumps(panel.grid.get_state(), default=repr) == before


def test_a_page_loaded_anew_is_sent_everything_again(wire, shown) -> None:
    """`ready` brings the grid, each cell and each picture, also after all have been sent before."""
    sweep = swept()
    panel = shown(sweep)
    sweep.start()
    sweep.wait(30)
    settled(panel)
    pictures = wire.pictures()
    wire.messages.clear()
    told(panel, "ready")
    settled(panel)
    assert wire.pictures() == pictures
    assert set(wire.states().values()) == {"done"}
    assert sum("grid" in content for content in wire.contents("update")) == 1


def test_at_most_ten_messages_a_second_and_a_hundred_pictures_in_one(wire, shown) -> None:
    """Hundreds of cells that end at once are told in few messages, one after the other with a pause between."""
    sweep = swept(seeds=list(range(150)))
    panel = shown(sweep)
    sweep.start()
    sweep.wait(60)
    settled(panel)
    assert len(wire.pictures()) == 300
    moments = [moment for moment, content, _ in wire.messages if content["type"] == "update"]
    pauses = [after - before for before, after in pairwise(moments)]
    assert min(pauses) >= 0.9 * INTERVAL_SECONDS
    assert max(len(content["pictures"]) for content in wire.contents("update")) <= sweepnews.MOST_PICTURES


def test_without_a_page_nothing_is_sent(wire) -> None:
    """Where no page has said that it is ready, as under nbclient, no picture is made small for it."""
    sweep = swept()
    panel = SweepPanel(sweep)
    sweep.start()
    sweep.wait(30)
    settled(panel, once=True)
    assert wire.messages == []
    panel.close()


def test_progress_and_failure_are_told_in_the_provider_s_words(wire, shown) -> None:
    """Stage and share while it runs, the error and its hint after; the words go as text."""
    brush = Brush(is_open=False)
    sweep = swept(brush, prompts=["refuse"], seeds=[1])
    panel = shown(sweep)
    sweep.start()
    while wire.states().get(0) != "running":
        settled(panel)
    running = [row for content in wire.contents("update") for row in content["cells"] if row[1] == "running"][
        -1
    ]
    assert running[2:4] == [0.25, "painting <b>"]
    brush.gate.set_result(None)
    sweep.wait(30)
    settled(panel)
    ended = [row for content in wire.contents("update") for row in content["cells"]][-1]
    assert (ended[1], ended[5], ended[6]) == ("failed", "<no> & never", "Ask nicely.")


def test_run_again_runs_that_cell_alone(wire, shown) -> None:
    """One more run, of the cell that was named; one that is done cannot be run again, and the page is told."""
    brush = Brush()
    sweep = swept(brush, prompts=["sea", "refuse"])
    panel = shown(sweep)
    sweep.start()
    sweep.wait(30)
    brush.refuses = False
    runs = len(inp.history())
    told(panel, "again", number=4)
    sweep.wait(30)
    settled(panel)
    assert len(inp.history()) == runs + 1
    assert [state for _, state in sorted(wire.states().items())] == ["done"] * 3 + [
        "failed",
        "done",
        "failed",
    ]
    told(panel, "again", number=0)
    assert "done" in wire.contents("note")[-1]["error"]


def test_rows_and_columns_go_both_ways(wire, shown) -> None:
    """What the page chooses, Python has; what Python sets, the page is told."""
    sweep = swept()
    panel = shown(sweep)
    told(panel, "layout", rows=["seed"], columns=["prompt"])
    assert (sweep.rows, sweep.columns) == (("seed",), ("prompt",))
    sweep.swap()
    settled(panel)
    grids = [content["grid"] for content in wire.contents("update") if "grid" in content]
    assert (grids[-1]["rows"], grids[-1]["columns"]) == (["prompt"], ["seed"])


def test_one_cell_is_shown_large_with_its_request(wire, shown) -> None:
    """Enter asks for it: every axis in full, how it ended, the code that gives the result, and the picture."""
    sweep = swept(prompts=HOSTILE)
    panel = shown(sweep)
    sweep.start()
    sweep.wait(30)
    told(panel, "open", number=7)
    large = wire.contents("large")[-1]
    request = dict(large["request"])
    assert (request["prompt"], request["seed"], request["provider"]) == (HOSTILE[2], "2", "brush")
    assert request["state"].startswith("done")
    result = eval(large["code"], {"sweep": sweep})
    assert result.images == sweep.results[7].images
    (picture,) = next(buffers for _, content, buffers in wire.messages if content["type"] == "large")
    assert Image.open(io.BytesIO(picture)).size == SIZE


def test_use_opens_the_editor_and_then_goes_on_in_it(shown) -> None:
    """The first picture opens the editor below the grid; the next one becomes the picture of the same editor."""
    sweep = swept()
    panel = shown(sweep)
    sweep.start()
    sweep.wait(30)
    told(panel, "use", number=1, index=0)
    session = sweep.session
    assert session.image == sweep.results[1].image
    assert len(panel.widget.children) == 2
    told(panel, "use", number=2, index=0)
    assert sweep.session is session
    assert session.image == sweep.results[2].image


@pytest.mark.parametrize(
    "content",
    [
        {"type": "again", "number": 99},
        {"type": "again", "number": -1},
        {"type": "open", "number": "0"},
        {"type": "use", "number": 0, "index": 5},
        {"type": "use", "number": 0},
        {"type": "layout", "rows": ["nothing"], "columns": []},
        {"type": "layout", "rows": "seed", "columns": 3},
        {"type": "unknown"},
        {},
    ],
)
def test_what_no_page_of_ours_would_say_changes_nothing(shown, content) -> None:
    """Messages with numbers, names or types that do not fit start nothing and raise nothing."""
    sweep = swept()
    panel = shown(sweep)
    panel.grid._handle_custom_msg(content, [])
    assert (sweep.rows, sweep.columns, sweep.is_started) == (("prompt",), ("seed",), False)
    assert sweep.session is None


def test_closing_leaves_no_widget_and_the_sweep_goes_on() -> None:
    """Every widget of the grid, and of the editor below it, is closed."""
    before = set(instances)
    sweep = swept()
    panel = SweepPanel(sweep)
    sweep.start()
    sweep.wait(30)
    told(panel, "use", number=1, index=0)
    panel.close()
    assert set(instances) <= before | {
        key for key in instances if "manager" in type(instances[key]).__name__.lower()
    }
    assert sweep.result(prompt="sea", seed=1).images


# ---------------------------------------------------------------------- what stays in the notebook


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def test_the_static_outputs_show_the_grid_and_say_what_was_live(shell: InteractiveShell) -> None:
    """Before: number and cost. After: one picture of all cells, and each of them in words."""
    sweep = swept()
    outputs = SweepOutputs(sweep)
    picture, words = outputs_of(outputs.show)
    assert picture.data == {"text/plain": "No picture yet."}
    assert "6 runs: 2 prompts × 3 seeds; free" in words.data["text/html"]
    sweep.start()
    picture, words = outputs_of(lambda: sweep.wait(30))
    drawn = Image.open(io.BytesIO(base64.b64decode(picture.data["image/jpeg"])))
    assert drawn.width > drawn.height
    assert "Rows: prompt. Columns: seed." in picture.metadata["image/jpeg"]["alt"]
    assert "6 of 6 done; 6 run live on 20" in words.data["text/plain"]
    assert words.data["text/html"].count("<tr>") == 7
    assert outputs_of(outputs.update) == []


def test_recorded_cells_say_so_and_when(shell: InteractiveShell) -> None:
    """The same sweep again: nothing runs, and the words say from when the pictures are."""
    for _ in range(2):
        sweep = swept()
        sweep.start()
        sweep.wait(30)
    _, words = outputs_of(SweepOutputs(sweep).show)
    assert "6 of 6 done; 6 recorded on 20" in words.data["text/plain"]
    assert words.data["text/html"].count("recorded on 20") == 7


def test_hostile_prompts_are_text(shell: InteractiveShell) -> None:
    """Nothing that a user or a provider wrote becomes markup, in a table or in the list of a large sweep."""
    for seeds in ([1], list(range(80))):
        sweep = swept(prompts=[*HOSTILE, "refuse <b>this</b>"], seeds=seeds)
        sweep.start()
        sweep.wait(60)
        _, words = outputs_of(SweepOutputs(sweep).show)
        html = Tags(words.data["text/html"])
        assert html.tags <= {
            "p",
            "br",
            "details",
            "summary",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "ul",
            "li",
        }
        assert html.attributes <= {"style", "scope"}
        assert "&lt;no&gt; &amp; never" in words.data["text/html"]


WORDS, PICTURE = ["text/html", "text/plain"], ["image/jpeg", "text/plain"]


def kinds(outputs: list[RichOutput]) -> list[list[str]]:
    """What each output is, by its MIME types."""
    return [sorted(output.data) for output in outputs]


def ended(sweep: Sweep) -> None:
    """Returns when the sweep has ended, without waiting for it as a cell would."""
    over = threading.Event()
    stop = sweep.on_change(lambda _: over.set() if sweep.done else None)
    assert sweep.done or over.wait(30)
    stop()


@contextmanager
def no_free_worker() -> Iterator[None]:
    """No worker thread takes new work meanwhile."""
    freed = threading.Event()

    def work() -> None:
        freed.wait(60)

    for _ in range(workers.MAX_WORKERS):
        workers.begin(work)
    try:
        yield
    finally:
        freed.set()


@pytest.mark.parametrize("is_attended", [True, False])
def test_a_cell_s_end_waits_for_no_picture_while_the_sweep_runs(shell: InteractiveShell, is_attended) -> None:
    """It tells in words how far the sweep is."""
    brush = Brush(is_open=False)
    sweep = swept(brush, prompts=["sea"], seeds=[1, 2])
    outputs = SweepOutputs(sweep, is_attended=lambda: is_attended)
    outputs_of(outputs.show)
    sweep.start()
    while sweep.counts.get("planned"):
        time.sleep(0.001)  # between two looks
    assert kinds(outputs_of(outputs.reissue)) == [WORDS]
    brush.gate.set_result(None)
    ended(sweep)


def test_where_somebody_looks_on_the_grid_comes_when_it_is_drawn(shell: InteractiveShell) -> None:
    """The cell that ends after the sweep brings the words; the picture follows from a worker thread."""
    sweep = swept()
    outputs = SweepOutputs(sweep, is_attended=lambda: True)
    outputs_of(outputs.show)
    sweep.start()
    ended(sweep)
    with capture_output() as captured:
        with no_free_worker():
            outputs.reissue()
            outputs.update()
            assert kinds(captured.outputs) == [WORDS]
        while PICTURE not in kinds(captured.outputs):
            time.sleep(0.001)  # between two looks
    assert kinds(outputs_of(outputs.reissue)) == [PICTURE, WORDS]
    assert outputs_of(outputs.reissue) == outputs_of(outputs.update) == []


def test_where_nobody_looks_on_the_cell_ends_with_the_grid(shell: InteractiveShell) -> None:
    """What comes after the last cell, nobody would hear of: it does not even wait for a free worker."""
    sweep = swept()
    outputs = SweepOutputs(sweep, is_attended=lambda: False)
    outputs_of(outputs.show)
    sweep.start()
    ended(sweep)
    with no_free_worker():
        assert kinds(outputs_of(outputs.reissue)) == [PICTURE, WORDS]
    assert outputs_of(outputs.reissue) == []


async def awaited(sweep: Sweep) -> None:
    await sweep


@pytest.mark.parametrize("wait", [lambda sweep: sweep.wait(30), lambda sweep: asyncio.run(awaited(sweep))])
def test_who_waits_for_the_sweep_has_its_grid(
    shell: InteractiveShell, wait: Callable[[Sweep], object]
) -> None:
    """It is sent when the wait ends; each wait for a sweep laid out anew brings the new grid."""
    sweep = swept()
    outputs = SweepOutputs(sweep)
    outputs_of(outputs.show)
    sweep.start()
    assert kinds(outputs_of(lambda: wait(sweep)))[-2:] == [PICTURE, WORDS]
    assert outputs_of(lambda: wait(sweep)) == []
    sweep.swap()
    assert kinds(outputs_of(lambda: wait(sweep))) == [PICTURE, WORDS]
    outputs.close()
    sweep.swap()
    assert outputs_of(lambda: wait(sweep)) == []


def test_a_grid_laid_out_anew_while_it_is_drawn_is_drawn_again(shell: InteractiveShell) -> None:
    """The last picture shows the last layout."""
    sweep = swept()
    outputs = SweepOutputs(sweep)
    outputs_of(outputs.show)
    sweep.start()
    sweep.wait(30)
    with capture_output() as captured:
        for _ in range(5):
            sweep.swap()
            outputs.update()
        while last_shape(captured.outputs) != "<grid, 3 × 2 cells>":
            time.sleep(0.001)  # between two looks


def last_shape(outputs: list[RichOutput]) -> str:
    """How many cells the last picture has, in words."""
    return next(
        (output.data["text/plain"] for output in reversed(outputs) if "image/jpeg" in output.data), ""
    )


def test_a_large_grid_is_drawn_once(shell: InteractiveShell) -> None:
    """While 150 cells run only words are sent; the picture comes in the end."""
    brush = Brush(is_open=False)
    sweep = swept(brush, seeds=list(range(75)))
    outputs = SweepOutputs(sweep)
    outputs_of(outputs.show)
    sweep.start()
    brush.gate.set_result(None)
    while not sweep.counts.get("done"):
        time.sleep(0.001)  # between two looks
    before = outputs_of(outputs.reissue)
    after = outputs_of(lambda: sweep.wait(60))
    assert all("image/jpeg" not in output.data for output in before)
    assert sum("image/jpeg" in output.data for output in [*before, *after]) == 1


def test_a_cell_shows_the_sweep_once_and_closes_it_when_it_runs_again(shell: InteractiveShell) -> None:
    """The grid and its two outputs stand in the cell however often it names the sweep."""
    inp.register_provider(Brush)
    shell.run_cell("import inpaint_nb as inp; photo = inp.sample(); mask = inp.Mask.full(photo.size)")
    asked = "sweep = inp.sweep(photo, mask, ['sea', 'fog'], 'brush'); sweep"
    with capture_output() as captured:
        shell.run_cell(asked, store_history=True).raise_error()
    widgets = [each for each in captured.outputs if "application/vnd.jupyter.widget-view+json" in each.data]
    assert len(widgets) == 1
    assert widgets[0].data["text/html"] == ""
    sweep = shell.user_ns["sweep"].wait(30)
    again = Shown(sweep)
    outputs_of(again.show)
    assert "closed" in outputs_of(again.close)[0].data["text/plain"]
