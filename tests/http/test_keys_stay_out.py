"""No key in a traceback with its locals, in a log, or anywhere but in the one header."""

from __future__ import annotations

import asyncio
import gc
import logging
import traceback
import types

import httpx
import pytest
from IPython.core.ultratb import VerboseTB
from scripted import (
    KEY,
    SECRET,
    Pauses,
    cut_off,
    drips,
    free_port,
    hangs_up,
    nonsense,
    resets,
    says,
    silence,
    with_api,
)

from inpaint_nb.errors import InpaintError
from inpaint_nb.http import Client, Timing
from inpaint_nb.http.exchange import Signer, exchange
from inpaint_nb.workers import offload

QUICK = Timing(connect=1, read=0.2, submit_read=0.2, call=0.5)
ANSWERS = [
    says(401),
    says(400, {"message": f"bad key {KEY}"}),
    says(500),
    says(503, KEY),
    says(429),
    says(302, b"", Location="/x?key=" + KEY),
    says(200, KEY),
    says(200, {"x": 1}, X_Request_Id=KEY),
    hangs_up,
    resets,
    cut_off,
    nonsense,
    silence,
    drips,
]
BIG = {"mask": "A" * 3_000_000}


def shown(error):
    """All that any kind of traceback shows of an error: frames with locals and their attributes, causes, attributes."""
    lines, seen = [], set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        lines += traceback.TracebackException.from_exception(one, capture_locals=True).format()
        lines += VerboseTB().structured_traceback(type(one), one, one.__traceback__)
        lines += [str(one), repr(one), repr(one.args), repr(vars(one))]
        lines += [line for frame, _ in traceback.walk_tb(one.__traceback__) for line in said_by(frame)]
        waiting += [one.__cause__, one.__context__]
    return "\n".join(lines)


def said_by(frame):
    """What a verbose traceback may print of a frame: each local, and each attribute of a local."""
    for value in frame.f_locals.values():
        yield repr(value)
        if isinstance(value, types.ModuleType | type | types.FunctionType | types.MethodType):
            continue
        attributes = getattr(value, "__dict__", {})
        yield from (repr(attribute) for attribute in attributes.values() if attribute is not SECRET)


def outcome_of(call):
    """What the call brings, or the error that it ends in."""
    try:
        return call()
    except InpaintError as error:
        return error


@pytest.fixture
def logged():
    """Everything that any logger says, at every level."""
    records = []

    class Keeper(logging.Handler):
        def emit(self, record):
            records.append(self.format(record))

    root, handler = logging.getLogger(), Keeper()
    level = root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield records
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("method", ["get", "submit"])
def test_no_traceback_and_no_log_shows_the_key(peer, logged, answer, method):
    """Whatever goes wrong, the key is in no frame, cause, attribute or log line."""
    peer.on("/thing", answer)

    async def work(api):
        arguments = ("/thing", {"prompt": "x"}) if method == "submit" else ("/thing",)
        return await getattr(api, method)(*arguments)

    outcome = outcome_of(lambda: with_api(peer.url, work, timing=QUICK))
    assert KEY not in (shown(outcome) if isinstance(outcome, InpaintError) else repr(outcome))
    assert "[key removed]" in str(outcome) or answer not in (ANSWERS[1], ANSWERS[3])
    assert any("127.0.0.1" in line for line in logged)  # httpx and httpcore were heard
    assert KEY not in "\n".join(logged)
    assert peer.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_broken_write_does_not_show_the_key(peer, logged):
    """A connection that breaks while a large body is written leaves frames with the raw bytes behind: not with us."""

    peer.finish_request = lambda request, address: request.close()

    with pytest.raises(InpaintError) as caught:
        with_api(peer.url, lambda api: api.submit("/thing", BIG), timing=QUICK)
    assert KEY not in shown(caught.value)
    assert KEY not in "\n".join(logged)


def test_nobody_there_does_not_show_the_key(logged):
    """A connection that never came about shows nothing either."""
    with pytest.raises(InpaintError) as caught:
        with_api(f"http://127.0.0.1:{free_port()}", lambda api: api.get("/thing"))
    assert KEY not in shown(caught.value)
    assert KEY not in "\n".join(logged)


def test_a_cancelled_request_does_not_show_the_key(peer):
    """A CancelledError carries no frame that holds the request."""
    peer.on("/thing", drips)
    caught = []

    async def work(api):
        task = asyncio.create_task(api.get("/thing"))
        await offload(peer.reached.wait, 20)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            caught.append(error)

    with_api(peer.url, work)
    assert KEY not in shown(caught[0])


def test_no_object_shows_the_key():
    """Neither client nor API nor anything they are made of has a repr with the key."""
    client = Client(pause=Pauses())
    api = client.api("https://api.example", SECRET)
    for thing in (client, api, vars(client), vars(api), vars(api._signer), gc.get_referents(api)):
        assert KEY not in repr(thing)


@pytest.mark.parametrize(
    "kind", [httpx.WriteError, httpx.ReadError, RuntimeError, OSError, asyncio.CancelledError]
)
def test_what_lies_below_leaves_no_frames(logged, kind):
    """The frames of libraries hold the raw header while it is written: no error of theirs leaves with them."""

    def transport(request):
        bytes_to_send = b"Authorization: " + request.headers["Authorization"].encode()
        try:
            raise ConnectionResetError(len(bytes_to_send))
        except ConnectionResetError as error:
            raise kind("broken") from error

    async def story():
        async with httpx.AsyncClient(transport=httpx.MockTransport(transport)) as client:
            request = client.build_request("POST", "https://api.example/thing")
            return await exchange(client, request, Signer(SECRET, "Bearer").auth(), 5, 1000)

    try:
        left = repr(asyncio.run(story()))
        assert "broken" in left
    except asyncio.CancelledError as error:
        left = shown(error)
    assert KEY not in left
    assert KEY not in "\n".join(logged)
