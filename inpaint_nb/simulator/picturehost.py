"""The host that pictures lie on, on an origin of its own, and a third host that redirects lead to."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from inpaint_nb.simulator.calls import Origin
from inpaint_nb.simulator.darkroom import png_of, preview_png, tile_png
from inpaint_nb.simulator.desk import Desk, Exchange
from inpaint_nb.simulator.jobs import Job
from inpaint_nb.simulator.refusal import Refused
from inpaint_nb.simulator.studio import ORIGINAL_SECONDS

FILE = re.compile(r"([0-9a-f-]{36})(?:-([1-4]|preview))?\.png")
METHODS = ["GET", "HEAD", "POST"]
# Of its own: a queue of pictures that are drawn late must not hold up what is submitted.
DRAWING = ThreadPoolExecutor(2, "inpaint-nb darkroom")


@dataclass
class PictureHost:
    """Serves finished pictures to anyone who has the URL, and to nobody who brings a key."""

    desk: Desk

    def app(self, origin: Origin) -> Starlette:
        """The application for the pictures' own origin, or for the one elsewhere."""

        async def picture(request: Request) -> Response:
            return await self._picture(request, origin)

        async def anything(request: Request) -> Response:
            return await self._anything(request, origin)

        return Starlette(
            routes=[
                Route("/storage/{name}", picture),
                Route("/attachments/{name}", picture),
                Route("/{path:path}", anything, methods=METHODS),
            ]
        )

    def refuse(self, refused: Refused) -> Response:
        """The status and the text, as storage services say it."""
        return PlainTextResponse(str(refused.message), refused.status)

    def decline(self, message: str) -> Response:
        """The same: a picture has no body to say it in."""
        return PlainTextResponse(message, 403)

    async def _picture(self, request: Request, origin: Origin) -> Response:
        exchange = await self.desk.receive(request, origin)
        found = FILE.fullmatch(request.path_params["name"])
        job = self.desk.studio.any_job(found[1]) if found else None
        part = found[2] if found else None

        async def work() -> Response:
            return await self._file(exchange, job, part)

        if origin == "elsewhere":
            return await self.desk.plain(exchange, self, work)
        words = job.troubles if job else ()
        return await self.desk.answer(
            exchange, self, "picture", work, words=words, whose=job.id if job else ""
        )

    async def _file(self, exchange: Exchange, job: Job | None, part: str | None) -> Response:
        if exchange.key is not None:
            raise Refused(400, "Only signed URLs are taken here, no Authorization header.")
        if job is None or not (self._is_done(job) or part == "preview"):
            raise Refused(404, "No such picture.")
        if exchange.call.path.startswith("/attachments/") and self._is_expired(job):
            raise Refused(403, "This content is no longer available.")
        content = await asyncio.get_running_loop().run_in_executor(DRAWING, _content, job, part)
        return Response(content, media_type="image/png")

    def _is_done(self, job: Job) -> bool:
        return job.stage(self.desk.studio.clock.now()).status == "DONE"

    def _is_expired(self, job: Job) -> bool:
        return self.desk.studio.clock.now() >= job.ends + ORIGINAL_SECONDS

    async def _anything(self, request: Request, origin: Origin) -> Response:
        """What a host that nobody should have followed to answers: success."""
        exchange = await self.desk.receive(request, origin)
        if origin != "elsewhere":
            exchange.call.status = 404
            return PlainTextResponse("Not found", 404)
        exchange.call.status = 200
        return JSONResponse(
            {"success": True, "messageId": "elsewhere", "status": "DONE", "taskId": "elsewhere"}
        )


def _content(job: Job, part: str | None) -> bytes:
    if part == "preview":
        return preview_png(job)
    return png_of(job) if part is None else tile_png(job, int(part) - 1)
