"""What may be asked of a provider, and what is refused with which words."""

import re
from dataclasses import replace

import pytest
from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    FetchRequest,
    ImagineRequest,
    Parameter,
    PressRequest,
    RemotePicture,
    check,
)
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (40, 30)
ABLE = Capabilities(
    note="for tests",
    needs_prompt=True,
    max_count=4,
    parameters={
        "quality": Parameter("draft", "how fine", ("draft", "fine")),
        "steps": Parameter(20, "steps"),
    },
)
OWN_ONLY = replace(
    ABLE,
    takes_any_picture=False,
    makes_pictures=True,
    presses=True,
    keeps_pictures=True,
    masked_button="Paint",
    own_pictures_hint="Imagine, then upscale.",
)
REQUEST = EditRequest(Image.new("RGB", SIZE), Mask.rectangle(SIZE, (5, 5, 20, 20)), "a fox")


def refusal(request, capabilities=ABLE, providers_with=None):
    with pytest.raises(InputError) as caught:
        check(request, "painter", capabilities, providers_with)
    return str(caught.value)


def test_a_complete_request_passes():
    """A request that asks only for what the provider has is let through."""
    check(replace(REQUEST, count=4, seed=3, params={"quality": "fine", "steps": 5}), "painter", ABLE)


def test_an_empty_mask_is_refused_with_what_to_do():
    """Nothing masked: the message says so and the hint says what to do."""
    words = refusal(replace(REQUEST, mask=Mask.empty(SIZE)))
    assert "Nothing is masked yet" in words
    assert "Paint" in words


def test_a_mask_of_another_size_is_refused_naming_both_sizes():
    """A mask that does not fit the picture is refused with both sizes in the message."""
    words = refusal(replace(REQUEST, mask=Mask.full((10, 12))))
    assert "10 × 12" in words
    assert "40 × 30" in words


@pytest.mark.parametrize("count", [0, -1, 5, 1.5, True, "2"])
def test_an_impossible_count_is_refused(count):
    """A count outside 1..max_count, or no whole number, is refused."""
    assert "count" in refusal(replace(REQUEST, count=count)) or count == 5


def test_a_count_too_high_names_the_limit_and_who_can():
    """A count above the limit names the limit and the providers that make more."""
    words = refusal(replace(REQUEST, count=5), providers_with=lambda wanted: ["painter", "other"])
    assert "at most 4" in words
    assert words.endswith("Providers that can: other.")


@pytest.mark.parametrize("seed", [1.5, "7", True])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    """A seed must be a whole number."""
    assert "whole number" in refusal(replace(REQUEST, seed=seed))


def test_a_seed_is_refused_where_none_is_taken():
    """A provider that takes no seed refuses one, and names who takes it."""
    seedless = replace(ABLE, takes_seed=False)
    words = refusal(replace(REQUEST, seed=1), seedless, lambda wanted: ["other"] if wanted(ABLE) else [])
    assert "takes no seed" in words
    assert "other" in words


def test_an_unknown_parameter_names_a_close_one_and_all_there_are():
    """A misspelt parameter is refused with the one that was probably meant, and the whole list."""
    words = refusal(replace(REQUEST, params={"qualty": "fine"}))
    assert "Did you mean 'quality'?" in words
    assert "It has quality, steps." in words


def test_a_value_that_is_no_choice_names_the_choices():
    """A parameter with choices refuses any other value and lists them."""
    assert "'draft', 'fine'" in refusal(replace(REQUEST, params={"quality": "best"}))


@pytest.mark.parametrize("feather_px", [-1, 41, "4", True, float("nan")])
def test_an_impossible_feather_is_refused(feather_px):
    """A feather is a number of pixels from 0 to the picture's longer side."""
    assert "feather_px" in refusal(replace(REQUEST, feather_px=feather_px))


def test_a_feather_on_no_known_side_is_refused():
    """A feather lies inside the mask or in a ring around it."""
    assert "'inside' or 'ring'" in refusal(replace(REQUEST, feather="both"))


def test_a_missing_prompt_is_refused_where_one_is_needed():
    """A provider that needs a prompt refuses an empty one."""
    assert "needs a prompt" in refusal(replace(REQUEST, prompt="  "))
    check(replace(REQUEST, prompt=""), "painter", replace(ABLE, needs_prompt=False))


def test_a_prompt_that_is_no_text_is_refused():
    """A prompt must be text."""
    assert re.search("text, not int", refusal(replace(REQUEST, prompt=3)))


def test_a_prompt_that_no_file_can_hold_is_refused():
    """Half of a character made of two is refused before anything is sent, and a whole one is not."""
    assert "half a character" in refusal(replace(REQUEST, prompt="a fox \ud83e"))
    check(replace(REQUEST, prompt="a 🦊"), "painter", ABLE)


