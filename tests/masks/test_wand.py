"""Magic wand and colour range, against scikit-image and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage
from skimage import color

import inpaint_nb
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask
from inpaint_nb.masks.colours import to_lab

PHOTO = inpaint_nb.sample()
SAUCER = (120, 300)


def difference(picture: Image.Image, point: tuple[int, int]) -> np.ndarray:
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    return np.abs(pixels - pixels[point[1], point[0]]).max(axis=2)


@pytest.mark.parametrize("tolerance", [0, 8, 32, 90, 255])
def test_the_wand_takes_what_hangs_together(tolerance: int) -> None:
    """The pixels are those of the connected component around the point, by the largest channel's difference."""
    labels, _ = ndimage.label(difference(PHOTO, SAUCER) <= tolerance)
    wanted = labels == labels[SAUCER[1], SAUCER[0]]
    assert ((Mask.wand(PHOTO, SAUCER, tolerance).to_array() == 255) == wanted).all()


def test_the_wand_takes_the_whole_picture_where_asked() -> None:
    """Not contiguous, it takes each pixel of such a colour."""
    found = Mask.wand(PHOTO, SAUCER, 40, contiguous=False)
    assert ((found.to_array() == 255) == (difference(PHOTO, SAUCER) <= 40)).all()


def test_lab_is_that_of_scikit_image() -> None:
    """L*, a* and b* of all kinds of colours."""
    rgb = np.random.default_rng(0).integers(0, 256, (500, 3), np.uint8)
    assert np.abs(to_lab(rgb) - color.rgb2lab(rgb[None])[0]).max() < 0.01


def test_lab_differences_are_seen_differences() -> None:
    """In LAB the wand compares ΔE."""
    lab = color.rgb2lab(np.asarray(PHOTO))
    away = np.sqrt(((lab - lab[SAUCER[1], SAUCER[0]]) ** 2).sum(axis=2))
    found = Mask.wand(PHOTO, SAUCER, 15, contiguous=False, space="lab").to_array() == 255
    assert (found | (away > 14.99)).all()
    assert (~found | (away < 15.01)).all()


def test_the_wand_stops_at_a_mask() -> None:
    """What is masked already is not taken and not crossed."""
    plain = Image.new("RGB", (60, 40), "gray")
    wall = Mask.rectangle(plain.size, (30, 0, 33, 40))
    assert Mask.wand(plain, (5, 5), stop_at=wall) == Mask.rectangle(plain.size, (0, 0, 30, 40))
    assert Mask.wand(plain, (5, 5), contiguous=False, stop_at=wall) == ~wall
    assert Mask.wand(plain, (31, 5), stop_at=wall).is_empty
    with pytest.raises(InputError, match="different sizes"):
        Mask.wand(plain, (5, 5), stop_at=Mask.full((9, 9)))


def test_the_wand_does_not_step_diagonally() -> None:
    """Pixels that touch at a corner only do not hang together."""
    board = Image.new("L", (2, 2))
    board.putpixel((0, 0), 255)
    board.putpixel((1, 1), 255)
    assert Mask.wand(board, (0, 0)).to_array().tolist() == [[255, 0], [0, 0]]


def test_a_sample_compares_with_the_mean() -> None:
    """A noisy spot counts by the pixels around it."""
    picture = Image.new("RGB", (30, 30), (100, 100, 100))
    picture.putpixel((10, 10), (109, 100, 100))
    assert Mask.wand(picture, (10, 10), 4).coverage == pytest.approx(1 / 900)
    assert Mask.wand(picture, (10, 10), 4, sample=3).coverage == pytest.approx(899 / 900)


