"""ImaginePro's wire format: the current paths and the older ones over one id space.

Source: PROVIDERS.md §2; what is documented is served strictly, what is not as §5 there chooses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inpaint_nb.simulator import buttons
from inpaint_nb.simulator.desk import Desk, Exchange, Work
from inpaint_nb.simulator.jobs import Job
from inpaint_nb.simulator.messages import Messages
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.studio import Wish
from inpaint_nb.simulator.trouble import TROUBLES, words_in

V1 = "/api/v1"
TIMEOUTS = (10, 900)
EMAIL = "simulated@example.org"
MODERATED = "!moderated"
NOT_JSON = "Content-Type must be application/json."


@dataclass
class ImagineProWire:
    """The routes. `history` may leave out what is not finished."""

    desk: Desk
    messages: Messages
    history: Literal["all", "finished"] = "all"

    def routes(self) -> list[Route]:
        """Both generations of paths."""
        posts = {
            "/nova/imagine": self.imagine,
            "/nova/boost/imagine": self.imagine,
            "/midjourney/imagine": self.imagine,
            "/nova/button": self.button,
            "/nova/boost/button": self.button,
            "/midjourney/button": self.button,
            "/nova/prompt-check": self.prompt_check,
        }
        gets = {
            "/message/fetch/{id}": self.fetch,
            "/midjourney/message/{id}": self.fetch,
            "/nova/images": self.images,
            "/midjourney/images": self.images,
            "/subscription/account-info": self.account_info,
        }
        return [
            *(Route(V1 + path, endpoint, methods=["POST"]) for path, endpoint in posts.items()),
            *(Route(V1 + path, endpoint, methods=["GET"]) for path, endpoint in gets.items()),
        ]

    async def nothing(self, request: Request) -> Response:
        """Any other path or method: 404, and recorded like the rest."""
        exchange = await self.desk.receive(request, "api")

        async def work() -> Response:
            raise Refused(404, f"Cannot {request.method} {request.url.path}")

        return await self.desk.plain(exchange, self, work)

    def refuse(self, refused: Refused) -> Response:
        """The body in which that framework says no."""
        phrase = HTTPStatus(refused.status).phrase
        content = {"message": refused.message, "error": phrase, "statusCode": refused.status}
        return JSONResponse(content, refused.status)

    def decline(self, message: str) -> Response:
        """Success false in an accepted reply."""
        return JSONResponse({"success": False, "error": message}, self.messages.flavour.accepted)

    async def imagine(self, request: Request) -> Response:
        """POST imagine: a new grid."""
        exchange = await self.desk.receive(request, "api")

        async def work() -> Response:
            account = self.desk.account(exchange)
            _check_body(exchange)
            prompt = _text(exchange, "prompt", "Prompt is required.")
            return self._accepted(self.desk.studio.imagine(account, prompt, _wish(exchange)))

        return await self._submitted(exchange, work)

    async def button(self, request: Request) -> Response:
        """POST button: a follow-up of a job, or the end of a running one."""
        exchange = await self.desk.receive(request, "api")
        if exchange.body.get("button") == buttons.CANCEL:
            return await self._cancel(exchange)

        async def work() -> Response:
            account = self.desk.account(exchange)
            _check_body(exchange)
            parent = self.desk.studio.job(account, _text(exchange, "messageId", "messageId is required."))
            label = _text(exchange, "button", "button is required.")
            mask, prompt = exchange.body.get("mask"), exchange.body.get("prompt")
            _check_mask(label, mask, parent)
            words = prompt if isinstance(prompt, str) else None
            job = await asyncio.to_thread(
                self.desk.studio.press, account, parent, label, words, mask, _wish(exchange)
            )
            return self._accepted(job)

        return await self._submitted(exchange, work)

    async def fetch(self, request: Request) -> Response:
        """GET progress."""
        exchange = await self.desk.receive(request, "api")
        asked = request.path_params["id"]

        async def work() -> Response:
            account = self.desk.account(exchange)
            job = self.desk.studio.job(account, asked)
            return JSONResponse(self.messages.reply(self._maybe_another(job)))

        return await self.desk.answer(
            exchange, self, "poll", work, words=self.desk.words_of(asked), whose=asked, limit="message"
        )

    async def images(self, request: Request) -> Response:
        """GET history: the last 24 hours, newest first."""
        exchange = await self.desk.receive(request, "api")

        async def work() -> Response:
            jobs = self.desk.studio.history(self.desk.account(exchange))
            if self.history == "finished":
                jobs = [job for job in jobs if job.stage(self.desk.studio.clock.now()).status == "DONE"]
            page, size = _number(exchange, "page", 1), _number(exchange, "size", 10)
            return JSONResponse(
                {"images": [self.messages.line(job) for job in jobs[(page - 1) * size : page * size]]}
            )

        return await self.desk.answer(exchange, self, "ask", work, limit="general")

    async def prompt_check(self, request: Request) -> Response:
        """POST prompt-check: free, synchronous."""
        exchange = await self.desk.receive(request, "api")

        async def work() -> Response:
            self.desk.account(exchange)
            prompt = _text(exchange, "prompt", "Prompt is required.")
            if MODERATED in prompt:
                return JSONResponse({"status": "FAIL", "message": "Banned words detected"})
            return JSONResponse({"status": "SUCCESS"})

        return await self.desk.answer(exchange, self, "ask", work, limit="general")

    async def account_info(self, request: Request) -> Response:
        """GET account-info."""
        exchange = await self.desk.receive(request, "api")

        async def work() -> Response:
            account = self.desk.account(exchange)
            return JSONResponse(
                {
                    "type": "STARTER",
                    "creditsQuota": account.quota,
                    "credits": account.credits,
                    "creditsExtra": account.extra,
                    "expiredAt": self.messages.time_of(30 * 24 * 3600.0),
                    "email": EMAIL,
                }
            )

        return await self.desk.answer(exchange, self, "ask", work, limit="general")

    async def _submitted(self, exchange: Exchange, work: Work) -> Response:
        prompt = exchange.body.get("prompt")
        return await self.desk.answer(
            exchange, self, "submit", work, words=words_in(prompt), whose=str(prompt), limit="general"
        )

    async def _cancel(self, exchange: Exchange) -> Response:
        asked = exchange.body.get("messageId")

        async def work() -> Response:
            self.desk.studio.cancel(self.desk.studio.job(self.desk.account(exchange), asked))
            return JSONResponse(
                {"success": True, "createdAt": self.messages.time_of(self.desk.studio.clock.now())}
            )

        return await self.desk.answer(
            exchange, self, "cancel", work, words=self.desk.words_of(asked), whose=str(asked), limit="general"
        )

    def _accepted(self, job: Job) -> Response:
        content = {"success": True, "messageId": job.id, "createdAt": self.messages.time_of(job.created)}
        return JSONResponse(content, self.messages.flavour.accepted)

    def _maybe_another(self, job: Job) -> Job:
        """The job itself, or another one's where replies are swapped."""
        if "swapped-reply" not in job.troubles:
            return job
        others = (other for other in self.desk.studio.jobs() if other is not job)
        return next(others, job)


