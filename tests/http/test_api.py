"""Requests to a provider's API, against a real server on this machine."""

from __future__ import annotations

import asyncio
import json
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from scripted import (
    KEY,
    Pauses,
    cut_off,
    drips,
    free_port,
    hangs_up,
    nonsense,
    resets,
    says,
    serving,
    silence,
    with_api,
)

from inpaint_nb.errors import (
    AuthError,
    InputError,
    OutcomeUnknown,
    ProviderError,
    ProviderUnavailable,
    QuotaError,
    RateLimited,
)
from inpaint_nb.http import MAX_REPLY_BYTES, Client, Timing
from inpaint_nb.http.retries import PATIENT_TRIES, QUICK_TRIES, retry_after
from inpaint_nb.workers import offload

QUICK = Timing(connect=1, read=0.2, submit_read=0.2, call=5)
BODY = {"prompt": "a small cat", "n": 1}


def get(peer, path="/thing", **options):
    return with_api(peer.url, lambda api: api.get(path), **options)


def ask(peer, **options):
    return with_api(peer.url, lambda api: api.ask("/thing", BODY), **options)


def submit(peer, **options):
    return with_api(peer.url, lambda api: api.submit("/thing", BODY), **options)


def refused(kind, call, *arguments, **options):
    """The one error that a call ends in; it survives a pickle and never shows the key."""
    with pytest.raises(kind) as caught:
        call(*arguments, **options)
    assert type(caught.value) is kind
    assert "\n" not in caught.value.message
    assert KEY not in repr(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    return caught.value


def test_a_question_carries_the_key_and_its_query(peer):
    """A GET goes below the base URL, with the key as a bearer and the query as given."""
    peer.on("/prefix/api/v1/thing", says(200, {"progress": 45}, X_Request_Id="r-1"))
    reply = with_api(peer.url + "/prefix/", lambda api: api.get("/api/v1/thing", {"page": 2, "q": "a b"}))
    assert (reply.status, reply.body, reply.request_id) == (200, {"progress": 45}, "r-1")
    asked = peer.asked[0]
    assert (asked.method, asked.path) == ("GET", "/prefix/api/v1/thing?page=2&q=a+b")
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["User-Agent"] == "inpaint_nb"


@pytest.mark.parametrize("call", [ask, submit])
def test_a_post_carries_json(peer, call):
    """Both kinds of POST send the body as JSON, with the key."""
    call(peer)
    asked = peer.asked[0]
    assert (asked.method, json.loads(asked.body)) == ("POST", BODY)
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.headers["Authorization"] == f"Bearer {KEY}"


def test_other_schemes_and_no_key(peer):
    """The scheme of the header is the provider's, and without a key there is no such header."""
    get(peer, scheme="Key")
    get(peer, key=None)
    assert [asked.headers["Authorization"] for asked in peer.asked] == [f"Key {KEY}", None]


@pytest.mark.parametrize("status", [200, 201, 202, 299])
@pytest.mark.parametrize("call", [get, ask, submit])
def test_every_2xx_is_a_success(peer, call, status):
    """Frameworks answer a POST with 201: any 2xx with a JSON object is a reply."""
    peer.on("/thing", says(status, {"messageId": "m"}))
    assert call(peer).body == {"messageId": "m"}


def test_a_label_does_not_lose_a_paid_job(peer):
    """A JSON object is a reply whatever its content type says: the id of a paid job may be in it."""
    peer.on("/thing", says(200, b'{"messageId": "m"}', Content_Type="text/html"))
    assert submit(peer).body == {"messageId": "m"}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ProviderError),
        (401, AuthError),
        (402, QuotaError),
        (403, AuthError),
        (404, ProviderError),
        (413, ProviderError),
        (422, ProviderError),
    ],
)
@pytest.mark.parametrize("call", [get, ask, submit])
def test_a_refusal_is_one_typed_error(peer, call, status, kind):
    """A 4xx becomes the error for who must act, in the provider's words, with status and request id, unrepeated."""
    body = {"message": "Prompt is required.", "error": "Bad Request", "statusCode": status}
    peer.on("/thing", says(status, body, CF_Ray="ray-7"))
    pauses = Pauses()
    error = refused(kind, call, peer, pause=pauses)
    assert "Prompt is required." in error.message
    assert (error.status, error.request_id) == (status, "ray-7")
    assert "ray-7" in error.hint
    assert (len(peer.asked), pauses.asked) == (1, [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "the text", "error": "Bad Request"}, "the text"),
        ({"message": ["one is short", "two is long"], "error": "Bad Request"}, "one is short; two is long"),
        ({"error": "the text"}, "the text"),
        ({"error": {"message": "the text", "type": "x", "code": None}}, "the text"),
        ({"message": "", "error": "the text"}, "the text"),
        ({"message": {"message": ["the text"], "statusCode": 400}}, "the text"),
        ({"status": 401, "errMessage": "the text"}, "the text"),
        ({"detail": [{"loc": ["body"], "msg": "the text"}]}, "the text"),
        ({"message": "a\u202eb\x1b[31m\n\tc", "x": 1}, "ab [31m c"),
        ({"message": f"key {KEY} is no good"}, "key [key removed] is no good"),
        ({"message": "x" * 5000}, "x…"),
        (["the text"], "the text"),
        (
            "<html><head><title>Error</title><script>alert(1)</script></head><h1>Bad &amp; sad</h1>",
            "“Error Bad",
        ),
        ({"code": 17}, "400 Bad Request."),
        (b"", "400 Bad Request."),
        (b"\xff\xfe broken", "broken"),
    ],
)
def test_the_words_are_the_providers(peer, body, words):
    """The human text is found wherever providers put it, in one line, bounded, and without keys or markup."""
    peer.on("/thing", says(400, body))
    error = refused(ProviderError, get, peer)
    assert words in error.message
    assert len(error.message) < 700
    assert "alert" not in error.message


