"""What differs between two results: words, parameters, masks and pixels."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import InputError, Mask
from inpaint_nb.edit import EditRequest, Finished, ImagineRequest, Result
from inpaint_nb.lineage.diff import overlap, words_between

SIZE = (40, 20)
LEFT = Mask.rectangle(SIZE, (0, 0, 20, 20))
MIDDLE = Mask.rectangle(SIZE, (10, 0, 30, 20))


def made(prompt: str, mask: Mask = LEFT, color: str = "red", **settings: object) -> Result:
    """A result that painted the mask in one colour, on white."""
    provider = str(settings.pop("provider", "one"))
    request = EditRequest(Image.new("RGB", SIZE, "white"), mask, prompt, **settings)
    return Result.compose(request, Finished((Image.new("RGB", SIZE, color),)), provider)


def test_words_settings_and_providers_are_told_apart() -> None:
    """What was added and removed, what was set otherwise, and who did it."""
    one = made("a red fox, asleep", seed=1, params={"steps": 20, "style": "raw"})
    other = made("a blue fox asleep  there", seed=1, params={"steps": 30}, feather_px=2, provider="other")
    diff = inp.diff(one, other)
    assert (diff.added, diff.removed) == (["blue", "there"], ["red", ","])
    assert diff.params == {
        "steps": (20, 30), "style": ("raw", None), "feather_px": (None, 2), "feather": (None, "inside"),
    }  # fmt: skip
    assert diff.providers == ("one", "other")
    for said in ("added: blue there", "steps: 20 → 30", "one → other", "masks overlap by 100%"):
        assert said in repr(diff)


def test_pixels_are_counted_and_drawn() -> None:
    """How many pixels differ, by how much at most and on average, and a map that is bright where they do."""
    diff = inp.diff(made("", LEFT), made("", MIDDLE))
    assert (diff.heat.changed, diff.heat.max, diff.heat.share) == (400, 255, 0.5)
    assert diff.heat.mean == 127.5
    assert diff.mask_overlap == pytest.approx(1 / 3)
    bright, dark = diff.image.getpixel((5, 5)), diff.image.getpixel((15, 5))
    assert (bright, dark) == ((252, 255, 164), (0, 0, 4))
    assert diff.image.size == SIZE


def test_equal_results_differ_in_nothing() -> None:
    """And say so."""
    diff = inp.diff(made("a fox"), made("a fox"))
    assert (diff.added, diff.removed, diff.params, diff.heat.changed) == ([], [], {}, 0)
    assert (diff.mask_overlap, diff.resized_from) == (1.0, None)
    assert "every pixel is the same" in repr(diff)


def test_pictures_have_pixels_only() -> None:
    """Pictures of any two modes and sizes are compared; the second is brought to the size of the first."""
    diff = inp.diff(Image.new("L", (10, 10), 255), Image.new("RGBA", (20, 10), (255, 255, 255, 0)))
    assert (diff.words, diff.params, diff.mask_overlap, diff.resized_from) == ((), {}, None, (20, 10))
    assert (diff.heat.changed, diff.heat.max) == (100, 255)
    assert "20 × 10" in diff._repr_html_()
    with pytest.raises(InputError, match="cannot be compared"):
        inp.diff(made("a fox"), "a fox")


def test_any_picture_of_each_can_be_compared() -> None:
    """`index` picks one picture, or one of each."""
    request = ImagineRequest("a fox", {"ar": "1:1"})
    colors = [Image.new("RGB", SIZE, color) for color in ("red", "lime", "red")]
    result = Result.compose(request, Finished(tuple(colors)), "one")
    assert inp.diff(result, result, index=(0, 1)).heat.changed == 800
    assert inp.diff(result, result, index=(0, 2)).heat.changed == 0
    assert inp.diff(result, result, index=1).mask_overlap is None
    with pytest.raises(InputError, match="no picture"):
        inp.diff(result, result, index=3)


def test_masks_overlap_by_what_they_cover_at_all() -> None:
    """Soft pixels count, other sizes are mapped, and two empty masks are the same."""
    assert overlap(LEFT, MIDDLE) == pytest.approx(1 / 3)
    assert overlap(LEFT, Mask.rectangle((20, 10), (0, 0, 10, 10))) == 1
    assert overlap(LEFT, Mask.empty(SIZE)) == 0
    assert overlap(Mask.empty(SIZE), Mask.empty(SIZE)) == 1
    assert overlap(LEFT, None) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_words_between_tell_both_texts(before: str, after: str) -> None:
    """What is kept and added is the second text; what is kept and removed the first, but for space."""
    pieces = words_between(before, after)
    assert "".join(word for word, how in pieces if how != "removed") == after
    old = "".join(word for word, how in pieces if how != "added")
    assert "".join(old.split()) == "".join(before.split())


class Words(HTMLParser):
    """The tags of a page, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_shows_words_and_pictures_and_runs_nothing() -> None:
    """Prompts and parameters are words whatever they hold; three pictures are in the page."""
    one = made("<script>alert(1)</script>", params={"<i>": "<b>&"})
    html = inp.diff(one, made("a fox", MIDDLE))._repr_html_()
    page = Words(html)
    assert page.tags <= {
        "table", "tr", "th", "td", "span", "ins", "del", "br", "div", "figure", "img", "figcaption",
    }  # fmt: skip
    assert "<script>alert(1)</script>" in page.words.replace(" ", "")
    assert "<i>" in page.words
    assert html.count("data:image/jpeg;base64,") == 3
    assert "http" not in html
    assert "background" not in html
