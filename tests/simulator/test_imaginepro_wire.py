"""ImaginePro's wire format: every documented request and reply."""

from __future__ import annotations

import re

import pytest
from calling import JOB_SECONDS, REGION, V1, content, encoded, masked, picture

GRID_BUTTONS = [
    "U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4", "Zoom Out 2x", "Zoom Out 1.5x", "Vary (Strong)",
    "Vary (Subtle)",
]  # fmt: skip
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def refused(reply, status, message):
    """Whether the reply says no in that framework's words."""
    body = reply.json()
    assert reply.status_code == status
    assert body["statusCode"] == status
    assert body["error"]
    assert message in str(body["message"])
    return body


def test_a_submission_is_answered_as_documented(caller):
    """The reply to imagine has success, a UUID and a time, and nothing else."""
    body = caller.imagine().json()
    assert list(body) == ["success", "messageId", "createdAt"]
    assert body["success"] is True
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["messageId"])
    assert re.fullmatch(STAMP, body["createdAt"])


def test_a_running_job_lacks_what_only_a_finished_one_has(caller):
    """While it waits and runs there are no uri, originalUrl, buttons, images or error."""
    asked = caller.imagine().json()["messageId"]
    seen = []
    for _ in range(10):
        told = caller.fetch(asked)
        assert not told.keys() & {"uri", "originalUrl", "buttons", "images", "error"}
        seen.append((told["status"], told["progress"]))
        caller.sim.clock.advance(6)
    assert seen[0] == ("QUEUED", 0)
    assert {status for status, _ in seen[1:]} == {"PROCESSING"}
    assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)
    assert {progress for _, progress in seen} <= {0, 15, 31, 46, 62, 78, 93}


def test_a_finished_job_reads_as_documented(caller):
    """DONE, 100, two URLs on the pictures' own host, the grid's buttons, and our ref."""
    told = caller.done(caller.imagine(ref="mine"))
    assert (told["status"], told["progress"], told["ref"]) == ("DONE", 100, "mine")
    assert told["buttons"] == GRID_BUTTONS
    assert told["uri"].startswith(caller.sim.pictures_url)
    assert told["originalUrl"].startswith(caller.sim.pictures_url)
    assert caller.sim.pictures_url != caller.sim.url


def test_both_generations_share_their_ids(caller):
    """A job made on the older path is read on the current one, and the other way round."""
    old = caller.post(f"{V1}/midjourney/imagine", {"prompt": "a fox"}).json()["messageId"]
    new = caller.imagine().json()["messageId"]
    assert caller.fetch(old)["messageId"] == old
    assert caller.get(f"{V1}/midjourney/message/{new}").json()["messageId"] == new
    assert [line["id"] for line in caller.get(f"{V1}/midjourney/images").json()["images"]] == [new, old]


def test_the_whole_chain(caller):
    """Imagine, U2, Vary (Region) and U1: four jobs, four ids, each the parent of the next."""
    grid = caller.done(caller.imagine())
    upscale = caller.done(caller.press(grid["messageId"], "U2"))
    region = caller.region(parent=upscale)
    final = caller.done(caller.press(region["messageId"], "U1"))
    assert REGION not in grid["buttons"]
    assert REGION in upscale["buttons"]
    assert region["buttons"] == GRID_BUTTONS
    assert upscale["originatingMessageId"] == grid["messageId"]
    assert final["originatingMessageId"] == region["messageId"]
    assert (caller.sim.submits, caller.sim.account.credits) == (4, 1000 - 10 - 5 - 5 - 5)


def test_the_seeds_own_request(caller):
    """The exact request that the project started from, on its path."""
    parent = caller.upscale()
    body = {
        "messageId": parent["messageId"],
        "mask": encoded(masked((256, 256), (9, 9, 90, 90))),
        "prompt": "A little cat running on the grass",
        "button": REGION,
    }
    told = caller.done(caller.post(f"{V1}/midjourney/button", body))
    assert (told["status"], told["prompt"]) == ("DONE", body["prompt"])


@pytest.mark.parametrize("button", ["🔄", "V3", "Zoom Out 1.5x", "Vary (Strong)"])
def test_every_button_of_a_grid_makes_a_grid(caller, button):
    """What a grid offers beside U1 to U4 leads to another grid."""
    grid = caller.done(caller.imagine())
    told = caller.done(caller.press(grid["messageId"], button))
    assert told["buttons"] == GRID_BUTTONS
    assert picture(told["uri"]).tobytes() != picture(grid["uri"]).tobytes()


@pytest.mark.parametrize(
    ("button", "size"),
    [("⬅️", (768, 512)), ("⬇️", (512, 768)), ("Upscale (Subtle)", (512, 512)), ("Vary (Subtle)", (512, 512))],
)
def test_buttons_of_an_upscale(caller, button, size):
    """Arrows make the grid larger on one side, an upscale the picture."""
    told = caller.done(caller.press(caller.upscale()["messageId"], button))
    assert picture(told["uri"]).size == size


