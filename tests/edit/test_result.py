"""What comes back, and what can be done with it."""

import io

import pytest
from PIL import Image

import inpaint_nb as inp
from inpaint_nb.edit import (
    EditRequest,
    FetchRequest,
    Finished,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Result,
)
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (40, 30)


def made(count=1, actions=(), remote=None, request=None, grid=False, mask=None, **more):
    request = request or EditRequest(Image.new("RGB", SIZE), mask or Mask.full(SIZE), "a fox", count=count)
    pictures = tuple(Image.new("RGB", SIZE, (10 * (n + 1), 0, 0)) for n in range(count))
    finished = Finished(pictures, cost=2.0, remote=remote or {}, actions=actions, grid=grid)
    return Result.compose(request, finished, "painter", **more)


def test_a_result_holds_every_picture_with_its_report():
    """Each picture is composited and reported on; `image` and `report` are the first."""
    result = made(3)
    assert [image.getpixel((0, 0))[0] for image in result.images] == [10, 20, 30]
    assert result.image is result.images[0]
    assert [report.changed_inside for report in result.reports] == [1200] * 3
    assert result.report is result.reports[0]


def test_a_result_says_what_made_it():
    """Prompt, mask, parent, provider, cost and parameters are there to be read."""
    result = made(seconds=1.5, notes=("smooth",), job_id="j1")
    assert (result.prompt, result.provider, result.cost) == ("a fox", "painter", 2.0)
    assert (result.parent, result.mask) == (result.request.image, result.request.mask)
    assert (result.seconds, result.notes, result.job_id, result.params) == (1.5, ("smooth",), "j1", {})


def test_the_list_of_pictures_is_the_callers_own():
    """Changing the list that `images` gives does not change the result."""
    result = made(2)
    result.images.clear()
    assert len(result.images) == 2


def test_a_seed_that_the_provider_chose_is_known():
    """The seed told by the provider is the result's, so that the run can be repeated."""
    assert made(remote={"seed": 77}).seed == 77
    assert made().seed is None


def test_pressing_where_there_are_no_buttons_is_refused():
    """A provider without buttons: the message names it."""
    with pytest.raises(InputError, match="'painter' offers no buttons"):
        made().press("U1")


def pressed_by(**more):
    """A result with buttons, and the list of what was pressed on it."""
    pressed = []
    result = made(
        remote={"id": "job-7"},
        presser=lambda request, source, **how: pressed.append((request, source)),
        **more,
    )
    return result, pressed


def test_a_button_that_is_not_there_is_refused_with_those_that_are():
    """A wrong label is refused with the list of labels; where none is known every label goes out."""
    result, pressed = pressed_by(actions=("U1", "V1"))
    with pytest.raises(InputError, match="There are U1, V1"):
        result.upscale(1)
    assert not pressed
    unknown, pressed = pressed_by(actions=None)
    unknown.press("Whatever")
    assert [request.label for request, _ in pressed] == ["Whatever"]


@pytest.mark.parametrize("index", [-1, 1])
def test_a_picture_that_is_not_there_cannot_be_upscaled(index):
    """Where no labels are known the pictures are counted instead."""
    result, _ = pressed_by(actions=None)
    with pytest.raises(InputError, match="counted from 0"):
        result.upscale(index)


def test_pressing_hands_on_what_is_pressed_where_and_about_which_picture():
    """A press names the remote job, the label, the prompt and the picture; upscale(0) presses U1."""
    result, pressed = pressed_by(count=2, actions=("U1", "U2", "V2", "Again"), grid=True)
    result.press("V2", "bluer")
    result.upscale(0)
    result.press("Again")
    (vary, _), (upscale, _), (again, _) = pressed
    assert (vary.label, vary.prompt, vary.parent) == ("V2", "bluer", result.images[1])
    assert (upscale.label, upscale.prompt, upscale.parent) == ("U1", None, result.images[0])
    assert (again.label, again.parent) == ("Again", None)
    assert vary.remote == RemotePicture("painter", "job-7", None, result.actions)


def test_bringing_out_a_candidate_of_an_edit_stays_that_edit():
    """The answer to U1 is laid over the edit's parent like the candidates; a variation is a picture of its own."""
    result, pressed = pressed_by(actions=("U1", "V1"), mask=Mask.rectangle(SIZE, (0, 0, 20, 30)))
    result.upscale(0)
    result.press("V1")
    (upscale, _), (vary, _) = pressed
    assert upscale.edit is result.request
    assert vary.edit is None
    large = Result.compose(upscale, Finished((Image.new("RGB", (80, 60), "white"),)), "painter")
    assert (large.parent, large.mask, large.prompt) == (result.parent, result.mask, "a fox")
    assert large.report.changed_outside == 0
    assert large.image.getpixel((30, 15)) == (0, 0, 0)
    free = Result.compose(vary, Finished((Image.new("RGB", (80, 60), "white"),)), "painter")
    assert (free.parent, free.mask, free.report) == (result.image, None, None)
    assert free.image.size == (80, 60)


