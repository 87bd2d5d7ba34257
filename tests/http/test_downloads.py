"""Downloads of pictures, against a real server on this machine."""

from __future__ import annotations

import asyncio
import http.server
import pickle
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from scripted import SECRET, Pauses, cut_off, hangs_up, says, silence, with_api
from scripted import serving as scripted_serving

from inpaint_nb.errors import InputError, ProviderError, ProviderUnavailable, SettingsError
from inpaint_nb.http import MAX_REDIRECTS, Client, Timing
from inpaint_nb.http.connection import DOWNLOADS
from inpaint_nb.workers import offload

PICTURE = bytes(range(256)) * 40


class Answers(http.server.BaseHTTPRequestHandler):
    """One answer for each path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.server.asked.append((path, self.headers))
        if path.startswith("/hop/"):
            self._redirect_down(int(path.removeprefix("/hop/")))
        elif path in self.server.redirects:
            self._send(302, b"", Location=self.server.redirects[path])
        else:
            getattr(self, "answer_" + path.strip("/").replace("-", "_"))()

    def _redirect_down(self, left):
        self._send(302, b"", Location=f"/hop/{left - 1}" if left else "/picture")

    def _send(self, status, body, **headers):
        self.send_response(status)
        for name, value in ({"Content_Length": len(body)} | headers).items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(body)

    def answer_picture(self):
        self._send(200, PICTURE)

    def answer_empty(self):
        self._send(200, b"")

    def answer_missing(self):
        self._send(404, b"no such thing")

    def answer_broken(self):
        self._send(503, b"")

    def answer_not_modified(self):
        self._send(304, b"")

    def answer_cut_off(self):
        self._send(200, PICTURE, Content_Length=2 * len(PICTURE))
        self.close_connection = True

    def answer_nonsense(self):
        self.wfile.write(b"this is not HTTP\r\n\r\n")
        self.close_connection = True

    def answer_silence(self):
        self.server.silent.set()
        self.server.done.wait(20)
        self.close_connection = True

    def answer_dripping(self):
        """One byte after the other, without an end."""
        self._send(200, b"", Content_Length=10**6)
        while not self.server.done.wait(0.01):
            self.wfile.write(b"x")
        self.close_connection = True

    def answer_endless(self):
        """Chunks without a length, until the other side hangs up."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not self.server.done.is_set():
            self.wfile.write(b"2800\r\n" + PICTURE + b"\r\n")

    def log_message(self, *_):
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Counts what it is asked, and is told where to redirect to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.asked, self.redirects = [], {}
        self.silent, self.done = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_):
        """Clients that hang up are what some of these tests are about."""


