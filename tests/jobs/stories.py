"""Small real providers for the tests of jobs: each does one thing, at once or when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import suppress
from typing import ClassVar

from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Event,
    Finished,
    Notice,
    Preview,
    Progress,
    Queued,
    Submitted,
)
from inpaint_nb.http import Client
from inpaint_nb.jobs import Engine, Job, submit
from inpaint_nb.masks import Mask

SIZE = (24, 16)
MASK = Mask.rectangle(SIZE, (4, 4, 12, 12))
FREE = Capabilities(note="a test", price="free", max_count=4)


def picture(color: str = "white") -> Image.Image:
    """A plain picture of the size that all these tests use."""
    return Image.new("RGB", SIZE, color)


def run(provider: object, *, engine: Engine | None = None, **settings: object) -> Job:
    """The job of one edit of a white picture."""
    if engine is not None:
        settings["engine"] = engine
    return submit(picture(), MASK, "a fox", provider=provider, **settings)


class Story:
    """A provider that is resumed as it is run."""

    name: ClassVar[str] = "story"
    capabilities: ClassVar[Capabilities] = FREE

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Finished(tuple(picture("red") for _ in range(request.count)))

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


class Talkative(Story):
    """Says everything a provider can say."""

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted("remote-1")
        yield Queued(2)
        yield Progress("drawing", 0.25)
        yield Preview(picture("gray"))
        yield Preview(picture("black"))
        yield Notice("slow today")
        yield Progress("almost", 0.75)
        yield Finished((picture("red"),), cost=3.0, remote={"seed": 11}, actions=("U1", "V1"))


class Gated(Story):
    """Starts, says where it is, and finishes when the gate opens."""

    name = "gated"

    def __init__(self) -> None:
        self.gate: Future[None] = Future()
        self.reached: Future[None] = Future()
        self.closed: Future[str] = Future()

    def open(self) -> None:
        self.gate.set_result(None)

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        try:
            yield Submitted("remote-2")
            yield Progress("waiting for the gate", 0.5)
            self.reached.set_result(None)
            await asyncio.shield(asyncio.wrap_future(self.gate))
            yield Finished((picture("red"),))
        except asyncio.CancelledError:
            self.closed.set_result("cancelled")
            raise


class Failing(Story):
    """Raises the error it was given, after it was submitted."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted("remote-3")
        raise self.error


class Silent(Story):
    """Ends without a result."""

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted("remote-4")


class Empty(Story):
    """Finishes with no picture."""

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Finished(())


class Hanging(Story):
    """Never says another word."""

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted("remote-5")
        await asyncio.get_running_loop().create_future()


class Stubborn(Story):
    """Does not let itself be cancelled, until the gate opens."""

    def __init__(self) -> None:
        self.gate: Future[None] = Future()
        self.reached: Future[None] = Future()

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        yield Submitted(None)
        self.reached.set_result(None)
        gate = asyncio.wrap_future(self.gate)
        while not gate.done():
            with suppress(asyncio.CancelledError):
                await asyncio.shield(gate)
        yield Progress("too late")


class OneAtATime(Story):
    """Takes one job at a time and remembers how many it ever had at once."""

    name = "one-at-a-time"
    capabilities = Capabilities(note="one by one", price="free", concurrency=1)

    def __init__(self) -> None:
        self.now = self.most = 0

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        yield Progress("alone")
        self.now -= 1
        yield Finished((picture("red"),))


class Paid(Story):
    """Costs money and counts how often it was asked."""

    name = "paid"
    capabilities = Capabilities(note="costs", price="1 credit per picture")

    def __init__(self) -> None:
        self.asked = 0

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.asked += 1
        yield Finished((picture("red"),))