def test_a_redirect_is_not_followed(peer):
    """An API that redirects gets an error; the other host is never asked, so it never sees the key."""
    with serving() as other:
        for status in (301, 302, 307, 308):
            peer.on("/thing", says(status, b"", Location=other.url + "/thing"))
            for call in (get, ask, submit):
                error = refused(ProviderError, call, peer)
                assert "redirect" in error.message
        assert other.asked == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(200, "<html><body><h1>Welcome</h1> to nginx</body></html>"), "text/html “Welcome to nginx”"),
        (says(200, b'{"half": ', Content_Type="application/json"), "no JSON but"),
        (says(200, [1, 2]), "no JSON object but"),
        (says(200, b"null", Content_Type="application/json"), "no JSON object but"),
        (says(200, b""), "with nothing"),
        (says(200, b"[" * 100_000), "no JSON but"),
        (says(200, b" " * (MAX_REPLY_BYTES + 1)), "more than 8 MiB"),
    ],
)
def test_what_is_no_json_object_is_said(peer, answer, words):
    """A 2xx with anything but a JSON object is named with its first words; only of a paid POST it is unclear."""
    peer.on("/thing", answer)
    error = refused(ProviderError, get, peer)
    assert words in error.message
    assert error.status == 200
    asked = len(peer.asked)
    assert words in refused(OutcomeUnknown, submit, peer).message
    assert len(peer.asked) == asked + 1


@pytest.mark.parametrize(
    "answer",
    [says(500), says(502), says(503), says(504), says(520), hangs_up, resets, cut_off, nonsense, silence],
)
@pytest.mark.parametrize("call", [get, ask])
def test_a_question_is_repeated(peer, call, answer):
    """What costs nothing is asked again after a passing failure, and then answers."""
    peer.on("/thing", answer, answer, says(200, {"fine": True}))
    pauses = Pauses()
    assert call(peer, pause=pauses, timing=QUICK).body == {"fine": True}
    assert len(peer.asked) == 3
    assert 1 <= pauses.asked[0] <= 2 <= pauses.asked[1] <= 3


