"""Hosted providers against the simulator; every pause is simulated seconds, so nothing here waits."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, contextmanager
from dataclasses import replace

from inpaint_nb.edit import EditRequest, Progress, Queued, RemotePicture
from inpaint_nb.http import Client, Timing
from inpaint_nb.images import sample
from inpaint_nb.jobs import Engine
from inpaint_nb.masks import Mask
from inpaint_nb.providers.imaginepro import ImagineProProvider
from inpaint_nb.providers.lotimage import LotImageProvider
from inpaint_nb.simulator import Simulator

PHOTO = sample().resize((144, 96))
MASK = Mask.ellipse(PHOTO.size, (20, 10, 80, 60))
POLL_SECONDS = 3.0
QUICK = Timing(connect=2, read=0.3, submit_read=0.3, call=2, download=2)


@contextmanager
def simulated(**settings):
    """A simulator whose time stands still but for the pauses of those who wait for it."""
    with Simulator(clock="manual", **settings) as sim:
        yield sim


def imaginepro(sim, **options):
    """The provider, pointed at the simulator."""
    return ImagineProProvider(sim.key, sim.url, **{"rate_limits": False, **options})


def lotimage(sim, **options):
    """The provider, pointed at the simulator."""
    return LotImageProvider(sim.key, sim.url, **options)


def pausing(sim):
    """A pause that takes simulated seconds and no real ones."""

    async def pause(seconds):
        sim.clock.advance(seconds)
        await asyncio.sleep(0)

    return pause


def ask(sim, question):
    """What `question(client)` brings, awaited on a loop and with a client of its own."""

    async def asked():
        http = Client(timing=QUICK, pause=pausing(sim))
        try:
            return await question(http)
        finally:
            await http.aclose()

    return asyncio.run(asked())


def tell(sim, story):
    """Every event of `story(client)`, walked the way the engine does."""

    async def walked(http):
        events = []
        async with aclosing(story(http)) as telling:
            async for event in telling:
                events.append(event)
                if isinstance(event, Queued | Progress):
                    await pausing(sim)(POLL_SECONDS)
        return events

    return ask(sim, walked)


def edit(sim, name, prompt="a red fox", **asked):
    """An edit of a picture that lives at the simulator."""
    remote = RemotePicture(name, sim.add_picture(PHOTO))
    return replace(EditRequest(PHOTO, MASK, prompt, remote=remote), **asked)


@contextmanager
def engine(sim, **settings):
    """An engine that waits in simulated seconds."""
    running = Engine(**{"pause": pausing(sim), "timing": QUICK, "tidy_seconds": 1.0, **settings})
    try:
        yield running
    finally:
        running.close()


def api_calls(sim, *endings):
    """The calls of the API whose path holds one of the endings, or all of them."""
    return [
        call
        for call in sim.calls
        if call.origin == "api" and (not endings or any(end in call.path for end in endings))
    ]