@contextmanager
def serving():
    """A server on a thread, and its end."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server():
    """A running server."""
    with serving() as running:
        yield running


def download(*urls, client=None, **options):
    """What one client downloads from the addresses, one after the other."""

    async def story():
        mine = client or Client()
        try:
            return [await mine.download(url, **options) for url in urls]
        finally:
            await mine.aclose()

    return asyncio.run(story())


def refused(url, **options):
    """The error that a download ends in: one line that a pickle keeps."""
    with pytest.raises(InputError) as caught:
        download(url, **options)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return caught.value


def test_the_content_comes_back(server):
    """A download gives the bytes, and says who asks."""
    assert download(server.url + "/picture") == [PICTURE]
    assert server.asked[0][1]["User-Agent"] == "inpaint_nb"


def test_one_client_downloads_many_things(server):
    """A client goes on after an error and keeps its connection."""

    async def story():
        client = Client()
        with pytest.raises(InputError):
            await client.download(server.url + "/missing")
        bodies = await asyncio.gather(*(client.download(server.url + "/picture") for _ in range(20)))
        await client.aclose()
        bodies.append(await client.download(server.url + "/picture"))
        await client.aclose()
        return bodies

    assert asyncio.run(story()) == [PICTURE] * 21


def test_closing_an_unused_client_is_nothing():
    """A client that was never used is closed without a word."""
    asyncio.run(Client().aclose())


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a.png",
        "file:///etc/passwd",
        "a.png",
        "",
        "http://",
        "http:///a.png",
        "http://[::1/a.png",
        "http://exa mple.org:port/a.png",
    ],
)
def test_other_addresses_are_refused(url):
    """What is no http or https address is refused in words."""
    assert "address" in str(refused(url)).lower()


def test_the_limit_itself_is_allowed(server):
    """A body of exactly `max_bytes` is downloaded, one byte more is not."""
    assert download(server.url + "/picture", max_bytes=len(PICTURE)) == [PICTURE]
    refused(server.url + "/picture", max_bytes=len(PICTURE) - 1)


@pytest.mark.parametrize("path", ["/picture", "/endless"])
def test_too_large_a_body_is_refused(server, path):
    """A body above the limit is refused with the limit named, whether its length was announced or not."""
    assert "larger than 0.00477 MiB" in refused(server.url + path, max_bytes=5000).message


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/missing", "404 Not Found"),
        ("/broken", "503 Service Unavailable"),
        ("/not-modified", "304 Not Modified"),
        ("/empty", "is empty"),
        ("/cut-off", f"received {len(PICTURE)} bytes"),
        ("/nonsense", "this is not HTTP"),
    ],
)
def test_bad_answers_are_told_in_words(server, path, words):
    """A status, an empty body and one that ends too early are named, with the address."""
    error = refused(server.url + path)
    assert words in error.message
    assert path in error.message


def test_nobody_there():
    """A host that does not answer is named."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    error = refused(f"http://127.0.0.1:{port}/a.png")
    assert "127.0.0.1" in error.message
    assert "cannot be reached" in error.message


def test_silence_is_not_waited_for(server):
    """A server that takes the request and says nothing is given up."""
    error = refused(server.url + "/silence", client=Client(timing=Timing(read=0.2)))
    assert "in time" in error.message


def test_dripping_is_not_waited_for(server):
    """A server that keeps sending a little is given up when the time for the whole is over."""
    error = refused(server.url + "/dripping", client=Client(timing=Timing(download=0.3)))
    assert "in time" in error.message


def test_redirects_are_followed(server):
    """As many redirects as the limit are followed, one more is not, and a circle ends."""
    server.redirects["/circle"] = "/circle"
    assert download(f"{server.url}/hop/{MAX_REDIRECTS - 1}") == [PICTURE]
    assert "redirects more than" in refused(f"{server.url}/hop/{MAX_REDIRECTS}").message
    assert "redirects more than" in refused(server.url + "/circle").message


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://example.org/a.png", "http://me:key@127.0.0.1/a"]
)
def test_redirects_stay_on_the_web(server, target):
    """A redirect to anything but a plain http or https address is not followed."""
    server.redirects["/away"] = target
    error = refused(server.url + "/away")
    assert "key" not in str(error)


def test_a_redirect_to_nowhere_is_refused(server):
    """A redirect to what is no address ends in words, not in a foreign error."""
    server.redirects["/away"] = "http://[::1/"
    refused(server.url + "/away")


def test_secrets_in_an_address_are_refused_and_not_told():
    """User and password are refused before anything is sent; the error shows neither them nor a query."""
    error = refused("https://me:topsecret@example.org/a.png?token=alsosecret#part")
    assert "https://example.org/a.png" in error.message
    for word in ("me:", "secret", "token", "part"):
        assert word not in error.message


@pytest.mark.parametrize("path", ["/missing", "/empty", "/cut-off", "/hop/9", "/picture"])
def test_no_error_shows_a_query(server, path):
    """Keys in a query stay out of what is told."""
    assert "secret" not in str(refused(f"{server.url}{path}?key=secret", max_bytes=100))


def test_proxy_settings_that_cannot_be_used(monkeypatch):
    """A proxy in the environment that cannot be used is the user's setting, and said so."""
    monkeypatch.setenv("HTTP_PROXY", "nonsense://127.0.0.1:9")
    with pytest.raises(SettingsError, match="proxy"):
        download("http://example.org/a.png")


