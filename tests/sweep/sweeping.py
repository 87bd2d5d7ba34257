"""Small real providers for the tests of sweeps, and a sweep of them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import Future
from typing import ClassVar

from PIL import Image

from inpaint_nb.edit import Capabilities, EditRequest, Event, Finished, Notice, Parameter, Progress, Submitted
from inpaint_nb.errors import JobFailed, OutcomeUnknown
from inpaint_nb.http import Client
from inpaint_nb.masks import Mask
from inpaint_nb.sources import open_picture
from inpaint_nb.sweep import Sweep, prepare

SIZE = (24, 16)
LEFT = Mask.rectangle(SIZE, (2, 2, 10, 12))
RIGHT = Mask.rectangle(SIZE, (14, 2, 22, 12))
SIZES = {"size": Parameter("small", "how large", ("small", "large"))}


def picture(color: str = "white") -> Image.Image:
    """A plain picture of the size that all these tests use."""
    return Image.new("RGB", SIZE, color)


def swept(**asked: object) -> Sweep:
    """A sweep on a white picture, not started."""
    asked.setdefault("masks", LEFT)
    return prepare(open_picture(picture()), **asked)


def run(**asked: object) -> Sweep:
    """The same, run to its end."""
    sweep = swept(**asked)
    sweep.start()
    return sweep.wait(30)


class Painter:
    """Paints the prompt, a colour, and remembers what it was asked."""

    name: ClassVar[str] = "painter"
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="a test", price="free", repeatable=True, max_count=4, parameters=SIZES
    )

    def __init__(self) -> None:
        self.asked: list[tuple[str, int | None]] = []

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.asked.append((request.prompt, request.seed))
        yield Submitted()
        if request.prompt.startswith("fail"):
            raise JobFailed(f"No {request.prompt} today.", "Try red.")
        yield Finished((picture(request.prompt or "red"),), remote={"seed": request.seed})

    async def resume(self, remote_id: str, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        async for event in self.run(request, http):
            yield event


class Decorator(Painter):
    """Another painter."""

    name = "decorator"


class Paid(Painter):
    """Says what it will cost and what it did cost: `told` for each, or nothing."""

    name = "paid"
    capabilities = Capabilities(note="costs", price="credits", parameters=SIZES)

    def __init__(self, told: float | None = None, estimated: float | None = 5.0) -> None:
        super().__init__()
        self.told = told
        self.estimated = estimated

    def estimate(self, request: EditRequest) -> float | None:
        return self.estimated

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.asked.append((request.prompt, request.seed))
        yield Submitted(f"remote-{len(self.asked)}")
        yield Finished((picture(request.prompt or "red"),), cost=self.told)


class Lost(Painter):
    """Never learns what became of its request."""

    name = "lost"
    capabilities = Capabilities(note="costs", price="credits")

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.asked.append((request.prompt, request.seed))
        raise OutcomeUnknown("The line was cut.", "Look into your account.")
        yield Submitted()


class Gated(Painter):
    """Every picture waits until the gate opens; `reached` is told when so many wait as `expected`."""

    name = "gated"
    capabilities = Capabilities(note="a test", price="free", parameters=SIZES)

    def __init__(self, expected: int = 1) -> None:
        super().__init__()
        self.gate: Future[None] = Future()
        self.reached = threading.Event()
        self.expected = expected
        self.now = self.most = 0

    def open(self) -> None:
        self.gate.set_result(None)

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        self.asked.append((request.prompt, request.seed))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            yield Submitted()
            yield Progress("waiting for the gate", 0.5)
            if self.now >= self.expected:
                self.reached.set()
            await asyncio.shield(asyncio.wrap_future(self.gate))
        finally:
            self.now -= 1
        yield Finished((picture(request.prompt or "red"),))


class Computing(Painter):
    """Computes where it is run, and says where; `trouble` is what it raises."""

    name = "computing"

    def __init__(self, trouble: BaseException | None = None) -> None:
        self.trouble = trouble

    @property
    def options(self) -> Mapping[str, object]:
        return {}

    async def run(self, request: EditRequest, http: Client) -> AsyncIterator[Event]:
        import os

        yield Submitted()
        yield Notice(f"computed by {os.getpid()}")
        if self.trouble is not None:
            raise self.trouble
        filled = request.image.copy()
        filled.paste("lime", mask=request.sent_mask.to_image())
        yield Finished((filled,))
