"""What stays in a saved notebook: pictures and words, small, escaped, with nothing to fetch."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from html.parser import HTMLParser

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output
from PIL import Image, ImageChops
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb.edit import (
    Capabilities,
    Event,
    FetchRequest,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Submitted,
)
from inpaint_nb.notebook import display, sheet
from inpaint_nb.notebook.display import Outputs
from inpaint_nb.providers import registry

SIZE = (60, 40)
HOLE = inp.Mask.rectangle(SIZE, (12, 10, 26, 24))


@pytest.fixture
def session(shell: InteractiveShell) -> inp.Session:
    photo = Image.effect_noise(SIZE, 40).convert("RGB")
    return inp.Session(photo, mask=HOLE, prompt="<b>fox</b> & 'hare'\nat \"dawn\"")


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A provider that makes pictures and has buttons, with an account of its own."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    registry.register_provider(Studio)
    return Studio()


def shown(action) -> list[RichOutput]:
    """What `action` displays or updates, in order."""
    with capture_output() as captured:
        action()
    return captured.outputs


def picture(output: RichOutput) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(output.data["image/jpeg"])))


class Tags(HTMLParser):
    """Collects tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_before_any_run_the_picture_is_shown_small_with_its_mask(session):
    """A notebook saved before a run shows the picture and says how large it is and how much is masked."""
    small, words = shown(Outputs(session).show)
    assert max(picture(small).size) <= display.OPENED_PX
    assert "60 × 40 pixels" in words.data["text/html"]
    assert "8.2% of it masked" in words.data["text/plain"]


def test_a_result_is_shown_beside_the_outlined_picture(session):
    """After a run the picture output holds parent and result, and its alternative text says so."""
    outputs = Outputs(session)
    shown(outputs.show)
    session.run().result(timeout=60)
    drawn, words = shown(outputs.update)
    assert picture(drawn).size == (2 * SIZE[0] + sheet.GAP_PX, SIZE[1])
    assert "outlined" in drawn.metadata["image/jpeg"]["alt"]
    assert "0 outside" in words.data["text/plain"]


def test_the_words_name_prompt_provider_time_and_report(session):
    """Prompt, provider with its note, seconds and changed pixels are readable as text."""
    session.run().result(timeout=60)
    _, words = shown(Outputs(session).show)
    told = words.data["text/plain"]
    assert "'hare'" in told
    assert "by local (" in told
    assert "prompt" in told
    assert " s; " in told


def test_a_prompt_is_text_and_never_markup(session):
    """Everything a user or a provider wrote is escaped; no script, style, link or picture to fetch."""
    session.run().result(timeout=60)
    _, words = shown(Outputs(session).show)
    html = Tags(words.data["text/html"])
    assert html.tags <= {"p", "strong", "br"}
    assert html.attributes == []
    assert "&lt;b&gt;fox&lt;/b&gt; &amp;" in words.data["text/html"]


class Failing:
    """A provider, nowhere registered, that always refuses."""

    name = "failing"
    capabilities = Capabilities(note="fails")

    async def run(self, request: object, http: object) -> AsyncIterator[Event]:
        yield Submitted()
        raise inp.JobFailed("<no> & never", "Try another day.")

    resume = run


def test_an_error_is_told_in_the_provider_s_words(session):
    """A failed run says why and what to do, escaped, first; the picture of the last result stays."""
    session.run().result(timeout=60)
    before, _ = shown(Outputs(session).show)
    session.provider = Failing()
    session.run().exception(timeout=60)
    after, words = shown(Outputs(session).show)
    assert "by failing; failed: &lt;no&gt; &amp; never Try another day." in words.data["text/html"]
    assert words.data["text/plain"].index("Run 2") < words.data["text/plain"].index("Run 1")
    assert after.data["image/jpeg"] == before.data["image/jpeg"]


def test_the_beginning_of_a_run_sends_words_only(session):
    """The picture is sent when it changes, and not when a run begins or fails."""
    outputs = Outputs(session)
    shown(outputs.show)
    session.provider = Failing()
    session.run().exception(timeout=60)
    assert [sorted(output.data) for output in shown(outputs.update)] == [["text/html", "text/plain"]]