def test_a_cancelled_download_stops(server):
    """Cancelling gives CancelledError at once, and the client serves on."""

    async def story():
        client = Client()
        task = asyncio.ensure_future(client.download(server.url + "/silence"))
        await offload(server.silent.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        body = await client.download(server.url + "/picture")
        await client.aclose()
        return body

    assert asyncio.run(story()) == PICTURE


def test_httpx_is_imported_late():
    """Importing the module does not import httpx; the first download does."""
    script = "import sys, inpaint_nb.http; print('httpx' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout.strip() == "False"


def fetch(peer, path="/picture", **options):
    """What a provider's API downloads from the peer, and the pauses it made."""
    pauses = Pauses()

    async def work(api):
        return await api.download(peer.url + path, **options)

    return with_api("https://api.example", work, pause=pauses), pauses


def test_a_providers_picture_comes_without_the_key(peer):
    """A picture is fetched from whatever host, along redirects, and the key goes nowhere."""
    with scripted_serving() as other:
        other.on("/cdn", says(200, PICTURE))
        peer.on("/picture", says(302, b"", Location=other.url + "/cdn"))
        assert fetch(peer)[0] == PICTURE
        assert [asked.headers["Authorization"] for asked in [*peer.asked, *other.asked]] == [None, None]


@pytest.mark.parametrize("answer", [says(500), says(503), says(429), hangs_up, cut_off, says(200, b"")])
def test_a_picture_is_tried_again_while_it_may_come(peer, answer):
    """A passing failure, an empty or a truncated picture is tried again."""
    peer.on("/picture", answer, says(200, PICTURE))
    body, pauses = fetch(peer)
    assert body == PICTURE
    assert len(pauses.asked) == 1


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_expired_address_is_said(peer, status):
    """A picture that is gone is not asked for again; the error says what that means and what to do."""
    peer.on("/picture", says(status, b"This content is no longer available"))
    with pytest.raises(ProviderError, match="expired") as caught:
        fetch(peer)
    assert caught.value.status == status
    assert "by its id" in caught.value.hint
    assert len(peer.asked) == 1


def test_a_picture_that_never_comes(peer):
    """A picture host that fails for ever is given up after some tries."""
    peer.on("/picture", says(503))
    with pytest.raises(ProviderUnavailable) as caught:
        fetch(peer)
    assert caught.value.status == 503
    assert len(peer.asked) == 5


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "data:image/png;base64,AAAA", "http://me:pw@127.0.0.1/a"]
)
def test_a_provider_cannot_name_other_addresses(peer, url):
    """Whatever a provider calls its picture's address, only plain http and https addresses are fetched."""
    with pytest.raises(ProviderError, match=r"address|downloaded"):
        with_api(peer.url, lambda api: api.download(url))
    assert peer.asked == []


def test_a_picture_has_a_limit_too(peer):
    """A provider's picture above the limit is refused, and not tried again."""
    peer.on("/picture", says(200, PICTURE))
    with pytest.raises(ProviderError, match="larger than"):
        fetch(peer, max_bytes=100)
    assert len(peer.asked) == 1


def test_a_slow_host_of_pictures_holds_up_nothing_else():
    """While hundreds of downloads wait for their turn, an API is answered, and none of them fails for having waited."""

    asked = threading.Semaphore(0)

    def hangs(handler):
        asked.release()
        silence(handler)

    async def story(slow, quick):
        client = Client(pause=Pauses(), timing=Timing(pool=0.5, download=3.0))
        api = client.api(quick.url, SECRET)
        downloads = [asyncio.create_task(client.download(f"{slow.url}/{number}")) for number in range(200)]
        for _ in range(DOWNLOADS):
            assert await offload(asked.acquire, True, 20)
        answer = await api.get("/")
        slow.on("*", says(200, PICTURE))
        brought = await asyncio.gather(*downloads, return_exceptions=True)
        await client.aclose()
        return answer, [one == PICTURE for one in brought]

    with scripted_serving() as slow, scripted_serving() as quick:
        slow.on("*", hangs)
        answer, brought = asyncio.run(story(slow, quick))
    assert answer.status == 200
    assert brought == [False] * DOWNLOADS + [True] * (200 - DOWNLOADS)
