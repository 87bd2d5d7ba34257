"""Every fault at every place, as httpx sees it."""

from __future__ import annotations

import io
import json

import httpx
import pytest
from calling import REGION, V1, Caller, encoded, masked
from PIL import Image

from inpaint_nb.simulator import TROUBLES, Simulator
from inpaint_nb.simulator.faults import SPOILERS
from inpaint_nb.simulator.trouble import FAULTS

PAIRS = [(place, fault) for fault in FAULTS for place in fault.places]
PHOTO = Image.linear_gradient("L").convert("RGB")
MASK = encoded(masked(PHOTO.size, (9, 9, 90, 90)))
STATUS = {
    "400": 400, "401": 401, "credits": 401, "403": 403, "404": 404, "429": 429, "429-bare": 429, "500": 500,
    "500-after": 500, "502": 502, "503": 503, "504": 504, "leaky": 400, "redirect": 307, "redirect-file": 307,
    "redirect-loop": 307,
}  # fmt: skip
BREAKS = {
    "cut": httpx.RemoteProtocolError,
    "cut-after": httpx.RemoteProtocolError,
    "cut-during": httpx.RemoteProtocolError,
    "reset": httpx.ReadError,
    "silence": httpx.ReadTimeout,
}


@pytest.fixture(scope="module")
def caller():
    """One simulator for all of them: faults last for one request."""
    with Simulator("manual", credits=100_000) as sim:
        made = Caller(sim)
        yield made
        made.http.close()


@pytest.fixture
def ask(caller):
    """Makes the request that belongs to a place; gives the reply, and how many jobs it made."""

    def asking(place, fault, **headers):
        parent = caller.sim.add_picture(PHOTO)
        running = caller.imagine().json()["messageId"] if place == "cancel" else ""
        timeout = 0.3 if fault == "silence" else 10
        before = caller.sim.submits
        requests = {
            "submit": ("POST", f"{V1}/nova/button", {"messageId": parent, "button": REGION, "mask": MASK}),
            "poll": ("GET", f"{V1}/message/fetch/{parent}", None),
            "ask": ("GET", f"{V1}/subscription/account-info", None),
            "cancel": ("POST", f"{V1}/nova/button", {"messageId": running, "button": "Cancel Job"}),
            "picture": ("GET", f"{caller.sim.pictures_url}/storage/{parent}.png", None),
        }
        method, url, body = requests[place]
        http = httpx.Client(base_url=caller.sim.url, timeout=timeout, trust_env=False)
        keyed = {} if place == "picture" else {"Authorization": f"Bearer {caller.sim.key}"}
        with http, http.stream(method, url, json=body, headers=keyed | headers) as reply:
            start = b"".join(piece for piece, _ in zip(reply.iter_bytes(65536), range(40), strict=False))
            return reply, start, caller.sim.submits - before

    return asking


@pytest.mark.parametrize(("place", "fault"), PAIRS, ids=lambda value: getattr(value, "name", value))
def test_each_fault(caller, ask, place, fault):
    """What the table says is what arrives; work is done first where it says so; the next reply is sound again."""
    caller.sim.trouble(f"{place}-{fault.name}")
    before = caller.sim.submits
    if fault.name in BREAKS:
        with pytest.raises(BREAKS[fault.name]):
            ask(place, fault.name)
    else:
        reply, start, _ = ask(place, fault.name)
        assert reply.status_code == STATUS.get(fault.name, 200)
        check_content(caller, place, fault.name, reply, start)
    made = caller.sim.submits - before
    assert made == (1 if place == "cancel" or (place == "submit" and fault.after) else 0)
    assert [call.fault for call in caller.sim.calls if call.fault][-1] == f"{place}-{fault.name}"
    assert ask(place, "")[0].status_code == 200


