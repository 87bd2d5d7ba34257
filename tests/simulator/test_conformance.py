"""The suite for providers finds what is wrong, and nothing where all is well."""

from __future__ import annotations

import asyncio

import pytest
from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Finished,
    ImagineRequest,
    Progress,
    RemotePicture,
    Submitted,
)
from inpaint_nb.errors import JobFailed, ProviderUnavailable
from inpaint_nb.masks import Mask
from inpaint_nb.providers import provider
from inpaint_nb.simulator import Simulator, conformance
from inpaint_nb.simulator.conformance import Finding

PHOTO = Image.effect_noise((64, 48), 60).convert("RGB")
REQUEST = EditRequest(PHOTO, Mask.ellipse(PHOTO.size, (20, 10, 40, 30)), "a fox")


class Good:
    """A story as it should be."""

    name = "good"
    capabilities = Capabilities("for tests")

    async def run(self, request, http):
        yield Submitted("7")
        async for event in self.resume("7", request, http):
            yield event

    async def resume(self, remote_id, request, http):
        yield Progress("running", 0.5)
        await asyncio.sleep(0)
        yield Finished((request.image,), remote={"id": remote_id})


def telling(*events, **more):
    """A provider that tells these events and nothing else."""

    async def run(self, request, http):
        for event in events:
            yield event

    return type("Telling", (Good,), {"run": run, **more})()


def test_a_good_provider_passes():
    """No findings."""
    assert conformance.check(Good(), REQUEST) == []


def test_the_local_engine_passes():
    """Our own engine conforms."""
    assert conformance.check(provider("local"), REQUEST) == []


@pytest.mark.parametrize(("name", "options"), [("imaginepro", {"rate_limits": False}), ("lotimage", {})])
def test_our_hosted_providers_pass(name, options):
    """An edit of a picture that lives there, and at ImaginePro a first picture too, give no findings."""
    with Simulator("manual") as sim:
        hosted = provider(name, api_key=sim.key, base_url=sim.url, **options)
        remote = RemotePicture(name, sim.add_picture(PHOTO))
        requests = [EditRequest(PHOTO, REQUEST.mask, "a fox", remote=remote)]
        if hosted.capabilities.makes_pictures:
            requests.append(ImagineRequest("a fox"))
        assert [conformance.check(hosted, request, simulator=sim) for request in requests] == [[]] * len(
            requests
        )


