"""The row of masks without a browser: what pages ask is fed through the widget, what it shows is read back."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from painted_page import PaintedPage
from PIL import Image

from inpaint_nb import Mask, Session
from inpaint_nb.notebook import remembered
from inpaint_nb.notebook.layers import OVERLAY
from inpaint_nb.notebook.marshal import MARSHALLER
from inpaint_nb.notebook.overlay import encode_outline, encode_styled, outlined
from inpaint_nb.notebook.panel import Panel
from inpaint_nb.notebook.uploads import MAX_BYTES, MOST_AT_ONCE, Uploads

SIZE = (96, 64)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
DISC = Mask.ellipse(SIZE, (30, 10, 80, 60))


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> PaintedPage:
    return PaintedPage(monkeypatch)


@pytest.fixture
def session() -> Session:
    return Session(Image.effect_noise(SIZE, 40).convert("RGB"))


@pytest.fixture
def panel(page: PaintedPage, session: Session) -> Iterator[Panel]:
    remembered.forget()
    panel = Panel(session)
    panel.editor.canvas._handle_custom_msg({"event": "client_ready"}, [])
    yield panel
    panel.close()


class Page:
    """One page that shows the row of a panel."""

    def __init__(self, panel: Panel, published: PaintedPage) -> None:
        self.panel, self.bar, self._published = panel, panel.masks.bar, published
        self._seq = 0

    def ask(self, kind: str, *parts: bytes, **content: Any) -> dict[str, Any]:
        """What is answered to a wish, with the parts of a file before it."""
        self._seq += 1
        if parts:
            content.update(upload=f"v-{self._seq}", parts=len(parts))
        for index, part in enumerate(parts):
            self.hear({"type": "part", "upload": f"v-{self._seq}", "index": index}, part)
        self.hear({**content, "type": kind, "view": "v", "seq": self._seq})
        return self.answer(self._seq)

    def hear(self, content: dict[str, Any], *buffers: bytes) -> None:
        self.bar._handle_custom_msg(content, [memoryview(each) for each in buffers])

    def answer(self, seq: int) -> dict[str, Any]:
        """The answer to a wish; it may come from a worker."""
        for _ in range(2000):
            told = [each for each in self.told("answer") if each["seq"] == seq]
            if told:
                return {
                    name: value for name, value in told[-1].items() if name not in ("type", "view", "seq")
                }
            settled()
        raise AssertionError("there is no answer")

    def told(self, kind: str) -> list[dict[str, Any]]:
        assert self.bar.comm is not None
        return [each for each in self._published.contents(self.bar.comm.comm_id) if each.get("type") == kind]

    def shown(self, kind: str) -> dict[str, Any]:
        """What the row shows of one kind, when everything is drawn."""
        settled()
        return self.told(kind)[-1]


@pytest.fixture
def hand(panel: Panel, page: PaintedPage) -> Page:
    return Page(panel, page)


def settled() -> None:
    """Waits until every update posted so far has been applied."""
    applied = threading.Event()
    MARSHALLER.post(applied, applied.set)
    assert applied.wait(20)


def png(mask: Mask) -> bytes:
    out = io.BytesIO()
    mask.to_image().save(out, "PNG")
    return out.getvalue()


def overlay(panel: Panel, page: PaintedPage) -> Image.Image:
    return page.layer(panel.editor.canvas[OVERLAY])


def test_tabs_do_what_the_session_does(hand: Page, session: Session) -> None:
    """New, switch, rename, remove and bring back are the session's own calls, and the tabs show the outcome."""
    assert hand.ask("add") == {"added": "mask 2"}
    assert hand.shown("masks")["active"] == "mask 2"
    hand.ask("rename", name="mask 2", to=" sky ")
    hand.ask("use", name="mask")
    assert session.masks.active == "mask"
    assert hand.ask("remove", name="sky") == {"said": "Removed sky.", "offer": "restore"}
    assert hand.shown("masks")["names"] == ["mask"]
    hand.ask("restore")
    assert hand.shown("masks")["names"] == ["mask", "sky"]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("use", {"name": "zzz"}),
        ("rename", {"name": "mask", "to": ""}),
        ("remove", {"name": "mask"}),
        ("go", {"step": 99}),
        ("go", {"step": "first"}),
        ("import", {"file": "a.png"}),
        ("import", {"file": "a.png", "upload": "gone", "parts": 3}),
    ],
)
def test_what_cannot_be_done_is_said(
    hand: Page, session: Session, kind: str, content: dict[str, Any]
) -> None:
    """The answer has the error's own words, and nothing has changed."""
    assert hand.ask(kind, **content)["error"]
    assert dict(session.masks) == {"mask": Mask.empty(SIZE)}


