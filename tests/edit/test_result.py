"""What comes back, and what can be done with it."""

import io

import pytest
from PIL import Image

import inpaint_nb as inp
from inpaint_nb.edit import EditRequest, Finished, Result
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (40, 30)


def made(count=1, actions=(), remote=None, request=None, **more):
    request = request or EditRequest(Image.new("RGB", SIZE), Mask.full(SIZE), "a fox", count=count)
    pictures = tuple(Image.new("RGB", SIZE, (10 * (n + 1), 0, 0)) for n in range(count))
    finished = Finished(pictures, cost=2.0, remote=remote or {}, actions=actions)
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


def test_a_button_that_is_not_there_is_refused_with_those_that_are():
    """A wrong label is refused with the list of labels."""
    result = made(actions=("U1", "V1"), presser=lambda label, prompt: None)
    with pytest.raises(InputError, match="There are U1, V1"):
        result.upscale(1)


def test_pressing_hands_label_and_prompt_on():
    """A button goes to the callable that was handed in, with the prompt; upscale(0) presses U1."""
    pressed = []
    result = made(actions=("U1", "V1"), presser=lambda *given: pressed.append(given))
    result.press("V1", "bluer")
    result.upscale(0)
    assert pressed == [("V1", "bluer"), ("U1", None)]


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