def test_nothing_is_sent_when_nothing_changed(session):
    """Progress sends no pictures: only the beginning and the end of a run do."""
    outputs = Outputs(session)
    shown(outputs.show)
    assert shown(outputs.update) == []
    session.run().result(timeout=60)
    assert len(shown(outputs.update)) == 2
    assert shown(outputs.update) == []


def test_a_cell_s_end_tells_what_the_background_told_before(shell, session):
    """What a background update said is said once more on behalf of a cell, since some drop the first."""
    outputs = Outputs(session)
    shown(outputs.show)
    session.run().result(timeout=60)
    shown(outputs.update)
    with capture_output() as captured:
        shell.run_cell("1 + 1;", store_history=True)
    assert [sorted(output.data) for output in captured.outputs] == [
        ["image/jpeg", "text/plain"],
        ["text/html", "text/plain"],
    ]
    assert shown(outputs.reissue) == []


def test_an_update_before_showing_sends_nothing(session):
    """Outputs that no cell shows are not updated."""
    outputs = Outputs(session)
    session.run().result(timeout=60)
    assert shown(outputs.update) == shown(outputs.reissue) == []


def test_a_saved_notebook_grows_by_at_most_300_kb_per_run(session):
    """The hardest photograph, noise at 2048 × 2048 with four results, stays below 300 kB with its words."""
    noise = Image.effect_noise((2048, 2048), 120).convert("RGB")
    mask = inp.Mask.ellipse(noise.size, (500, 500, 900, 900))
    for results in ([noise], [noise] * 4):
        drawn = sheet.run_sheet(noise, mask, results, earlier=[noise] * 7)
        assert len(base64.b64encode(sheet.jpeg(drawn))) < 250_000
        assert max(drawn.size) <= 1200


def test_the_outline_follows_the_mask(session):
    """Black and white lines lie just outside the masked part; the inside is left as it is."""
    gray = Image.new("RGB", (100, 80), (120, 120, 120))
    drawn = sheet.outlined(gray, inp.Mask.rectangle(gray.size, (30, 20, 70, 60)), 100)
    changed = ImageChops.difference(drawn, gray).convert("L").getbbox()
    assert changed == (28, 18, 72, 62)
    assert drawn.getpixel((29, 40)) == (255, 255, 255)
    assert drawn.getpixel((28, 40)) == (0, 0, 0)
    assert drawn.getpixel((50, 40)) == (120, 120, 120)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_any_mode_is_shown_on_white(mode):
    """Transparent parts are shown white; icons are enlarged so that they can be seen."""
    icon = Image.new(mode, (16, 16))
    shown_icon = sheet.tile(icon, 512)
    assert shown_icon.size == (96, 96)
    assert shown_icon.getpixel((0, 0)) == ((255, 255, 255) if mode == "RGBA" else (0, 0, 0))


def test_pictures_that_no_edit_made_are_shown_without_outline(shell, studio):
    """A sheet of candidates shows them in a square; words say how many, what was pressed and what it cost."""
    large = inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.Session(large.image, provider=studio, remote=large.remote_picture())
    session.press("Zoom", "<i>wider</i>", result=large).result(10)
    small, words = shown(Outputs(session).show)
    assert "Zoom, “&lt;i&gt;wider&lt;/i&gt;”; by studio" in words.data["text/html"]
    assert "4 pictures." in words.data["text/plain"]
    assert "Left: the picture. Beside it: 4 results." in words.data["text/plain"]
    assert picture(small).width > picture(small).height


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ImagineRequest("a fox"), "“a fox”"),
        (FetchRequest("job-7"), "the pictures of job-7"),
        (PressRequest(RemotePicture("studio", "7"), "U2"), "U2"),
    ],
)
def test_every_kind_of_request_is_told_in_words(request_, words):
    """A prompt, an id or the label of a button."""
    assert display.asked_words(request_) == words


def test_four_candidates_make_a_square():
    """Without a parent beside them four pictures stand two by two."""
    tiles = [Image.new("RGB", (100, 100), color) for color in ("red", "green", "blue", "white")]
    drawn = sheet.run_sheet(None, None, tiles)
    assert drawn.size == (208, 208)
    assert sheet.run_sheet(None, None, tiles[:1]).size == (100, 100)
