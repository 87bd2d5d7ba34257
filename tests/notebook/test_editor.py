"""The editor as a page sees it: what it draws, what it answers, and what a hand's messages do to the mask."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipycanvas.canvas import _CANVAS_MANAGER
from painted_page import PaintedPage
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook import keys, tools
from inpaint_nb.notebook.drawing import held
from inpaint_nb.notebook.editor import OVERLAY, PICTURE, PREVIEW, Editor
from inpaint_nb.notebook.proxy import LONGEST_PX, Proxy, encode_picture

SIZE = (60, 40)


def gradient(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


class Owner:
    """Owns a mask the way a session does, and keeps what the editor asked for."""

    def __init__(self, image: Image.Image, mask: Mask | None = None) -> None:
        self.mask = mask or Mask.empty(image.size)
        self.asked: list[str] = []
        self.edits = 0
        self.editor = Editor(
            image,
            self.mask,
            on_edit=self.edit,
            on_undo=lambda: self.asked.append("undo"),
            on_redo=lambda: self.asked.append("redo"),
            on_action=self.asked.append,
        )

    def edit(self, change: Callable[[Mask], Mask]) -> None:
        self.mask = change(self.mask)
        self.edits += 1
        self.editor.show_mask(self.mask)

    def hear(self, buffer: bytes = b"", **content: Any) -> None:
        """One message of the pointer layer."""
        self.editor.ink._handle_custom_msg(content, [memoryview(buffer)] if buffer else [])

    def ready(self, view: str = "v") -> None:
        """What a page does when it has loaded: its canvas speaks, then its pointer layer."""
        self.event("client_ready")
        self.hear(type="ready", view=view)

    def stroke(self, points: list[tuple[float, float]], seq: int = 1, **changes: Any) -> None:
        content = {"type": "gesture", "view": "v", "seq": seq, "tool": "brush", "mode": "add", "radius": 5.0}
        self.hear(tools.pack(points), **{**content, **changes})

    def event(self, name: str, **content: Any) -> None:
        """One event of ipycanvas itself."""
        self.editor.canvas._handle_custom_msg({"event": name, **content}, [])


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> PaintedPage:
    return PaintedPage(monkeypatch)


@pytest.fixture
def owner(page: PaintedPage) -> Iterator[Owner]:
    owner = Owner(gradient(SIZE))
    owner.ready()
    yield owner
    owner.editor.close()


def shown_mask(page: PaintedPage, editor: Editor) -> Image.Image:
    return page.layer(editor.canvas[OVERLAY]).getchannel("A")


def expected_overlay(mask: Mask, editor: Editor) -> Image.Image:
    levels = editor._proxy.look.levels(mask)
    return levels.point([round(level * editor.ink.opacity) for level in range(256)])


def test_the_page_shows_picture_and_mask_when_it_is_ready(page: PaintedPage) -> None:
    """Nothing is drawn before a page can hear it; then picture and mask are both there."""
    image, mask = gradient(SIZE), Mask.ellipse(SIZE, (5, 5, 40, 30))
    owner = Owner(image, mask)
    assert page.batches == []
    owner.ready()
    assert page.layer(owner.editor.canvas[PICTURE]).convert("RGB").tobytes() == image.tobytes()
    assert shown_mask(page, owner.editor) == expected_overlay(mask, owner.editor)
    owner.editor.close()


def test_one_page_load_draws_once(page: PaintedPage, owner: Owner) -> None:
    """Canvas and pointer layer both report a loaded page, the layer again and again; the picture is sent once."""
    owner.hear(type="ready", view="v")
    assert len(page.batches) == 1


def test_a_gesture_is_drawn_and_then_answered(page: PaintedPage, owner: Owner) -> None:
    """A stroke reaches the mask, the overlay shows it, and the answer names view and number of the gesture."""
    owner.stroke([(10.0, 10.0), (30.0, 20.0)], seq=7)
    assert owner.mask == Mask.empty(SIZE) | Mask.stroke(SIZE, [(10, 10), (30, 20)], 5)
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    assert page.contents(owner.editor.ink.comm.comm_id)[-1] == {"type": "ack", "view": "v", "seq": 7}


def test_ready_is_answered(page: PaintedPage, owner: Owner) -> None:
    """A page that loads gets an answer on the layer's own comm, which keeps its messages out of a busy queue."""
    assert page.contents(owner.editor.ink.comm.comm_id) == [{"type": "ready", "view": "v", "seq": None}]


