"""The editor as a page sees it: what it draws, what it answers, and what a hand's messages do to the mask."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ipycanvas.canvas import _CANVAS_MANAGER
from painted_page import PaintedPage
from PIL import Image

from inpaint_nb.masks import Mask, register_selector, selectors
from inpaint_nb.notebook import keys
from inpaint_nb.notebook.drawing import held
from inpaint_nb.notebook.editor import Editor
from inpaint_nb.notebook.gestures import pack
from inpaint_nb.notebook.layers import OVERLAY, PICTURE, PREVIEW
from inpaint_nb.notebook.proposals import LOOKING
from inpaint_nb.notebook.proxy import LONGEST_PX, Proxy, encode_picture

SIZE = (60, 40)


def gradient(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


class Owner:
    """Owns a mask the way a session does, and keeps what the editor asked for."""

    def __init__(self, image: Image.Image, mask: Mask | None = None) -> None:
        self.mask = mask or Mask.empty(image.size)
        self.asked: list[str] = []
        self._numbers = itertools.count(100)
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

    def stroke(self, points: list[tuple[float, float]], seq: int | None = None, **changes: Any) -> None:
        seq = next(self._numbers) if seq is None else seq
        content = {"type": "gesture", "view": "v", "seq": seq, "tool": "brush", "mode": "add", "radius": 5.0}
        self.hear(pack(points), **{**content, **changes})

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
    levels = editor.layers.proxy.look.levels(mask)
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
    for number, name in enumerate(action.names):
        owner.hear(type="command", view="v", seq=2 + number, name=name, px=2)
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


def test_the_fallback_has_a_tool_bar_of_its_own(page: PaintedPage) -> None:
    """When the canvas hears of a pointer, no layer lies over it: plain widgets choose tool, mode and size, and undo."""
    owner = Owner(gradient(SIZE))
    owner.event("client_ready")
    assert owner.editor.fallback.bar is None
    owner.event("mouse_move", x=5, y=5)
    bar = owner.editor.fallback.bar
    assert bar is not None
    assert owner.editor.widget.children[0] is bar.widget
    tool, mode, size, undo, redo, clear = bar.widget.children
    tool.value, mode.value, size.value = "rectangle", "subtract", 9
    assert (owner.editor.ink.tool, owner.editor.ink.mode, owner.editor.ink.radius) == (
        "rectangle",
        "subtract",
        4.5,
    )
    assert (undo.disabled, redo.disabled) == (True, True)
    owner.editor.set_history(True, False)
    undo.click()
    assert owner.asked == ["undo"]
    owner.editor.show_mask(Mask.full(SIZE))
    owner.mask = Mask.full(SIZE)
    clear.click()
    assert owner.mask.is_empty
    owner.editor.close()


def test_the_plain_tool_bar_gives_way_to_the_pointer_layer(owner: Owner, page: PaintedPage) -> None:
    """A pointer layer that wakes late brings its own tool bar, and the plain one goes."""
    late = Owner(gradient(SIZE))
    late.event("client_ready")
    late.event("mouse_move", x=5, y=5)
    late.ready()
    assert late.editor.fallback.bar is None
    assert len(late.editor.widget.children) == len(owner.editor.widget.children)
    late.editor.close()


def test_a_message_told_again_is_done_once(page: PaintedPage, owner: Owner) -> None:
    """A page whose connection broke tells its messages again: each is done once and answered each time."""
    for _ in range(2):
        owner.stroke([(10.0, 10.0)], seq=1)
    owner.stroke([(30.0, 10.0)], seq=2)
    assert owner.edits == 2
    answers = [
        content["seq"] for content in page.contents(owner.editor.ink.comm.comm_id) if content["type"] == "ack"
    ]
    assert answers == [1, 1, 2]


def test_a_page_that_was_cut_off_gets_everything_again(page: PaintedPage, owner: Owner) -> None:
    """A page that tells again what is done did not see it drawn: picture and mask are drawn again."""
    owner.stroke([(10.0, 10.0)], seq=1)
    owner.editor._replayed_at = float("-inf")
    page.reload()
    owner.stroke([(10.0, 10.0)], seq=1)
    assert page.layer(owner.editor.canvas[PICTURE]).getbbox() == (0, 0, *SIZE)
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)


# ---------------------------------------------------------------------- what is shown before it is taken


def acked(page: PaintedPage, owner: Owner) -> list[int]:
    """The numbers of the messages that were answered."""
    contents = page.contents(owner.editor.ink.comm.comm_id)
    return [content["seq"] for content in contents if content["type"] == "ack"]


def wait_until(condition: Callable[[], object]) -> None:
    """Let the workers get on until it is so."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not come to that"
        threading.Event().wait(0.005)


def test_a_proposal_is_drawn_and_answered_and_changes_no_mask(page: PaintedPage, owner: Owner) -> None:
    """A refinement that a page wants to see is drawn over the picture, told in words, and answered."""
    owner.stroke([(30.0, 20.0)])
    before = owner.mask
    owner.hear(type="propose", view="v", seq=9, refine="grow", px=4)
    wait_until(lambda: 9 in acked(page, owner))
    assert shown_mask(page, owner.editor) == expected_overlay(before.grow(4), owner.editor)
    assert owner.editor.ink.proposal.endswith("% would be masked")
    assert (owner.mask, owner.edits) == (before, 1)


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_proposal_is_taken_as_one_step_or_forgotten(
    page: PaintedPage, owner: Owner, is_taken: bool
) -> None:
    """Apply commits what is shown without drawing it again; Cancel brings back what was."""
    owner.stroke([(30.0, 20.0)])
    before = owner.mask
    owner.hear(type="propose", view="v", seq=9, refine="grow", px=4)
    wait_until(lambda: 9 in acked(page, owner))
    page.batches.clear()
    owner.hear(type="settle", view="v", seq=10, taken=is_taken)
    assert owner.mask == (before.grow(4) if is_taken else before)
    assert (owner.edits, owner.editor.ink.proposal) == (1 + is_taken, "")
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    assert (page.batches == []) == is_taken


