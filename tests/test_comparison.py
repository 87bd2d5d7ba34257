"""Two pictures against each other: what is shown on a page without script, and as pictures."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import InputError, Mask
from inpaint_nb.edit import EditRequest, Finished, ImagineRequest, Result
from inpaint_nb.lineage.sides import DARK, LIGHT, Sides, checkerboard, opaque

SIZE = (40, 20)
LEFT = Mask.rectangle(SIZE, (0, 0, 20, 20))
MOST_BYTES = 300_000


def made(color: str = "red", count: int = 1) -> Result:
    """A result that painted the left half of a white picture in one colour."""
    request = EditRequest(Image.new("RGB", SIZE, "white"), LEFT, "a fox", count=count)
    return Result.compose(request, Finished((Image.new("RGB", SIZE, color),) * count), "one")


class Page(HTMLParser):
    """Tags, words, files, and the identifiers of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, name: str) -> list[str]:
        """The values of an attribute."""
        return [value for attribute, value in self.attributes if attribute == name]


def test_a_result_alone_is_compared_with_its_parent() -> None:
    """The parent is first; what the run reported stands beside the pixels."""
    result = made()
    comparison = inp.compare(result)
    assert comparison.a is result.parent
    assert (comparison.b.tobytes(), comparison.names) == (result.image.tobytes(), ("Parent", "Result"))
    assert comparison.words == (
        "400 pixels differ (50.0%), by 255 at most and 127.50 on average (of 255). "
        "The run changed 400 pixels inside its mask and 0 outside."
    )
    assert repr(comparison) == f"<Comparison of Parent and Result: {comparison.words}>"


def test_any_two_pictures_are_compared(tmp_path: Path) -> None:
    """Results, pictures, files, arrays, another picture of the same result; `index` picks which of each."""
    tiles = tuple(Image.new("RGB", SIZE, color) for color in ("red", "lime", "red"))
    result = Result.compose(ImagineRequest("a fox", {}), Finished(tiles), "one")
    assert inp.compare(result, 1).heat.changed == 800
    assert inp.compare(result, 2).heat.changed == 0
    assert inp.compare(result, result, index=(0, 1)).heat.changed == 800
    assert inp.compare(result, made(), index=(2, 0)).heat.changed == 400
    tiles[0].save(tmp_path / "red.png")
    assert inp.compare(tiles[0], tmp_path / "red.png").heat.changed == 0
    assert inp.compare(made("blue"), result, names=("old", "new")).names == ("old", "new")


def test_a_run_of_the_history_is_a_result() -> None:
    """What the store remembers is compared like what was just made."""
    photo = Image.effect_noise(SIZE, 40).convert("RGB")
    inp.inpaint(photo, LEFT, "a fox").result(60)
    run = inp.history()[0]
    assert inp.compare(run).a.tobytes() == photo.tobytes()
    assert inp.compare(run, run).heat.changed == 0


def test_what_cannot_be_compared_is_said() -> None:
    """One picture alone, a result of words alone, a number of no picture, names that are not two."""
    words_only = Result.compose(ImagineRequest("a fox", {}), Finished((Image.new("RGB", SIZE),)), "one")
    for call, words in (
        (lambda: inp.compare(Image.new("RGB", SIZE)), "nothing to compare it with"),
        (lambda: inp.compare(words_only), "made from no picture"),
        (lambda: inp.compare(words_only, 3), "no picture 3"),
        (lambda: inp.compare(made(), index=4), "no picture 4"),
        (lambda: inp.compare(made(), object()), "not a picture"),
        (lambda: inp.compare(made(), names="ab"), "names must be two"),
    ):
        with pytest.raises(InputError, match=words):
            call()


def test_the_page_runs_nothing_and_asks_for_nothing() -> None:
    """No script, no address but data, and names are words whatever they hold."""
    html = inp.compare(made(), names=("<script>alert(1)</script>", 'b" onerror="x'))._repr_html_()
    page = Page(html)
    assert set(page.tags) == {
        "fieldset", "legend", "style", "input", "label", "div", "button", "span", "figure", "img", "figcaption", "p",
    }  # fmt: skip
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert all(source.startswith("data:image/") for source in page.all("src"))
    assert len(page.all("src")) == 3
    assert "http" not in html
    assert "url(" not in html
    assert "<script>alert(1)</script>" in page.words


def test_every_control_has_a_name_and_its_own_place() -> None:
    """Pictures and slider positions are named; two comparisons on one page do not disturb each other."""
    comparison = inp.compare(made())
    one, other = Page(comparison._repr_html_()), Page(comparison._repr_html_())
    assert not set(one.all("id")) & set(other.all("id"))
    assert not set(one.all("name")) & set(other.all("name"))
    assert set(one.all("for")) <= set(one.all("id"))
    labels = one.all("aria-label")
    assert labels[0] == "Parent 0 %, Result 100 %"
    assert labels[-1] == "Parent 100 %, Result 0 %"
    assert len(labels) == 41
    assert all(one.all("alt"))