def test_colours_come_as_numbers_names_or_places() -> None:
    """Each way to name a colour gives the same range."""
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:, 3:] = (30, 144, 255)
    wanted = Mask.rectangle((6, 4), (3, 0, 6, 4))
    for colours in [(30, 144, 255), [(30, 144, 255)], np.array([30, 144, 255]), "dodgerblue", ["#1e90ff"]]:
        assert Mask.colour_range(pixels, colours) == wanted
    assert Mask.colour_range(pixels, points=[(4, 2)]) == wanted
    assert Mask.colour_range(pixels, ["black"], points=[(4, 2)]) == Mask.full((6, 4))


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_a_colour_range_fades_over_its_softness(space: str) -> None:
    """Full within the tolerance, nothing beyond tolerance and softness, falling in between."""
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    values = Mask.colour_range(ramp, (0, 0, 0), 20, softness=30, space=space).to_array()[0].astype(int)
    away = np.arange(256) if space == "rgb" else to_lab(ramp[0])[:, 0]
    assert np.abs(values - 255 * np.clip(1 - (away - 20) / 30, 0, 1)).max() <= 0.51


def test_gray_and_transparent_pictures_have_colours_too() -> None:
    """Gray counts as equal channels, and transparency does not count."""
    gray = Image.new("L", (5, 5), 90)
    assert Mask.colour_range(gray, (90, 90, 90), 0) == Mask.full((5, 5))
    clear = Image.new("RGBA", (5, 5), (10, 20, 30, 0))
    assert Mask.wand(clear, (2, 2), space="lab") == Mask.full((5, 5))


def test_what_was_found_is_kept_with_the_call_that_found_it() -> None:
    """Code and record need no picture, hold the region only and say how it was made."""
    found = Mask.wand(PHOTO, SAUCER, 24, sample=3)
    assert len(found.operations) == 1
    assert (
        found.operations[0].made == "wand((120, 300), tolerance=24, contiguous=True, space='rgb', sample=3)"
    )
    assert found.operations[0].made in found.code()
    assert found.to_record()["steps"][0]["box"] == list(found.bbox)
    namespace: dict = {}
    exec((Mask.full(PHOTO.size) - found).code(), namespace)
    assert namespace["mask"].operations[1].made == found.operations[0].made
    assert namespace["mask"] == ~found


def test_running_the_call_again_finds_the_same() -> None:
    """With the picture at hand, the text of the call gives the mask again."""
    found = [
        Mask.wand(PHOTO, SAUCER, 24),
        Mask.colour_range(PHOTO, (120, 30, 20), softness=9, space="lab"),
        Mask.select(PHOTO, (150, 20, 480, 370), selector="plain"),
    ]
    for mask in found:
        name, _, rest = mask.operations[0].made.partition("(")
        assert eval(f"Mask.{name}(PHOTO, {rest}", {"Mask": Mask, "PHOTO": PHOTO}) == mask


def test_nothing_found_is_an_empty_mask() -> None:
    """It prints and reads like any other."""
    nothing = Mask.colour_range(PHOTO, "cyan", 1)
    assert nothing.is_empty
    namespace: dict = {}
    exec(nothing.code(), namespace)
    assert namespace["mask"] == nothing == Mask.from_record(nothing.to_record())


BAD = {
    "outside": (lambda: Mask.wand(PHOTO, (700, 3)), "not inside the picture of 600 × 400"),
    "no point": (lambda: Mask.wand(PHOTO, 3), "finite"),
    "negative tolerance": (lambda: Mask.wand(PHOTO, (3, 3), -1), "tolerance must be at least 0"),
    "unknown space": (lambda: Mask.wand(PHOTO, (3, 3), space="hsv"), "must be 'rgb' or 'lab', not 'hsv'"),
    "half a sample": (lambda: Mask.wand(PHOTO, (3, 3), sample=1.5), "sample must be a whole number"),
    "no colour": (lambda: Mask.colour_range(PHOTO), "needs a colour or a point"),
    "a word": (lambda: Mask.colour_range(PHOTO, "blurple"), "'blurple' is no colour"),
    "too bright": (lambda: Mask.colour_range(PHOTO, (300, 0, 0)), "is no colour"),
    "two channels": (lambda: Mask.colour_range(PHOTO, [(1, 2)]), "is no colour"),
    "no list": (lambda: Mask.colour_range(PHOTO, 5), "is no colour"),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_impossible_colours_and_places_are_refused_in_words(make, message: str) -> None:
    """Each is an InputError that says what is wrong."""
    with pytest.raises(InputError, match=message):
        make()
