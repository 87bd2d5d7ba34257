"""What ImaginePro's answers are read as: every documented and observed variant, and what nobody has documented."""

import pytest

from inpaint_nb.errors import (
    AuthError,
    JobFailed,
    JobTimeout,
    Moderated,
    OutcomeUnknown,
    ProviderError,
    QuotaError,
)
from inpaint_nb.providers.answers import fraction, identifier, whole
from inpaint_nb.providers.failures import failed, refused
from inpaint_nb.providers.messages import accepted, account, history, objection, read

ID = "d15c1541-229a-442b-9873-d3494dede12a"
DOCUMENTED = {
    "messageId": ID,
    "prompt": "a red fox",
    "originalUrl": "https://cdn.discordapp.com/attachments/1.png",
    "uri": "https://cdn.imaginepro.ai/storage/1.png",
    "progress": 100,
    "status": "DONE",
    "createdAt": "2023-08-01T14:03:01.817Z",
    "updatedAt": "2023-08-01T14:04:01.817Z",
    "buttons": ["U1", "🔄", "Vary (Strong)"],
    "originatingMessageId": "e57fb09d",
    "ref": "ours",
}
OBSERVED = {
    "prompt": "a red fox",
    "status": "DONE",
    "images": ["https://cdn-new.imaginepro.ai/1.png"],
    "uri": "https://cdn-new.imaginepro.ai/1.png",
    "progress": 100,
    "messageId": ID,
    "createdAt": "2026-02-22T07:43:37+00:00",
}


def test_the_documented_answer_is_read_whole():
    """Buttons exact to the letter, both addresses as ways in their order, the parent and our own text."""
    answer = read(DOCUMENTED)
    assert (answer.state, answer.fraction, answer.remote_id) == ("done", 1.0, ID)
    assert answer.actions == ("U1", "🔄", "Vary (Strong)")
    assert answer.ways == ((DOCUMENTED["uri"],), (DOCUMENTED["originalUrl"],))
    assert (answer.parent_id, answer.ref) == ("e57fb09d", "ours")


def test_the_answer_observed_in_2026_does_not_say_which_buttons_there_are():
    """Missing buttons are unknown ones, and the same address in two fields is one way."""
    answer = read(OBSERVED)
    assert answer.actions is None
    assert answer.ways == ((OBSERVED["uri"],),)


def test_the_parent_has_two_spellings():
    """Samples and schema table disagree, so either is read."""
    assert read({"originalMessageId": "p"}).parent_id == read({"originatingMessageId": "p"}).parent_id == "p"


@pytest.mark.parametrize(
    "status", ["PROCESSING", "SUBMITTED", "PENDING", "Rendering…", "", None, 7, {"a": 1}]
)
def test_an_unknown_status_means_that_the_job_goes_on(status):
    """Given up too early, a job is paid for and lost."""
    assert read({"status": status, "progress": 30}).state == "running"


@pytest.mark.parametrize("status", ["FAIL", "fail", "FAILED", "Error", "CANCELLED"])
def test_a_failure_is_known_in_any_case_of_letters(status):
    """Its text is kept."""
    answer = read({"status": status, "error": "[Internal error] Something went wrong"})
    assert (answer.state, answer.words) == ("failed", "[Internal error] Something went wrong")


def test_the_queue_is_a_state_of_its_own():
    """QUEUED is documented, whatever its letters."""
    assert read({"status": "queued"}).state == read({"status": "QUEUED"}).state == "queued"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(45, 0.45), ("45", 0.45), ("45%", 0.45), (" 45 % ", 0.45), (100.0, 1.0), (250, 1.0), (-3, 0.0)]
    + [(value, None) for value in (None, "", "soon", True, float("nan"), float("inf"), [45], "nan")],
)
def test_progress_is_read_in_any_spelling(value, wanted):
    """A number, a text, a per cent sign; anything else is unknown, not zero."""
    assert fraction(value) == wanted


def test_numbers_and_ids_are_read_leniently_and_never_from_booleans():
    """A status may come as text, an id as a number; an id that nobody could show is none."""
    assert [whole(value) for value in (200, "200", 200.0, "2e2", True, "ok", None, 1.5)] == [200] * 4 + [
        None
    ] * 4
    assert [identifier(value) for value in (" a-1 ", 77, True, "", None, "a\nb", "x" * 999)] == [
        "a-1",
        "77",
    ] + [None] * 5


