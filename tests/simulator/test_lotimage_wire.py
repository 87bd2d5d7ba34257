"""LotImage's wire format: the documented request and reply, and the guesses beyond."""

from __future__ import annotations

import pytest
from calling import JOB_SECONDS, encoded, masked, picture, tiles
from PIL import Image, ImageChops

V1 = "/midjourney/v1"
STRAY = "Key verification failed, please check whether the key is correct"
PHOTO = Image.linear_gradient("L").convert("RGB")


def inpaint(caller, **more):
    """The documented request on a picture that is there."""
    task = caller.sim.add_picture(PHOTO)
    body = {"prompt": "A little cat running on the grass", "taskId": task, "button": "Vary (Region)"}
    return caller.post(f"{V1}/inpaint", body | more)


def progress(caller, reply):
    """What progress says of the job when it is done."""
    caller.sim.clock.advance(JOB_SECONDS)
    return caller.get(f"{V1}/fetch-task-progress", taskId=reply.json()["taskId"]).json()


def test_the_documented_reply(caller):
    """200 in the body, a task id, and the stray errMessage that the documented sample has."""
    body = inpaint(caller).json()
    assert (body["status"], body["errMessage"]) == (200, STRAY)
    assert body["taskId"]


def test_without_a_mask_the_whole_picture_changes(caller):
    """Four candidates that differ from the parent everywhere."""
    told = progress(caller, inpaint(caller))
    assert told["progress"] == "100%"
    assert told["images"] == [told["imageUrl"]]
    for tile in tiles(picture(told["imageUrl"])):
        assert ImageChops.difference(tile, PHOTO).convert("L").point(bool).getbbox() == (0, 0, *PHOTO.size)


def test_a_mask_is_recorded_and_ignored(configured):
    """A mask field changes nothing unless it is switched on."""
    box = (10, 20, 60, 90)
    mask = encoded(masked(PHOTO.size, box))
    outcomes = []
    for reads in (False, True):
        caller = configured(lotimage_reads_mask=reads)
        tile = tiles(picture(progress(caller, inpaint(caller, mask=mask))["imageUrl"]))[0]
        outcomes.append(ImageChops.difference(tile, PHOTO).getbbox())
        assert caller.sim.calls[0].body["mask"] == mask
    assert outcomes == [(0, 0, *PHOTO.size), box]


def test_cutting_gives_four_pictures(caller):
    """`cutting` separates the four."""
    told = progress(caller, inpaint(caller, cutting=True))
    assert [picture(url).size for url in told["images"]] == [PHOTO.size] * 4


def test_progress_by_get_and_post(caller):
    """While it runs: status 200, the task id, and progress as text."""
    task = inpaint(caller).json()["taskId"]
    caller.sim.clock.advance(30)
    by_get = caller.get(f"{V1}/fetch-task-progress", taskId=task).json()
    assert by_get == {"status": 200, "taskId": task, "progress": "46%"}
    assert caller.post(f"{V1}/fetch-task-progress", {"taskId": task}).json() == by_get


def test_siblings(caller):
    """imagine and button make a first picture and its upscale, which can then be inpainted."""
    grid = caller.post(f"{V1}/imagine", {"prompt": "a fox"})
    assert "U2" in progress(caller, grid)["buttons"]
    upscale = caller.post(f"{V1}/button", {"taskId": grid.json()["taskId"], "button": "U2"})
    assert "Vary (Region)" in progress(caller, upscale)["buttons"]
    assert inpaint(caller, taskId=upscale.json()["taskId"]).json()["status"] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [({"prompt": ""}, 400), ({"taskId": None}, 400), ({"taskId": "unknown"}, 404), ({"button": "U1"}, 400)],
)
def test_refusals_come_as_200(caller, body, status):
    """HTTP says 200; the body says no, and why."""
    reply = inpaint(caller, **body)
    assert (reply.status_code, reply.json()["status"]) == (200, status)
    assert reply.json()["errMessage"]
    assert caller.sim.submits == 0


@pytest.mark.parametrize("real", [False, True])
def test_a_bad_key(configured, real):
    """401 in the body, in the documented words; in HTTP too where that is switched on."""
    caller = configured(lotimage_http_errors=real)
    caller.http.headers["Authorization"] = "Bearer sk-wrong"
    reply = inpaint(caller)
    assert reply.status_code == (401 if real else 200)
    assert reply.json() == {"status": 401, "errMessage": STRAY}


def test_a_job_that_fails(caller):
    """A status other than 200, and the text."""
    told = progress(caller, inpaint(caller, prompt="a cat !fail"))
    assert (told["status"], told["errMessage"][:16]) == (500, "[Internal error]")


@pytest.mark.parametrize("parts", [{"data": {}}, {"files": {}}])
def test_forms_are_refused_unless_switched_on(configured, parts):
    """A form or multipart body is 415, and read where switched on."""
    for forms, status in ((False, 415), (True, 200)):
        caller = configured(lotimage_forms=forms)
        fields = {"prompt": "a cat", "taskId": caller.sim.add_picture(PHOTO), "button": "Vary (Region)"}
        sent = {"data": fields} if "data" in parts else {"files": {k: (None, v) for k, v in fields.items()}}
        assert caller.http.post(f"{V1}/inpaint", **sent).json()["status"] == status


def test_without_the_stray_message(configured):
    """A reply without the stray message, where switched so."""
    assert "errMessage" not in inpaint(configured(lotimage_stray_message=False)).json()
