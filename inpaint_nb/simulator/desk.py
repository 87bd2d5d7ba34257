"""Where requests come in: each recorded, held back when they are too many, spoiled when asked, and answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from inpaint_nb.simulator.accounts import Account
from inpaint_nb.simulator.calls import Call, Calls, KeySeen, Origin
from inpaint_nb.simulator.connection import Cut, Silence, body_of, json_or_text
from inpaint_nb.simulator.faults import spoil
from inpaint_nb.simulator.limits import Limiter
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.studio import Studio
from inpaint_nb.simulator.trouble import BARE_FAULTS, TROUBLES, Place, words_in_header

MAX_BODY_BYTES = 16 * 1024 * 1024
HEADER = "X-Simulate"
BEARER = "bearer "

Work = Callable[[], Awaitable[Response]]


class Wire(Protocol):
    """How one API says no."""

    def refuse(self, refused: Refused) -> Response:
        """The reply to a request that is turned down."""
        ...

    def decline(self, message: str) -> Response:
        """A reply that looks accepted and says no in its body."""
        ...


@dataclass(slots=True)
class Exchange:
    """One request on its way: what it says (`raw` is None where that is too much), and its header's troubles."""

    request: Request
    call: Call
    raw: bytes | None
    key: str | None
    words: frozenset[str]

    @property
    def body(self) -> dict[str, object]:
        """The JSON object that was sent, empty where something else was."""
        return self.call.body if isinstance(self.call.body, dict) else {}

    @property
    def is_json(self) -> bool:
        """Whether it says that it sends JSON."""
        return self.request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"


@dataclass
class Desk:
    """Answers for every wire. On the server's loop only."""

    studio: Studio
    calls: Calls
    limiter: Limiter
    elsewhere: Callable[[], str]

    async def receive(self, request: Request, origin: Origin) -> Exchange:
        """The request, read and recorded."""
        key = _key_in(request)
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        clock = self.studio.clock
        call = Call(
            origin, request.method, request.url.path, dict(request.query_params), headers, self._fits(key),
            clock.wall(), clock.now(),
        )  # fmt: skip
        self.calls.add(call)
        raw = await body_of(request, MAX_BODY_BYTES)
        call.body = json_or_text(raw or b"")
        return Exchange(request, call, raw, key, words_in_header(request.headers.get(HEADER, "")))

    async def plain(self, exchange: Exchange, wire: Wire, work: Work) -> Response:
        """The reply to the exchange, with no trouble in the way."""
        try:
            if exchange.raw is None:
                raise Refused(413, "request entity too large")
            response = await work()
        except Refused as refused:
            response = wire.refuse(refused)
        exchange.call.status = response.status_code
        return response

    async def answer(
        self,
        exchange: Exchange,
        wire: Wire,
        place: Place,
        work: Work,
        *,
        words: Iterable[str] = (),
        whose: str = "",
        limit: str | None = None,
    ) -> Response:
        """The reply to the exchange: what `work` gives, unless limits or troubles are in the way.

        `words` are the troubles of the prompt or job, and `whose` tells for whom a trouble meant for once
        has struck.
        """

        async def guarded() -> Response:
            return await self.plain(exchange, wire, work)

        if limit and (wait := self.limiter.wait_for(limit, exchange.key)):
            response = wire.refuse(Refused(429, "Too many requests"))
            response.status_code, response.headers["Retry-After"] = 429, str(wait)
        elif fault := self._fault(exchange, place, words, whose):
            exchange.call.fault = f"{place}-{fault}"
            path = exchange.request.url.path
            response = await spoil(fault, guarded, wire.refuse, wire.decline, path, self.elsewhere())
        else:
            response = await guarded()
        exchange.call.status = None if isinstance(response, Cut | Silence) else response.status_code
        return response

    def account(self, exchange: Exchange) -> Account:
        """The account of the key that was sent, or Refused with 401."""
        return self.studio.accounts.known(exchange.key)

    def words_of(self, job_id: object) -> frozenset[str]:
        """The troubles that the job of that id carries."""
        job = self.studio.any_job(job_id)
        return job.troubles if job else frozenset()

    def _fault(self, exchange: Exchange, place: Place, words: Iterable[str], whose: str) -> str | None:
        for name in exchange.words:
            if name in BARE_FAULTS and f"{place}-{name}" in TROUBLES:
                return name
        named = {*(name for name in exchange.words if name in TROUBLES), *words}
        script = self.studio.script
        return script.strikes(named, place, whose) or script.fault_at(place)

    def _fits(self, key: str | None) -> KeySeen:
        if key is None:
            return "none"
        return "right" if any(account.key == key for account in self.studio.accounts) else "wrong"


def _key_in(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else header