def test_a_picture_from_elsewhere_is_refused_where_only_own_ones_are_edited():
    """A provider that edits only its own pictures says how to get one, and who takes any picture."""
    words = refusal(REQUEST, OWN_ONLY, lambda wanted: ["other"] if wanted(ABLE) else [])
    assert "Imagine, then upscale." in words
    assert "open('painter:ID')" in words
    assert words.endswith("Providers that take any picture: other.")


@pytest.mark.parametrize(
    ("remote", "way"),
    [
        (RemotePicture("someone", "7"), "only pictures that it made itself"),
        (RemotePicture("painter", "7", index=2), "result.upscale(2)"),
        (
            RemotePicture("painter", "7", actions=("U1", "U2", "V1")),
            "press one of U1, U2 (result.upscale(0) presses U1), then edit",
        ),
        (RemotePicture("painter", "7", actions=("Zoom",)), "It offers Zoom."),
        (RemotePicture("painter", "7", actions=()), "nothing that could be pressed"),
    ],
)
def test_a_picture_that_cannot_be_edited_says_which_button_leads_to_one(remote, way):
    """A picture of another provider, a tile of a grid and a grid are refused, each with the way on."""
    assert way in refusal(replace(REQUEST, remote=remote), OWN_ONLY)


@pytest.mark.parametrize("actions", [None, ("Paint", "Zoom")])
def test_an_own_picture_passes_where_the_button_is_there_or_nobody_knows(actions):
    """A picture of the provider that offers the masked button, or may offer it, can be edited."""
    check(replace(REQUEST, remote=RemotePicture("painter", "7", None, actions)), "painter", OWN_ONLY)


def test_a_provider_without_masks_needs_none():
    """Where no mask is taken an empty one passes, one of another size still not."""
    maskless = replace(ABLE, takes_mask=False)
    check(replace(REQUEST, mask=Mask.empty(SIZE)), "painter", maskless)
    assert "10 × 12" in refusal(replace(REQUEST, mask=Mask.full((10, 12))), maskless)


@pytest.mark.parametrize(
    ("request_", "lacks"),
    [
        (ImagineRequest("a fox"), "makes a first picture"),
        (PressRequest(RemotePicture("painter", "7"), "U1"), "has buttons"),
        (FetchRequest("7"), "keeps pictures"),
    ],
)
def test_a_kind_of_request_that_the_provider_lacks_is_refused_with_who_has_it(request_, lacks):
    """What is no edit is asked only of providers that name it among their capabilities."""
    assert lacks in refusal(request_)
    assert refusal(request_).endswith("None of the installed providers can.")
    others = refusal(request_, providers_with=lambda wanted: ["other"] if wanted(OWN_ONLY) else [])
    assert others.endswith("Providers that can: other.")
    check(request_, "painter", OWN_ONLY)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ImagineRequest(" "), "needs a prompt"),
        (ImagineRequest(3), "text, not int"),
        (ImagineRequest("a fox", {"qualty": 1}), "Did you mean 'quality'"),
        (FetchRequest(""), "must be text"),
        (FetchRequest(7), "not 7"),
        (PressRequest(RemotePicture("painter", "7", actions=("U1",)), "U2"), "There are U1."),
        (PressRequest(RemotePicture("painter", "7", actions=()), "U2"), "There are none."),
        (PressRequest(RemotePicture("painter", "7"), "Paint"), "needs a mask"),
        (PressRequest(RemotePicture("painter", "7"), "U1", 3), "text, not int"),
        (PressRequest(RemotePicture("someone", "7"), "U1"), "lives at 'someone'"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_before_it_is_sent(request_, words):
    """An empty prompt, an id that is none, a button that is not there or needs a mask: each with its words."""
    assert words in refusal(request_, OWN_ONLY)


def test_without_a_feather_the_blend_mask_is_the_mask():
    """With no feather the user's mask, soft values and all, is the blend mask."""
    assert REQUEST.blend_mask is REQUEST.mask


def test_the_sent_mask_is_hard_wherever_anything_is_blended():
    """The sent mask is 255 wherever the blend mask is above 0, and 0 elsewhere."""
    soft = replace(REQUEST, feather_px=6, feather="ring")
    blend, sent = soft.blend_mask.to_array(), soft.sent_mask.to_array()
    assert set(sent.ravel().tolist()) == {0, 255}
    assert ((sent == 255) == (blend > 0)).all()


def test_a_parameter_has_its_default_until_it_is_given():
    """The value of a parameter is the given one, else the default."""
    assert ABLE.value_of("steps", {}) == 20
    assert ABLE.value_of("steps", {"steps": 3}) == 3