DONE = Finished((PHOTO,))
BROKEN = {
    "no end": (telling(Progress("x", 0.1)), "ended in nothing"),
    "goes on": (telling(DONE, Progress("x", 0.1), DONE), "after Finished"),
    "two submissions": (telling(Submitted("1"), Submitted("2"), DONE), "comes 2 times"),
    "late": (telling(Progress("x", 0.1), Submitted("1"), DONE), "after progress"),
    "per cent": (telling(Progress("x", 45), DONE), "not 0 to 1"),
    "no number": (telling(Progress("x", float("nan")), DONE), "not 0 to 1"),
    "no event": (telling("half way", DONE), "no event"),
    "empty id": (telling(Submitted(""), DONE), "neither text"),
    "no picture": (telling(Finished(())), "0 pictures"),
    "bytes": (telling(Finished((b"PNG",))), "bytes is no picture"),
    "mode": (telling(Finished((PHOTO.convert("P"),))), "a mode is not"),
    "sizes": (telling(Finished((PHOTO, PHOTO.resize((9, 9))))), "differ in size"),
    "cost": (telling(Finished((PHOTO,), cost=-1)), "cost"),
    "remote": (telling(Finished((PHOTO,), remote={"x": object()})), "JSON"),
    "note": (telling(DONE, capabilities=Capabilities("x" * 99)), "99 characters"),
    "no data": (telling(DONE, capabilities={}), "not Capabilities"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_found(name):
    """Each breach of the contract is one finding that says what was seen."""
    made, words = BROKEN[name]
    found = conformance.check(made, REQUEST)
    assert any(words in one.message for one in found), found


def test_a_story_that_fails_is_found():
    """An error where none should be is a finding, ours or not."""

    class Fails(Good):
        async def run(self, request, http):
            yield Submitted("7")
            raise JobFailed("The simulated reason.")

    assert conformance.check(Fails(), REQUEST) == [
        Finding("story", "it ended in JobFailed: The simulated reason.")
    ]


def test_a_story_that_cannot_be_left_is_found():
    """A story that raises when it is closed is found."""

    class Clings(Good):
        async def run(self, request, http):
            try:
                yield Submitted("7")
                yield Progress("running", 0.5)
                yield Finished((request.image,))
            except GeneratorExit:
                raise OSError("left") from None

    assert any(one.check in ("leaving", "cancelling") for one in conformance.check(Clings(), REQUEST))


def test_submitting_again_on_resume_is_found(configured):
    """With a simulator, a resume that pays again is found."""
    caller = configured()

    class Pays(Good):
        async def resume(self, remote_id, request, http):
            caller.imagine()
            yield Finished((request.image,))

    found = conformance.check(Pays(), REQUEST, caller.sim)
    assert Finding("resuming", "submitted 1 times more") in found


class Hosted(Good):
    """A provider in ten lines, for the simulator: careless where `careless`."""

    def __init__(self, caller, careless=False):
        self.caller = caller
        self.careless = careless

    async def run(self, request, http):
        reply = self.caller.imagine()
        if reply.status_code >= 500 and self.careless:
            reply = self.caller.imagine()
        if reply.status_code != 200:
            raise ProviderUnavailable(reply.text if self.careless else "It said no.")
        asked = reply.json()["messageId"]
        yield Submitted(asked)
        while (told := self.caller.fetch(asked))["status"] not in ("DONE", "FAIL"):
            yield Progress("running", None)
        if told["status"] == "FAIL":
            raise JobFailed(told.get("error", "no text"))
        yield Finished((request.image,))


def test_trouble_is_judged(configured):
    """A story that meets trouble as the table says has no findings."""
    caller = configured()
    for name in ("slow", "fail", "stuck93", "fail-silent"):
        assert conformance.check_trouble(Hosted(caller), REQUEST, caller.sim, name) == [], name


def test_trouble_finds_carelessness(configured):
    """A paid request sent twice, a wrong error, words left out and a key shown are each found."""
    caller = configured()

    def checks(careless, name):
        found = conformance.check_trouble(Hosted(caller, careless), REQUEST, caller.sim, name)
        return {one.check for one in found}

    assert "submissions" in checks(True, "submit-500-after")
    assert "ending" in checks(False, "submit-500")
    assert "ending" in checks(False, "moderated")
    assert "ending" in checks(False, "submit-400")
    assert "secrets" in checks(True, "fail-leaky")


def test_which_troubles_apply():
    """Those of cancelling only where a provider can be asked to stop."""

    class Stops(Good):
        async def cancel(self, remote_id, http):
            """Stop."""

    names = conformance.troubles_for(Good())
    assert "slow" in names
    assert "poll-500-once" in names
    assert not any(name.startswith(("ask-", "cancel-")) for name in names)
    assert "cancel-500" in conformance.troubles_for(Stops())


def test_it_runs_inside_a_running_loop():
    """In a notebook, where a loop already runs, it works the same."""

    async def cell():
        return conformance.check(Good(), REQUEST)

    assert asyncio.run(cell()) == []


def test_cancelling_is_judged():
    """The troubles of cancelling are walked through the provider's own cancel."""
    with Simulator("manual") as sim:

        class Stops(Good):
            async def cancel(self, remote_id, http):
                raise ValueError("not typed")

        assert conformance.check_trouble(Stops(), REQUEST, sim, "cancel-500")[0].check == "ending"
