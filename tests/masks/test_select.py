"""Smart selection: what it finds, where it may look, and the door for a user's own selectors."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image, ImageDraw

import inpaint_nb
from inpaint_nb.errors import InputError, JobCancelled
from inpaint_nb.masks import Mask
from inpaint_nb.masks.picture import picture_of

PHOTO = inpaint_nb.sample()
CUP = (180, 20, 400, 210)  # the cup without its saucer
SIZE = (500, 340)
DISC = (150, 90, 320, 260)


def scene() -> Image.Image:
    """A disc of noisy red on a noisy green ground with some gray in both."""
    noise = np.random.default_rng(2).normal(0, 22, (SIZE[1], SIZE[0], 3))
    picture = Image.new("RGB", SIZE, (70, 120, 70))
    ImageDraw.Draw(picture).ellipse(DISC, fill=(150, 80, 70))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


def overlap(one: Mask, other: Mask) -> float:
    return (one & other).coverage / (one | other).coverage


HINTS = {
    "box": {"box": (130, 70, 345, 285)},
    "one point": {"foreground": [(235, 175)]},
    "scribbles": {
        "foreground": [(x, 180) for x in range(180, 290, 5)],
        "background": [(40, 40), (450, 300), (60, 300), (440, 60)],
    },
    "box and points": {"box": (100, 50, 400, 300), "foreground": [(235, 175)], "background": [(110, 60)]},
}


@pytest.mark.parametrize("selector", ["grabcut", "plain"])
@pytest.mark.parametrize("hints", HINTS.values(), ids=HINTS)
def test_a_thing_is_found_from_rough_hints(hints: dict, selector: str) -> None:
    """A noisy disc is found to nine tenths and more, whatever the hints are."""
    found = Mask.select(scene(), selector=selector, **hints)
    assert overlap(found, Mask.ellipse(SIZE, DISC)) > 0.9


@pytest.mark.parametrize("selector", ["grabcut", "plain"])
def test_a_thing_in_a_photograph_is_found(selector: str) -> None:
    """A box around the cup gives most of it and little else."""
    found = Mask.select(PHOTO, CUP, selector=selector)
    assert overlap(found, Mask.ellipse(PHOTO.size, (172, 16, 408, 225))) > 0.75


@pytest.mark.parametrize("selector", ["grabcut", "plain"])
def test_large_pictures_are_cut_at_their_own_edges(selector: str) -> None:
    """The edge found in a small copy follows the edges of the picture to a few pixels."""
    side = 2400
    picture = Image.new("RGB", (side, side), (40, 60, 90))
    ImageDraw.Draw(picture).ellipse((500, 600, 1700, 1900), fill=(200, 170, 60))
    found = Mask.select(picture, (400, 500, 1800, 2000), selector=selector)
    disc = Mask.ellipse((side, side), (500, 600, 1701, 1901))
    assert (found - disc.grow(3)).coverage < 1e-4
    assert (disc.shrink(3) - found).coverage < 1e-4


def test_nothing_is_found_outside_of_the_box() -> None:
    """A box limits the selection."""
    box = (160, 100, 260, 200)
    found = Mask.select(scene(), box, selector="plain")
    assert (found - Mask.rectangle(SIZE, box)).is_empty
    assert not found.is_empty


@pytest.mark.parametrize("selector", ["grabcut", "plain"])
@pytest.mark.parametrize(
    "picture", [Image.new("L", (1, 1)), Image.new("RGBA", (40, 3)), Image.new("RGB", (30, 30))]
)
def test_pictures_without_edges_end_too(selector: str, picture: Image.Image) -> None:
    """Tiny and plain pictures give some mask of their size."""
    assert Mask.select(picture, (0, 0, *picture.size), selector=selector).size == picture.size
    assert Mask.select(picture, foreground=[(0, 0)], selector=selector).size == picture.size


def test_a_selection_gives_the_same_each_time() -> None:
    """Chance has no part in it."""
    for selector in ("grabcut", "plain"):
        one, other = (Mask.select(scene(), (130, 70, 345, 285), selector=selector) for _ in range(2))
        assert one == other


@pytest.mark.parametrize("selector", ["grabcut", "plain"])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_a_selection_can_be_cancelled(selector: str, after: int) -> None:
    """It asks again and again, and stops with JobCancelled."""
    answers = [False] * after

    def cancelled() -> bool:
        return not (answers and [answers.pop()])

    with pytest.raises(JobCancelled):
        Mask.select(scene(), (130, 70, 345, 285), selector=selector, cancelled=cancelled)


def test_opencv_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it the plain selector is the usual one, and asking for GrabCut says what to install."""
    assert inpaint_nb.available_selectors()[:2] == ["grabcut", "plain"]
    monkeypatch.setitem(sys.modules, "cv2", None)
    assert inpaint_nb.available_selectors()[0] == "plain"
    found = Mask.select(scene(), (130, 70, 345, 285))
    assert found.operations[0].made.endswith("selector='plain')")
    with pytest.raises(InputError, match=r"inpaint_nb\[smart\]"):
        Mask.select(scene(), (130, 70, 345, 285), selector="grabcut")


