"""What a sweep asks: axes, labels, cells, and what is refused."""

from __future__ import annotations

import pytest
from sweeping import LEFT, RIGHT, SIZE, Decorator, Paid, Painter, swept

from inpaint_nb import expand
from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.masks import Mask
from inpaint_nb.sweep.labels import LONGEST_LABEL, labels_of


def shape(**asked: object) -> dict[str, tuple[str, ...]]:
    """The axes of a sweep and their labels."""
    return {axis.name: axis.labels for axis in swept(**asked).axes}


def test_what_has_several_values_is_an_axis() -> None:
    """Masks, prompts, providers, parameters and seeds make axes, in that order, the last varying fastest."""
    sweep = swept(
        masks={"left": LEFT, "right": RIGHT},
        prompts=["red", "blue"],
        providers=[Painter(), Decorator()],
        params={"size": ["small", "large"]},
        seeds=[7, 8, 9],
    )
    assert [axis.name for axis in sweep.axes] == ["mask", "prompt", "provider", "size", "seed"]
    assert [len(axis) for axis in sweep.axes] == [2, 2, 2, 2, 3]
    assert len(sweep.cells) == 48
    first, second, last = sweep.cells[0], sweep.cells[1], sweep.cells[-1]
    assert (first.prompt, first.seed, first.params) == ("red", 7, {"size": "small"})
    assert second.seed == 8
    assert sweep.plan.labels(last) == {
        "mask": "right", "prompt": "blue", "provider": "decorator", "size": "large", "seed": "9",
    }  # fmt: skip


def test_what_has_one_value_is_no_axis() -> None:
    """It is told in the title instead."""
    sweep = swept(masks={"left": LEFT}, prompts="red", providers=Painter(), seeds=[1, 2])
    assert [axis.name for axis in sweep.axes] == ["seed"]
    assert sweep.plan.title == "mask: left, prompt: red, provider: painter"


def test_masks_are_named_or_numbered() -> None:
    """A dict names them, a list numbers them, one alone is no axis."""
    assert shape(masks={"fur": LEFT, "ear": RIGHT}, providers=Painter())["mask"] == ("fur", "ear")
    assert shape(masks=[LEFT, RIGHT], providers=Painter())["mask"] == ("mask 1", "mask 2")
    assert shape(masks=LEFT, providers=Painter()) == {}


def test_prompts_are_never_expanded_by_themselves() -> None:
    """Braces are characters, in one prompt and in a list; `expand` makes lists of prompts."""
    assert swept(prompts="a {red|blue} fox", providers=Painter()).cells[0].prompt == "a {red|blue} fox"
    assert len(swept(prompts=["{a|b}", "c"], providers=Painter()).cells) == 2
    assert len(swept(prompts=expand("{red|blue}"), providers=Painter()).cells) == 2


def test_count_repeats_each_request() -> None:
    """Without seeds of their own, equal requests are told apart by a number, from 0."""
    sweep = swept(prompts=["red", "blue"], count=3, providers=Painter())
    assert [cell.key.repeat for cell in sweep.cells] == [0, 1, 2, 0, 1, 2]
    assert len({cell.key.identity for cell in sweep.cells}) == 2
    assert [axis.name for axis in sweep.axes] == ["prompt", "repeat"]


def test_equal_values_are_different_cells() -> None:
    """The same prompt twice runs twice, under two labels."""
    sweep = swept(prompts=["red", "red"], providers=Painter())
    assert sweep.axes[0].labels == ("red", "red (2)")
    assert [cell.key.repeat for cell in sweep.cells] == [0, 1]