def test_buttons_follow_the_model_version_and_shape(caller):
    """Version 4 has no Vary (Region), version 5 the old upscales, and what is not square can be made so."""
    assert REGION not in caller.upscale("a fox --v 4")["buttons"]
    assert "Upscale (2x)" in caller.upscale("a fox --v 5.2")["buttons"]
    wide = caller.upscale("a fox --ar 3:2")
    assert "Make Square" in wide["buttons"]
    width, height = picture(wide["uri"]).size
    assert width / height == pytest.approx(1.5, rel=0.02)


def test_wrong_key_and_no_key(caller):
    """A wrong and a missing key get 401 in the same words."""
    wrong = caller.post(f"{V1}/nova/imagine", {"prompt": "x"}, Authorization="Bearer sk-other")
    del caller.http.headers["Authorization"]
    assert refused(wrong, 401, "API key") == refused(caller.imagine(), 401, "API key")
    assert [call.key for call in caller.sim.calls] == ["wrong", "none"]


def test_credits_run_out(configured):
    """When credits are spent, a submission gets 401 that speaks of credits, and makes nothing."""
    caller = configured(credits=25)
    grid = caller.done(caller.imagine())
    caller.imagine("cheaper --relax")
    assert caller.press(grid["messageId"], "V1").status_code == 200
    assert caller.press(grid["messageId"], "V2").status_code == 200
    refused(caller.press(grid["messageId"], "V3"), 401, "Insufficient credits")
    assert (caller.sim.submits, caller.sim.account.credits) == (4, 0)


def test_account_info(caller):
    """The six documented fields, and credits that count down."""
    caller.imagine()
    told = caller.get(f"{V1}/subscription/account-info").json()
    assert list(told) == ["type", "creditsQuota", "credits", "creditsExtra", "expiredAt", "email"]
    assert (told["creditsQuota"], told["credits"]) == (1000, 990)


def test_history(configured):
    """Newest first, in pages, of the last 24 hours, without ref; finished ones only where switched so."""
    caller = configured(history="finished")
    grid = caller.done(caller.imagine("one", ref="r"))
    caller.done(caller.press(grid["messageId"], "U3"))
    caller.imagine("running")
    lines = caller.get(f"{V1}/nova/images").json()["images"]
    assert [(line["type"], line["button"]) for line in lines] == [("button", "U3"), ("imagine", "")]
    assert set(lines[0]) == {"id", "type", "button", "prompt", "uri", "createdAt"}
    assert caller.get(f"{V1}/nova/images", page=2, size=1).json()["images"] == lines[1:]
    caller.sim.clock.advance(24 * 3600 - 10)
    assert [line["prompt"] for line in caller.get(f"{V1}/nova/images").json()["images"]] == ["running"]


def test_history_lists_running_jobs_without_a_picture(caller):
    """By default a running job is listed too."""
    caller.imagine()
    assert "uri" not in caller.get(f"{V1}/nova/images").json()["images"][0]


def test_prompt_check(caller):
    """SUCCESS, or FAIL with a message for a prompt that would be moderated; free."""
    path = f"{V1}/nova/prompt-check"
    assert caller.post(path, {"prompt": "a fox"}).json() == {"status": "SUCCESS"}
    assert caller.post(path, {"prompt": "a !moderated fox"}).json()["status"] == "FAIL"
    assert (caller.sim.submits, caller.sim.account.spent) == (0, 0)


def test_cancel(caller):
    """Cancel Job on a running job: no messageId, then FAIL; free, and no job of its own."""
    asked = caller.imagine().json()["messageId"]
    reply = caller.press(asked, "Cancel Job")
    assert list(reply.json()) == ["success", "createdAt"]
    told = caller.fetch(asked)
    assert (told["status"], told["error"]) == ("FAIL", "Job cancelled")
    refused(caller.press(asked, "Cancel Job"), 400, "finished")
    assert (caller.sim.submits, caller.sim.account.spent) == (1, 10)


def test_unknown_ids_get_404(caller):
    """An id that is not there, and one of another account, are the same 404."""
    other = caller.sim.add_account("sk-other")
    reply = caller.post(f"{V1}/nova/imagine", {"prompt": "x"}, Authorization=f"Bearer {other.key}")
    for asked in ("nothing", reply.json()["messageId"]):
        refused(caller.get(f"{V1}/message/fetch/{asked}"), 404, "not found")
        refused(caller.press(asked, "U1"), 404, "not found")


def test_what_a_button_is_refused_for(caller):
    """Parent unfinished, label not offered, Vary (Region) on a grid or without a mask, a mask elsewhere: 400."""
    running = caller.imagine().json()["messageId"]
    refused(caller.press(running, "U1"), 400, "still running")
    caller.sim.clock.advance(JOB_SECONDS)
    mask = encoded(masked((256, 256), (0, 0, 9, 9)))
    refused(caller.press(running, REGION, mask=mask), 400, "not available")
    refused(caller.press(running, "Upscale (2x)"), 400, "not available")
    refused(caller.press(running, "U1", mask=mask), 400, "only for")
    upscale = caller.upscale()["messageId"]
    assert isinstance(refused(caller.press(upscale, REGION), 400, "mask")["message"], list)
    assert caller.sim.submits == 3