def test_anything_is_answered(hand: Page) -> None:
    """A wish that nobody knows gets an answer as well, so that no page waits for ever."""
    assert hand.ask("dance") == {}


def test_a_wish_that_is_told_twice_is_done_once(hand: Page, session: Session) -> None:
    """A page tells again what seems lost; what came is answered again, and what never came is named."""
    hand.ask("add")
    hand.hear({"type": "add", "view": "v", "seq": 1})
    assert list(session.masks) == ["mask", "mask 2"]
    hand.hear({"type": "alive", "view": "v", "open": [1, 2]})
    assert hand.told("alive") == [{"type": "alive", "view": "v", "lost": [2]}]
    assert hand.answer(1) == {"said": "Done."}


def test_the_history_is_told_when_it_is_unfolded(hand: Page, session: Session) -> None:
    """Folded, only where the mask is; unfolded, every step by its name; a wish goes to one."""
    session.mask = BOX
    session.edit(lambda mask: mask.grow(2))
    assert hand.shown("history") == {"type": "history", "position": 2, "last": 2, "first": 0, "titles": []}
    hand.hear({"type": "fold", "open": ["history"]})
    assert hand.shown("history")["titles"] == ["start", "add a rectangle", "grow by 2 px"]
    hand.ask("go", step=1)
    assert session.mask == BOX
    assert hand.shown("history")["position"] == 1


def test_a_long_history_is_told_in_part(hand: Page, session: Session) -> None:
    """Around where the mask is, with the number of the first step that is listed."""
    for number in range(700):
        session.mask = BOX if number % 2 else DISC
    hand.hear({"type": "fold", "open": ["history"]})
    told = hand.shown("history")
    assert (told["first"], len(told["titles"]), told["last"]) == (401, 300, 700)
    hand.ask("go", step=10)
    assert hand.shown("history")["first"] == 0


def test_a_preview_is_taken_by_the_mask_it_belongs_to(hand: Page, session: Session) -> None:
    """Whoever goes on with another mask has taken what was shown of the one before; in the history it is left."""
    session.mask = BOX
    settled()
    hand.panel.editor.ink._handle_custom_msg(
        {"type": "propose", "view": "v", "seq": 1, "refine": "invert", "px": 0}, []
    )
    hand.ask("add")
    assert dict(session.masks) == {"mask": ~BOX, "mask 2": Mask.empty(SIZE)}
    hand.ask("use", name="mask")
    settled()
    hand.panel.editor.ink._handle_custom_msg(
        {"type": "propose", "view": "v", "seq": 2, "refine": "invert", "px": 0}, []
    )
    hand.ask("go", step=1)
    hand.panel.editor.settle(True)
    assert session.masks["mask"] == BOX


@pytest.mark.parametrize("view", ["sent", "blended"])
def test_the_editor_shows_the_very_mask_of_the_request(
    hand: Page, session: Session, page: PaintedPage, view: str
) -> None:
    """Each pixel of the overlay is the level of the request's own mask, and follows what is painted and set."""
    session.mask = DISC
    session.params.update(feather_px=6, feather="ring")
    hand.ask("look", which=view)
    hand.panel.editor.ink.opacity = 1.0
    for change in (lambda mask: mask, lambda mask: mask | BOX):
        hand.panel._edit(change)
        settled()
        request = session._edit_request()
        mask = {"sent": request.sent_mask, "blended": request.blend_mask}[view]
        assert overlay(hand.panel, page).getchannel("A").tobytes() == mask.to_image().tobytes()
    hand.ask("look", which="painted")
    assert overlay(hand.panel, page).getchannel("A").tobytes() == (DISC | BOX).to_image().tobytes()


def test_looking_at_another_mask_changes_none(hand: Page, session: Session) -> None:
    """A gesture while the blended mask is shown changes the painted one."""
    session.mask = DISC
    session.params["feather_px"] = 6
    hand.ask("look", which="blended")
    hand.panel._edit(lambda mask: mask | BOX)
    assert session.mask == DISC | BOX


def test_the_feather_is_the_sessions(hand: Page, session: Session) -> None:
    """It is kept among the parameters of every run; none leaves no trace."""
    session.params["quality"] = 2
    hand.ask("feather", px=5, side="ring")
    assert session.params == {"quality": 2, "feather_px": 5, "feather": "ring"}
    hand.ask("feather", px=0, side="ring")
    assert session.params == {"quality": 2}
    session.params["feather_px"] = 3
    assert hand.shown("view")["feather_px"] == 3


