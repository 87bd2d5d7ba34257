"""A real server on this machine that answers each path by a script and remembers what it was asked."""

from __future__ import annotations

import asyncio
import http.server
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message

from inpaint_nb.http import Client, Timing
from inpaint_nb.secret import Secret

KEY = "sk-topsecret-0123456789abcdef"
SECRET = Secret(KEY)


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes
    at: float


class Handler(http.server.BaseHTTPRequestHandler):
    """Reads the request, then does what the script says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server, path = self.server, self.path.partition("?")[0]
        with server.lock:
            server.asked.append(Asked(self.command, self.path, self.headers, body, time.monotonic()))
            answers = server.scripts.get(path) or server.scripts["*"]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        answer(self)

    do_POST = do_GET

    def say(self, status, body=b"", **headers):
        """Send a whole answer."""
        self.send_response(status)
        for name, value in ({"Content_Length": len(body)} | headers).items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


class Peer(http.server.ThreadingHTTPServer):
    """Answers `{"ok": true}` to everything that has no script; the last answer of a script is for all that follow."""

    request_queue_size = 200

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.lock = threading.Lock()
        self.asked: list[Asked] = []
        self.scripts = {"*": [says(200, {"ok": True})]}
        self.reached, self.done = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def on(self, path: str, *answers: Callable[[Handler], None]) -> None:
        """Answer this path so, one after the other."""
        self.scripts[path] = list(answers)

    def handle_error(self, *_):
        """Clients that hang up are what some of these tests are about."""


@contextmanager
def serving(port: int = 0) -> Iterator[Peer]:
    """A peer on a thread, and its end."""
    peer = Peer(port)
    thread = threading.Thread(target=peer.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.done.set()
        peer.shutdown()
        peer.server_close()
        thread.join()


def says(status: int, body: object = b"", **headers: str) -> Callable[[Handler], None]:
    """An answer: bytes as they are, a text as HTML, anything else as JSON."""
    if isinstance(body, str):
        body, kind = body.encode(), "text/html"
    elif isinstance(body, bytes):
        kind = "application/octet-stream"
    else:
        body, kind = json.dumps(body).encode(), "application/json"
    return lambda handler: handler.say(status, body, **({"Content_Type": kind} | headers))


def hangs_up(handler: Handler) -> None:
    """The request was read, and the connection ends without a word."""
    handler.close_connection = True


def resets(handler: Handler) -> None:
    """The request was read, and the connection is torn down."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.connection.close()
    handler.close_connection = True
    handler.wfile = handler.rfile


def cut_off(handler: Handler) -> None:
    """Half of an answer."""
    handler.say(200, b'{"ok": tr', Content_Length=1000, Content_Type="application/json")
    handler.close_connection = True


def silence(handler: Handler) -> None:
    """Nothing, until the test is over."""
    handler.server.reached.set()
    handler.server.done.wait(20)
    handler.close_connection = True


def drips(handler: Handler) -> None:
    """An answer that comes byte by byte and never ends."""
    handler.say(200, b"", Content_Length=10**6)
    handler.server.reached.set()
    while not handler.server.done.wait(0.01):
        handler.wfile.write(b" ")
    handler.close_connection = True


def nonsense(handler: Handler) -> None:
    """Bytes that are not HTTP."""
    handler.wfile.write(b"this is not HTTP\r\n\r\n")
    handler.close_connection = True


@dataclass
class Pauses:
    """A pause that takes no time and remembers how long it should have been."""

    asked: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)

    @property
    def long(self) -> list[float]:
        """Those that would have been felt."""
        return [seconds for seconds in self.asked if seconds]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def with_api(url, work, *, pause=None, timing=None, key=SECRET, **options):
    """What `await work(api)` brings, with an API of its own client."""

    async def story():
        client = Client(pause=pause or Pauses(), timing=timing or Timing())
        try:
            return await work(client.api(url, key, **options))
        finally:
            await client.aclose()

    return asyncio.run(story())