def test_a_gesture_that_fails_is_answered_too(page: PaintedPage, owner: Owner) -> None:
    """An error in the owner of the mask does not leave the ink hanging."""
    owner.editor._on_edit = lambda change: 1 / 0
    owner.stroke([(10.0, 10.0)], seq=3)
    assert page.contents(owner.editor.ink.comm.comm_id)[-1]["seq"] == 3


def test_only_the_changed_box_is_sent(page: PaintedPage) -> None:
    """A small stroke on a large picture costs a small message, in one batch."""
    owner = Owner(gradient((1500, 1200)))
    owner.ready()
    page.bytes_drawn, page.batches = 0, []
    owner.stroke([(100.0, 100.0), (120.0, 110.0)])
    assert len(page.batches) == 1
    assert page.bytes_drawn < 2000
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    owner.editor.close()


def test_the_mask_that_is_shown_already_is_not_drawn_again(page: PaintedPage, owner: Owner) -> None:
    """Showing the same mask twice, or an equal one, sends nothing."""
    owner.stroke([(10.0, 10.0)])
    page.batches.clear()
    owner.editor.show_mask(owner.mask)
    owner.editor.show_mask(Mask.empty(SIZE) | Mask.stroke(SIZE, [(10, 10)], 5))
    assert page.batches == []


def test_erasing_and_clearing_leave_nothing_on_the_overlay(page: PaintedPage, owner: Owner) -> None:
    """What is taken from the mask disappears from the overlay."""
    owner.stroke([(10.0, 10.0), (40.0, 30.0)])
    owner.stroke([(10.0, 10.0)], tool="eraser", mode="subtract")
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    owner.hear(type="command", view="v", seq=3, name="clear")
    assert shown_mask(page, owner.editor).getbbox() is None


def test_a_large_picture_is_reduced_and_its_mask_is_not(page: PaintedPage) -> None:
    """The page gets at most LONGEST_PX; gestures still arrive in pixels of the picture."""
    owner = Owner(gradient((4000, 1000)))
    owner.ready()
    assert page.layer(owner.editor.canvas[PICTURE]).size == (LONGEST_PX, 400)
    owner.stroke([(2000.0, 500.0)], radius=100.0)
    assert owner.mask.bbox == Mask.stroke((4000, 1000), [(2000, 500)], 100).bbox
    assert shown_mask(page, owner.editor).getbbox() == (760, 160, 840, 240)
    owner.editor.close()


@pytest.mark.parametrize(
    ("size", "shown", "css_px"),
    [((16, 16), (16, 16), 384), ((300, 200), (300, 200), 384), ((1024, 768), (1024, 768), 900),
     ((8192, 8192), (1600, 1600), 900), ((8192, 16), (1600, 3), 900)],
)  # fmt: skip
def test_pictures_of_every_size_fit(size: tuple[int, int], shown: tuple[int, int], css_px: int) -> None:
    """Small pictures are enlarged on the page, large ones reduced, and no side ever becomes zero."""
    assert Proxy(size).shown == shown
    assert Proxy(size).css_px == css_px


def test_small_pictures_show_their_pixels(page: PaintedPage) -> None:
    """An enlarged picture is drawn with square pixels, others smoothly."""
    small, large = Owner(gradient((16, 16))), Owner(gradient((600, 400)))
    assert "inb-enlarged" in small.editor.canvas._dom_classes
    assert "inb-enlarged" not in large.editor.canvas._dom_classes
    small.editor.close()
    large.editor.close()


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_pictures_of_every_mode_are_encoded_without_loss(mode: str) -> None:
    """A picture of ordinary size reaches the page pixel for pixel."""
    import io

    image = gradient(SIZE, mode)
    again = Image.open(io.BytesIO(encode_picture(image, SIZE)))
    assert again.convert(mode).tobytes() == image.tobytes()


def test_a_reloaded_page_gets_everything_back(page: PaintedPage, owner: Owner) -> None:
    """After a reload picture and mask are drawn again, and later strokes arrive."""
    owner.stroke([(10.0, 10.0), (30.0, 20.0)])
    page.reload()
    owner.ready("w")
    assert page.layer(owner.editor.canvas[PICTURE]).getbbox() == (0, 0, *SIZE)
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    owner.stroke([(50.0, 30.0)])
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)


