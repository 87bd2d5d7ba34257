"""The strict look at masks: encoding, size, colours."""

from __future__ import annotations

import base64

import pytest
from calling import REGION, encoded, masked, picture, tiles
from PIL import Image, ImageChops

from inpaint_nb.simulator import MaskRules

PHOTO = Image.linear_gradient("L").convert("RGB")
SIZE = PHOTO.size
BOX = (10, 20, 60, 90)
GOOD = masked(SIZE, BOX)
CLEAR = Image.merge("RGBA", (*Image.new("RGB", SIZE, "white").split(), masked(SIZE, BOX, "L")))


def send(caller, mask):
    """The reply to Vary (Region) with this mask."""
    return caller.press(caller.sim.add_picture(PHOTO), REGION, mask=mask)


def changed(caller, mask):
    """What the first candidate changed."""
    told = caller.done(send(caller, mask))
    return ImageChops.difference(tiles(picture(told["uri"]))[0], PHOTO).getbbox()


@pytest.mark.parametrize(
    "mask",
    [
        encoded(GOOD),
        encoded(GOOD.convert("L")),
        encoded(GOOD.convert("1")),
        encoded(GOOD.convert("P")),
        encoded(GOOD, format="WEBP", lossless=True),
    ],
)
def test_what_is_taken(caller, mask):
    """An opaque PNG or lossless WebP in black and white: white changes, black stays."""
    assert changed(caller, mask) == BOX


GREY = GOOD.point(lambda value: value // 2 + 64)
BAD = {
    "no text": 7,
    "empty": "",
    "prefix": "data:image/png;base64," + encoded(GOOD),
    "line breaks": encoded(GOOD)[:40] + "\n" + encoded(GOOD)[40:],
    "url alphabet": base64.urlsafe_b64encode(b"\xfb\xff" * 30).decode(),
    "bad length": encoded(GOOD)[:73],
    "jpeg": encoded(GOOD, format="JPEG"),
    "lossy": encoded(GOOD, format="WEBP", quality=30),
    "no picture": base64.b64encode(b"\x89PNG\r\n\x1a\nnothing").decode(),
    "truncated": base64.b64encode(base64.b64decode(encoded(PHOTO.convert("L")))[:-90]).decode(),
    "other size": encoded(GOOD.resize((128, 128))),
    "turned": encoded(masked((256, 128), BOX)),
    "grey": encoded(GREY),
    "red": encoded(masked(SIZE, BOX).point([*range(256), *[0] * 512])),
    "alpha": encoded(CLEAR),
    "16 bits": encoded(Image.new("I;16", SIZE, 65535)),
    "nothing white": encoded(Image.new("RGB", SIZE)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(caller, name):
    """Each of these is 400 with a text about the mask, and nothing is charged."""
    reply = send(caller, BAD[name])
    assert reply.status_code == 400
    assert "mask" in str(reply.json()["message"])
    assert caller.sim.submits == 0


def test_too_large(caller):
    """Over 8 MB decoded is 413."""
    assert send(caller, base64.b64encode(bytes(9 << 20)).decode()).status_code == 413


def test_lenient_rules(configured):
    """Thresholding, stripping a prefix and flattening alpha on black are switches."""
    caller = configured(masks=MaskRules(colours="threshold", prefix="strip", alpha="black"))
    for mask in (encoded(GREY), BAD["prefix"], encoded(CLEAR)):
        assert changed(caller, mask) == BOX


def test_alpha_on_white_selects_everything(configured):
    """A careless client that sends white on transparent sees its whole picture change."""
    assert changed(configured(masks=MaskRules(alpha="white")), encoded(CLEAR)) == (0, 0, *SIZE)


def test_a_bad_mask_as_a_job_that_fails(configured):
    """Where switched so, a bad mask is accepted and charged, and its job FAILs."""
    caller = configured(masks=MaskRules(as_job=True))
    told = caller.done(send(caller, BAD["other size"]))
    assert (told["status"], told["error"][:19]) == ("FAIL", "[Invalid parameter]")
    assert caller.sim.account.spent == 5
