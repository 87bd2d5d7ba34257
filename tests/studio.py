"""A small real provider in memory: it makes sheets of four, keeps every job, and edits only what it brought out."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Event,
    FetchRequest,
    Finished,
    ImagineRequest,
    PressRequest,
    Progress,
    Request,
    Submitted,
)
from inpaint_nb.errors import OutcomeUnknown, ProviderError
from inpaint_nb.http import Client

SIZE = (24, 16)
SHEET = ("U1", "U2", "U3", "U4", "V1", "Again")
ONE = ("Paint", "Zoom")
COLORS = ("red", "green", "blue", "yellow")


@dataclass
class Account:
    """What the studio remembers; several objects of the provider may share it."""

    made: dict[str, Finished] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))


class Studio:
    """`loses` is how many submissions arrive and are never answered; `hides` keeps them out of the history."""

    name: ClassVar[str] = "studio"
    account: ClassVar[Account] = Account()
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="for tests",
        takes_any_picture=False,
        makes_pictures=True,
        presses=True,
        keeps_pictures=True,
        takes_seed=False,
        price="5 credits",
        masked_button="Paint",
        own_pictures_hint="imagine → upscale → paint → Paint.",
    )

    def __init__(self, key: str = "sk-very-secret", desk: str = "north", loses: int = 0, hides: bool = False):
        self._key = key
        self.desk = desk
        self.loses = loses
        self.hides = hides

    @property
    def options(self) -> Mapping[str, object]:
        return {"desk": self.desk}

    async def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        self.account.asked.append(request)
        if isinstance(request, FetchRequest):
            yield Submitted(request.remote_id)
            yield self._kept(request.remote_id)
            return
        remote_id = f"job-{next(self.account.ids)}"
        self.account.made[remote_id] = self._made(request, remote_id)
        self.account.refs[request.ref] = remote_id
        if self.loses:
            self.loses -= 1
            raise OutcomeUnknown("The line was cut.", "Look into the history.")
        yield Submitted(remote_id)
        async for event in self.resume(remote_id, request, http):
            yield event

    async def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        yield Progress("drawing", 0.5)
        yield self._kept(remote_id)

    async def find_job(self, request: Request, http: Client) -> str | None:
        return None if self.hides else self.account.refs.get(request.ref)

    def estimate(self, request: Request) -> float | None:
        return None if isinstance(request, EditRequest) else 5.0

    def _kept(self, remote_id: str) -> Finished:
        if remote_id not in self.account.made:
            raise ProviderError(f"There is no {remote_id} here.")
        return self.account.made[remote_id]

    def _made(self, request: Request, remote_id: str) -> Finished:
        if isinstance(request, PressRequest) and request.label.startswith("U"):
            tile = self.account.made[request.remote.remote_id].images[int(request.label[1]) - 1]
            return Finished((tile.copy(),), remote={"id": remote_id}, actions=ONE)
        cost = 4.0 if isinstance(request, ImagineRequest) else None
        tiles = tuple(Image.new("RGB", SIZE, color) for color in COLORS)
        return Finished(tiles, cost, {"id": remote_id}, SHEET, grid=True)