def test_another_mask_takes_the_proposal_away(page: PaintedPage, owner: Owner) -> None:
    """When the mask changes by other means, a preview of the old one is gone and Apply does nothing."""
    owner.hear(type="propose", view="v", seq=9, refine="invert", px=0)
    wait_until(lambda: 9 in acked(page, owner))
    owner.mask = Mask.rectangle(SIZE, (5, 5, 9, 9))
    owner.editor.show_mask(owner.mask)
    assert owner.editor.ink.proposal == ""
    owner.editor.settle(True)
    assert owner.edits == 0
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)


@pytest.fixture
def selector() -> Iterator[threading.Event]:
    """A user's selector, "slow", that takes its box once the event is set."""
    may_end = threading.Event()

    def select(picture: Image.Image, box: Any, on: Any, beside: Any) -> Mask:
        assert may_end.wait(10)
        return Mask.rectangle(picture.size, box)

    register_selector("slow", select)
    yield may_end
    may_end.set()
    del selectors._selectors["slow"]


SELECTION = {"tool": "select", "selector": "slow", "hints": ["box", "box"]}


def test_a_slow_gesture_holds_nobody_up_and_keeps_its_place(
    page: PaintedPage, owner: Owner, selector: threading.Event
) -> None:
    """While a selection is made messages are heard, later strokes wait for it, and each is answered when drawn."""
    owner.stroke([(5.0, 5.0), (25.0, 25.0)], seq=1, **SELECTION)
    owner.stroke([(15.0, 15.0)], seq=2, mode="subtract")
    owner.hear(type="command", view="v", seq=3, name="cancel")
    assert (owner.edits, owner.asked, acked(page, owner)) == (0, ["cancel"], [3])
    selector.set()
    wait_until(lambda: 2 in acked(page, owner))
    box, dot = Mask.rectangle(SIZE, (5, 5, 25, 25)), Mask.stroke(SIZE, [(15, 15)], 5)
    assert owner.mask == (Mask.empty(SIZE) | box) - dot
    assert acked(page, owner) == [3, 1, 2]
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)


def test_what_is_being_made_is_taken_before_what_comes_then(
    page: PaintedPage, owner: Owner, selector: threading.Event
) -> None:
    """Run pressed while a selection is being made goes on when it is part of the mask, and blocks nothing."""
    sent: list[Mask] = []
    owner.hear(pack([(5, 5), (25, 25)]), type="propose", view="v", seq=1, mode="add", radius=5.0, **SELECTION)
    assert owner.editor.ink.proposal == LOOKING
    owner.editor.settle(True, lambda: sent.append(owner.mask))
    assert sent == []
    selector.set()
    wait_until(lambda: sent)
    assert sent == [Mask.empty(SIZE) | Mask.rectangle(SIZE, (5, 5, 25, 25))]


def test_with_nothing_proposed_what_comes_then_is_done_at_once(owner: Owner) -> None:
    """Run does not wait for anything where there is nothing to wait for."""
    owner.editor.settle(True, lambda: owner.asked.append("run"))
    assert (owner.asked, owner.edits) == (["run"], 0)


def test_a_gesture_that_cannot_be_made_is_told_in_words(page: PaintedPage, owner: Owner) -> None:
    """What was wrong stands beside the tools until the next gesture; the answer comes all the same."""
    owner.stroke([(5.0, 5.0)], seq=1, tool="select", selector="nobody", hints=["object"])
    wait_until(lambda: 1 in acked(page, owner))
    assert "no selector 'nobody'" in owner.editor.ink.trouble
    owner.stroke([(5.0, 5.0)], seq=2)
    assert (owner.editor.ink.trouble, owner.edits) == ("", 1)


def test_a_wand_on_a_large_picture_is_answered_when_it_is_drawn(page: PaintedPage) -> None:
    """What looks at many pixels is done by a worker; the overlay shows it before the answer leaves."""
    image = gradient((1400, 1000))
    owner = Owner(image)
    owner.ready()
    owner.stroke([(700.0, 500.0)], seq=1, tool="wand", tolerance=10)
    wait_until(lambda: acked(page, owner) == [1])
    assert owner.mask == Mask.empty(image.size) | Mask.wand(image, (700, 500), 10)
    assert shown_mask(page, owner.editor) == expected_overlay(owner.mask, owner.editor)
    owner.editor.close()


def test_an_editor_closed_meanwhile_answers_nothing(page: PaintedPage, selector: threading.Event) -> None:
    """A selection that ends after its editor was closed is dropped without a sound."""
    owner = Owner(gradient(SIZE))
    owner.ready()
    owner.hear(pack([(5, 5), (25, 25)]), type="propose", view="v", seq=1, mode="add", radius=5.0, **SELECTION)
    comm = owner.editor.ink.comm.comm_id
    owner.editor.close()
    selector.set()
    done = threading.Event()
    owner.editor.settle(True, done.set)
    assert done.wait(10)
    assert (owner.edits, [content["type"] for content in page.contents(comm)]) == (0, ["ready"])


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