ANSWERS = {
    "a mask": lambda picture: Mask.rectangle(picture.size, (1, 2, 30, 40)),
    "booleans": lambda picture: Mask.rectangle(picture.size, (1, 2, 30, 40)).to_array() > 0,
    "a picture": lambda picture: Mask.rectangle(picture.size, (1, 2, 30, 40)).to_image(),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_a_users_own_selector_is_handed_the_hints(answer) -> None:
    """It gets an RGB picture, the box and the points, and may give a mask in any form."""
    seen: list = []

    def sam(*given: object) -> object:
        seen.extend(given)
        return answer(given[0])

    inpaint_nb.register_selector("sam", sam)
    assert inpaint_nb.available_selectors()[-1] == "sam"
    found = Mask.select(PHOTO.convert("L"), (10, 10.4, 99, 80), [(20, 30), (-5, 2)], [(3, 4)], selector="sam")
    assert found == Mask.rectangle(PHOTO.size, (1, 2, 30, 40))
    assert (seen[0].mode, seen[0].size, seen[1:]) == (
        "RGB",
        PHOTO.size,
        [(10, 10, 99, 80), [(20, 30)], [(3, 4)]],
    )
    assert "selector='sam'" in found.code()


def test_a_selectors_answer_is_checked() -> None:
    """Another size or something else is refused; its own errors are its own."""
    inpaint_nb.register_selector("odd", lambda *_: np.zeros((3, 4), bool))
    with pytest.raises(InputError, match="'odd' gave a mask of 4 × 3 for a picture of 600 × 400"):
        Mask.select(PHOTO, CUP, selector="odd")
    inpaint_nb.register_selector("odd", lambda *_: None)
    with pytest.raises(InputError, match="'odd' returned nothing"):
        Mask.select(PHOTO, CUP, selector="odd")
    inpaint_nb.register_selector("odd", lambda *_: "nothing")
    with pytest.raises(InputError):
        Mask.select(PHOTO, CUP, selector="odd")
    inpaint_nb.register_selector("odd", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Mask.select(PHOTO, CUP, selector="odd")


@pytest.mark.timeout(20)
def test_a_selector_may_ask_another_one() -> None:
    """One that refines what another has found does not wait for itself."""
    inpaint_nb.register_selector("rough", lambda picture, box, *_: Mask.rectangle(picture.size, box))
    inpaint_nb.register_selector(
        "fine", lambda picture, box, *_: Mask.select(picture, box, selector="rough").shrink(2)
    )
    assert Mask.select(PHOTO, CUP, selector="fine") == Mask.rectangle(PHOTO.size, CUP).shrink(2)


BAD = {
    "no hints": (lambda: Mask.select(PHOTO), "needs a box or points on the thing"),
    "points beside the picture": (lambda: Mask.select(PHOTO, foreground=[(-3, 4)]), "needs a box or points"),
    "a box beside it": (lambda: Mask.select(PHOTO, (700, 0, 800, 50)), "holds no pixel"),
    "unknown selector": (lambda: Mask.select(PHOTO, CUP, selector="magic"), "no selector 'magic'"),
    "a name of ours": (lambda: inpaint_nb.register_selector("plain", print), "cannot name a selector"),
    "no name": (lambda: inpaint_nb.register_selector("a b", print), "cannot name a selector"),
    "no function": (lambda: inpaint_nb.register_selector("sam", 3), "cannot be called"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_impossible_selections_are_refused_in_words(make, message: str) -> None:
    """Each is an InputError that says what is wrong."""
    with pytest.raises(InputError, match=message):
        make()


def test_a_loaded_picture_is_not_copied(tmp_path) -> None:
    """Tools look at the picture itself where it is upright already, and load any other."""
    assert picture_of(PHOTO) is PHOTO
    turned = Image.new("RGB", (4, 2))
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    with Image.open(tmp_path / "turned.jpg") as lazy:
        assert picture_of(lazy).size == (2, 4)
