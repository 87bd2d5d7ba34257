"""Troubles in a job's life, by prompt word, header and call."""

from __future__ import annotations

import pytest
from calling import JOB_SECONDS, V1, content, picture

from inpaint_nb.simulator.jobs import FAILURES, FAKE_JWT, FAKE_KEY, SCRIPT
from inpaint_nb.simulator.trouble import JOB_TROUBLES, manual, words_in

PLAYED = {
    "slow", "queue", "stuck-queue", "stuck0", "stuck85", "stuck93", "gone", "no-picture", "progress-text",
    "progress-null", "unknown-status", "preview", "script", "swapped-reply", "history-misses", *FAILURES,
}  # fmt: skip
DRAWN = {"lying", "swapped", "unchanged", "other-size"}  # in test_pictures


def told(caller, name, *moments):
    """What progress says of a job with this trouble at each simulated moment."""
    asked = caller.imagine(f"a fox !{name}").json()["messageId"]
    seen, then = [], 0
    for moment in moments:
        caller.sim.clock.advance(moment - then)
        then = moment
        seen.append(caller.fetch(asked))
    return seen


def test_every_job_trouble_is_tested():
    """This file and that of the pictures name every row."""
    assert {row.name for row in JOB_TROUBLES} == PLAYED | DRAWN


def test_slow(caller):
    """Ten times as long."""
    seen = told(caller, "slow", JOB_SECONDS, 600, 604)
    assert [one["status"] for one in seen] == ["PROCESSING", "PROCESSING", "DONE"]


def test_queue(caller):
    """Half a minute in the queue, with a place that comes nearer."""
    seen = told(caller, "queue", 1, 15, 25, 31)
    assert [one.get("queuePosition") for one in seen] == [3, 2, 1, None]
    assert [one["status"] for one in seen] == ["QUEUED"] * 3 + ["PROCESSING"]


@pytest.mark.parametrize(
    ("name", "status", "progress"),
    [
        ("stuck-queue", "QUEUED", 0),
        ("stuck0", "PROCESSING", 0),
        ("stuck85", "PROCESSING", 85),
        ("stuck93", "PROCESSING", 93),
    ],
)
def test_stuck(caller, name, status, progress):
    """It never gets further, and can be cancelled."""
    (seen,) = told(caller, name, 36_000)
    assert (seen["status"], seen["progress"]) == (status, progress)
    caller.press(seen["messageId"], "Cancel Job")
    assert caller.fetch(seen["messageId"])["status"] == "FAIL"


@pytest.mark.parametrize("name", FAILURES)
def test_failures(caller, name):
    """FAIL, in the words of the table, or in none."""
    (seen,) = told(caller, name, JOB_SECONDS)
    assert seen["status"] == "FAIL"
    assert seen.get("error") == FAILURES[name][1]
    assert not seen.keys() & {"uri", "buttons"}


def test_failures_hold_what_must_not_be_shown():
    """Keys and scripts are in the texts that clients must scrub and escape."""
    assert SCRIPT in FAILURES["fail-script"][1]
    assert FAKE_KEY in FAILURES["fail-leaky"][1]
    assert FAKE_JWT in FAILURES["fail-leaky"][1]


def test_denied_late(caller):
    """The picture is denied at 93 %."""
    seen = told(caller, "denied", 58, JOB_SECONDS)
    assert [(one["status"], one["progress"]) for one in seen] == [("PROCESSING", 93), ("FAIL", 93)]


def test_gone(caller):
    """Half way it is 404."""
    asked = caller.imagine("!gone").json()["messageId"]
    assert caller.fetch(asked)["status"] == "QUEUED"
    caller.sim.clock.advance(40)
    assert caller.get(f"{V1}/message/fetch/{asked}").status_code == 404


def test_done_without_a_picture(caller):
    """DONE and 100, and no URL."""
    (seen,) = told(caller, "no-picture", JOB_SECONDS)
    assert (seen["status"], seen["progress"]) == ("DONE", 100)
    assert not seen.keys() & {"uri", "originalUrl", "images"}