def test_a_reload_while_the_canvas_is_mute_gets_everything_back(page: PaintedPage, owner: Owner) -> None:
    """While a cell runs only the pointer layer is heard; a new view of it is enough to draw everything again."""
    owner.editor._replayed_at = float("-inf")
    page.reload()
    owner.hear(type="ready", view="w")
    assert page.layer(owner.editor.canvas[PICTURE]).getbbox() == (0, 0, *SIZE)


def test_colour_opacity_and_visibility_redraw_the_overlay(page: PaintedPage, owner: Owner) -> None:
    """The overlay follows the settings of the tool bar at once."""
    owner.stroke([(30.0, 20.0)])
    owner.editor.ink.colour, owner.editor.ink.opacity = "#0a84ff", 1.0
    assert page.layer(owner.editor.canvas[OVERLAY]).getpixel((30, 20)) == (0x0A, 0x84, 0xFF, 255)
    owner.editor.ink.overlay = False
    assert shown_mask(page, owner.editor).getbbox() is None
    owner.editor.ink.overlay = True
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)


def test_another_picture_brings_its_own_size_and_mask(page: PaintedPage, owner: Owner) -> None:
    """Showing another picture fits canvas and pointer layer to it and drops the old mask and preview."""
    other, mask = gradient((80, 100), "L"), Mask.rectangle((80, 100), (10, 10, 20, 30))
    owner.stroke([(30.0, 20.0)])
    owner.editor.show_preview(gradient(SIZE))
    owner.editor.show_image(other, mask)
    assert (owner.editor.ink.width, owner.editor.ink.height) == (80, 100)
    assert page.layer(owner.editor.canvas[PICTURE]).convert("L").tobytes() == other.tobytes()
    assert shown_mask(page, owner.editor) == expected_overlay(mask, owner.editor)
    assert page.layer(owner.editor.canvas[PREVIEW]).getbbox() is None


def test_a_preview_lies_over_everything_and_goes_away(page: PaintedPage, owner: Owner) -> None:
    """A preview of any size is stretched over the picture; None takes it away."""
    owner.editor.show_preview(Image.new("RGB", (6, 4), "red"))
    assert page.layer(owner.editor.canvas[PREVIEW]).getcolors() == [(60 * 40, (255, 0, 0, 255))]
    owner.editor.show_preview(None)
    assert page.layer(owner.editor.canvas[PREVIEW]).getbbox() is None


def test_a_mask_of_another_size_is_not_drawn(page: PaintedPage, owner: Owner) -> None:
    """A mask that arrives before its picture waits for it."""
    page.batches.clear()
    owner.editor.show_mask(Mask.full((10, 10)))
    assert page.batches == []


@pytest.mark.parametrize("action", [a for a in keys.ACTIONS if a.owner != "page"], ids=lambda a: a.name)
def test_every_action_of_the_table_reaches_its_owner(owner: Owner, action: keys.Action) -> None:
    """Mask commands become edits; history and panel actions go to whoever does them; all are answered."""
    owner.stroke([(30.0, 20.0)])
    for name in action.names:
        owner.hear(type="command", view="v", seq=2, name=name, px=2)
    if action.owner == "mask":
        assert (owner.edits, owner.asked) == (2, [])
    else:
        assert owner.asked == list(action.names)


def test_an_unknown_command_does_nothing(owner: Owner) -> None:
    """Names that are not in the table reach nobody."""
    owner.hear(type="command", view="v", seq=2, name="format_disk", px=2)
    assert (owner.edits, owner.asked) == (0, [])


def test_history_buttons_follow_the_owner(owner: Owner) -> None:
    """What can be undone and redone is told to the page."""
    owner.editor.set_history(True, False)
    assert (owner.editor.ink.can_undo, owner.editor.ink.can_redo) == (True, False)


def test_no_trait_holds_a_picture(owner: Owner) -> None:
    """However large picture and mask are, what is saved with a notebook is text."""
    owner.stroke([(30.0, 20.0)])
    for widget in (owner.editor.ink, owner.editor.canvas, owner.editor.widget):
        assert not any(isinstance(value, bytes | memoryview) for value in widget.get_state().values())


# ---------------------------------------------------------------------- the fallback


