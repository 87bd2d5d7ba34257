"""LotImage's wire format: the one documented request, and guesses for the rest.

Source: PROVIDERS.md §4; /inpaint and its reply documented, everything else guessed as §5 there chooses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from inpaint_nb.simulator import buttons
from inpaint_nb.simulator.desk import Desk, Exchange, Work
from inpaint_nb.simulator.jobs import SCRIPT, STRANGE_WORD, Job, Stage
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.studio import Wish
from inpaint_nb.simulator.trouble import TROUBLES, words_in

V1 = "/midjourney/v1"
BAD_KEY = "Key verification failed, please check whether the key is correct"
UNAUTHORIZED = 401


@dataclass
class LotImageWire:
    """The routes. Each switch is a guess that can be turned round.

    `http_errors`: failures come with a real HTTP status, else as 200 with `status` in the body.
    `stray_message`: a successful reply carries an errMessage, as the documented sample does. `forms`: form
    and multipart bodies are read too. `reads_mask`: a `mask` field is honoured, else recorded and ignored.
    """

    desk: Desk
    pictures_url: Callable[[], str]
    http_errors: bool = False
    stray_message: bool = True
    forms: bool = False
    reads_mask: bool = False

    def routes(self) -> list[Route]:
        """The documented path, the guessed siblings, and progress by GET and POST."""
        return [
            Route(f"{V1}/inpaint", self.inpaint, methods=["POST"]),
            Route(f"{V1}/button", self.inpaint, methods=["POST"]),
            Route(f"{V1}/imagine", self.imagine, methods=["POST"]),
            Route(f"{V1}/fetch-task-progress", self.progress, methods=["GET", "POST"]),
        ]

    def refuse(self, refused: Refused) -> Response:
        """The outcome in the body; HTTP says 200 unless real statuses are switched on."""
        text = refused.message if isinstance(refused.message, str) else ", ".join(refused.message)
        if refused.status == UNAUTHORIZED and "credits" not in text:
            text = BAD_KEY
        content = {"status": refused.status, "errMessage": text}
        return JSONResponse(content, refused.status if self.http_errors else 200)

    def decline(self, message: str) -> Response:
        """Any status but 200 in the body of a 200."""
        return JSONResponse({"status": 500, "errMessage": message})

    async def inpaint(self, request: Request) -> Response:
        """POST inpaint, or a button: what the button under `taskId` makes."""
        exchange = await self._receive(request)
        sent = exchange.body
        default = buttons.REGION if request.url.path.endswith("inpaint") else None

        async def work() -> Response:
            account = self.desk.account(exchange)
            self._check_encoding(exchange)
            label = _text(sent.get("button", default), "button is required")
            prompt = sent.get("prompt")
            if default:
                _text(prompt, "prompt is required")
            parent = self.desk.studio.job(account, _text(sent.get("taskId"), "taskId is required"))
            mask = sent.get("mask") if self.reads_mask else None
            words = prompt if isinstance(prompt, str) else None
            return self._accepted(
                await asyncio.to_thread(
                    self.desk.studio.press, account, parent, label, words, mask, _wish(exchange)
                )
            )

        return await self._submitted(exchange, work)

    async def imagine(self, request: Request) -> Response:
        """POST imagine: a new grid. The path is a guess."""
        exchange = await self._receive(request)

        async def work() -> Response:
            account = self.desk.account(exchange)
            self._check_encoding(exchange)
            prompt = _text(exchange.body.get("prompt"), "prompt is required")
            return self._accepted(self.desk.studio.imagine(account, prompt, _wish(exchange)))

        return await self._submitted(exchange, work)

    async def progress(self, request: Request) -> Response:
        """GET or POST progress of `taskId`. The path and every field are guesses."""
        exchange = await self._receive(request)
        asked = exchange.call.query.get("taskId") or exchange.body.get("taskId")

        async def work() -> Response:
            account = self.desk.account(exchange)
            job = self.desk.studio.job(account, _text(asked, "taskId is required"))
            return self._told(job)

        words = self.desk.words_of(asked)
        return await self.desk.answer(exchange, self, "poll", work, words=words, whose=str(asked))

    async def _receive(self, request: Request) -> Exchange:
        exchange = await self.desk.receive(request, "api")
        if self.forms and not exchange.is_json and exchange.raw:
            exchange.call.body = _form(request.headers.get("content-type", ""), exchange.raw)
        return exchange

    async def _submitted(self, exchange: Exchange, work: Work) -> Response:
        prompt = exchange.body.get("prompt")
        words = words_in(prompt)
        return await self.desk.answer(exchange, self, "submit", work, words=words, whose=str(prompt))

    def _check_encoding(self, exchange: Exchange) -> None:
        if not self.forms and not exchange.is_json:
            raise Refused(415, "Content-Type must be application/json")
        if not isinstance(exchange.call.body, dict):
            raise Refused(400, "the body must be a JSON object")

    def _accepted(self, job: Job) -> Response:
        content: dict[str, object] = {"status": 200, "taskId": job.id}
        return JSONResponse(content | ({"errMessage": BAD_KEY} if self.stray_message else {}))

    def _told(self, job: Job) -> Response:
        stage = job.stage(self.desk.studio.clock.now())
        told: dict[str, object] = {"status": 200, "taskId": job.id, "progress": _progress(job, stage)}
        if "unknown-status" in job.troubles and not stage.is_over:
            told["taskStatus"] = STRANGE_WORD
        if stage.place is not None:
            told["queuePosition"] = stage.place
        if stage.status == "FAIL":
            told["status"] = 500
            told |= {"errMessage": stage.error} if stage.error is not None else {}
        if stage.status == "DONE" and "no-picture" not in job.troubles:
            told |= self._pictures(job)
        return JSONResponse(told)

    def _pictures(self, job: Job) -> dict[str, object]:
        url = f"{self.pictures_url()}/storage/{job.id}.png"
        parts = job.cutting and job.kind == "grid"
        images = [url.replace(".png", f"-{n}.png") for n in range(1, 5)] if parts else [url]
        offered = [*job.buttons, *([SCRIPT] if "script" in job.troubles else [])]
        return {"imageUrl": url, "images": images, "buttons": offered}


def _progress(job: Job, stage: Stage) -> str | None:
    return None if "progress-null" in job.troubles and not stage.is_over else f"{stage.progress}%"


def _text(value: object, refusal: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refused(400, refusal)
    return value


def _wish(exchange: Exchange) -> Wish:
    asked = exchange.words & TROUBLES.keys()
    cutting = exchange.body.get("cutting") in (True, "true")
    return Wish(cutting=cutting, troubles=words_in(exchange.body.get("prompt")) | asked)


def _form(content_type: str, raw: bytes) -> dict[str, object]:
    """The fields of a form or multipart body."""
    if not content_type.startswith("multipart/"):
        return dict(parse_qsl(raw.decode("utf-8", "replace")))
    parts = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw).walk()
    names = ((part, part.get_param("name", header="content-disposition")) for part in parts)
    return {str(name): _content(part.get_payload(decode=True)) for part, name in names if name}


def _content(payload: object) -> str:
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