def test_texts_from_outside_lose_keys_and_control_characters():
    """Whatever an error says, it can be shown and stored."""
    words = read({"status": "FAIL", "error": "Bearer sk-abcdefghijklmnop \x1b[31mis wrong"}).words
    assert "sk-abc" not in words
    assert "\x1b" not in words
    assert words.endswith("is wrong")


# -- submissions


def test_a_submission_is_accepted_by_its_id():
    """`success` may be missing, the id may not."""
    assert accepted("p", {"success": True, "messageId": ID}) == ID
    assert accepted("p", {"messageId": ID}) == ID


@pytest.mark.parametrize(
    "body",
    [
        {"success": False, "error": "No."},
        {"success": "false", "messageId": ID, "error": "No."},
        {"error": "No."},
    ],
)
def test_a_refusal_can_come_with_http_200(body):
    """`success` false, or an error in place of an id."""
    with pytest.raises(ProviderError, match="No\\."):
        accepted("p", body)


def test_an_accepted_job_without_an_id_has_an_unknown_outcome():
    """It may be running, so it is not called refused."""
    with pytest.raises(OutcomeUnknown, match="no id"):
        accepted("p", {"success": True})


# -- refusals and failures in words


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[Banned prompt detected] Sorry! Our AI moderator thinks this prompt is probably", Moderated),
        ("[Image denied] Request cancelled due to image filters", Moderated),
        ("Job Timeout", JobTimeout),
        ("[Invalid parameter] Invalid value", JobFailed),
        ("Job cancelled", JobFailed),
    ],
)
def test_a_failed_job_becomes_the_error_that_its_words_tell(text, kind):
    """The words are in it, and so is the id."""
    error = failed("imaginepro", ID, text)
    assert type(error) is kind
    assert text in str(error)
    assert ID in error.hint


def test_a_failure_without_a_text_says_so():
    """Never a shrug: who failed is named, and that no reason was given."""
    assert "does not say why" in failed("imaginepro", ID, "").message


@pytest.mark.parametrize(
    ("text", "status", "kind"),
    [
        ("Insufficient credits, please top up your balance.", None, QuotaError),
        ("Key verification failed, please check whether the key is correct", 401, AuthError),
        ("anything", 402, QuotaError),
        ("[Banned prompt detected]", 400, Moderated),
        ("The queue is full", 500, ProviderError),
        ("", None, ProviderError),
    ],
)
def test_a_refusal_becomes_the_error_that_says_who_must_act(text, status, kind):
    """By its words first, else by its number."""
    error = refused("lotimage", text, status)
    assert type(error) is kind
    assert text in error.message


# -- account, history, prompt check

ACCOUNT = {
    "type": "STARTER",
    "creditsQuota": 1600,
    "credits": 1500,
    "creditsExtra": 1000,
    "expiredAt": "2022-10-07T14:30:00.000Z",
    "email": "someone@example.org",
}


def test_the_account_tells_its_credits_and_not_its_email():
    """What can be spent is the plan's credits and the extra ones."""
    read_account = account(ACCOUNT)
    assert (read_account.left, read_account.quota, read_account.plan) == (2500, 1600, "STARTER")
    assert "example.org" not in repr(read_account)
    assert account({"email": "someone@example.org"}).left is None


def test_the_history_keeps_lines_that_have_an_id():
    """Anything else in the list is left out."""
    line = {
        "id": ID,
        "type": "button",
        "button": "U1",
        "prompt": "a fox",
        "uri": "https://x/1.png",
        "createdAt": "…",
    }
    made = history({"images": [line, {"id": None}, "?", {"prompt": "no id"}]})
    assert [(one.remote_id, one.button, one.prompt) for one in made] == [(ID, "U1", "a fox")]
    assert history({}) == history({"images": None}) == []


def test_the_prompt_check_says_what_it_objects_to():
    """Nothing on success, the reason on failure, and never nothing on failure."""
    assert objection({"status": "SUCCESS"}) == ""
    assert objection({"status": "FAIL", "message": "cutting"}) == "cutting"
    assert objection({"status": "FAIL"})
