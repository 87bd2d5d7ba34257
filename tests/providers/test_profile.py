"""LotImage's wire format as data, corrected in part and checked when it is given."""

import json

import pytest

from inpaint_nb.errors import InputError
from inpaint_nb.providers.profile import Profile


def test_a_correction_changes_what_it_names_and_nothing_else():
    """A dictionary of the part that differs is enough."""
    profile = Profile.of({"progress": {"path": "/midjourney/v1/fetch"}, "reply": {"image": ["picture"]}})
    assert profile.progress.path == "/midjourney/v1/fetch"
    assert profile.reply.image == ("picture",)
    assert profile.submit == Profile().submit
    assert profile.progress.id_name == "taskId"


def test_one_value_stands_for_a_list_of_one():
    """People write "picture" where a list of names is meant."""
    assert Profile.of({"reply": {"image": "picture", "ok_status": 0}}).reply.ok_status == (0,)
    assert Profile.of({"reply": {"image": "picture"}}).reply.image == ("picture",)


def test_it_survives_being_recorded():
    """As JSON, so that another kernel goes on with the same profile."""
    profile = Profile.of({"progress": {"method": "POST", "id_in": "json"}, "reply": {"done": ["OK"]}})
    assert Profile.of(json.loads(json.dumps(profile.to_record()))) == profile
    assert Profile.of(profile) is profile
    assert Profile.of(None) == Profile()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"progres": {}}, "Did you mean 'progress'"),
        ({"progress": {"pth": "/x"}}, "Did you mean 'path'"),
        ({"progress": {"method": "PUT"}}, "GET, POST"),
        ({"progress": {"id_in": "header"}}, "query, path, json"),
        ({"progress": {"path": "midjourney"}}, "begin with a slash"),
        ({"progress": "/midjourney"}, "dictionary of changes"),
        ({"submit": {"encoding": "form"}}, "Choose from json"),
        ({"reply": {"ok_status": ["fine"]}}, "int values"),
        ({"submit": {"path": 7}}, "must be text"),
        ("fetch", "dictionary of changes"),
    ],
)
def test_what_it_does_not_know_is_refused_with_what_there_is(changes, words):
    """A typing error in a profile is found before anything is sent."""
    with pytest.raises(InputError) as caught:
        Profile.of(changes)
    assert words in str(caught.value)