@pytest.mark.parametrize(
    ("into", "expected"),
    [("replace", DISC), ("add", BOX | DISC), ("subtract", BOX - DISC), ("intersect", BOX & DISC)],
)
def test_an_imported_file_is_one_step(hand: Page, session: Session, into: str, expected: Mask) -> None:
    """It becomes the mask, or is combined with it, and one undo takes it back; it may come in parts."""
    session.mask = BOX
    data = png(DISC)
    told = hand.ask("import", data[:50], data[50:], file="C:\\masks\\disc.png", into=into)
    assert told["said"].startswith("Imported disc.png")
    assert session.mask == expected
    assert session.history[-1].title.endswith("disc.png")
    session.undo()
    assert session.mask == BOX


def test_a_file_as_a_new_mask_by_its_alpha_inverted(hand: Page, session: Session) -> None:
    """What was erased in another program is what changes; the mask is called as the file is."""
    picture = Image.new("RGBA", SIZE, "red")
    picture.putalpha((~BOX).to_image())
    out = io.BytesIO()
    picture.save(out, "PNG")
    told = hand.ask("import", out.getvalue(), file="hat.png", channel="alpha", invert=True, into="new")
    assert "Transparent" not in told["said"]
    assert (session.masks.active, session.mask) == ("hat", BOX)
    assert "choose Alpha" in hand.ask("import", out.getvalue(), file="hat.png")["said"]


def test_a_file_of_another_size_is_refused_with_a_hint(hand: Page, session: Session) -> None:
    """Both sizes are named, and that nothing is resized."""
    told = hand.ask("import", png(Mask.full((10, 9))), file="small.png")
    assert told == {
        "error": "small.png is 10 × 9 pixels, and the picture 96 × 64.",
        "hint": "Save the mask at 96 × 64 pixels; it is not resized, so that no edge moves.",
    }
    assert session.mask.is_empty


def test_the_export_reads_back_as_the_mask(hand: Page, session: Session) -> None:
    """The name of the file is that of the mask, with nothing in it that a file system minds."""
    session.masks.rename("mask", "a/hat")
    session.mask = DISC.feather(3)
    assert hand.ask("export")["file"] == "a_hat.png"
    _, data = hand.panel.masks._exported()
    assert Mask.from_image(data) == session.mask


def test_copied_code_makes_an_equal_mask(hand: Page, session: Session) -> None:
    """What goes to the clipboard is the mask's own code."""
    session.mask = (DISC | BOX).grow(2)
    told = hand.ask("code", to="clipboard")
    scope: dict[str, Any] = {}
    exec(told["code"], scope)
    assert scope["mask"].digest == session.mask.digest
    assert told["lines"] == told["code"].count("\n")


def test_no_cell_without_a_notebook(hand: Page) -> None:
    """Where cells cannot be added, the answer says to copy the code."""
    assert hand.ask("code", to="cell")["hint"] == "Copy the code instead."


def test_the_words_follow_the_mask_that_is_shown(hand: Page, session: Session) -> None:
    """Unfolded, they describe it anew after each change."""
    hand.hear({"type": "fold", "open": ["words"]})
    assert "Nothing is masked" in hand.shown("words")["text"]
    session.mask = BOX
    assert hand.shown("words")["text"] == BOX.describe()