@pytest.mark.parametrize(("call", "tries"), [(get, PATIENT_TRIES), (ask, QUICK_TRIES)])
def test_repeating_ends(peer, call, tries):
    """A provider that fails for ever is given up after a bounded number of tries, with its last words."""
    peer.on("/thing", says(503, {"message": "down for repairs"}))
    pauses = Pauses()
    error = refused(ProviderUnavailable, call, peer, pause=pauses)
    assert "down for repairs" in error.message
    assert error.status == 503
    assert len(peer.asked) == tries
    assert sum(pauses.asked) < 150


@pytest.mark.parametrize(
    "answer",
    [
        *(says(status, {"message": "oh no"}) for status in (500, 502, 503, 504, 520, 408, 303)),
        hangs_up,
        resets,
        cut_off,
        nonsense,
        silence,
    ],
)
def test_a_paid_request_is_never_repeated_where_it_may_have_arrived(peer, answer):
    """After anything ambiguous a submit ends in OutcomeUnknown, having been sent once."""
    peer.on("/thing", answer, says(200, {"messageId": "second"}))
    error = refused(OutcomeUnknown, submit, peer, timing=QUICK)
    assert "may have taken" in error.message
    assert "not sent again" in error.hint
    assert len(peer.asked) == 1


def test_a_dripping_answer_is_given_up(peer):
    """An answer that never ends is given up when the time for the whole is over."""
    peer.on("/thing", drips)
    timing = Timing(call=0.3)
    assert "within 0.3 s" in refused(OutcomeUnknown, submit, peer, timing=timing).message


@pytest.mark.parametrize("call", [get, ask, submit])
def test_nobody_there_is_tried_again(call):
    """Where no connection came about nothing was sent, so even a paid request is tried again."""
    port = free_port()

    class Gone:
        url = f"http://127.0.0.1:{port}"

    started = []

    async def open_the_door(seconds):
        if not started:
            started.append(serving(port))
            started.append(started[0].__enter__())

    try:
        assert call(Gone, pause=open_the_door).body == {"ok": True}
        assert len(started[1].asked) == 1
    finally:
        started[0].__exit__(None, None, None)


def test_nobody_there_for_ever():
    """A host that cannot be reached is named, for a paid request too: nothing was sent."""

    class Gone:
        url = f"http://127.0.0.1:{free_port()}"

    pauses = Pauses()
    error = refused(ProviderUnavailable, submit, Gone, pause=pauses)
    assert "cannot be reached" in error.message
    assert len(pauses.asked) == QUICK_TRIES - 1


@pytest.mark.parametrize("call", [get, ask, submit])
def test_slowing_down_as_asked(peer, call):
    """A 429 is obeyed and tried again, even for a paid request: it was refused, not taken."""
    peer.on("/thing", says(429, {"message": "Too many"}, Retry_After="7"), says(200, {"messageId": "m"}))
    pauses = Pauses()
    assert call(peer, pause=pauses).body == {"messageId": "m"}
    assert pauses.long == [7.0]
    assert len(peer.asked) == 2


def test_slowing_down_unasked(peer):
    """A 429 that does not say how long is waited for longer each time, and in the end is an error."""
    peer.on("/thing", says(429, {"message": "Too many requests"}))
    pauses = Pauses()
    error = refused(RateLimited, submit, peer, pause=pauses)
    assert "Too many requests" in error.message
    assert pauses.long == [3, 6, 12, 24, 30]  # the last one is for the others of this key


def test_a_long_wait_is_not_obeyed(peer):
    """Who asks for an hour gets an error that says so, at once."""
    peer.on("/thing", says(429, {"message": "Too many"}, Retry_After="3600"))
    pauses = Pauses()
    error = refused(RateLimited, submit, peer, pause=pauses)
    assert "3600 s" in error.hint
    assert (len(peer.asked), pauses.asked) == (1, [])


def test_a_busy_server_may_say_how_long(peer):
    """Retry-After counts for 503 too."""
    peer.on("/thing", says(503, b"", Retry_After="11"), says(200, {}))
    pauses = Pauses()
    get(peer, pause=pauses)
    assert pauses.asked == [11.0]


