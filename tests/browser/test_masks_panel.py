"""The row of masks as a hand and an eye meet it: tabs, history, what is sent and blended, files and code."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from editor import SHOW, Editor, frames
from lab import wait_until
from PIL import Image
from test_looks import looks, narrow, theme
from test_runs import LINE

from inpaint_nb.masks import Mask

pytestmark = pytest.mark.browser
__all__ = ["theme"]  # a fixture of the looks

OTHER = [(400.0, 300.0), (450.0, 330.0)]
SIZE = (600, 400)
DISC = Mask.ellipse(SIZE, (200, 100, 400, 300))
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
READ = "async () => await navigator.clipboard.readText()"
DROP = """([stage, base64, name]) => {
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name, {type: 'image/png'}));
    const at = {bubbles: true, cancelable: true, dataTransfer: carried};
    for (const type of ['dragover', 'drop']) stage.dispatchEvent(new DragEvent(type, at));
    return stage.classList.contains('inb-dropping');
}"""


def tab(editor: Editor, name: str) -> Any:
    return editor.part(f'.inb-mask-tab[data-name="{name}"]')


def unfolded(editor: Editor, name: str) -> None:
    editor.part(f".inb-{name}-toggle").click()


def said(editor: Editor, words: str) -> None:
    wait_until(
        lambda: words in editor.part(".inb-masks-said").inner_text(), f"it says {words!r}", editor.page
    )


def png(mask: Mask) -> bytes:
    out = io.BytesIO()
    mask.to_image().save(out, "PNG")
    return out.getvalue()


def upload(editor: Editor, name: str, data: bytes) -> None:
    editor.part(".inb-mask-file").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


def test_masks_are_made_switched_renamed_and_removed(open_editor: Callable[..., Editor]) -> None:
    """Each keeps its strokes, the picture shows the one in use, and what was removed comes back."""
    editor = open_editor()
    clean = editor.picture_at(LINE[0])
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.part(".inb-mask-new").click()
    tab(editor, "mask 2").wait_for()
    wait_until(lambda: editor.picture_at(LINE[0]) == clean, "the new mask is empty", editor.page)
    editor.stroke(OTHER)
    editor.notebook.wait_for_value("not session.mask.is_empty", "the second mask is painted")
    editor.part(".inb-mask-rename").click()
    editor.page.keyboard.type("sky")
    editor.page.keyboard.press("Enter")
    tab(editor, "sky").wait_for()
    assert editor.notebook.value("[*session.masks], session.masks.active") == (["mask", "sky"], "sky")
    tab(editor, "mask").click()
    wait_until(lambda: editor.picture_at(LINE[0]) != clean, "the first mask is back", editor.page)
    assert editor.points == LINE
    editor.part(".inb-mask-remove").click()
    editor.notebook.wait_for_value("[*session.masks] == ['sky']", "the mask is removed")
    editor.part(".inb-mask-offer").click()
    tab(editor, "mask").wait_for()
    assert editor.notebook.value("[*session.masks], len(session.masks['mask'].operations)") == (
        ["mask", "sky"],
        1,
    )


def test_tabs_by_keyboard_alone(open_editor: Callable[..., Editor]) -> None:
    """Arrows go from mask to mask, F2 renames, Esc leaves the name as it was, and no key reaches the notebook."""
    editor = open_editor("inp.sample()", SHOW + "\nsession.masks['sky'] = inp.Mask.full(session.image.size)")
    cells = editor.page.locator(".jp-Notebook .jp-Cell").count()
    tab(editor, "mask").focus()
    editor.page.keyboard.press("ArrowRight")
    editor.notebook.wait_for_value("session.masks.active == 'sky'", "the second mask is in use")
    editor.page.keyboard.press("F2")
    editor.page.keyboard.type("dd")
    editor.page.keyboard.press("Escape")
    wait_until(lambda: tab(editor, "sky").count() == 1, "the name is as it was", editor.page)
    editor.page.keyboard.press("a")
    editor.page.keyboard.press("b")
    assert editor.notebook.value("[*session.masks]") == ["mask", "sky"]
    assert editor.page.locator(".jp-Notebook .jp-Cell").count() == cells


def test_a_click_in_the_history_goes_there(open_editor: Callable[..., Editor]) -> None:
    """Steps are named, the current one is marked, those after it stay and can be gone to again."""
    editor = open_editor()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.act("invert")
    editor.wait_for_masks(2)
    unfolded(editor, "history")
    steps = editor.part(".inb-history-step")
    wait_until(lambda: steps.count() == 3, "all steps are listed", editor.page)
    assert [" ".join(each.split()[:4]) for each in steps.all_inner_texts()][:2] == [
        "0 start",
        "1 add a stroke",
    ]
    editor.part('.inb-history-step[data-step="1"]').click()
    editor.notebook.wait_for_value("session.history.position == 1", "the stroke is all there is")
    editor.part('.inb-history-step[data-step="1"][aria-current="step"]').wait_for()
    assert editor.points == LINE
    editor.part('.inb-history-step[data-step="2"]').click()
    editor.notebook.wait_for_value("session.history.position == 2", "the invert is done again")
    assert editor.notebook.value("session.mask.coverage > 0.9")


@pytest.mark.parametrize("view", ["sent", "blended"])
def test_what_is_sent_and_blended_is_shown_exactly(open_editor: Callable[..., Editor], view: str) -> None:
    """Every pixel of the overlay is as strong as that mask is there, with the feather that was just typed in."""
    code = "session = %inpaint photo\nsession.mask = inp.Mask.ellipse((600, 400), (200, 100, 400, 300))"
    editor = open_editor("inp.sample()", code + "\nchanges = []\nstop = session.on_change(changes.append)")
    editor.part(".inb-mask-feather").fill("40")
    editor.part(".inb-mask-feather").press("Enter")
    editor.notebook.wait_for_value("session.params.get('feather_px') == 40", "the feather is set")
    editor.part(".inb-mask-side").select_option("ring")
    editor.notebook.wait_for_value("session.params.get('feather') == 'ring'", "it is a ring")
    painted = editor.picture_at((190.0, 200.0))
    editor.part(f'.inb-view[data-view="{view}"]').click()
    name = {"sent": "sent_mask", "blended": "blend_mask"}[view]
    assert editor.notebook.value(f"session.{name} == session.run().request.{name}")
    wait_until(lambda: editor.picture_at((190.0, 200.0)) != painted, "the ring is shown", editor.page)
    for x in (100.5, 165.5, 175.5, 190.5, 199.5, 210.5, 300.5):
        at, level = (x, 200.5), editor.notebook.value(f"int(session.{name}.to_array()[200, {int(x)}])")
        below = editor.notebook.value(f"photo.convert('RGB').getpixel(({int(x)}, 200))")
        share = level / 255 * 0.55
        expected = [
            (1 - share) * under + share * over for under, over in zip(below, (0xE6, 0, 0x7E), strict=True)
        ]
        assert editor.picture_at(at)[:3] == pytest.approx(expected, abs=4)
    assert editor.notebook.value("session.mask == inp.Mask.ellipse((600, 400), (200, 100, 400, 300))")


def test_painting_goes_on_while_the_sent_mask_is_shown(open_editor: Callable[..., Editor]) -> None:
    """A stroke changes the painted mask, and what is shown follows."""
    editor = open_editor()
    clean = editor.picture_at(LINE[0])
    editor.part('.inb-view[data-view="sent"]').click()
    editor.part('.inb-view[data-view="sent"][aria-checked="true"]').wait_for()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    wait_until(lambda: editor.picture_at(LINE[0]) != clean, "the stroke is shown", editor.page)
    assert editor.points == LINE


def test_files_become_masks(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    """An uploaded picture is the mask; one of another size is refused; alpha can be read, as a new mask."""
    editor = open_editor()
    unfolded(editor, "import")
    upload(editor, "disc.png", png(DISC))
    editor.notebook.wait_for_value("not session.mask.is_empty", "the file is imported")
    assert editor.notebook.value("session.mask.digest") == DISC.digest
    assert editor.notebook.value("session.history[-1].title") == "import disc.png"
    said(editor, "Imported disc.png")
    upload(editor, "small.png", png(Mask.full((30, 20))))
    said(editor, "small.png is 30 × 20 pixels, and the picture 600 × 400.")
    upload(editor, "words.png", b"no picture")
    said(editor, "not a picture")
    assert editor.notebook.value("session.mask.digest") == DISC.digest
    erased = Image.new("RGBA", SIZE, (255, 0, 0, 255))
    erased.putalpha(Mask.rectangle(SIZE, (0, 0, 50, 40)).to_image())
    erased.save(tmp_path / "hat.png")
    editor.part(".inb-mask-channel").select_option("alpha")
    editor.part(".inb-mask-into").select_option("new")
    upload(editor, "hat.png", (tmp_path / "hat.png").read_bytes())
    tab(editor, "hat").wait_for()
    assert editor.notebook.value("session.masks['hat'] == inp.Mask.rectangle((600, 400), (0, 0, 50, 40))")


def test_a_dropped_and_a_pasted_picture_become_masks(open_editor: Callable[..., Editor]) -> None:
    """The browser opens neither in place of the notebook, and the drop leaves no frame behind."""
    from base64 import b64encode

    editor = open_editor("inp.sample()", SHOW, **CLIPBOARD)
    stage = editor.part(".inb-stage").element_handle()
    assert not editor.page.evaluate(DROP, [stage, b64encode(png(DISC)).decode(), "disc.png"])
    editor.notebook.wait_for_value("not session.mask.is_empty", "the drop is imported")
    assert editor.notebook.value("session.mask.digest") == DISC.digest
    box = Mask.rectangle(SIZE, (10, 10, 60, 60))
    copy = "async (base64) => { const blob = await (await fetch('data:image/png;base64,' + base64)).blob();\n"
    copy += "await navigator.clipboard.write([new ClipboardItem({'image/png': blob})]); }"
    editor.page.evaluate(copy, b64encode(png(box)).decode())
    editor.canvas.focus()
    editor.page.keyboard.press("Control+v")
    editor.notebook.wait_for_value("changes.count('mask') == 2", "the paste is imported")
    assert editor.notebook.value("session.mask.digest") == box.digest


def test_a_large_file_comes_in_parts(open_editor: Callable[..., Editor]) -> None:
    """A file too large for one message arrives whole; one over the limit is refused at once."""
    noise = Image.effect_noise((4000, 3600), 90)
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert len(out.getvalue()) > 11 * 2**20
    editor = open_editor("inp.Mask.empty((4000, 3600)).to_image().convert('RGB')", SHOW)
    unfolded(editor, "import")
    upload(editor, "noise.png", out.getvalue())
    editor.notebook.wait_for_value("not session.mask.is_empty", "the file is imported", 60)
    assert editor.notebook.value("session.mask.digest") == Mask.from_image(noise).digest
    editor.part(".inb-mask-file").evaluate(
        "field => { const all = new DataTransfer();"
        " all.items.add(new File([new Uint8Array(65 * 2 ** 20)], 'huge.png'));"
        " field.files = all.files; field.dispatchEvent(new Event('change')); }"
    )
    said(editor, "huge.png is larger than 64 MB")


def test_code_in_the_clipboard_makes_the_same_mask(open_editor: Callable[..., Editor]) -> None:
    """Strokes, refinements and an imported picture: what was copied gives an equal digest when it is run."""
    editor = open_editor("inp.sample()", SHOW, **CLIPBOARD)
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.act("invert")
    editor.wait_for_masks(2)
    unfolded(editor, "import")
    editor.part(".inb-mask-into").select_option("subtract")
    upload(editor, "disc.png", png(DISC))
    editor.wait_for_masks(3)
    unfolded(editor, "export")
    editor.part(".inb-mask-copy").click()
    said(editor, "lines of code are in the clipboard")
    scope: dict[str, Any] = {}
    exec(editor.page.evaluate(READ), scope)
    assert scope["mask"].digest == editor.notebook.value("session.mask.digest")


def test_code_comes_in_a_new_cell(open_editor: Callable[..., Editor]) -> None:
    """After the next run cell there is one more, which makes an equal mask; the row says that it will be so."""
    editor = open_editor("inp.sample()", SHOW, "1 + 1")
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    unfolded(editor, "export")
    editor.part(".inb-mask-cell").click()
    said(editor, "below the next cell that you run")
    editor.notebook.run(2)
    wait_until(
        lambda: editor.page.locator(".jp-Notebook .jp-Cell").count() == 4, "there is a cell", editor.page
    )
    editor.notebook.run(3)
    assert editor.notebook.value("mask.digest == session.mask.digest")


def test_the_download_is_the_mask(open_editor: Callable[..., Editor], tmp_path: Path) -> None:
    """The file is named after the mask and read back gives the same pixels."""
    editor = open_editor(
        "inp.sample()", SHOW + "\nsession.masks.rename('mask', 'a hat')", accept_downloads=True
    )
    editor.stroke(LINE)
    editor.notebook.wait_for_value("not session.mask.is_empty", "the mask is painted")
    unfolded(editor, "export")
    with editor.page.expect_download() as download:
        editor.part(".inb-mask-png").click()
    assert download.value.suggested_filename == "a hat.png"
    download.value.save_as(tmp_path / "mask.png")
    assert editor.notebook.value("session.mask.digest") == Mask.from_image(tmp_path / "mask.png").digest


def test_cautions_stand_before_a_run(open_editor: Callable[..., Editor]) -> None:
    """They say what is odd in words, go away when it is, and hold up no run."""
    editor = open_editor()
    cautions = editor.part(".inb-cautions")
    wait_until(lambda: "empty" in cautions.inner_text(), "the empty mask is told", editor.page)
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    wait_until(lambda: not cautions.inner_text().strip(), "nothing is odd", editor.page)
    editor.act("invert")
    wait_until(lambda: "inverted" in cautions.inner_text(), "the inverted mask is told", editor.page)
    editor.button("Run").click()
    editor.part('.inb-status[data-state="done"]').wait_for()


def test_ants_march_along_the_edge_and_stand_still_on_request(open_editor: Callable[..., Editor]) -> None:
    """The line is black and white and moves; with reduced motion it stands; zoomed, it is at its place."""
    editor = open_editor(
        "inp.sample()", SHOW + "\nsession.mask = inp.Mask.rectangle((600, 400), (200, 100, 400, 300))"
    )
    editor.part(".inb-mask-style").select_option("ants")
    ants = editor.part(".inb-ants")
    wait_until(ants.is_visible, "the ants are shown", editor.page)
    animation = "ants => getComputedStyle(ants).animationName"
    assert ants.evaluate(animation) == "inb-march"
    editor.page.emulate_media(reduced_motion="reduce")
    assert ants.evaluate(animation) == "none"
    frames(editor)

    def colours(x: float, y: float, radius: int = 6) -> set[int]:
        left, top = editor.to_page((x, y))
        shot = editor.page.screenshot(
            clip={"x": left - radius, "y": top - radius, "width": 2 * radius, "height": 2 * radius}
        )
        return set(Image.open(io.BytesIO(shot)).convert("L").get_flattened_data())

    edge, inside = colours(200, 180), colours(300, 200)
    assert min(edge) < 40
    assert max(edge) > 215
    assert editor.picture_at((300.5, 200.5))[:3] == list(
        editor.notebook.value("photo.convert('RGB').getpixel((300, 200))")
    )
    assert inside != edge
    editor.page.mouse.move(*editor.to_page((200.0, 180.0)))
    for _ in range(4):
        editor.act("zoom_in")
    wait_until(
        lambda: max(colours(200, 180)) > 215 and min(colours(200, 180)) < 40,
        "the line is at its place",
        editor.page,
    )


def test_nothing_is_lost_while_the_kernel_is_busy(open_editor: Callable[..., Editor]) -> None:
    """Wishes that were made while a cell ran are done in their order when it ends."""
    busy = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
    editor = open_editor("inp.sample()", SHOW, busy)
    before = editor.notebook.start(2)
    editor.part(".inb-mask-new").click()
    unfolded(editor, "import")
    upload(editor, "disc.png", png(DISC))
    editor.notebook.finish(2, before)
    editor.notebook.wait_for_value(
        "'mask 2' in session.masks and session.masks['mask 2'].coverage > 0", "both are done"
    )
    assert editor.notebook.value("session.masks['mask'].is_empty, session.masks['mask 2'].digest") == (
        True,
        DISC.digest,
    )


def test_the_row_in_each_theme_and_narrow(theme: str, open_editor: Callable[..., Editor]) -> None:
    """Unfolded, every text can be read, every control has a name, and at 600 pixels nothing sticks out."""
    editor = open_editor()
    editor.stroke(LINE)
    editor.wait_for_masks(1)
    editor.part(".inb-mask-new").click()
    tab(editor, "mask 2").wait_for()
    tab(editor, "mask").click()
    for name in ("history", "import", "export", "words"):
        unfolded(editor, name)
    editor.part(".inb-history-step").first.wait_for()
    wait_until(
        lambda: "px in" in editor.part(".inb-mask-words").inner_text(), "the outline is told", editor.page
    )
    found = looks(editor)
    assert (found["faint"], found["nameless"]) == ([], [])
    narrow(editor)
    assert looks(editor)["outside"] == []