def test_cautions_stand_near_the_run(hand: Page, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, escaped; those that make no sense for a provider without masks are left out."""
    cautions = hand.panel.masks.cautions
    assert "The mask is empty" in cautions.value
    session.mask = BOX
    settled()
    assert cautions.value == ""
    session.mask = ~BOX
    settled()
    assert "inverted" in cautions.value
    session.mask = Mask.empty(SIZE)
    monkeypatch.setenv("LOTIMAGE_API_KEY", "none")
    session.provider = "lotimage"
    settled()
    assert cautions.value == ""


def test_cautions_are_about_the_preview_that_a_run_would_take(hand: Page, session: Session) -> None:
    """What is shown and not taken yet is what they speak of, until it is forgotten."""
    session.mask = BOX
    settled()
    ink, cautions = hand.panel.editor.ink, hand.panel.masks.cautions
    is_shown = threading.Event()
    ink.observe(lambda change: "would be masked" in change.new and is_shown.set(), "proposal")
    ink._handle_custom_msg({"type": "propose", "view": "v", "seq": 1, "refine": "invert", "px": 0}, [])
    assert is_shown.wait(20)
    settled()
    assert "inverted" in cautions.value
    hand.panel.editor.settle(False)
    settled()
    assert cautions.value == ""


def test_a_new_page_sees_everything(hand: Page, session: Session) -> None:
    """What was shown is told again to a page that loads."""
    session.masks["sky"] = BOX
    before = len(hand.told("masks")), hand.shown("masks")
    hand.hear({"type": "ready"})
    assert len(hand.told("masks")) == before[0] + 2
    assert hand.shown("masks")["names"] == ["mask", "sky"]


def test_the_style_is_kept_for_the_next_editor(hand: Page) -> None:
    """Chosen in one, it is what another starts with; anything else than a style changes nothing."""
    hand.ask("style", style="checker")
    hand.ask("style", style="neon")
    assert hand.shown("view")["style"] == "checker"
    other = Panel(Session(Image.new("RGB", SIZE)))
    assert other.editor.ink.overlay_style == "checker"
    other.close()
    remembered.forget()


@pytest.mark.parametrize("style", ["tint", "checker", "ants"])
def test_the_overlay_in_parts_is_the_overlay_as_a_whole(
    hand: Page, session: Session, page: PaintedPage, style: str
) -> None:
    """After strokes here and there the canvas shows what one drawing of the mask gives, in every style."""
    hand.ask("style", style=style)
    for mask in (BOX, BOX | DISC, (BOX | DISC) - Mask.rectangle(SIZE, (13, 11, 35, 33))):
        session.mask = mask
        settled()
    ink = hand.panel.editor.ink
    whole = Image.open(
        io.BytesIO(encode_styled(session.mask.to_image(), style, ink.colour, ink.opacity))
    ).convert("RGBA")
    drawn = overlay(hand.panel, page)
    shown = whole.getchannel("A").point([0, *[255] * 255]).convert("1")
    empty = Image.new("RGBA", SIZE)
    assert Image.composite(drawn, empty, shown).tobytes() == Image.composite(whole, empty, shown).tobytes()
    assert drawn.getchannel("A").tobytes() == whole.getchannel("A").tobytes()


def test_a_page_that_is_there_moves_the_ants_itself(hand: Page, session: Session, page: PaintedPage) -> None:
    """The canvas is bare then; the outline goes to the page when the mask changes, and away with the style."""
    editor = hand.panel.editor
    editor.ink._handle_custom_msg({"type": "ready", "view": "v"}, [])
    session.mask = BOX
    settled()
    hand.ask("style", style="ants")
    assert overlay(hand.panel, page).getbbox() is None
    assert editor.outline._shown == ((0, 0, *SIZE), encode_outline(BOX.to_image()))
    hand.panel._edit(lambda mask: mask | DISC)
    assert editor.outline._shown == ((0, 0, *SIZE), encode_outline((BOX | DISC).to_image()))
    hand.ask("style", style="tint")
    assert editor.outline._shown is None
    assert overlay(hand.panel, page).getbbox() is not None


def test_an_outline_is_where_masked_meets_not_masked() -> None:
    """Pixels on both sides of the edge, and none inside, outside or along the picture's border."""
    levels = Mask.rectangle((8, 6), (0, 1, 4, 6)).to_image()
    rows = [outlined(levels).crop((0, y, 8, y + 1)).tobytes() for y in range(6)]
    edge, side = bytes([255] * 4 + [0] * 4), bytes([0, 0, 0, 255, 255, 0, 0, 0])
    assert rows == [edge, bytes([255] * 5 + [0] * 3), side, side, side, side]


def test_no_upload_grows_without_end() -> None:
    """Of a file over the limit no more is kept, of too many at once the oldest goes, and half a file is none."""
    uploads = Uploads()
    part = memoryview(bytes(MAX_BYTES // 2 + 1))
    for index in range(5):
        uploads.add("large", index, [part])
    assert sum(map(len, uploads._parts["large"].values())) <= MAX_BYTES + 2
    for number in range(MOST_AT_ONCE):
        uploads.add(number, 0, [memoryview(b"x")])
    assert uploads.take({"upload": "large", "parts": 5}) == b""
    assert uploads.take({"upload": 1, "parts": 2}) == b""
    assert uploads.take({"upload": 2, "parts": 1}) == b"x"
    assert uploads.take({"upload": 2, "parts": 1}) == b""


def test_no_picture_is_in_any_trait(hand: Page, session: Session) -> None:
    """The row's state is small whatever was imported and shown."""
    hand.ask("import", png(DISC), file="disc.png")
    hand.ask("style", style="ants")
    for widget in (hand.bar, hand.panel.editor.outline):
        state = {name: value for name, value in widget.get_state().items() if name not in ("_esm", "_css")}
        assert len(repr(state)) < 2000