def test_providers_of_the_same_name_are_told_apart_by_their_options() -> None:
    """Two configured alike but for one option show that option."""
    from inpaint_nb.providers.local import LocalProvider

    labels = shape(providers=[LocalProvider(), LocalProvider("smooth")])["provider"]
    assert labels == ("local (engine=auto)", "local (engine=smooth)")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seeds": [1], "count": 2}, "seeds and count"),
        ({"prompts": []}, "prompts is empty"),
        ({"masks": {}}, "masks is empty"),
        ({"prompts": [1]}, "must be a text"),
        ({"masks": ["left"]}, "must be an inpaint_nb.Mask"),
        ({"masks": Mask.empty(SIZE)}, "mask"),
        ({"masks": Mask.full((3, 3))}, "3 × 3"),
        ({"count": 0}, "count must be"),
        ({"params": {"size": "small"}}, "must have a list"),
        ({"params": {"seed": [1]}}, "no parameter"),
        ({"params": {"size": ["huge"]}}, "size cannot be 'huge'"),
        ({"params": {"colour": ["red"]}}, "no parameter 'colour'"),
        ({"budget": -1}, "budget must be"),
        ({"concurrency": 0}, "concurrency must be"),
        ({"fresh": 1}, "fresh must be"),
        ({"mode": "often"}, "mode cannot be"),
        ({"seeds": range(10_001)}, "more than 10,000 cells"),
        ({"feather_px": -1}, "feather_px"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_sent(asked: dict[str, object], said: str) -> None:
    """One cell that cannot be asked stops the whole sweep, with what is wrong."""
    painter = Painter()
    with pytest.raises(InputError, match=said):
        swept(**{"providers": painter, **asked})
    assert painter.asked == []


def test_a_refusal_names_the_cell() -> None:
    """Of many cells it says which one is wrong."""
    with pytest.raises(InputError) as refused:
        swept(prompts=["red", "blue"], params={"size": ["small", "huge"]}, providers=Painter())
    assert "prompt: red, size: huge" in refused.value.hint


def test_an_unknown_provider_is_a_settings_error() -> None:
    """As everywhere else."""
    with pytest.raises(SettingsError, match="nobody"):
        swept(providers=["local", "nobody"])


def test_over_the_budget_nothing_is_sent() -> None:
    """The error names what it would cost and what may be spent."""
    paid = Paid()
    with pytest.raises(InputError, match=r"4 runs would cost about 20 and the budget is 19\."):
        swept(prompts=["red", "blue"], seeds=[1, 2], providers=paid, budget=19)
    assert paid.asked == []
    assert swept(prompts=["red", "blue"], seeds=[1, 2], providers=paid, budget=20).cost == 20


def test_a_budget_needs_a_known_cost() -> None:
    """What nobody can count is refused with a budget, and let through without one; what is free needs none."""
    unknown = Paid(estimated=None)
    with pytest.raises(InputError, match="Nobody can say"):
        swept(prompts=["red", "blue"], providers=unknown, budget=100)
    assert swept(prompts=["red", "blue"], providers=unknown).cost == "unknown"
    assert swept(prompts=["red", "blue"], providers=Painter(), budget=0).cost == 0


def test_the_summary_says_what_is_sent_and_what_it_costs() -> None:
    """In one line, before anything is sent."""
    sweep = swept(prompts=["red", "blue"], seeds=[1, 2], providers=[Painter(), Paid()])
    assert sweep.summary == "8 runs: 2 prompts × 2 providers × 2 seeds; paid: about 20 (credits)"
    assert (sweep.runs, sweep.cost, sweep.unit) == (8, 20, "credits")
    assert swept(providers=Painter()).summary == "1 run; free"
    assert "cost unknown" in swept(providers=Paid(estimated=None)).summary


def test_labels_are_short_and_keep_what_tells_them_apart() -> None:
    """Long texts with the same beginning show their ends."""
    same = "a photograph of a chair in the old house by the sea, with a"
    labels = labels_of([f"{same} red fox", f"{same} blue fox", "short\nand wrapped", ""])
    assert labels[0].endswith("red fox")
    assert labels[1].endswith("blue fox")
    assert labels[2:] == ("short and wrapped", "(empty)")
    assert max(map(len, labels)) <= LONGEST_LABEL
