"""The simulator as a server on this machine: its thread, its ports, and what a test may look at."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self

from PIL import Image

try:
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Route
    from starlette.types import ASGIApp, Receive, Scope, Send
except ImportError as error:
    raise ImportError("The simulator needs more: pip install 'inpaint_nb[simulator]'") from error

from inpaint_nb.simulator.accounts import Account
from inpaint_nb.simulator.calls import Call, Calls, busiest
from inpaint_nb.simulator.clock import Clock, clock_named
from inpaint_nb.simulator.connection import Severable
from inpaint_nb.simulator.desk import Desk
from inpaint_nb.simulator.flavours import Flavour, flavour_named
from inpaint_nb.simulator.imaginepro import ImagineProWire
from inpaint_nb.simulator.jobs import Job
from inpaint_nb.simulator.limits import DOCUMENTED, Limiter, RateLimit
from inpaint_nb.simulator.lotimage import LotImageWire
from inpaint_nb.simulator.masks import MaskRules
from inpaint_nb.simulator.messages import Messages
from inpaint_nb.simulator.picturehost import PictureHost
from inpaint_nb.simulator.studio import Studio
from inpaint_nb.simulator.trouble import Script
from inpaint_nb.simulator.webhooks import Delivery, Webhooks

HOST = "127.0.0.1"
KEY = "sk-simulator"
START_SECONDS = 10.0


class Simulator:
    """ImaginePro and LotImage on loopback, in a daemon thread of this process.

    Use it as a context manager, or with `start` and `stop`. `clock` is "fast" (200 × real time), "real", "manual"
    (stands still until `clock.advance`), a speed or a `Clock`. `rate_limits` is True for the documented
    ones or a mapping of "general" and "message" to a `RateLimit`. A tile of a grid has `tile` pixels a side,
    an upscale `enlarge` times as many. The switches `lotimage_…` are told by `LotImageWire`. Every property
    may be read, and every method called, from any thread.
    """

    def __init__(
        self,
        clock: str | float | Clock = "fast",
        *,
        rate_limits: bool | dict[str, RateLimit] = False,
        credits: int = 1000,
        key: str = KEY,
        seconds_per_job: float = 60.0,
        queue_seconds: float = 3.0,
        at_once: int | None = None,
        flavour: str | Flavour = "documented",
        masks: MaskRules | None = None,
        tile: int = 128,
        enlarge: int = 2,
        history: Literal["all", "finished"] = "all",
        webhooks: Literal["once", "chatty"] = "once",
        lotimage_http_errors: bool = False,
        lotimage_stray_message: bool = True,
        lotimage_forms: bool = False,
        lotimage_reads_mask: bool = False,
        port: int = 0,
    ) -> None:
        self.key = key
        self.clock = clock_named(clock)
        self._script, self._calls = Script(), Calls()
        self._studio = Studio(
            self.clock, self._script, masks or MaskRules(), seconds_per_job, queue_seconds, at_once, tile, enlarge,
            on_job=self._follow,
        )  # fmt: skip
        self.account = self._studio.accounts.add(key, credits)
        limits = dict(DOCUMENTED) if rate_limits is True else rate_limits or {}
        desk = Desk(self._studio, self._calls, Limiter(limits, self.clock.wall), lambda: self.elsewhere_url)
        messages = Messages(self.clock, flavour_named(flavour), lambda: self.pictures_url)
        self._imaginepro = ImagineProWire(desk, messages, history)
        self._lotimage = LotImageWire(
            desk, lambda: self.pictures_url, lotimage_http_errors, lotimage_stray_message, lotimage_forms,
            lotimage_reads_mask,
        )  # fmt: skip
        self._host = PictureHost(desk)
        self._webhooks = Webhooks(self.clock, messages.reply, webhooks)
        self._ports = [port, 0, 0]
        self._thread: _ServerThread | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Serve; return when requests are answered. After a `stop`: on the same ports, with the same jobs."""
        if self._thread is None:
            sockets = [_listening(port) for port in self._ports]
            self._ports = [listener.getsockname()[1] for listener in sockets]
            self._thread = _ServerThread(self._app(), sockets, self._webhooks)
            self._thread.begin()
        return self

    def stop(self) -> None:
        """Cut every connection and serve no more; jobs and calls stay to be looked at."""
        if self._thread is not None:
            self._thread.end()
            self._thread = None

    @property
    def url(self) -> str:
        """The base URL of both APIs."""
        return f"http://{HOST}:{self._ports[0]}"

    @property
    def pictures_url(self) -> str:
        """The origin that pictures lie on."""
        return f"http://{HOST}:{self._ports[1]}"

    @property
    def elsewhere_url(self) -> str:
        """The origin that bad redirects lead to, where no key should ever arrive."""
        return f"http://{HOST}:{self._ports[2]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point inpaint_nb here."""
        names = ("IMAGINEPRO", "LOTIMAGE")
        urls = {f"{name}_BASE_URL": self.url for name in names}
        return urls | {f"{name}_API_KEY": self.key for name in names}

    @property
    def calls(self) -> list[Call]:
        """Every request so far, to the API, the pictures and elsewhere."""
        return self._calls.all()

    @property
    def jobs(self) -> list[Job]:
        """Every job so far, those of `add_picture` included."""
        return self._studio.jobs()

    @property
    def submits(self) -> int:
        """How many POSTs have made a job, and cost credits."""
        return self._studio.submits

    @property
    def webhooks(self) -> list[Delivery]:
        """Every call of a webhook, made or refused."""
        return list(self._webhooks.deliveries)

    def trouble(self, name: str, times: int | None = 1) -> None:
        """Play the trouble `name` (see `TROUBLES`) the next `times` times, or until `calm` with None.

        Raises ValueError when there is no such trouble.
        """
        self._script.add(name, times)

    def calm(self) -> None:
        """No more of the troubles asked for by call."""
        self._script.clear()

    def add_account(self, key: str, credits: int = 1000) -> Account:
        """Another account, with a key of its own."""
        return self._studio.accounts.add(key, credits)

    def add_picture(self, image: Image.Image, prompt: str = "a picture", *, job_id: str | None = None) -> str:
        """The id of a finished upscale that holds `image`, as if it had been made here: `job_id`, a UUID, if given."""
        return self._studio.add_picture(self.account, image, prompt, job_id).id

    def busiest(self, path_prefix: str, per_seconds: float) -> int:
        """The most API requests under `path_prefix` within any `per_seconds` real seconds."""
        calls = (call for call in self.calls if call.origin == "api" and call.path.startswith(path_prefix))
        return busiest(list(calls), per_seconds)

    def _follow(self, job: Job) -> None:
        if self._thread is not None:
            self._webhooks.follow(job, self._thread.loop)

    def _app(self) -> ASGIApp:
        nothing = Route("/{path:path}", self._imaginepro.nothing, methods=["GET", "POST", "PUT", "DELETE"])
        api = Starlette(routes=[*self._imaginepro.routes(), *self._lotimage.routes(), nothing])
        apps = (api, self._host.app("pictures"), self._host.app("elsewhere"))
        by_port: dict[int, ASGIApp] = dict(zip(self._ports, apps, strict=True))

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await by_port[scope["server"][1]](scope, receive, send)

        return app


