"""ImaginePro against the simulator: what is sent, what is made of the answers, and what goes beside the story."""

import base64
import io
from dataclasses import replace
from itertools import pairwise

import pytest
from hosted import (
    MASK,
    PHOTO,
    POLL_SECONDS,
    api_calls,
    ask,
    edit,
    engine,
    imaginepro,
    simulated,
    tell,
)
from PIL import Image

from inpaint_nb.edit import (
    EditRequest,
    FetchRequest,
    Finished,
    ImagineRequest,
    Notice,
    PressRequest,
    Preview,
    Progress,
    Queued,
    RemotePicture,
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
from inpaint_nb.masks import Mask
from inpaint_nb.providers import check_request, provider, registry
from inpaint_nb.providers.imaginepro import LIMITS, ImagineProProvider
from inpaint_nb.simulator import MaskRules

NAME = "imaginepro"


@pytest.fixture
def sim():
    """A simulator whose time stands still but for our pauses."""
    with simulated() as running:
        yield running


def run(sim, request, **options):
    """Every event of the request's story."""
    made = imaginepro(sim, **options)
    return tell(sim, lambda http: made.run(request, http))


def press(sim, finished, label, **asked):
    """The events of pressing a button under what a story finished with."""
    remote = RemotePicture(NAME, finished.remote["id"], actions=finished.actions)
    return run(sim, PressRequest(remote, label, **asked))


def bodies(sim, ending):
    """What was sent to the doors whose path ends so."""
    return [call.body for call in api_calls(sim) if call.path.endswith(ending)]


# -- what is sent


def test_an_edit_sends_the_documented_json_and_nothing_else(sim):
    """The seed's request on the seed's path: messageId, button, mask, prompt."""
    request = edit(sim, NAME, "A little cat running on the grass")
    run(sim, request, paths="midjourney")
    (sent,) = bodies(sim, "/api/v1/midjourney/button")
    assert sent == {
        "messageId": request.remote.remote_id,
        "mask": sent["mask"],
        "prompt": "A little cat running on the grass",
        "button": "Vary (Region)",
    }


def test_an_edit_can_send_every_documented_field(sim):
    """`ref`, `webhookOverride`, `timeout` and the SDK's `disableCdn` in the provider's own spelling."""
    params = {"ref": "mine", "webhookOverride": "http://127.0.0.1:9/hook", "timeout": 600, "disableCdn": True}
    run(sim, edit(sim, NAME, params=params, ref="job-1"))
    (sent,) = bodies(sim, "/nova/button")
    assert {name: sent[name] for name in params} == params
    assert set(sent) == {"messageId", "button", "mask", "prompt", *params}


def test_our_own_id_goes_along_as_ref_unless_the_user_has_one(sim):
    """It is the only handle of ours that comes back."""
    run(sim, ImagineRequest("a fox", ref="job-1"))
    run(sim, ImagineRequest("a fox", {"ref": "mine"}, ref="job-2"))
    assert bodies(sim, "/imagine") == [
        {"prompt": "a fox", "ref": "job-1"},
        {"prompt": "a fox", "ref": "mine"},
    ]


@pytest.mark.parametrize(("form", "kind"), [("png", "PNG"), ("webp", "WEBP")])
def test_the_mask_that_arrives_is_the_mask_that_was_painted(sim, form, kind):
    """White where it was painted, in the parent's size, as PNG or lossless WebP; the simulator is strict about it."""
    run(sim, edit(sim, NAME), mask_format=form)
    picture = Image.open(io.BytesIO(base64.b64decode(bodies(sim, "/button")[0]["mask"], validate=True)))
    assert (picture.format, picture.mode, picture.size) == (kind, "RGB", PHOTO.size)
    assert Mask.from_image(picture) == Mask.from_array(MASK.to_array() > 0)


def test_no_prompt_is_no_field(sim):
    """Vary (Region) works without one."""
    run(sim, edit(sim, NAME, "  "))
    assert "prompt" not in bodies(sim, "/button")[0]


@pytest.mark.parametrize("paths", ["nova", "midjourney"])
def test_one_setting_chooses_between_today_s_paths_and_the_older_ones(sim, paths):
    """Submission and polling go to the same generation of the API."""
    run(sim, ImagineRequest("a fox"), paths=paths, measure_cost=False)
    wanted = {"nova": {"nova", "message"}, "midjourney": {"midjourney"}}[paths]
    assert {call.path.split("/")[3] for call in api_calls(sim)} == wanted


def test_the_key_goes_to_the_api_and_never_to_the_host_of_the_pictures(sim):
    """It is in the Authorization header of every API request, and nowhere else."""
    run(sim, edit(sim, NAME))
    assert {call.key for call in api_calls(sim)} == {"right"}
    pictures = [call for call in sim.calls if call.origin == "pictures"]
    assert pictures
    assert {call.key for call in pictures} == {"none"}
    assert not any(sim.key in f"{call.path} {call.query} {call.body} {call.headers}" for call in sim.calls)


@pytest.mark.parametrize(
    "params",
    [{"timeout": 9}, {"timeout": 901}, {"timeout": "60"}, {"timeout": True}, {"webhookOverride": "ftp://x"}],
)
def test_a_parameter_that_it_would_refuse_is_refused_before_anything_is_sent(sim, params):
    """Nothing is paid for a typing error."""
    with pytest.raises(InputError, match=next(iter(params))):
        run(sim, edit(sim, NAME, params=params))
    assert not sim.calls


# -- the chain


def test_the_whole_chain_from_a_prompt_to_a_changed_upscale(sim):
    """imagine → U2 → Vary (Region) → U1: four jobs, each with its buttons, grids cut up, costs told."""
    grid = run(sim, ImagineRequest("a fox"))[-1]
    assert (len(grid.images), grid.grid, grid.cost) == (4, True, 10)
    assert grid.actions[:4] == ("U1", "U2", "U3", "U4")

    upscale = press(sim, grid, "U2")[-1]
    assert (len(upscale.images), upscale.grid, upscale.cost) == (1, False, 5)
    assert "Vary (Region)" in upscale.actions
    assert upscale.remote["parent"] == grid.remote["id"]

    parent = upscale.images[0]
    remote = RemotePicture(NAME, upscale.remote["id"], actions=upscale.actions)
    mask = Mask.rectangle(parent.size, (10, 10, 90, 60))
    request = EditRequest(parent, mask, "a hat", remote=remote)
    check_request(request, imaginepro(sim))
    changed = run(sim, request)[-1]
    assert ([image.size for image in changed.images], changed.grid) == ([parent.size] * 4, True)
    for report in Result.compose(request, changed, NAME).reports:
        assert report.changed_inside > 0
        assert report.changed_outside == 0

    last = press(sim, changed, "U1")[-1]
    assert last.images[0].size == parent.size
    assert sim.submits == 4


def test_every_button_makes_what_the_service_says_it_makes(sim):
    """Variations, zooms, pans and rerolls give grids, upscales give one picture."""
    grid = run(sim, ImagineRequest("a fox"))[-1]
    upscale = press(sim, grid, "U1")[-1]
    for finished in (grid, upscale):
        for label in finished.actions:
            if label != "Vary (Region)":
                made = press(sim, finished, label)[-1]
                assert made.grid is ("Upscale" not in label and not label.startswith("U")), label


def test_a_region_needs_an_edit_and_cancel_a_running_job(sim):
    """Neither is a button to press."""
    remote = RemotePicture(NAME, sim.add_picture(PHOTO))
    with pytest.raises(InputError, match="mask"):
        check_request(PressRequest(remote, "Vary (Region)"), imaginepro(sim))
    with pytest.raises(InputError, match="still runs"):
        run(sim, PressRequest(remote, "Cancel Job"))
    assert not sim.calls


def test_a_prompt_with_an_ordinary_button_is_sent_with_a_word_of_warning(sim):
    """It counts only for accounts in remix mode, so nobody should rely on it."""
    events = press(sim, run(sim, ImagineRequest("a fox"))[-1], "V1", prompt="bluer")
    assert "remix" in next(event.text for event in events if isinstance(event, Notice))
    assert bodies(sim, "/button")[-1]["prompt"] == "bluer"


def test_a_full_mask_is_sent_with_a_word_of_warning(sim):
    """All of the picture will be new."""
    events = run(sim, edit(sim, NAME, mask=Mask.full(PHOTO.size)))
    assert "whole picture" in events[0].text


def test_pictures_of_another_size_are_told(sim):
    """They are brought to the parent's size before they are laid over it."""
    events = run(sim, edit(sim, NAME, "a fox !other-size"))
    assert any(isinstance(event, Notice) and "144 × 96" in event.text for event in events)


# -- what can be edited


def test_a_picture_of_ones_own_is_refused_with_the_way_to_one_that_works(sim):
    """The chain is explained, and providers that take any picture are named."""
    with pytest.raises(InputError) as caught:
        check_request(EditRequest(PHOTO, MASK, "a fox"), imaginepro(sim))
    assert "upscale" in caught.value.hint
    assert "local" in caught.value.hint


def test_a_grid_is_refused_with_the_buttons_that_lead_on(sim):
    """U1 to U4 make pictures whose parts can be changed."""
    grid = run(sim, ImagineRequest("a fox"))[-1]
    remote = RemotePicture(NAME, grid.remote["id"], actions=grid.actions)
    with pytest.raises(InputError, match="U1, U2, U3, U4"):
        check_request(edit(sim, NAME, remote=remote), imaginepro(sim))
    with pytest.raises(InputError, match="U3"):
        check_request(edit(sim, NAME, remote=replace(remote, index=2)), imaginepro(sim))


def test_a_job_that_ran_there_can_be_fetched_for_nothing(sim):
    """An upscale comes as one picture, a grid as four, and nothing is submitted."""
    upscale = run(sim, FetchRequest(sim.add_picture(PHOTO)))
    assert isinstance(upscale[0], Submitted)
    assert (len(upscale[-1].images), upscale[-1].grid) == (1, False)
    grid = run(sim, ImagineRequest("a fox"))[-1]
    before = sim.submits
    assert run(sim, FetchRequest(grid.remote["id"], ref="another-job"))[-1].grid
    assert sim.submits == before


def test_an_unknown_id_is_told_as_such(sim):
    """It is unknown, too old, or another account's."""
    with pytest.raises(ProviderError, match="not found") as caught:
        run(sim, FetchRequest("no-such-id"))
    assert "another account" in caught.value.hint


# -- answers


@pytest.mark.parametrize("flavour", ["documented", "2026", "2026-tiles", "text"])
def test_every_variant_of_the_answers_leads_to_the_same_pictures(flavour):
    """Four tiles of a grid and one upscale; where no buttons come, which there are is unknown and not none."""
    with simulated(flavour=flavour) as sim:
        grid = run(sim, ImagineRequest("a fox"))[-1]
        assert (len(grid.images), grid.grid) == (4, True)
        upscale = press(sim, grid, "U1")[-1]
        assert (len(upscale.images), upscale.grid) == (1, False)
        assert (grid.actions is None) is flavour.startswith("2026")
        assert run(sim, FetchRequest(grid.remote["id"]))[-1].grid
        assert not run(sim, FetchRequest(upscale.remote["id"]))[-1].grid


def test_the_queue_and_the_progress_are_told(sim):
    """Places in the queue where they are known, per cents that never fall."""
    events = run(sim, ImagineRequest("a fox !queue"))
    places = [event.position for event in events if isinstance(event, Queued) and event.position]
    assert places == sorted(places, reverse=True)
    assert places
    fractions = [event.fraction for event in events if isinstance(event, Progress)]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.9


def test_an_unfinished_picture_is_shown_before_the_progress_that_came_with_it(sim):
    """The engine waits after the progress, so the preview comes first, and never instead of the result."""
    events = run(sim, ImagineRequest("a fox !preview"))
    kinds = [type(event) for event in events]
    assert kinds[kinds.index(Preview) + 1] is Progress
    assert len(events[-1].images) == 4


def test_an_answer_about_another_job_is_not_taken_for_ours(sim):
    """Jobs are matched by id, so mixed up answers end in an error and not in another's picture."""
    sim.add_picture(PHOTO)
    with pytest.raises(ProviderError, match="another job"):
        run(sim, ImagineRequest("a fox !swapped-reply"))


def test_a_minute_of_server_errors_loses_no_job(sim):
    """The job is paid for, so its picture is still brought when the provider is back."""
    made = imaginepro(sim)
    sim.trouble("poll-503", 6)
    assert len(tell(sim, lambda http: made.run(ImagineRequest("a fox"), http))[-1].images) == 4
    assert sim.submits == 1


def test_a_story_can_begin_in_the_middle(sim):
    """Resumed with the id that was written down, it submits nothing."""
    first = run(sim, ImagineRequest("a fox"))[0]
    made = imaginepro(sim)
    events = tell(sim, lambda http: made.resume(first.remote_id, ImagineRequest("a fox"), http))
    assert isinstance(events[-1], Finished)
    assert sim.submits == 1


# -- refusals


def test_a_wrong_key_and_an_empty_account_are_told_apart(sim):
    """Both are 401 there; the text, or the account's own answer, says which."""
    sim.account.credits = 0
    with pytest.raises(QuotaError, match="Insufficient credits"):
        run(sim, ImagineRequest("a fox"))
    sim.trouble("submit-401")
    with pytest.raises(QuotaError, match="missing or invalid"):  # the account answers, so the key is right
        run(sim, ImagineRequest("a fox"))
    wrong = ImagineProProvider("sk-another-one", sim.url, rate_limits=False)
    with pytest.raises(AuthError, match="missing or invalid"):
        tell(sim, lambda http: wrong.run(ImagineRequest("a fox"), http))
    assert sim.submits == 0


def test_a_refused_mask_is_told_in_the_provider_s_words():
    """Lists of texts are joined."""
    small = {"image": PHOTO.resize((72, 48)), "mask": Mask.full((72, 48))}
    with simulated() as sim:
        request = edit(sim, NAME, **small)
        with pytest.raises(ProviderError, match="144x96"):
            run(sim, request)
    with simulated(masks=MaskRules(as_job=True)) as sim:
        request = edit(sim, NAME, **small)
        with pytest.raises(JobFailed, match="Invalid parameter"):
            run(sim, request)


def test_a_message_that_holds_a_key_is_shown_without_it(sim):
    """Whatever the server says."""
    with pytest.raises(JobFailed) as caught:
        run(sim, ImagineRequest("a fox !fail-leaky"))
    assert "sk-" not in str(caught.value)
    assert "eyJ" not in str(caught.value)


# -- beside the story


def test_cancelling_stops_the_job_there(sim):
    """The job then reads as failed, and cancelling what is done is refused."""
    made = imaginepro(sim)

    async def begin(http):
        story = made.run(ImagineRequest("a fox"), http)
        submitted = await anext(story)
        await made.cancel(submitted.remote_id, http)
        await story.aclose()

    ask(sim, begin)
    assert bodies(sim, "/button") == [{"messageId": sim.jobs[0].id, "button": "Cancel Job"}]
    with pytest.raises(JobFailed, match="cancelled"):
        run(sim, FetchRequest(sim.jobs[0].id))
    with pytest.raises(ProviderError, match="already finished"):
        ask(sim, lambda http: made.cancel(sim.jobs[0].id, http))


def test_a_lost_job_is_found_by_its_ref_and_by_nothing_else(sim):
    """Not by its prompt, not by its label: another with the same ones is not ours."""
    made = imaginepro(sim)
    for ref in ("job-1", "job-2", "job-3"):
        run(sim, ImagineRequest("a fox", ref=ref))
    found = ask(sim, lambda http: made.find_job(ImagineRequest("a fox", ref="job-2"), http))
    assert found == next(job.id for job in sim.jobs if job.ref == "job-2")
    assert ask(sim, lambda http: made.find_job(ImagineRequest("a fox", ref="job-4"), http)) is None
    assert ask(sim, lambda http: made.find_job(ImagineRequest("a fox"), http)) is None


def test_the_account_the_history_and_the_prompt_check(sim):
    """Credits without the e-mail, the jobs of the day, and what is said against a prompt; all for nothing."""
    made = imaginepro(sim)
    run(sim, ImagineRequest("a fox"))
    assert ask(sim, made.account).left == 990
    assert "@" not in repr(ask(sim, made.account))
    (line,) = ask(sim, lambda http: made.history(http, size=5))
    assert (line.remote_id, line.prompt, line.kind) == (sim.jobs[0].id, "a fox", "imagine")
    assert ask(sim, lambda http: made.check_prompt("a fox", http)) == ""
    assert ask(sim, lambda http: made.check_prompt("a fox !moderated", http))
    assert sim.submits == 1


def test_the_cost_is_left_out_where_it_is_not_wanted(sim):
    """Then the account is not asked at all."""
    assert run(sim, ImagineRequest("a fox"), measure_cost=False)[-1].cost is None
    assert not api_calls(sim, "account-info")


def test_an_estimate_is_there_before_anything_is_sent(sim):
    """Unofficial figures, for a spending limit."""
    made = imaginepro(sim)
    assert made.estimate(ImagineRequest("a fox")) == 10
    assert made.estimate(edit(sim, NAME)) == 5
    assert made.estimate(FetchRequest("x")) == 0


# -- through the engine


@pytest.mark.parametrize("lost", ["submit-cut-after", "submit-500-after", "submit-no-id", "submit-html"])
def test_a_job_whose_answer_was_lost_is_found_and_followed(sim, lost):
    """In the history, by its ref; it is paid for once, and the user is told."""
    request = edit(sim, NAME)
    sim.trouble(lost)
    with engine(sim) as running:
        job = submit(PHOTO, MASK, "a fox", provider=imaginepro(sim), remote=request.remote, engine=running)
        assert len(job.result(30).images) == 4
    assert any("was lost" in note for note in job.notices)
    assert job.remote_id == sim.jobs[-1].id
    assert sim.submits == 1


def test_a_lost_job_that_nobody_knows_of_is_not_sent_again(sim):
    """The history may leave out what is not finished, so the user must look."""
    request = edit(sim, NAME, "a fox !history-misses !submit-cut-after")
    with engine(sim) as running:
        job = submit(
            PHOTO, MASK, request.prompt, provider=imaginepro(sim), remote=request.remote, engine=running
        )
        assert isinstance(job.exception(30), OutcomeUnknown)
    assert sim.submits == 1


def test_two_jobs_at_once_stay_apart_and_tell_no_cost(sim):
    """Each gets its own pictures; what either took from the account nobody can say."""
    made, remotes = imaginepro(sim), [RemotePicture(NAME, sim.add_picture(PHOTO)) for _ in range(10)]
    with engine(sim) as running:
        jobs = [submit(PHOTO, MASK, "a fox", provider=made, remote=one, engine=running) for one in remotes]
        results = [job.result(30) for job in jobs]
    assert len({result.remote["id"] for result in results}) == 10
    assert [result.remote["parent"] for result in results] == [one.remote_id for one in remotes]
    assert results[-1].cost is None
    assert len(api_calls(sim, "account-info")) <= 2
    assert sim.submits == 10


def test_polling_keeps_to_the_advised_pace(sim):
    """Three seconds between two questions about a job, growing to five, in the engine's own time."""
    made = imaginepro(sim)
    with engine(sim) as running:
        request = edit(sim, NAME)
        submit(PHOTO, MASK, "a fox", provider=made, remote=request.remote, engine=running).result(30)
    times = [call.at for call in api_calls(sim, "/message/")]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= POLL_SECONDS
    assert max(gaps) <= 5.01
    assert gaps[-1] > 4.9


def test_the_documented_limits_are_those_that_are_kept():
    """Ten questions a second about messages, one request in three seconds elsewhere."""
    found = {limit.path_prefix: (limit.requests, limit.per_seconds) for limit in LIMITS}
    assert found == {
        "/api/v1/message/fetch/": (10, 1.0),
        "/api/v1/midjourney/message/": (10, 1.0),
        "/": (1, 3.0),
    }


# -- settings


def test_it_is_configured_by_name_and_again_from_its_options(sim):
    """The options are plain values without the key; with them another kernel gets the same provider."""
    made = provider(NAME, api_key=sim.key, base_url=sim.url, paths="midjourney", mask_format="webp")
    assert sim.key not in repr(made.options)
    again = registry.configured(NAME, {**made.options, "api_key": sim.key})
    assert again.options == made.options


def test_a_missing_key_names_the_variable(monkeypatch):
    """And where else a key is looked for."""
    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="IMAGINEPRO_API_KEY"):
        ImagineProProvider()


@pytest.mark.parametrize("options", [{"paths": "nowhere"}, {"mask_format": "jpeg"}])
def test_an_unknown_choice_is_refused_with_those_there_are(options):
    """A typing error in a setting is found at once."""
    with pytest.raises(InputError, match="cannot be"):
        ImagineProProvider("sk-simulator", **options)
