"""What lies at an address: bounded, redirects followed, and never with a key."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inpaint_nb.http.connection import Connection
from inpaint_nb.secret import scrub

if TYPE_CHECKING:
    import httpx

MAX_DOWNLOAD_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
LONGEST_ADDRESS = 120  # characters of an address that an error shows


class Undelivered(Exception):
    """A download that failed: what to tell, the HTTP status, and whether it may work when tried again."""

    def __init__(self, message: str, hint: str, *, status: int | None = None, may_pass: bool = False) -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint
        self.status = status
        self.may_pass = may_pass


async def delivered(connection: Connection, url: str, max_bytes: int) -> bytes:
    """The content at an http or https address. Raises Undelivered where it cannot be had or is larger."""
    client = await connection.opened()
    import httpx

    try:
        async with connection.downloads, asyncio.timeout(connection.timing.download):  # timed from its turn
            return await _fetch(client, url, max_bytes)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Undelivered(
            f"{shown(url)} did not answer in time.", "Try again later.", may_pass=True
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(url, error) from error


async def _fetch(client: httpx.AsyncClient, url: str, max_bytes: int) -> bytes:
    address = url
    for _ in range(1 + MAX_REDIRECTS):
        _check_address(address)
        response = await client.send(client.build_request("GET", address), stream=True)
        async with aclosing(response):
            if response.next_request is None:
                return await _body(response, url, max_bytes)
            address = str(response.next_request.url)
    raise Undelivered(
        f"{shown(url)} redirects more than {MAX_REDIRECTS} times.", "Use the address of the picture itself."
    )


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_host, has_secret = bool(parts.hostname), parts.username is not None
    except ValueError as error:
        raise Undelivered(f"This is not an address: {error}.", "Copy it from the browser again.") from error
    if parts.scheme.lower() not in ("http", "https") or not has_host:
        raise Undelivered(f"{shown(url)} cannot be downloaded.", "Only http and https addresses can be.")
    if has_secret:
        raise Undelivered(
            f"{shown(url)} was given with a user name or password in the address.",
            "Secrets in addresses end up in logs: download it yourself and hand in its bytes.",
        )


async def _body(response: httpx.Response, url: str, max_bytes: int) -> bytes:
    if not response.is_success:
        raise _refused(response, url)
    if int(response.headers.get("content-length", 0)) > max_bytes:
        raise _too_large(url, max_bytes)
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > max_bytes:
            raise _too_large(url, max_bytes)
    if not body:
        raise Undelivered(f"{shown(url)} is empty.", "Check the address in a browser.", may_pass=True)
    return bytes(body)


def _refused(response: httpx.Response, url: str) -> Undelivered:
    status = response.status_code
    words = scrub(f"{status} {response.reason_phrase}", LONGEST_ADDRESS)
    return Undelivered(
        f"{shown(url)} answered {words}.",
        "Check the address, or download it in a browser.",
        status=status,
        may_pass=status >= 500 or status in (408, 425, 429),
    )


def _too_large(url: str, max_bytes: int) -> Undelivered:
    return Undelivered(
        f"{shown(url)} is larger than {max_bytes / 2**20:.3g} MiB, the most that is downloaded.",
        "Download it yourself and hand in the path.",
    )


def _unreachable(url: str, error: Exception) -> Undelivered:
    import httpx

    match error:
        case httpx.RemoteProtocolError() | httpx.ReadError():
            words = scrub(str(error))
            return Undelivered(
                f"The download of {shown(url)} broke off: {words}.", "Try again.", may_pass=True
            )
        case httpx.InvalidURL():
            return Undelivered(f"{shown(url)} is not an address.", "Copy it from the browser again.")
        case httpx.ConnectError():
            return Undelivered(
                f"{urlsplit(url).hostname} cannot be reached ({scrub(str(error))}).",
                "Check the address and the network.",
                may_pass=True,
            )
    return Undelivered(
        f"{shown(url)} cannot be downloaded ({type(error).__name__}).", "Try again later.", may_pass=True
    )


def shown(url: str) -> str:
    """The address without user, password, query and fragment, where keys hide."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The address"
    return scrub(f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}", LONGEST_ADDRESS)
