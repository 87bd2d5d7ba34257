"""The HTTP client of one event loop: downloads, and the APIs of providers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from inpaint_nb.errors import InputError
from inpaint_nb.http.api import Api
from inpaint_nb.http.connection import Connection, Timing
from inpaint_nb.http.downloads import MAX_DOWNLOAD_BYTES, Undelivered, delivered
from inpaint_nb.http.exchange import Signer
from inpaint_nb.http.limits import Lane, Limit
from inpaint_nb.http.retries import Pause
from inpaint_nb.secret import Secret


class Client:
    """One for each loop; every method is to be awaited there. Nothing is opened before the first request.

    `pause` waits between tries; tests hand in one that takes no time.
    """

    def __init__(self, *, timing: Timing | None = None, pause: Pause = asyncio.sleep) -> None:
        self._connection = Connection(timing or Timing())
        self._pause = pause
        self._apis: dict[tuple[str, Secret | None, tuple[Limit, ...], str], Api] = {}
        self._lanes: dict[tuple[str, Secret | None, Limit | None], Lane] = {}

    def api(
        self, base_url: str, key: Secret | None, *, limits: Sequence[Limit] = (), scheme: str = "Bearer"
    ) -> Api:
        """Requests to one provider; the same object for the same arguments.

        All of the same host, key and limit share one queue, and the first limit whose path fits holds.
        `key` goes into the header `Authorization: <scheme> <key>`; None sends no such header.
        """
        asked = (base_url, key, tuple(limits), scheme)
        if asked not in self._apis:
            signer = Signer(key, scheme)
            self._apis[asked] = Api(
                base_url, signer, self._connection, self._lanes_of(*asked[:3]), self._pause
            )
        return self._apis[asked]

    async def download(self, url: str, *, max_bytes: int = MAX_DOWNLOAD_BYTES) -> bytes:
        """The content at an http or https address; redirects are followed, at most five. Tried once.

        Raises InputError when it cannot be had, is empty or is larger than `max_bytes`.
        """
        try:
            return await delivered(self._connection, url, max_bytes)
        except Undelivered as error:
            raise InputError(error.message, error.hint) from error

    async def aclose(self) -> None:
        """Close every connection; the next request opens anew."""
        await self._connection.aclose()

    def _lanes_of(
        self, base_url: str, key: Secret | None, limits: tuple[Limit, ...]
    ) -> Callable[[str], Lane]:
        origin = "://".join(urlsplit(base_url)[:2])

        def lane(path: str) -> Lane:
            limit = next((one for one in limits if path.startswith(one.path_prefix)), None)
            return self._lanes.setdefault((origin, key, limit), Lane(limit))

        return lane