def test_what_a_body_is_refused_for(caller):
    """No prompt, a prompt that is no text, no JSON, a time-out out of range: 400, and nothing is charged."""
    path = f"{V1}/nova/imagine"
    refused(caller.post(path, {}), 400, "Prompt is required.")
    refused(caller.post(path, {"prompt": 3}), 400, "string")
    refused(caller.http.post(path, data={"prompt": "x"}), 400, "application/json")
    headers = {"Content-Type": "application/json"}
    refused(caller.http.post(path, content=b"[]", headers=headers), 400, "JSON")
    for timeout in (9, 901, "60", True):
        refused(caller.imagine(timeout=timeout), 400, "from 10 to 900")
    refused(caller.http.post(path, content=b" " * (17 << 20), headers=headers), 413, "too large")
    assert (caller.sim.submits, caller.sim.account.spent) == (0, 0)


def test_the_servers_own_time_out(caller):
    """A job that needs longer than `timeout` fails when that is over."""
    reply = caller.imagine(timeout=10)
    caller.sim.clock.advance(13.5)
    told = caller.fetch(reply.json()["messageId"])
    assert (told["status"], told["error"]) == ("FAIL", "Job Timeout")


def test_the_same_post_twice_is_paid_twice(caller):
    """There is no idempotency key: two jobs, two ids, two charges."""
    ids = {caller.imagine(ref="same").json()["messageId"] for _ in range(2)}
    assert (len(ids), caller.sim.account.spent) == (2, 20)


def test_the_flavour_of_2026(configured):
    """201, SUBMITTED, `images` and `uri`, no buttons, times with an offset."""
    caller = configured(flavour="2026")
    reply = caller.imagine()
    assert reply.status_code == 201
    assert reply.json()["createdAt"].endswith("+00:00")
    assert caller.fetch(reply.json()["messageId"])["status"] == "SUBMITTED"
    told = caller.done(reply)
    assert told["images"] == [told["uri"]]
    assert not told.keys() & {"buttons", "originalUrl", "ref"}


def test_the_flavour_with_four_tiles(configured):
    """`images` may hold the four tiles, each a picture of its own."""
    caller = configured(flavour="2026-tiles")
    told = caller.done(caller.imagine())
    assert [picture(url).size for url in told["images"]] == [(128, 128)] * 4
    assert len(caller.done(caller.press(told["messageId"], "U1"))["images"]) == 1


def test_the_flavour_with_texts(configured):
    """Progress as text, and the other name for the parent's id."""
    told = configured(flavour="text").upscale()
    assert told["progress"] == "100"
    assert told["originalMessageId"]


def test_the_original_expires(caller):
    """After 24 hours originalUrl answers 403, and uri goes on."""
    told = caller.done(caller.imagine())
    assert content(told["originalUrl"]).status_code == 200
    caller.sim.clock.advance(24 * 3600)
    assert content(told["originalUrl"]).status_code == 403
    assert content(told["uri"]).status_code == 200


def test_jobs_are_held_back(configured):
    """With one at once, the second job waits for the first."""
    caller = configured(at_once=1)
    asked = [caller.imagine().json()["messageId"] for _ in range(2)]
    caller.sim.clock.advance(JOB_SECONDS)
    assert [caller.fetch(one)["status"] for one in asked] == ["DONE", "QUEUED"]
    caller.sim.clock.advance(JOB_SECONDS)
    assert caller.fetch(asked[1])["status"] == "DONE"


def test_rate_limits_when_switched_on(configured):
    """One general request in three seconds and ten questions a second, then 429 with Retry-After."""
    caller = configured(rate_limits=True)
    asked = caller.imagine().json()["messageId"]
    reply = caller.imagine()
    refused(reply, 429, "Too many requests")
    assert reply.headers["retry-after"] == "3"
    replies = [caller.get(f"{V1}/message/fetch/{asked}").status_code for _ in range(12)]
    assert replies == [200] * 10 + [429] * 2
    caller.sim.clock.advance(3)
    assert caller.imagine().status_code == 200
    assert caller.sim.submits == 2


def test_requests_are_counted_when_limits_are_off(caller):
    """Calls carry their times, so that a test can say how fast a client asked."""
    asked = caller.imagine().json()["messageId"]
    for _ in range(3):
        caller.fetch(asked)
    caller.sim.clock.advance(10)
    caller.fetch(asked)
    assert caller.sim.busiest(f"{V1}/message", 5.0) == 3
    assert caller.sim.busiest("/", 5.0) == 4


def test_other_paths_are_recorded(caller):
    """A path or method that is not there is 404 in the same shape, and recorded."""
    refused(caller.post(f"{V1}/midjourney/inpaint", {}), 404, "Cannot POST")
    refused(caller.get(f"{V1}/nova/imagine"), 404, "Cannot GET")
    assert [call.status for call in caller.sim.calls] == [404, 404]