def _check_body(exchange: Exchange) -> None:
    if not exchange.is_json:
        raise Refused(400, NOT_JSON)
    if not isinstance(exchange.call.body, dict):
        raise Refused(400, "Unexpected token in JSON")
    for name in ("ref", "webhookOverride", "prompt"):
        if not isinstance(exchange.body.get(name, ""), str):
            raise Refused(400, [f"{name} must be a string"])


def _text(exchange: Exchange, name: str, refusal: str) -> str:
    value = exchange.body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, refusal)
    return value


def _check_mask(label: str, mask: object, parent: Job) -> None:
    if label == buttons.REGION and label in parent.buttons and mask is None:
        raise Refused(400, ["mask should not be empty", "mask must be a string"])
    if label != buttons.REGION and mask is not None:
        raise Refused(400, "mask is only for Vary (Region).")


def _wish(exchange: Exchange) -> Wish:
    body: Mapping[str, object] = exchange.body
    webhook = body.get("webhookOverride")
    return Wish(
        ref=str(body.get("ref", "")),
        webhook=str(webhook) if webhook else None,
        time_limit=_time_limit(body.get("timeout", TIMEOUTS[1])),
        troubles=words_in(body.get("prompt")) | (exchange.words & TROUBLES.keys()),
    )


def _time_limit(timeout: object) -> float:
    low, high = TIMEOUTS
    if isinstance(timeout, bool) or not isinstance(timeout, int) or not low <= timeout <= high:
        raise Refused(400, [f"timeout must be an integer from {low} to {high}"])
    return float(timeout)


def _number(exchange: Exchange, name: str, default: int) -> int:
    text = exchange.call.query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise Refused(400, [f"{name} must be a positive number"])
    return int(text)
