"""One provider's API with one key: what may be asked twice, and what may not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from inpaint_nb.errors import InputError, ProviderError, ProviderUnavailable
from inpaint_nb.http.connection import Connection
from inpaint_nb.http.downloads import MAX_DOWNLOAD_BYTES, Undelivered, delivered
from inpaint_nb.http.exchange import Answer, Ask, Broken, Signer, exchange
from inpaint_nb.http.limits import Lane
from inpaint_nb.http.replies import MAX_REPLY_BYTES, Refused, Reply, not_had, read
from inpaint_nb.http.retries import PATIENT_TRIES, QUICK_TRIES, Pause, paced, tried

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
Params = Mapping[str, str | int | float | bool | None]
EXPIRED = frozenset({403, 404, 410})


class Api:
    """Requests below one base URL, signed with one key, which goes to no other host: redirects are not followed.

    Made by `Client.api`, and used on its loop. Paths begin with a slash; the ids in them are quoted by the caller.
    Every method raises ProviderError or one of its kinds with the provider's words, status and request id.
    """

    def __init__(
        self,
        base_url: str,
        signer: Signer,
        connection: Connection,
        lane: Callable[[str], Lane],
        pause: Pause,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._host = urlsplit(base_url).netloc.rpartition("@")[2]
        self._signer = signer
        self._connection = connection
        self._lane = lane
        self._pause = pause

    def __repr__(self) -> str:
        return f"<Api {self._base_url}>"

    async def get(self, path: str, params: Params | None = None) -> Reply:
        """The answer to a question that changes nothing; asked again for about a minute and a half if it must be."""
        return await self._call(Ask("GET", path, params=params), PATIENT_TRIES)

    async def ask(self, path: str, json: Mapping[str, object]) -> Reply:
        """The answer to a POST that costs nothing and may be sent twice, such as the check of a prompt."""
        return await self._call(Ask("POST", path, json=json), QUICK_TRIES)

    async def submit(self, path: str, json: Mapping[str, object]) -> Reply:
        """The answer to a POST that may cost something: sent again only where it certainly was not taken.

        That is: no connection came about, or the server said 429. After anything else without a clear answer
        it raises OutcomeUnknown. A cancel while it is under way waits for the answer, which may name the job.
        """
        return await self._call(Ask("POST", path, json=json, may_cost=True), QUICK_TRIES)

    async def download(self, url: str, max_bytes: int = MAX_DOWNLOAD_BYTES) -> bytes:
        """A picture that the provider made, from whatever host; never with the key, tried again while it may work."""

        async def once() -> bytes | Refused:
            try:
                return await delivered(self._connection, url, max_bytes)
            except Undelivered as error:
                undelivered = error
            return Refused(_lost(undelivered), try_again=undelivered.may_pass)

        return await tried(once, QUICK_TRIES, self._pause)

    async def _call(self, ask: Ask, tries: int) -> Reply:
        _check_path(ask.path)
        lane, asked = self._lane(ask.path), 0

        async def once() -> Reply | Refused:
            nonlocal asked
            asked += 1
            client = await self._connection.opened()
            async with lane.turn():
                outcome, answer = await self._outcome(client, ask)
            if not isinstance(outcome, Refused) or not outcome.try_again or answer is None:
                return outcome
            again = paced(outcome, answer, asked)
            if answer.status == 429 and again.try_again:
                lane.rest(self._pause(again.wait or 0.0))  # the others of this key would be refused as well
                again = replace(again, wait=0.0)
            return again

        return await tried(once, tries, self._pause)

    async def _outcome(self, client: httpx.AsyncClient, ask: Ask) -> tuple[Reply | Refused, Answer | None]:
        sending = exchange(
            client,
            self._request(client, ask),
            self._signer.auth(),
            self._connection.timing.call,
            MAX_REPLY_BYTES,
        )
        answer = await (unbroken(sending) if ask.may_cost else sending)
        if isinstance(answer, Broken):
            return not_had(answer, self._host, may_cost=ask.may_cost), None
        return read(answer, self._host, may_cost=ask.may_cost), answer

    def _request(self, client: httpx.AsyncClient, ask: Ask) -> httpx.Request:
        timing = self._connection.timing
        return client.build_request(
            ask.method,
            self._base_url + ask.path,
            params=ask.params,
            json=ask.json,
            headers={"Accept": "application/json"},
            timeout=timing.of(timing.submit_read if ask.may_cost else timing.read),
        )


async def unbroken(work: Coroutine[Any, Any, T]) -> T:
    """What the work brings, even if its caller is cancelled meanwhile: that reaches the caller's next pause instead."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if task.cancelled():
            raise
    await asyncio.wait([task])
    caller = asyncio.current_task()
    if caller is not None:
        caller.uncancel()
        caller.cancel()
    return task.result()


def _lost(undelivered: Undelivered) -> ProviderError:
    """The error for a picture that the provider made and that cannot be had."""
    if undelivered.status in EXPIRED:
        return ProviderError(
            f"The picture's address has expired: {undelivered.message}",
            "The provider may give a new one: fetch the job again by its id.",
            undelivered.status,
        )
    kind = ProviderUnavailable if undelivered.may_pass else ProviderError
    return kind(undelivered.message, "Fetch the job again by its id.", undelivered.status)


def _check_path(path: str) -> None:
    parts = path.split("/")
    has_stranger = any(character <= " " or character in "?#\\\x7f" for character in path)
    if not path.startswith("/") or has_stranger or not {".", ".."}.isdisjoint(parts) or "" in parts[1:-1]:
        raise InputError(f"{path!r} is not a path of an API.", "Check the id: it looks unlike any.")