def test_without_a_pointer_layer_the_canvas_paints(page: PaintedPage) -> None:
    """Where the pointer layer never speaks, ipycanvas's mouse events make the same stroke."""
    owner = Owner(gradient((3200, 1600)))
    owner.event("client_ready")
    owner.editor.ink.radius = 20.0
    for name, x, y in [
        ("mouse_down", 10, 10),
        ("mouse_move", 20, 12),
        ("mouse_move", 30, 14),
        ("mouse_up", 30, 14),
    ]:
        owner.event(name, x=x, y=y)
    points = [(20, 20), (40, 24), (60, 28)]
    assert owner.mask == Mask.empty((3200, 1600)) | Mask.stroke((3200, 1600), points, 20)
    assert page.layer(owner.editor.canvas[PREVIEW]).getbbox() is None
    owner.editor.close()


def test_leaving_the_canvas_ends_a_fallback_stroke(page: PaintedPage) -> None:
    """ipycanvas reports no mouse-up outside: leaving ends the stroke, and coming back does not go on with it."""
    owner = Owner(gradient(SIZE))
    for name, x, y in [
        ("mouse_down", 10, 10),
        ("mouse_out", 0, 10),
        ("mouse_move", 5, 5),
        ("mouse_up", 5, 5),
    ]:
        owner.event(name, x=x, y=y)
    assert owner.edits == 1
    owner.editor.close()


def test_a_finger_paints_through_the_fallback(page: PaintedPage) -> None:
    """Touch events make a stroke; a second finger neither starts nor ends one."""
    owner = Owner(gradient(SIZE))
    one, two = {"x": 10, "y": 10}, {"x": 50, "y": 30}
    for name, touches in [
        ("touch_start", [one]),
        ("touch_start", [one, two]),
        ("touch_move", [{"x": 20, "y": 10}, two]),
        ("touch_end", [{"x": 20, "y": 10}]),
        ("touch_end", []),
    ]:
        owner.event(name, touches=touches)
    assert owner.mask == Mask.empty(SIZE) | Mask.stroke(SIZE, [(10, 10), (20, 10)], owner.editor.ink.radius)
    owner.editor.close()


def test_only_one_of_the_two_hands_paints(owner: Owner) -> None:
    """Once the pointer layer has spoken, ipycanvas's own events change nothing."""
    for name in ("mouse_down", "mouse_move", "mouse_up"):
        owner.event(name, x=10, y=10)
    assert owner.edits == 0


# ---------------------------------------------------------------------- drawing


def test_an_error_while_drawing_does_not_hold_the_canvases_back(page: PaintedPage, owner: Owner) -> None:
    """After an error inside a draw block, what is drawn next arrives."""
    with pytest.raises(ZeroDivisionError), held(owner.editor.canvas):
        raise ZeroDivisionError
    assert not _CANVAS_MANAGER._caching
    page.batches.clear()
    owner.stroke([(10.0, 10.0)])
    assert page.batches


def test_a_closed_editor_draws_nothing(page: PaintedPage) -> None:
    """Whatever arrives after closing is ignored: a draw on a closed canvas would end drawing on the whole page."""
    owner = Owner(gradient(SIZE))
    owner.ready()
    owner.editor.close()
    page.batches.clear()
    owner.editor.show_mask(Mask.full(SIZE))
    owner.editor.show_image(gradient((10, 10)), Mask.full((10, 10)))
    owner.editor.show_preview(gradient(SIZE))
    owner.editor.set_history(True, True)
    owner.event("client_ready")
    assert page.batches == []


def test_closing_leaves_no_widget_behind() -> None:
    """Every widget that an editor makes is closed with it, so that a re-run cell leaks nothing."""
    from ipywidgets.widgets.widget import _instances

    before = set(_instances)
    Owner(gradient(SIZE)).editor.close()
    assert set(_instances) == before


def test_strokes_from_many_threads_all_arrive_and_are_all_drawn(page: PaintedPage, owner: Owner) -> None:
    """Messages may come on any thread: every stroke is in the mask, and the overlay shows exactly the mask."""

    def paint(row: int) -> None:
        for column in range(5):
            owner.stroke([(5.0 + 10 * column, 5.0 + 10 * row)], radius=2.0)

    threads = [threading.Thread(target=paint, args=(row,)) for row in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(owner.mask.operations) == 20
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
