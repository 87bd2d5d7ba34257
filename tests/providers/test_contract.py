"""Every provider × what the engine and the composite rely on; the hosted ones on the simulator."""

import pytest
from hosted import imaginepro, lotimage, simulated, tell
from PIL import Image

from inpaint_nb.edit import Capabilities, EditRequest, Finished, RemotePicture, Result, check
from inpaint_nb.masks import Mask
from inpaint_nb.providers import find, names, provider

SIZE = (96, 64)
GRID = 4  # Midjourney's answer to one request
CONFIGURED = {
    "local": lambda sim: find("local"),
    "local, smooth": lambda sim: provider("local", engine="smooth"),
    "imaginepro": imaginepro,
    "imaginepro, older paths": lambda sim: imaginepro(sim, paths="midjourney", mask_format="webp"),
    "lotimage": lotimage,
    "lotimage, by POST": lambda sim: lotimage(sim, profile={"progress": {"method": "POST"}}),
}


@pytest.fixture(scope="module")
def sim():
    """A simulator for all of them."""
    with simulated() as running:
        yield running


@pytest.fixture(params=CONFIGURED)
def configured(sim, request):
    """Each provider in turn."""
    return CONFIGURED[request.param](sim)


def run(sim, configured, **asked):
    """An edit, and every event of its story."""
    photo = Image.effect_noise(SIZE, 60).convert("RGB")
    if not configured.capabilities.takes_any_picture:
        asked["remote"] = RemotePicture(configured.name, sim.add_picture(photo))
    request = EditRequest(photo, Mask.ellipse(SIZE, (30, 20, 60, 44)), "a fox", **asked)
    check(request, configured.name, configured.capabilities)
    return request, tell(sim, lambda http: configured.run(request, http))


def test_every_provider_is_in_this_table(sim):
    """A provider that ships with the package is checked here."""
    assert {make(sim).name for make in CONFIGURED.values()} == set(names())


def test_it_says_what_it_can_be_asked(configured):
    """Its capabilities are data on the class, with a note of a few words."""
    assert isinstance(type(configured).capabilities, Capabilities)
    assert 0 < len(configured.capabilities.note) <= 60


@pytest.mark.parametrize("count", [1, 3])
def test_it_ends_in_as_many_pictures_as_were_asked_for(sim, configured, count):
    """A run ends with Finished and nothing after it, with `count` pictures of the picture's size, or a grid of four."""
    request, events = run(sim, configured, count=min(count, configured.capabilities.max_count))
    assert [isinstance(event, Finished) for event in events] == [False] * (len(events) - 1) + [True]
    wanted = GRID if events[-1].grid else count
    assert [image.size for image in events[-1].images] == [request.image.size] * wanted


def test_its_result_is_the_parent_outside_the_mask(sim, configured):
    """Composited, nothing outside the mask has changed."""
    request, events = run(sim, configured)
    assert Result.compose(request, events[-1], configured.name).report.changed_outside == 0
