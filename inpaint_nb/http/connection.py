"""The one `httpx.AsyncClient` of a loop: opened when it is first needed, with our timeouts and no cookies."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING

from inpaint_nb.errors import SettingsError
from inpaint_nb.secret import without_keys
from inpaint_nb.workers import offload

if TYPE_CHECKING:
    import httpx

CONNECTIONS = 100
DOWNLOADS = 24  # at a time: a slow host of pictures must not hold up what a provider is asked
KEPT = (
    12  # idle ones: httpcore looks at each of them at every request, which a hundred jobs at once would feel
)
LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
# An idle connection is left before the servers that close theirs after 5 s (Node, uvicorn) do it: a request that
# meets a closing connection may or may not have arrived, and a paid one may then not be sent again.
IDLE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Timing:
    """How long anything may take, in seconds; the last two are for everything, so that a drip cannot hold us."""

    connect: float = 10.0
    read: float = 30.0
    submit_read: float = 90.0  # an answer to a paid request is worth waiting for
    write: float = 30.0
    pool: float = 30.0
    call: float = 180.0
    download: float = 300.0

    def of(self, read: float) -> httpx.Timeout:
        """The four that httpx watches."""
        import httpx

        return httpx.Timeout(connect=self.connect, read=read, write=self.write, pool=self.pool)


class Connection:
    """An `httpx.AsyncClient` for one event loop, there once it is asked for."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self.downloads = asyncio.Semaphore(DOWNLOADS)
        self._opening = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def opened(self) -> httpx.AsyncClient:
        """The client. Raises SettingsError for proxy settings that cannot be used."""
        async with self._opening:
            if self._client is None:  # 0.1 s of imports and certificates, too long for the loop
                self._client = await offload(_open, self.timing)
            return self._client

    async def aclose(self) -> None:
        """Close every connection; the next use opens anew."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


class Discreet(logging.Filter):
    """Takes keys out of what httpx and httpcore log: at DEBUG they tell every header that a server sends back."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if (told := without_keys(said)) != said:
            record.msg, record.args = told, ()
        return True


def _open(timing: Timing) -> httpx.AsyncClient:
    import httpx

    for name in LOGGERS:
        logging.getLogger(name).addFilter(_DISCREET)  # once, however often it is added

    headers = {
        "User-Agent": "inpaint_nb",
        "Accept-Encoding": "identity",
    }  # packed, a few bytes could be gigabytes
    try:
        return httpx.AsyncClient(
            timeout=timing.of(timing.read),
            limits=httpx.Limits(
                max_connections=CONNECTIONS,
                max_keepalive_connections=KEPT,
                keepalive_expiry=IDLE_SECONDS,
            ),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # two keys never share a session
            headers=headers,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:  # a proxy that httpx cannot use
        raise SettingsError(
            f"The proxy settings cannot be used: {error}", "Check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."
        ) from error


_DISCREET = Discreet()
