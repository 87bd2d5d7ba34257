"""LotImage against the simulator: the documented request, the guessed rest, and the mask that is not sent."""

import pytest
from hosted import MASK, PHOTO, api_calls, edit, engine, lotimage, simulated, tell

from inpaint_nb.edit import (
    EditRequest,
    FetchRequest,
    Finished,
    ImagineRequest,
    Notice,
    Queued,
    Result,
    Submitted,
)
from inpaint_nb.errors import (
    AuthError,
    InputError,
    JobFailed,
    OutcomeUnknown,
    ProviderError,
    QuotaError,
    SettingsError,
)
from inpaint_nb.jobs import submit
from inpaint_nb.providers import check_request, registry
from inpaint_nb.providers.lotimage import LotImageProvider

NAME = "lotimage"


@pytest.fixture
def sim():
    """A simulator whose time stands still but for our pauses."""
    with simulated() as running:
        yield running


def run(sim, request, **options):
    """Every event of the request's story."""
    made = lotimage(sim, **options)
    return tell(sim, lambda http: made.run(request, http))


def sent(sim):
    """The one body that asked for an edit."""
    (call,) = api_calls(sim, "/inpaint")
    return call.body


# -- what is sent


def test_an_edit_sends_the_documented_json_and_no_mask(sim):
    """The seed's request: prompt, taskId, and the button as text."""
    request = edit(sim, NAME, "A little cat running on the grass")
    run(sim, request)
    assert sent(sim) == {
        "prompt": "A little cat running on the grass",
        "taskId": request.remote.remote_id,
        "button": "Vary (Region)",
    }


def test_it_says_that_the_mask_does_not_reach_the_server(sim):
    """In the note that is shown wherever it is named, and once more with each edit."""
    assert "no mask" in LotImageProvider.capabilities.note
    first = run(sim, edit(sim, NAME))[0]
    assert isinstance(first, Notice)
    assert "no mask" in first.text


def test_cutting_is_sent_only_when_it_is_asked_for(sim):
    """Then four pictures come; without it the one that comes is cut up here."""
    with_cutting = run(sim, edit(sim, NAME, params={"cutting": True}))[-1]
    without = run(sim, edit(sim, NAME, params={"cutting": False}))[-1]
    assert ["cutting" in call.body for call in api_calls(sim, "/inpaint")] == [True, False]
    for finished in (with_cutting, without):
        assert ([image.size for image in finished.images], finished.grid) == ([PHOTO.size] * 4, True)


def test_a_mask_field_sends_the_mask_and_warns_that_nobody_documents_it(sim):
    """In ImaginePro's form: base64 without a prefix."""
    first = run(sim, edit(sim, NAME), mask_field="mask")[0]
    assert "documents no mask" in first.text
    assert not sent(sim)["mask"].startswith("data:")


def test_a_mask_that_is_understood_confines_the_change():
    """Where a server reads it, the raw pictures are the parent's outside the mask."""
    with simulated(lotimage_reads_mask=True) as sim:
        request = edit(sim, NAME)
        finished = run(sim, request, mask_field="mask")[-1]
        assert Result.compose(request, finished, NAME).report.raw_changed_outside == 0


@pytest.mark.parametrize("field", ["prompt", "taskId", "button", "cutting", 7])
def test_a_mask_field_is_no_documented_field(sim, field):
    """It would overwrite what the request needs."""
    with pytest.raises(InputError, match="mask_field"):
        lotimage(sim, mask_field=field)


# -- what can be edited


def test_without_a_task_of_its_own_nothing_is_sent(sim):
    """`taskId` is called optional there, though nothing could be changed without it."""
    made = lotimage(sim)
    with pytest.raises(InputError, match="made itself") as caught:
        check_request(EditRequest(PHOTO, MASK, "a fox"), made)
    assert "taskId=" in caught.value.hint
    with pytest.raises(InputError, match="which of its pictures"):
        run(sim, EditRequest(PHOTO, MASK, "a fox"))
    with pytest.raises(InputError, match="nothing but edits"):
        run(sim, ImagineRequest("a fox"))
    assert not sim.calls


def test_a_copy_of_its_picture_can_be_edited_with_the_task_id(sim):
    """For people who have the file and the id, as the fetching of pictures is a guess."""
    request = EditRequest(PHOTO, MASK, "a fox", params={"taskId": sim.add_picture(PHOTO)})
    check_request(request, lotimage(sim))
    assert len(run(sim, request)[-1].images) == 4


def test_a_prompt_is_needed(sim):
    """It is the one field that is documented as required."""
    with pytest.raises(InputError, match="needs a prompt"):
        check_request(edit(sim, NAME, ""), lotimage(sim))


def test_outside_the_mask_nothing_changes_although_the_whole_picture_is_made_anew(sim):
    """Our compositing keeps the outside, and the report tells what the provider had done there."""
    request = edit(sim, NAME)
    for report in Result.compose(request, run(sim, request)[-1], NAME).reports:
        assert report.changed_outside == 0
        assert report.changed_inside > 0
        assert report.raw_changed_outside > 0


