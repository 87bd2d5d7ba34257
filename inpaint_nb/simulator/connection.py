"""Connections that can be cut where a server would not: before a reply, in its middle, after the work."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

Manner = Literal["close", "reset"]
OVERSIZED_BYTES = 256 * 1024 * 1024
PIECE = b" " * 65536


class Severable(H11Protocol):
    """uvicorn's connection, which hands its transport to the application as `scope["state"]["transport"]`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        # asyncio sets this only where the listening socket names its protocol; without it, replies that come
        # in two writes are held back for 40 ms (measured).
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app_state = {**self.app_state, "transport": transport}


class Cut(Response):
    """No reply, or half of one: the connection ends. "reset" makes the client see a reset instead."""

    def __init__(self, half_of: Response | None = None, manner: Manner = "close") -> None:
        super().__init__()
        self.half_of = half_of
        self.manner = manner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is, and end the connection."""
        if self.half_of is not None:
            await _send_half(self.half_of, send)
        transport: asyncio.Transport = scope["state"]["transport"]
        if self.manner == "reset":
            _linger_not(transport)
            transport.abort()
        transport.close()  # what is written already still goes out
        await gone(receive)


class Silence(Response):
    """No reply, ever: the connection stays open until the client leaves."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait for the client to leave."""
        await gone(receive)


class Oversized(Response):
    """White space for hundreds of megabytes, of no declared length."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the client has had enough."""
        del self.headers["content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        left = asyncio.ensure_future(gone(receive))
        for _ in range(OVERSIZED_BYTES // len(PIECE)):
            if left.done():
                break
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
            await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
        await left


async def gone(receive: Receive) -> None:
    """Return when the client has left, or its request is answered."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_half(response: Response, send: Send) -> None:
    half = bytes(response.body)[: len(response.body) // 2]
    await send(
        {"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers}
    )
    await send({"type": "http.response.body", "body": half, "more_body": True})


def _linger_not(transport: asyncio.Transport) -> None:
    """Make closing the socket a reset."""
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )


async def body_of(request: Request, max_bytes: int) -> bytes | None:
    """The request's body, or None when it is larger than `max_bytes`; it is read to its end all the same."""
    body, size = bytearray(), 0
    async for piece in request.stream():
        size += len(piece)
        if size <= max_bytes:
            body += piece
    return bytes(body) if size <= max_bytes else None


def json_or_text(body: bytes) -> object:
    """What a body says, for the record: JSON where it is JSON, else text, else None when empty."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")
