"""Grids of four: cut up in the order of their buttons, and recognised where nobody says what a picture is."""

import pytest
from PIL import Image, ImageChops

from inpaint_nb.images import sample
from inpaint_nb.providers.grids import cut, is_grid, split

COLOURS = ["red", "green", "blue", "yellow"]


def plain_grid(size):
    """Four plain colours in reading order."""
    grid = Image.new("RGB", size)
    width, height = size[0] // 2, size[1] // 2
    for number, colour in enumerate(COLOURS):
        tile = Image.new("RGB", (size[0] - width, size[1] - height), colour)
        grid.paste(tile, (number % 2 * width, number // 2 * height))
    return grid


def photo_grid():
    """Four parts of one photograph, as different as four pictures by one prompt."""
    photo = sample()
    width, height = photo.width // 2, photo.height // 2
    corners = [(0, 0), (photo.width // 3, 0), (0, photo.height // 3), (photo.width // 3, photo.height // 3)]
    grid = Image.new("RGB", (2 * width, 2 * height))
    for number, (left, top) in enumerate(corners):
        part = photo.crop((left, top, left + width, top + height))
        grid.paste(part, (number % 2 * width, number // 2 * height))
    return grid


def test_the_tiles_come_in_the_order_of_the_buttons():
    """U1 is top left, U2 top right, U3 bottom left, U4 bottom right."""
    tiles = split(plain_grid((64, 40)))
    assert [tile.size for tile in tiles] == [(32, 20)] * 4
    assert [tile.getpixel((16, 10)) for tile in tiles] == [
        Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in COLOURS
    ]


def test_an_odd_grid_gives_tiles_of_one_size():
    """The line in the middle belongs to nobody."""
    assert {tile.size for tile in split(plain_grid((65, 41)))} == {(32, 20)}


def test_four_pictures_in_one_are_recognised():
    """A grid breaks along both middles."""
    assert is_grid(photo_grid())
    assert is_grid(plain_grid((400, 400)))


@pytest.mark.parametrize("turn", range(5))
def test_a_photograph_is_no_grid(turn):
    """Nor is any of its crops, nor noise, nor a plain or a tiny picture."""
    photo = sample()
    assert not is_grid(photo.crop((turn * 20, turn * 15, photo.width - turn * 40, photo.height - turn * 5)))
    assert not is_grid(Image.effect_noise((400, 300), 20 * turn))
    assert not is_grid(Image.new("RGB", (300, 300), COLOURS[turn % 4]))
    assert not is_grid(plain_grid((40, 40)))


def test_a_picture_cut_in_one_direction_only_is_no_grid():
    """Two pictures side by side are not four."""
    pair = Image.new("RGB", (400, 300), "navy")
    pair.paste("orange", (200, 0, 400, 300))
    assert not is_grid(pair)


def test_what_the_answer_says_counts_before_what_the_picture_looks_like():
    """A plain picture called a grid is cut, a grid called one picture is not; unknown ones are looked at."""
    photo, grid = sample(), photo_grid()
    assert [len(cut((photo,), said)[0]) for said in (True, False, None)] == [4, 1, 1]
    assert [len(cut((grid,), said)[0]) for said in (True, False, None)] == [4, 1, 4]


def test_pictures_that_came_apart_stay_as_they_are():
    """Four tiles are the tiles of a grid."""
    tiles = split(photo_grid())
    pictures, is_one = cut(tiles, None)
    assert is_one
    assert all(ImageChops.difference(*pair).getbbox() is None for pair in zip(pictures, tiles, strict=True))