def test_a_task_that_ran_there_can_be_fetched(sim):
    """At the guessed address; nothing is submitted."""
    events = run(sim, FetchRequest(sim.add_picture(PHOTO)))
    assert isinstance(events[0], Submitted)
    assert [image.size for image in events[-1].images] == [PHOTO.size]
    assert sim.submits == 0


# -- answers


@pytest.mark.parametrize("stray", [True, False])
def test_only_the_status_says_whether_a_job_was_taken(stray):
    """The documented sample of a success carries an error text."""
    with simulated(lotimage_stray_message=stray) as sim:
        assert isinstance(run(sim, edit(sim, NAME))[-1], Finished)


@pytest.mark.parametrize("real", [True, False])
def test_a_wrong_key_is_told_whichever_way_it_is_said(real):
    """By HTTP, or by a status in the body of a 200."""
    with simulated(lotimage_http_errors=real) as sim:
        request, wrong = edit(sim, NAME), LotImageProvider("sk-another-one", sim.url)
        with pytest.raises(AuthError, match="Key verification failed"):
            tell(sim, lambda http: wrong.run(request, http))


def test_an_empty_account_is_told_as_such(sim):
    """By its words."""
    sim.account.credits = 0
    with pytest.raises(QuotaError, match="Insufficient credits"):
        run(sim, edit(sim, NAME))


def test_a_declined_job_and_one_without_an_id_are_different_things(sim):
    """The first was refused, the second may be running."""
    with pytest.raises(ProviderError, match="queue is full") as caught:
        run(sim, edit(sim, NAME, "a fox !submit-declined"))
    assert caught.value.status == 500
    with pytest.raises(OutcomeUnknown, match="no id"):
        run(sim, edit(sim, NAME, "a fox !submit-no-id"))


def test_a_job_that_stays_at_a_hundred_per_cent_is_over(sim):
    """No word for the end is documented, so a full job without a picture is not asked about for ever."""
    with pytest.raises(JobFailed, match="gave no image"):
        run(sim, edit(sim, NAME, "a fox !no-picture"))


def test_a_place_in_the_queue_is_told_where_there_is_one(sim):
    """A guessed field, and harmless where it is absent."""
    events = run(sim, edit(sim, NAME, "a fox !queue"))
    assert any(isinstance(event, Queued) and event.position for event in events)


# -- the profile


def test_a_wrong_guess_ends_in_an_error_that_the_profile_can_correct(sim):
    """The request is paid for then, so its id is in the hint."""
    request = edit(sim, NAME)
    with pytest.raises(ProviderError) as caught:
        run(sim, request, profile={"progress": {"path": "/midjourney/v1/nowhere"}})
    assert sim.jobs[-1].id in caught.value.hint
    assert run(sim, FetchRequest(sim.jobs[-1].id))[-1].images


@pytest.mark.parametrize(
    "progress", [{"method": "GET"}, {"method": "POST"}, {"method": "POST", "id_in": "json"}]
)
def test_progress_can_be_asked_for_in_other_ways(sim, progress):
    """By GET or POST, with the id in the query or the body."""
    run(sim, edit(sim, NAME), profile={"progress": progress})
    calls = api_calls(sim, "/fetch-task-progress")
    assert {call.method for call in calls} == {progress["method"]}


def test_another_name_for_the_picture_can_be_given(sim):
    """Whatever the real documents say."""
    finished = run(sim, edit(sim, NAME), profile={"reply": {"images": ["pictures"], "image": "imageUrl"}})[-1]
    assert len(finished.images) == 4


def test_its_options_are_plain_values_without_the_key(sim):
    """With them another kernel gets the same provider, its corrected profile included."""
    made = lotimage(sim, profile={"progress": {"method": "POST"}}, mask_field="mask")
    assert sim.key not in repr(made.options)
    again = registry.configured(NAME, {**made.options, "api_key": sim.key})
    assert (again.profile, again.mask_field) == (made.profile, "mask")


def test_a_missing_key_names_the_variable(monkeypatch):
    """And where else a key is looked for."""
    monkeypatch.delenv("LOTIMAGE_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="LOTIMAGE_API_KEY"):
        LotImageProvider()


# -- through the engine


def test_cancelling_says_that_the_job_may_go_on_there(sim):
    """No way to stop one is documented."""
    request = edit(sim, NAME, "a fox !stuck85")
    with engine(sim) as running:
        job = submit(
            PHOTO, MASK, request.prompt, provider=lotimage(sim), remote=request.remote, engine=running
        )
        job.on_event(lambda event: job.cancel() if isinstance(event, Submitted) else None)
        error = job.exception(30)
    assert "cannot cancel" in str(error)
    assert sim.jobs[-1].id in str(error)
