"""Every hosted provider × every trouble of the simulator, through the real client and the real engine.

Each job ends within its deadline in a result or in exactly one typed error, in the provider's words; nothing is sent
twice that could be paid twice; and the key goes to the API alone.
"""

import re

import pytest
from hosted import MASK, PHOTO, engine, imaginepro, lotimage, simulated

from inpaint_nb import errors
from inpaint_nb.edit import RemotePicture, Submitted
from inpaint_nb.errors import InpaintError, JobCancelled, OutcomeUnknown
from inpaint_nb.http import Timing
from inpaint_nb.jobs import submit
from inpaint_nb.simulator import TROUBLES

PROVIDERS = {"imaginepro": imaginepro, "lotimage": lotimage}
UNASKED = {"lotimage": ("ask", "cancel")}  # it has no such questions
ENDLESS = ("running",)  # only our own deadline ends the wait
DEADLINE_SECONDS, SHORT_DEADLINE_SECONDS = 30.0, 1.0
PATIENT, IMPATIENT = (
    Timing(read=2, submit_read=2, download=4),
    Timing(read=0.1, submit_read=0.1, download=0.2),
)

KEY_LIKE = re.compile(r"sk-\w{6}|eyJ\w+\.")

TABLE = [
    pytest.param(name, trouble, id=f"{name}-{trouble.name}")
    for name in PROVIDERS
    for trouble in TROUBLES.values()
    if trouble.place not in UNASKED.get(name, ())
]


def fits(error, end):
    """Whether the outcome is the end of that name."""
    match end:
        case "Finished":
            return error is None
        case "running":
            return isinstance(error, OutcomeUnknown) and "no end came" in error.message
    return isinstance(error, getattr(errors, end))


@pytest.fixture(scope="module")
def sim():
    """One simulator for all rows: each looks only at what came after it began."""
    with simulated(credits=10**6) as running:
        running.add_picture(PHOTO)  # another job, for replies that get mixed up
        yield running


@pytest.mark.parametrize(("name", "trouble"), TABLE)
def test_every_trouble_ends_in_a_result_or_one_error_and_is_paid_for_once(sim, name, trouble):
    """Within its deadline, in the provider's words, with one submission, and with the key at the API alone."""
    made, remote = PROVIDERS[name](sim), RemotePicture(name, sim.add_picture(PHOTO))
    asked, submitted = len(sim.calls), sim.submits
    deadline = SHORT_DEADLINE_SECONDS if trouble.ends == ENDLESS else DEADLINE_SECONDS
    timing = IMPATIENT if "silence" in trouble.name else PATIENT
    with engine(sim, deadline_seconds=deadline, timing=timing) as running:
        sim.trouble(trouble.name, None)
        job = submit(PHOTO, MASK, "a fox", provider=made, remote=remote, engine=running)
        if trouble.place == "cancel":
            job.on_event(lambda event: job.cancel() if isinstance(event, Submitted) else None)
        error = job.exception(DEADLINE_SECONDS)
        sim.calm()

    check_end(trouble, error)
    told = f"{error} {job.notices} {job.events}"
    assert sim.key not in told
    assert not KEY_LIKE.search(told)
    assert "\x1b" not in told
    check_calls(sim.calls[asked:])
    assert sim.submits - submitted <= 1
    if error is None:
        assert [image.size for image in job.result().images] == [PHOTO.size] * 4
        assert {report.changed_outside for report in job.result().reports} == {0}


def check_end(trouble, error):
    """The end is one of those that the trouble may have, and an error repeats what the server said."""
    if trouble.place == "cancel":
        assert isinstance(error, JobCancelled)
        return
    assert error is None or isinstance(error, InpaintError)
    assert any(fits(error, end) for end in trouble.ends), (error, trouble.ends)
    if error is not None and not fits(error, "running"):
        assert trouble.words.lower() in str(error).lower()


def check_calls(calls):
    """One submission, or some that were refused before it; and no key for anybody but the API."""
    posts = [call for call in calls if call.path.endswith(("/button", "/inpaint"))]
    sent = [call for call in posts if call.body.get("button") != "Cancel Job"]
    assert len(sent) == 1 or all(call.status == 429 for call in sent[:-1])
    assert {call.key for call in calls if call.origin != "api"} <= {"none"}