def test_retry_after_in_all_its_forms():
    """Seconds, a date, a date that has passed, and nonsense."""
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    date = format_datetime(now + timedelta(seconds=90), usegmt=True)
    past = format_datetime(now - timedelta(seconds=90), usegmt=True)
    said = ["30", "1.5", date, past, "", "soon", "-5", "9" * 400, "١"]
    waits = [retry_after({"retry-after": text}, now) for text in said]
    assert waits[:4] == [30, 1.5, 90, 0]
    assert waits[4:7] == [None, None, None]
    assert waits[7] in (None, float("inf"))


def test_one_429_slows_all(peer):
    """While one is told to wait, the others of the same key wait as well instead of asking."""
    peer.on("/a", says(429, b"", Retry_After="5"), says(200, {}))

    async def both(api):
        first = asyncio.create_task(api.get("/a"))
        await asyncio.wait_for(waiting.wait(), 20)
        second = asyncio.create_task(api.get("/b"))
        await asyncio.sleep(0.1)
        before = len(peer.asked)
        let_go.set()
        await asyncio.gather(first, second)
        return before

    waiting, let_go = asyncio.Event(), asyncio.Event()

    async def pause(seconds):
        if seconds:
            waiting.set()
            await let_go.wait()

    assert with_api(peer.url, both, pause=pause) == 1
    assert len(peer.asked) == 3


def test_a_cancel_waits_for_the_answer_to_a_paid_request(peer):
    """Cancelled while it is under way, a submit still brings the reply with the id; the cancel comes right after."""

    def slow(handler):
        handler.server.reached.set()
        handler.server.done.wait(20)
        says(200, {"messageId": "m"})(handler)

    peer.on("/thing", slow)
    got = []

    async def story(api):
        got.append(await api.submit("/thing", BODY))
        await asyncio.sleep(60)

    async def cancelled(api):
        task = asyncio.create_task(story(api))
        await offload(peer.reached.wait, 20)
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
        peer.done.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    with_api(peer.url, cancelled)
    assert got[0].body == {"messageId": "m"}


def test_a_deadline_waits_for_the_answer_to_a_paid_request(peer):
    """A timeout around a submit is still a TimeoutError, after the answer came."""

    def slow(handler):
        handler.server.reached.set()
        handler.server.done.wait(0.3)
        says(200, {"messageId": "m"})(handler)

    peer.on("/thing", slow)
    got = []

    async def hurried(api):
        async with asyncio.timeout(None) as deadline:
            asyncio.create_task(once_reached(deadline))  # noqa: RUF006 - over before the answer
            got.append(await api.submit("/thing", BODY))
            await asyncio.sleep(60)

    async def once_reached(deadline):
        await offload(peer.reached.wait, 20)
        deadline.reschedule(0)

    async def story(api):
        with pytest.raises(TimeoutError):
            await hurried(api)
        await asyncio.sleep(0)

    with_api(peer.url, story)
    assert got[0].body == {"messageId": "m"}


def test_a_cancelled_question_stops(peer):
    """A GET is cancelled at once."""
    peer.on("/thing", silence)

    async def story(api):
        task = asyncio.create_task(api.get("/thing"))
        await offload(peer.reached.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with_api(peer.url, story)


def test_no_cookie_is_kept(peer):
    """What a server sets for one key is not sent with another."""
    peer.on("/thing", says(200, {}, Set_Cookie="session=mine; Path=/"))

    async def twice(api):
        await api.get("/thing")
        await api.get("/thing")

    with_api(peer.url, twice)
    assert [asked.headers["Cookie"] for asked in peer.asked] == [None, None]


@pytest.mark.parametrize(
    "path",
    [
        "thing",
        "//evil.example/x",
        "/a/../b",
        "/a//b",
        "/..",
        "/a?b",
        "/a#b",
        "/a b",
        "/a\n",
        "@evil.example/",
        "",
    ],
)
def test_a_path_stays_below_the_base_url(peer, path):
    """An id that would lead elsewhere is refused before anything is sent."""
    refused(InputError, get, peer, path)
    assert peer.asked == []


def test_the_same_api_is_the_same_object():
    """One client gives one object for one host, key and limits, so that what belongs to it is shared."""

    client = Client()
    assert client.api("https://a.example", None) is client.api("https://a.example", None)
    assert client.api("https://a.example", None) is not client.api("https://b.example", None)