def test_odd_progress_and_status(caller):
    """Progress as "46%" or null, and a status word nobody knows, until it is done."""
    assert told(caller, "progress-text", 30)[0]["progress"] == "46%"
    assert told(caller, "progress-null", 30)[0]["progress"] is None
    assert [one["status"] for one in told(caller, "unknown-status", 30, JOB_SECONDS)] == [
        "WARMING_UP",
        "DONE",
    ]


def test_preview(caller):
    """While it runs, uri holds an unfinished picture of the same size."""
    running, done = told(caller, "preview", 30, JOB_SECONDS)
    assert running["status"] == "PROCESSING"
    unfinished, finished = picture(running["uri"]), picture(done["uri"])
    assert unfinished.size == finished.size
    assert unfinished.tobytes() != finished.tobytes()


def test_script(caller):
    """<script> in the echoed prompt and among the buttons."""
    (seen,) = told(caller, "script", JOB_SECONDS)
    assert SCRIPT in seen["prompt"]
    assert SCRIPT in seen["buttons"]


def test_swapped_reply(caller):
    """The reply is another job's, with that one's id and ref."""
    other = caller.imagine("other", ref="theirs").json()["messageId"]
    (seen,) = told(caller, "swapped-reply", 1)
    assert (seen["messageId"], seen["ref"]) == (other, "theirs")


def test_history_misses(caller):
    """The job is there, and not in the history."""
    (seen,) = told(caller, "history-misses", JOB_SECONDS)
    assert seen["status"] == "DONE"
    assert caller.get(f"{V1}/nova/images").json()["images"] == []


def test_faults_on_the_picture_by_prompt_word(caller):
    """A word in the prompt reaches the picture's host."""
    (seen,) = told(caller, "picture-403", JOB_SECONDS)
    assert content(seen["uri"]).status_code == 403


def test_words_count_for_their_own_request_only(caller):
    """A follow-up of a slow job is not slow."""
    grid = caller.imagine("a fox !slow")
    caller.sim.clock.advance(700)
    upscale = caller.done(caller.press(grid.json()["messageId"], "U1"))
    assert (upscale["prompt"], upscale["status"]) == ("a fox !slow", "DONE")


def test_by_call_and_by_header(caller):
    """A call shapes the next job, a header that request's."""
    caller.sim.trouble("stuck0")
    first = caller.imagine().json()["messageId"]
    second = caller.imagine().json()["messageId"]
    third = caller.post(f"{V1}/nova/imagine", {"prompt": "x"}, **{"X-Simulate": "stuck0"}).json()["messageId"]
    caller.sim.clock.advance(JOB_SECONDS)
    assert [caller.fetch(one)["status"] for one in (first, second, third)] == [
        "PROCESSING",
        "DONE",
        "PROCESSING",
    ]


def test_at_lotimage(caller):
    """LotImage shows the same troubles in its own fields."""
    body = {"prompt": "a fox !queue !progress-null"}
    task = caller.post("/midjourney/v1/imagine", body).json()["taskId"]
    path = "/midjourney/v1/fetch-task-progress"
    assert caller.get(path, taskId=task).json() == {
        "status": 200, "taskId": task, "progress": None, "queuePosition": 3,
    }  # fmt: skip
    task = caller.post("/midjourney/v1/imagine", {"prompt": "!fail-silent"}).json()["taskId"]
    caller.sim.clock.advance(JOB_SECONDS)
    assert caller.get(path, taskId=task).json() == {"status": 500, "taskId": task, "progress": "46%"}


def test_words():
    """Only known names after an exclamation mark that begins a word."""
    assert words_in("wow! !slow, a!fail !poll-500-once !nothing !stuck93") == {
        "slow",
        "poll-500-once",
        "stuck93",
    }
    assert words_in(None) == frozenset()


def test_the_manual_names_everything():
    """The help lists each job trouble."""
    assert all(row.name in manual() for row in JOB_TROUBLES)
