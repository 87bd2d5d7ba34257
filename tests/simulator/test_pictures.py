"""The pictures are really made: grids, tiles, enlargements, and edits confined to the mask."""

from __future__ import annotations

from calling import REGION, content, encoded, masked, picture, tiles
from PIL import Image, ImageChops

BOX = (40, 60, 120, 160)


def differences(candidate, parent):
    """Where, and by how much at least and at most, the two differ inside the box, and whether outside."""
    change = ImageChops.difference(candidate, parent)
    strongest = ImageChops.lighter(ImageChops.lighter(*change.split()[:2]), change.split()[2])
    inside = strongest.crop(BOX).getextrema()
    strongest.paste(0, BOX)
    return inside[0], strongest.getbbox()


def test_a_grid_is_drawn_from_the_prompt(caller):
    """The same prompt gives the same four different tiles, another prompt others."""
    grids = [picture(caller.done(caller.imagine(text))["uri"]) for text in ("a", "a", "b")]
    assert grids[0].size == (256, 256)
    assert grids[0].tobytes() == grids[1].tobytes() != grids[2].tobytes()
    assert len({tile.tobytes() for tile in tiles(grids[0])}) == 4


def test_an_upscale_is_its_tile_enlarged(caller):
    """U3 is the third tile, twice as large."""
    grid = caller.done(caller.imagine())
    for n, tile in enumerate(tiles(picture(grid["uri"])), 1):
        upscale = picture(caller.done(caller.press(grid["messageId"], f"U{n}"))["uri"])
        assert upscale.tobytes() == tile.resize((256, 256), Image.Resampling.BICUBIC).tobytes()


def test_vary_region_changes_exactly_the_white_pixels(caller):
    """Four different candidates of the parent's size, each visibly changed in every white pixel, and only there."""
    parent = caller.upscale()
    before = picture(parent["uri"])
    candidates = tiles(picture(caller.region(BOX, parent=parent)["uri"]))
    assert len({one.tobytes() for one in candidates}) == 4
    for one in candidates:
        least, outside = differences(one, before)
        assert least >= 32
        assert outside is None


def test_an_upscaled_candidate_is_not_enlarged_again(caller):
    """U2 of a Vary (Region) is that candidate, in the parent's size."""
    region = caller.region(BOX)
    final = picture(caller.done(caller.press(region["messageId"], "U2"))["uri"])
    assert final.tobytes() == tiles(picture(region["uri"]))[1].tobytes()


def test_lying(caller):
    """With !lying, pixels outside the mask change as well."""
    parent = caller.upscale()
    region = caller.region(BOX, "a cat !lying", parent)
    for one in tiles(picture(region["uri"])):
        assert differences(one, picture(parent["uri"]))[1] is not None


def test_swapped_polarity(caller):
    """With !swapped, black changes and white stays."""
    parent = caller.upscale()
    before = picture(parent["uri"])
    for one in tiles(picture(caller.region(BOX, "a cat !swapped", parent)["uri"])):
        assert one.crop(BOX).tobytes() == before.crop(BOX).tobytes()
        assert ImageChops.difference(one, before).getbbox() == (0, 0, 256, 256)


def test_no_change_and_other_size(caller):
    """With !unchanged the candidates are the parent, with !other-size they are smaller."""
    parent = caller.upscale()
    same = tiles(picture(caller.region(BOX, "!unchanged", parent)["uri"]))
    assert {one.tobytes() for one in same} == {picture(parent["uri"]).tobytes()}
    assert picture(caller.region(BOX, "!other-size", parent)["uri"]).size == (384, 384)


def test_a_picture_of_ones_own(caller):
    """A picture put there by hand is a finished upscale that can be edited."""
    photo = Image.radial_gradient("L").convert("RGB")
    placed = caller.sim.add_picture(photo)
    told = caller.fetch(placed)
    assert picture(told["uri"]).tobytes() == photo.tobytes()
    assert REGION in told["buttons"]
    assert caller.press(placed, REGION, mask=encoded(masked(photo.size, BOX))).status_code == 200
    assert caller.sim.submits == 1


def test_who_gets_a_picture(caller):
    """Anyone with the URL, once it is finished; nobody who brings a key."""
    asked = caller.imagine().json()["messageId"]
    url = f"{caller.sim.pictures_url}/storage/{asked}.png"
    assert content(url).status_code == 404
    caller.sim.clock.advance(90)
    assert content(url).headers["content-type"] == "image/png"
    assert caller.http.get(url, headers={"Authorization": "Bearer x"}).status_code == 400
    assert content(f"{caller.sim.pictures_url}/storage/../etc.png").status_code == 404