class _ServerThread:
    """uvicorn on a loop in a daemon thread."""

    def __init__(self, app: ASGIApp, sockets: list[socket.socket], webhooks: Webhooks) -> None:
        self._server = _Server(
            uvicorn.Config(
                app, http=Severable, ws="none", lifespan="off", loop="asyncio", log_config=None, access_log=False,
                timeout_graceful_shutdown=1, proxy_headers=False,
            )
        )  # fmt: skip
        self._sockets = sockets
        self._webhooks = webhooks
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inpaint-nb simulator", daemon=True)

    def begin(self) -> None:
        """Start, and return once it serves."""
        self._thread.start()
        if not self._ready.wait(START_SECONDS):
            raise RuntimeError("The simulator did not start.")

    def end(self) -> None:
        """Stop, and return once the thread is over."""
        self.loop.call_soon_threadsafe(self._server.leave)
        self._thread.join()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._server.on_start = self._ready.set
        await self._server.serve(self._sockets)
        await self._webhooks.stop()


class _Server(uvicorn.Server):
    """uvicorn, which looks up when it is told to and not ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()
        self.on_start: Callable[[], object] = lambda: None

    def leave(self) -> None:
        """Cut the connections and let `serve` return. On its loop."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        self._leaving.set()

    async def main_loop(self) -> None:
        """Wait to be told to leave."""
        await self.on_tick(0)  # sets the headers that uvicorn sends with every reply
        self.on_start()
        await self._leaving.wait()


def _listening(port: int) -> socket.socket:
    return socket.create_server((HOST, port), backlog=1024)
