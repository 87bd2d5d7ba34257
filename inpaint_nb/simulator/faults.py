"""Spoils a reply: the one place that turns a fault's name into what the client gets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

from inpaint_nb.simulator.accounts import BAD_KEY, NO_CREDITS
from inpaint_nb.simulator.connection import Cut, Oversized, Silence
from inpaint_nb.simulator.jobs import LEAKY_TEXT
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.spoiled import NOT_A_PICTURE, bomb, truncated
from inpaint_nb.simulator.trouble import FAULTS

LATE_SECONDS = 0.2
RETRY_AFTER = "1"
PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
NOTHING_FIRST = {fault.name for fault in FAULTS if not fault.after}


@dataclass(frozen=True, slots=True)
class Spoiling:
    """A reply to spoil: `good` is the true one, None where the work is not done first.

    `refuse` is how this wire says no, `decline` how it accepts a request and says no in the body, `path` what
    was asked for and `elsewhere` the origin of another host.
    """

    good: Response | None
    refuse: Callable[[Refused], Response]
    decline: Callable[[str], Response]
    path: str
    elsewhere: str

    @property
    def done(self) -> Response:
        """The true reply, where the work was done."""
        return self.good or Response()

    def refused(self, status: int, message: str | list[str], **headers: str) -> Response:
        """The wire's way to say no, with real HTTP `status`."""
        response = self.refuse(Refused(status, message))
        response.status_code = status
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    def redirect(self, target: str) -> Response:
        """307, which asks for the same method and body again."""
        return Response(status_code=307, headers={"Location": target})


Spoiler = Callable[[Spoiling], Response]


def _retyped(spoiling: Spoiling) -> Response:
    spoiling.done.headers["content-type"] = "text/html; charset=utf-8"
    return spoiling.done


def _without_id(spoiling: Spoiling) -> Response:
    return JSONResponse({"success": True, "status": 200})


SPOILERS: dict[str, Spoiler] = {
    "400": lambda s: s.refused(400, ["prompt must be shorter", "ref must be a string"]),
    "401": lambda s: s.refused(401, BAD_KEY),
    "credits": lambda s: s.refused(401, NO_CREDITS),
    "403": lambda s: s.refused(403, "This content is no longer available."),
    "404": lambda s: s.refused(404, "Message not found"),
    "429": lambda s: s.refused(429, "Too many requests", Retry_After=RETRY_AFTER),
    "429-bare": lambda s: s.refused(429, "Too many requests"),
    "500": lambda s: s.refused(500, "Internal server error"),
    "500-after": lambda s: s.refused(500, "Internal server error"),
    "502": lambda s: HTMLResponse(PAGE.format("502 Bad Gateway"), 502),
    "503": lambda s: s.refused(503, "Service Unavailable", Retry_After=RETRY_AFTER),
    "504": lambda s: HTMLResponse(PAGE.format("504 Gateway Time-out"), 504),
    "declined": lambda s: s.decline("The queue is full, please try again later."),
    "no-id": _without_id,
    "leaky": lambda s: s.refused(400, LEAKY_TEXT),
    "cut": lambda s: Cut(),
    "cut-after": lambda s: Cut(),
    "cut-during": lambda s: Cut(half_of=s.done),
    "reset": lambda s: Cut(manner="reset"),
    "silence": lambda s: Silence(),
    "late": lambda s: s.done,
    "html": lambda s: HTMLResponse(PAGE.format("Just a moment...")),
    "invalid-json": lambda s: Response(b"{'success': True, \xff}", media_type="application/json"),
    "truncated-json": lambda s: Response(truncated(bytes(s.done.body)), media_type="application/json"),
    "list": lambda s: JSONResponse([]),
    "empty": lambda s: Response(media_type=s.done.media_type),
    "oversized": lambda s: Oversized(media_type=s.done.media_type or "application/json"),
    "wrong-type": _retyped,
    "redirect": lambda s: s.redirect(s.elsewhere + s.path),
    "redirect-file": lambda s: s.redirect("file:///etc/hostname"),
    "redirect-loop": lambda s: s.redirect(s.path),
    "truncated": lambda s: Response(truncated(bytes(s.done.body)), media_type="image/png"),
    "bomb": lambda s: Response(bomb(), media_type="image/png"),
    "not-a-picture": lambda s: Response(NOT_A_PICTURE, media_type="image/png"),
}


async def spoil(
    fault: str,
    work: Callable[[], Awaitable[Response]],
    refuse: Callable[[Refused], Response],
    decline: Callable[[str], Response],
    path: str,
    elsewhere: str,
) -> Response:
    """The spoiled reply; `work` is done first where the fault lets it."""
    good = None if fault in NOTHING_FIRST else await work()
    if fault == "late":
        await asyncio.sleep(LATE_SECONDS)
    return SPOILERS[fault](Spoiling(good, refuse, decline, path, elsewhere))
