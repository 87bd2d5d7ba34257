"""Webhooks: the progress reply, posted to this machine only."""

from __future__ import annotations

import http.server
import json
import threading
from queue import Queue

import pytest

WAIT = 20


@pytest.fixture
def listener():
    """A server that keeps what is posted to it."""

    class Keeps(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            self.server.posted.put((self.path, json.loads(body)))

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keeps)
    server.posted, server.daemon_threads = Queue(), True
    server.url = f"http://127.0.0.1:{server.server_port}/hook?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_told_once_at_the_end(caller, listener):
    """One POST of the same JSON as the progress reply, with our ref."""
    reply = caller.imagine(ref="mine", webhookOverride=listener.url)
    told = caller.done(reply)
    path, body = listener.posted.get(timeout=WAIT)
    assert path == "/hook?a=1"
    assert body == told
    assert body["ref"] == "mine"


def test_told_of_a_cancelled_job(caller, listener):
    """Cancelling is an end too."""
    asked = caller.imagine(webhookOverride=listener.url).json()["messageId"]
    caller.press(asked, "Cancel Job")
    assert listener.posted.get(timeout=WAIT)[1]["status"] == "FAIL"


def test_chatty(configured, listener):
    """Where switched so: the stages, the end twice, and then an old one."""
    caller = configured(webhooks="chatty")
    caller.done(caller.imagine(webhookOverride=listener.url))
    progress = []
    while progress.count(100) < 2 or progress[-1] == 100:
        progress.append(listener.posted.get(timeout=WAIT)[1]["progress"])
    assert progress[-3:] == [100, 100, 0]


@pytest.mark.parametrize(
    "url", ["http://example.org/hook", "https://127.0.0.1/hook", "http://10.0.0.1/", "file:///x"]
)
def test_only_this_machine_is_called(caller, url):
    """A webhook anywhere else is noted and not called."""
    told = caller.imagine(webhookOverride=url).json()["messageId"]
    caller.press(told, "Cancel Job")
    caller.fetch(told)
    while not caller.sim.webhooks:
        caller.fetch(told)
    assert [(one.url, one.status, bool(one.refused)) for one in caller.sim.webhooks] == [(url, None, True)]


def test_nobody_listens(caller):
    """A webhook that cannot be reached stops nothing."""
    caller.done(caller.imagine(webhookOverride="http://127.0.0.1:9/hook"))
    while not caller.sim.webhooks:
        caller.get("/")
    assert caller.sim.webhooks[0].status is None
