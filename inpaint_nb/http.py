"""The one door to the network, and the only module that imports httpx."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.workers import offload

if TYPE_CHECKING:
    import httpx

MAX_DOWNLOAD_BYTES = 64 * 1024 * 1024
MAX_REDIRECTS = 5
STEP_SECONDS = 20.0  # to connect, and between two pieces of an answer
DOWNLOAD_SECONDS = 300.0  # for everything, so that a server that drips cannot hold us for ever
LONGEST_ADDRESS = 120  # characters of an address that an error shows


class Client:
    """Downloads for one event loop; nothing is opened before the first one.

    Every method is to be awaited on the same loop.
    """

    def __init__(
        self, *, step_seconds: float = STEP_SECONDS, download_seconds: float = DOWNLOAD_SECONDS
    ) -> None:
        self._step_seconds = step_seconds
        self._download_seconds = download_seconds
        self._opening = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def download(self, url: str, *, max_bytes: int = MAX_DOWNLOAD_BYTES) -> bytes:
        """The content at an http or https address; redirects are followed, at most five.

        Raises InputError when it cannot be had, is empty or is larger than `max_bytes`.
        """
        client = await self._opened()
        import httpx

        try:
            async with asyncio.timeout(self._download_seconds):
                return await _fetch(client, url, max_bytes)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise InputError(f"{_shown(url)} did not answer in time.", "Try again later.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _unreachable(url, error) from error

    async def aclose(self) -> None:
        """Close every connection; the next download opens anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _opened(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._client is None:  # 0.1 s of imports and certificates, too long for the loop
                self._client = await offload(_open, self._step_seconds)
            return self._client


def _open(step_seconds: float) -> httpx.AsyncClient:
    import httpx

    headers = {
        "User-Agent": "inpaint_nb",
        "Accept-Encoding": "identity",
    }  # packed, a few bytes could be gigabytes
    try:
        return httpx.AsyncClient(timeout=step_seconds, headers=headers)
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # a proxy that httpx cannot use
        raise SettingsError(
            f"The proxy settings cannot be used: {error}", "Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        ) from error


async def _fetch(client: httpx.AsyncClient, url: str, max_bytes: int) -> bytes:
    address = url
    for _ in range(1 + MAX_REDIRECTS):
        _check_address(address)
        response = await client.send(client.build_request("GET", address), stream=True)
        async with aclosing(response):
            if response.next_request is None:
                return await _body(response, url, max_bytes)
            address = str(response.next_request.url)
    raise InputError(
        f"{_shown(url)} redirects more than {MAX_REDIRECTS} times.", "Use the address of the picture itself."
    )


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_host, has_secret = bool(parts.hostname), parts.username is not None
    except ValueError as error:
        raise InputError(f"This is not an address: {error}.", "Copy it from the browser again.") from error
    if parts.scheme.lower() not in ("http", "https") or not has_host:
        raise InputError(f"{_shown(url)} cannot be downloaded.", "Only http and https addresses can be.")
    if has_secret:
        raise InputError(
            f"{_shown(url)} was given with a user name or password in the address.",
            "Secrets in addresses end up in logs: download it yourself and hand in its bytes.",
        )


async def _body(response: httpx.Response, url: str, max_bytes: int) -> bytes:
    if not response.is_success:
        words = f"{response.status_code} {response.reason_phrase}".strip()
        raise InputError(
            f"{_shown(url)} answered {words}.", "Check the address, or download it in a browser."
        )
    if int(response.headers.get("content-length", 0)) > max_bytes:
        raise _too_large(url, max_bytes)
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > max_bytes:
            raise _too_large(url, max_bytes)
    if not body:
        raise InputError(f"{_shown(url)} is empty.", "Check the address in a browser.")
    return bytes(body)


def _too_large(url: str, max_bytes: int) -> InputError:
    return InputError(
        f"{_shown(url)} is larger than {max_bytes / 2**20:.3g} MiB, the most that is downloaded.",
        "Download it yourself and hand in the path.",
    )


def _unreachable(url: str, error: Exception) -> InputError:
    import httpx

    match error:
        case httpx.RemoteProtocolError() | httpx.ReadError():
            return InputError(f"The download of {_shown(url)} broke off: {error}.", "Try again.")
        case httpx.InvalidURL():
            return InputError(f"{_shown(url)} is not an address.", "Copy it from the browser again.")
        case httpx.ConnectError():
            return InputError(
                f"{urlsplit(url).hostname} cannot be reached ({error}).", "Check the address and the network."
            )
    return InputError(f"{_shown(url)} cannot be downloaded ({type(error).__name__}).", "Try again later.")


def _shown(url: str) -> str:
    """The address without user, password, query and fragment, where keys hide."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "The address"
    shown = f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"
    return shown if len(shown) <= LONGEST_ADDRESS else shown[:LONGEST_ADDRESS] + "…"
