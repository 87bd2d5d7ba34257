"""One request and what became of it, as a value: no exception of the network leaves here with a key in a frame."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inpaint_nb.secret import Secret, scrub

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is sent: a `path` below the API's base URL, and a query or a JSON body. `may_cost`: never send it twice."""

    method: str
    path: str
    params: Mapping[str, str | int | float | bool | None] | None = None
    json: Mapping[str, object] | None = field(default=None, repr=False)  # a mask is a megabyte
    may_cost: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: status, headers and a body that was cut off where it was too long."""

    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing came; `is_sent` is False only where the server certainly did not get the request."""

    words: str
    is_sent: bool
    may_pass: bool = True


class Signer:
    """Makes the httpx auth that puts the key into the one header, at the last moment, for one origin only."""

    def __init__(self, secret: Secret | None, scheme: str) -> None:
        self._secret = secret
        self._scheme = scheme

    def auth(self) -> httpx.Auth:
        """A new auth for one request."""
        import httpx

        secret, scheme = self._secret, self._scheme

        class KeyAuth(httpx.Auth):
            def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
                if secret is not None:
                    request.headers["Authorization"] = f"{scheme} {secret.reveal()}".strip()
                yield request

        return KeyAuth()


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth, seconds: float, max_bytes: int
) -> Answer | Broken:
    """Send the request; redirects are not followed. Raises nothing of the network's."""
    import httpx

    try:
        async with asyncio.timeout(seconds):
            return await _sent(client, request, auth, max_bytes)
    except httpx.HTTPError as error:
        return _broken(error)
    except TimeoutError:
        return Broken(f"no whole answer within {seconds:g} s", is_sent=True)
    except Exception as error:  # of a library below httpx; the request may have been on its way
        log.exception("A request to %s broke in an unforeseen way", request.url.host)
        return Broken(scrub(f"{type(error).__name__}: {error}"), is_sent=True)


async def _sent(
    client: httpx.AsyncClient, request: httpx.Request, auth: httpx.Auth, max_bytes: int
) -> Answer:
    try:
        response = await client.send(request, auth=auth, stream=True, follow_redirects=False)
        async with aclosing(response):
            content, is_whole = await _bounded(response.aiter_bytes(), max_bytes)
    except BaseException as error:
        forget_frames(error)  # locals of httpcore and h11 hold the header's bytes
        raise
    return Answer(response.status_code, response.reason_phrase, response.headers, content, is_whole)


async def _bounded(pieces: Any, max_bytes: int) -> tuple[bytes, bool]:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > max_bytes:
            await _close(pieces)
            return bytes(body[:max_bytes]), False
    return bytes(body), True


async def _close(pieces: Any) -> None:
    if isinstance(pieces, AsyncGenerator):
        await pieces.aclose()


def forget_frames(error: BaseException | None) -> None:
    """Take the traceback from the error and from everything it came from: their locals hold the request."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        waiting += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions


def _broken(error: httpx.HTTPError) -> Broken:
    import httpx

    words = scrub(str(error)) or type(error).__name__
    match error:
        case httpx.ConnectTimeout():
            return Broken("no connection in time", is_sent=False)
        case httpx.PoolTimeout():
            return Broken("too many requests are under way here", is_sent=False)
        case httpx.ConnectError():
            return Broken(words, is_sent=False, may_pass="CERTIFICATE_VERIFY_FAILED" not in words)
        case httpx.ProxyError():
            return Broken(f"the proxy: {words}", is_sent=False)
        case httpx.ReadTimeout():
            return Broken("no answer in time", is_sent=True)
    return Broken(words, is_sent=True)
