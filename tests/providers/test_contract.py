"""Every provider × what the engine and the composite rely on."""

import asyncio

import pytest
from PIL import Image

from inpaint_nb.edit import Capabilities, EditRequest, Finished, Result, check
from inpaint_nb.http import Client
from inpaint_nb.masks import Mask
from inpaint_nb.providers import find, names, provider

SIZE = (96, 64)
CONFIGURED = {
    "local": lambda: find("local"),
    "local, smooth": lambda: provider("local", engine="smooth"),
}


def run(configured, **asked):
    photo = Image.effect_noise(SIZE, 60).convert("RGB")
    request = EditRequest(photo, Mask.ellipse(SIZE, (30, 20, 60, 44)), "a fox", **asked)
    check(request, configured.name, configured.capabilities)

    async def collect():
        return [event async for event in configured.run(request, Client())]

    return request, asyncio.run(collect())


@pytest.fixture(params=CONFIGURED)
def configured(request):
    """Each provider in turn."""
    return CONFIGURED[request.param]()


def test_every_provider_is_in_this_table():
    """A provider that ships with the package is checked here."""
    assert {make().name for make in CONFIGURED.values()} == set(names())


def test_it_says_what_it_can_be_asked(configured):
    """Its capabilities are data on the class, with a note of a few words."""
    assert isinstance(type(configured).capabilities, Capabilities)
    assert 0 < len(configured.capabilities.note) <= 60


@pytest.mark.parametrize("count", [1, 3])
def test_it_ends_in_as_many_pictures_as_were_asked_for(configured, count):
    """A run ends with Finished and nothing after it, with `count` pictures of the picture's size."""
    request, events = run(configured, count=count)
    assert [isinstance(event, Finished) for event in events] == [False] * (len(events) - 1) + [True]
    assert [image.size for image in events[-1].images] == [request.image.size] * count


def test_its_result_is_the_parent_outside_the_mask(configured):
    """Composited, nothing outside the mask has changed."""
    request, events = run(configured)
    assert Result.compose(request, events[-1], configured.name).report.changed_outside == 0