@pytest.mark.parametrize(
    "request_",
    [ImagineRequest("a fox"), FetchRequest("job-7"), PressRequest(RemotePicture("painter", "1"), "V1")],
)
def test_a_result_of_no_edit_is_the_providers_pictures_alone(request_):
    """There is no mask, report or parent; the pictures are what came, in a mode of ours."""
    tiles = tuple(Image.new(mode, SIZE) for mode in ("RGB", "P"))
    result = Result.compose(request_, Finished(tiles, grid=True), "painter")
    assert (result.parent, result.mask, result.report, result.reports) == (None, None, None, ())
    assert (result.raw, [image.mode for image in result.images]) == (tiles, ["RGB", "RGB"])
    assert (result.seed, result.grid, dict(result.params)) == (None, True, {})
    assert repr(result) == "<Result: 2 pictures, 40 × 30, by painter, 0.0 s>"


def test_a_result_knows_where_its_pictures_live():
    """Each tile of a grid by its index, one picture alone without; nowhere where there is no id."""
    grid, _ = pressed_by(count=2, grid=True, actions=None)
    assert grid.remote_picture(1) == RemotePicture("painter", "job-7", 1, None)
    alone, _ = pressed_by(actions=("U1",))
    assert alone.remote_picture() == RemotePicture("painter", "job-7", None, ("U1",))
    assert made().remote_picture() is None
    assert made(remote_id="told-at-submission").remote_picture().remote_id == "told-at-submission"


def test_the_code_of_a_chain_pays_only_for_its_last_step():
    """What a step started from is fetched; the step itself is repeated, as a person would type it."""
    first = Result.compose(
        ImagineRequest("a fox", {"timeout": 30}),
        Finished((Image.new("RGB", SIZE),) * 4, actions=None, grid=True),
        "painter",
        remote_id="job-1",
        is_kept=True,
        presser=lambda request, source, **how: (request, source),
    )
    assert "result = inp.imagine('a fox', provider='painter', timeout=30).result()" in first.code()
    assert "# made already: result = inp.fetch('job-1', provider='painter').result()" in first.code()
    press, source = first.upscale(1)
    large = Result.compose(press, Finished((Image.new("RGB", SIZE),)), "painter", source=source)
    assert large.code().splitlines()[-2:] == [
        "result = inp.fetch('job-1', provider='painter').result()",
        "result = result.upscale(1).result()",
    ]
    assert large.picture_code().endswith("result = result.upscale(1).result()\nresult.images[0]")


def test_its_code_runs_and_gives_the_same_pictures(tmp_path):
    """Executing the printed code repeats the run from its root, bit for bit, the chosen seed included."""
    path = tmp_path / "photo.png"
    Image.effect_noise((64, 48), 60).convert("RGB").save(path)
    mask = Mask.ellipse((64, 48), (10, 10, 40, 35)).grow(2)
    result = inp.inpaint(str(path), mask, 'say "hi"\n{x}', count=2, feather_px=3, feather="ring").result(60)
    names: dict[str, Result] = {}
    exec(result.code(), names)  # printing code is a promise about executing it
    again = names["result"]
    assert (again.prompt, again.mask, again.seed) == (result.prompt, result.mask, result.seed)
    assert [image.tobytes() for image in again.images] == [image.tobytes() for image in result.images]


def test_the_code_of_a_chain_begins_at_its_root(tmp_path):
    """A result made from a result prints the code of both, in order."""
    path = tmp_path / "photo.png"
    Image.effect_noise((64, 48), 60).convert("RGB").save(path)
    first = inp.inpaint(str(path), Mask.rectangle((64, 48), (8, 8, 20, 20)), seed=1).result(60)
    second = made(source=first.picture_code())
    lines = second.code().splitlines()
    assert lines.count("import inpaint_nb as inp") == 1
    assert f"image = {str(path)!r}" in lines
    assert "image = result.images[0]" in lines


def test_code_without_a_known_source_says_what_to_fill_in():
    """Where nobody knows the parent's source, the code has a line to complete."""
    assert "image = ...  # the picture that was edited" in made().code()


@pytest.mark.parametrize(("mode", "kind"), [("L", "JPEG"), ("RGB", "JPEG"), ("RGBA", "PNG")])
def test_a_result_shows_its_first_picture_small(mode, kind):
    """In a notebook a result is one picture of at most 1024 pixels a side, see-through parts kept."""
    size = (3000, 20)
    request = EditRequest(Image.new(mode, size), Mask.full(size))
    result = Result.compose(request, Finished((Image.new(mode, size, 9),)), "painter")
    shown = [part for part in (result._repr_jpeg_(), result._repr_png_()) if part is not None]
    assert len(shown) == 1
    with Image.open(io.BytesIO(shown[0])) as image:
        assert (image.width, image.format, image.mode) == (1024, kind, mode)


def test_a_result_has_a_short_text():
    """Its repr names how many pictures of which size, by whom, and how long it took."""
    size = (3000, 20)
    request = EditRequest(Image.new("L", size), Mask.full(size))
    result = Result.compose(request, Finished((Image.new("L", size, 9),)), "painter", seconds=1.26)
    assert repr(result) == "<Result: 1 picture, 3000 × 20, by painter, 1.3 s>"