@pytest.mark.parametrize("sigma", [0, 30, 100])
def test_a_comparison_of_large_pictures_is_small(sigma: int) -> None:
    """At 2048 × 2048 pixels, noise or not, the page is at most 300 kB."""
    photo = inp.sample().resize((2048, 2048))
    noise = Image.effect_noise(photo.size, max(1, sigma)).convert("RGB")
    html = inp.compare(photo, noise if sigma else photo)._repr_html_()
    assert 20_000 < len(html.encode()) <= MOST_BYTES


def test_a_small_picture_is_kept_without_loss_and_shown_in_squares() -> None:
    """An icon is a PNG, enlarged in whole steps."""
    html = inp.compare(made())._repr_html_()
    assert html.count("data:image/png;base64,") == 3
    assert "--pixels:pixelated" in html
    assert "--w:320px" in html
    photo = inp.sample()
    assert "--pixels:pixelated" not in inp.compare(photo, photo)._repr_html_()


def test_transparent_parts_show_a_checkerboard() -> None:
    """The same squares in both pictures, whatever their resolution."""
    clear = Image.new("RGBA", (96, 48), (255, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 48, 48))
    shown = opaque(clear)
    assert shown.mode == "RGB"
    assert shown.getpixel((10, 10)) == (255, 0, 0)
    assert {shown.getpixel((x, 0)) for x in range(48, 96)} == {LIGHT, DARK}
    fine, coarse = checkerboard((960, 480)), checkerboard((96, 48))
    assert fine.resize((96, 48), Image.Resampling.NEAREST).tobytes() == coarse.tobytes()
    assert inp.compare(clear, clear).side_by_side.mode == "RGB"


def test_another_size_of_the_same_shape_fills_the_frame() -> None:
    """An enlarged copy is laid over the whole; each keeps its resolution, and the words say what was done."""
    photo = inp.sample()
    comparison = inp.compare(photo, photo.resize((1200, 800)))
    assert comparison.sides.box == (0, 0, 600, 400)
    assert [image.size for image in comparison.sides.framed(1000)] == [(600, 400), (1000, 667)]
    assert "1200 × 800; it was brought to 600 × 400" in comparison.words
    assert comparison.side_by_side.size == (1200 * 2 + 20, 800)
    assert comparison.heat.image.size == photo.size


def test_another_shape_lies_in_the_middle() -> None:
    """A square in a landscape: pixels are compared where both have some, the rest is grey in the heat map."""
    comparison = inp.compare(Image.new("RGB", (40, 20), "white"), Image.new("RGB", (10, 10), "black"))
    assert comparison.sides.box == (10, 0, 30, 20)
    assert (comparison.heat.changed, comparison.heat.share, comparison.heat.max) == (400, 1.0, 255)
    heat = comparison.sides.heat_image
    assert (heat.getpixel((5, 5)), heat.getpixel((20, 5))) == ((90, 90, 90), (252, 255, 164))
    assert "another shape" in comparison.words
    assert comparison.sides.framed(40)[1].size == (20, 10)


@settings(deadline=None, max_examples=50)
@given(*[st.tuples(st.integers(1, 60), st.integers(1, 60))] * 2)
def test_any_two_sizes_have_one_frame(first: tuple[int, int], second: tuple[int, int]) -> None:
    """The box lies in the frame, touches two of its sides, and both pictures come in one shape."""
    sides = Sides(Image.new("RGB", first), Image.new("L", second))
    left, top, right, bottom = sides.box
    assert 0 <= left < right <= first[0]
    assert 0 <= top < bottom <= first[1]
    assert (right - left, bottom - top)[0] == first[0] or bottom - top == first[1]
    assert sides.heat_image.size == first
    assert "<img" in inp.compare(sides.a, sides.b)._repr_html_()


def test_pictures_for_papers() -> None:
    """Side by side, the heat map with its legend, and all three, in RGB."""
    photo = inp.sample()
    comparison = inp.compare(photo, photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    pair = comparison.side_by_side
    assert pair.size == (1210, 400)
    assert pair.crop((0, 0, 600, 400)).tobytes() == photo.tobytes()
    assert pair.crop((610, 0, 1210, 400)).tobytes() == comparison.b.tobytes()
    heat = comparison.heat_map
    assert heat.crop((0, 0, 600, 400)).tobytes() == comparison.heat.image.tobytes()
    assert heat.height > 400
    assert comparison.image.size == (1820, heat.height)


def test_saved_as_a_page_or_a_picture(tmp_path: Path) -> None:
    """The name says which; what it cannot be is an error."""
    comparison = inp.compare(made(), names=("<b>old", "new"))
    page = comparison.save(tmp_path / "a.html").read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "<title>&lt;b&gt;old and new</title>" in page
    with Image.open(comparison.save(tmp_path / "a.png")) as saved:
        assert saved.tobytes() == comparison.image.tobytes()
    with pytest.raises(InputError, match=r"Use \.html"):
        comparison.save(tmp_path / "a.nothing")