def check_content(caller, place, fault, reply, start):
    """The body and headers of each kind of spoiled reply."""
    match fault:
        case "429" | "503":
            assert reply.headers["retry-after"] == "1"
        case "429-bare":
            assert "retry-after" not in reply.headers
        case "html" | "502" | "504":
            assert start.startswith(b"<!doctype html>")
        case "invalid-json" | "truncated-json":
            assert reply.headers["content-type"] == "application/json"
            with pytest.raises(ValueError, match=r"Expecting|codec|Unterminated|Invalid"):
                json.loads(start)
        case "list":
            assert json.loads(start) == []
        case "empty":
            assert start == b""
        case "no-id":
            assert json.loads(start)["success"] is True
            assert "messageId" not in json.loads(start)
        case "declined":
            assert json.loads(start)["success"] is False
            assert json.loads(start)["error"]
        case "leaky":
            assert b"sk-" in start
            assert b"eyJ" in start
        case "oversized":
            assert len(start) > 2_000_000
            assert "content-length" not in reply.headers
        case "wrong-type":
            assert reply.headers["content-type"].startswith("text/html")
            assert start.startswith(b"\x89PNG" if place == "picture" else b"{")
        case "redirect":
            assert reply.headers["location"].startswith(caller.sim.elsewhere_url)
        case "redirect-file":
            assert reply.headers["location"].startswith("file:")
        case "redirect-loop":
            assert reply.headers["location"] == reply.url.path
        case "truncated":
            assert start.startswith(b"\x89PNG")
            with pytest.raises(OSError, match="truncated"):
                Image.open(io.BytesIO(start)).load()
        case "bomb":
            assert len(start) < 100_000
            assert int.from_bytes(start[16:20]) * int.from_bytes(start[20:24]) == 400_000_000
        case "not-a-picture":
            assert reply.headers["content-type"] == "image/png"
            assert start.startswith(b"<!doctype")


def test_each_fault_can_be_played():
    """The table and what plays it name the same faults."""
    assert {fault.name for fault in FAULTS} == set(SPOILERS)


def test_by_header(caller, ask):
    """X-Simulate spoils the reply to that very request."""
    assert ask("poll", "", **{"X-Simulate": "503"})[0].status_code == 503
    assert ask("poll", "", **{"X-Simulate": "prose, poll-404"})[0].status_code == 404
    assert ask("poll", "")[0].status_code == 200


def test_by_prompt_word(caller):
    """A word in the prompt spoils every reply about that job, and no other's."""
    asked = caller.imagine("a fox !poll-500").json()["messageId"]
    other = caller.imagine("a fox !important").json()["messageId"]
    assert [caller.get(f"{V1}/message/fetch/{one}").status_code for one in (asked, asked, other)] == [
        500,
        500,
        200,
    ]


def test_for_once(caller):
    """With -once the first reply is spoiled, for each job."""
    for _ in range(2):
        asked = caller.imagine("a fox !poll-503-once").json()["messageId"]
        assert [caller.get(f"{V1}/message/fetch/{asked}").status_code for _ in range(3)] == [503, 200, 200]
    assert [caller.imagine("first !submit-500-once").status_code for _ in range(3)] == [500, 200, 200]


def test_by_call_for_ever_and_calm(caller, ask):
    """times=None plays until calm; times=2 plays twice."""
    caller.sim.trouble("ask-500", times=None)
    assert [ask("ask", "")[0].status_code for _ in range(4)] == [500] * 4
    caller.sim.calm()
    caller.sim.trouble("ask-500", times=2)
    assert [ask("ask", "")[0].status_code for _ in range(3)] == [500, 500, 200]


def test_an_unknown_name(caller):
    """A misspelt trouble is an error that names the nearest."""
    with pytest.raises(ValueError, match="stuck93"):
        caller.sim.trouble("stuck94")


def test_the_host_elsewhere(caller):
    """Following a redirect leads to a host that answers with success, and records whether a key came."""
    caller.sim.trouble("submit-redirect")
    reply = caller.imagine()
    taken = httpx.post(
        reply.headers["location"], json={}, headers={"Authorization": "Bearer x"}, trust_env=False
    )
    assert taken.json()["success"] is True
    assert [(call.origin, call.key) for call in caller.sim.calls][-1] == ("elsewhere", "wrong")
    parent = caller.sim.add_picture(PHOTO)
    caller.sim.trouble("picture-redirect")
    there = httpx.get(
        f"{caller.sim.pictures_url}/storage/{parent}.png", follow_redirects=True, trust_env=False
    )
    assert there.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("fault", ["401", "429", "500", "declined", "no-id", "html", "cut-after"])
def test_at_lotimage(caller, fault):
    """The same faults strike LotImage, in its own words."""
    caller.sim.trouble(f"submit-{fault}")
    body = {"prompt": "a cat", "taskId": caller.sim.add_picture(PHOTO), "button": REGION}
    if fault in BREAKS:
        with pytest.raises(BREAKS[fault]):
            caller.post("/midjourney/v1/inpaint", body)
        return
    reply = caller.post("/midjourney/v1/inpaint", body)
    if fault == "html":
        assert reply.text.startswith("<!doctype html>")
    elif fault == "no-id":
        assert "taskId" not in reply.json()
    else:
        assert reply.json()["errMessage"]


def test_every_row_says_how_to_end():
    """Each trouble has words and at least one acceptable end."""
    assert all(row.help and row.ends for row in TROUBLES.values())
