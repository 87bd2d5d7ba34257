"""Alternatives in braces: every prompt, in a fixed order, and nothing but what was written."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_nb import InputError, expand
from inpaint_nb.wording import MAX_PROMPTS

TEXT = st.text(max_size=8)
ALTERNATIVES = st.lists(TEXT, min_size=1, max_size=3)
PARTS = st.lists(TEXT | ALTERNATIVES, max_size=4)


def escaped(text: str) -> str:
    return re.sub(r"[{|}]", r"\\\g<0>", text)


def written(part: str | list[str]) -> str:
    return escaped(part) if isinstance(part, str) else "{" + "|".join(map(escaped, part)) + "}"


@pytest.mark.parametrize(
    ("prompt", "prompts"),
    [
        ("a {red|blue} fox in {oil|ink}", [
            "a red fox in oil", "a red fox in ink", "a blue fox in oil", "a blue fox in ink",
        ]),
        ("a {red|{dark|light} blue} fox", ["a red fox", "a dark blue fox", "a light blue fox"]),
        ("{old|} fox{}", ["old fox", " fox"]),
        ("{a|a}", ["a", "a"]),
        (r"\{a\|b\} {c\|d|e\}}", ["{a|b} c|d", "{a|b} e}"]),
        (r"C:\new | plain\\", [r"C:\new | plain\\"]),
        ("", [""]),
    ],
)  # fmt: skip
def test_what_a_prompt_stands_for(prompt: str, prompts: list[str]) -> None:
    """Groups, groups in groups, empty and equal alternatives, escapes; a bar outside of braces is a bar."""
    assert expand(prompt) == prompts


@pytest.mark.parametrize(
    ("prompt", "position"), [("a {red", 2), ("a red}", 5), ("{a|{b|c}", 0), ("{a}}", 3), (r"{a\}", 0)]
)
def test_unbalanced_braces_are_an_error_with_a_position(prompt: str, position: int) -> None:
    """The error says which brace has no other, counted from 0."""
    with pytest.raises(InputError, match=f"at position {position} "):
        expand(prompt)


def test_what_cannot_be_meant_is_refused() -> None:
    """More prompts than anyone wants, and what is no text, are errors; depth is none."""
    with pytest.raises(InputError, match="10,000 prompts"):
        expand("{a|b}" * 40)
    with pytest.raises(InputError, match="not list"):
        expand(["a"])  # type: ignore[arg-type]
    assert expand("{" * 5000 + "fox" + "}" * 5000) == ["fox"]
    assert len(expand("{0|1|2|3|4|5|6|7|8|9}" * 4)) == MAX_PROMPTS


@given(st.text())
def test_escaped_text_is_itself(text: str) -> None:
    """Whatever the text, with its braces and bars escaped it stands for itself alone."""
    assert expand(escaped(text)) == [text]


@given(st.text(st.characters(exclude_characters="{}\\")))
def test_a_plain_prompt_is_the_only_one(text: str) -> None:
    """Without braces and backslashes nothing is changed."""
    assert expand(text) == [text]


@given(PARTS)
def test_the_order_is_that_of_nested_loops(parts: list[str | list[str]]) -> None:
    """Prompts come as from loops nested in the order of the groups, each exactly once."""
    # A backslash at the end of a text would escape the brace that follows it.
    parts = [part.rstrip("\\") if isinstance(part, str) else [t.rstrip("\\") for t in part] for part in parts]
    choices = [[part] if isinstance(part, str) else part for part in parts]
    assert expand("".join(map(written, parts))) == ["".join(chosen) for chosen in product(*choices)]


@given(ALTERNATIVES)
def test_a_group_in_a_group_is_the_same_group(alternatives: list[str]) -> None:
    """Braces around braces add nothing."""
    inner = written([text.rstrip("\\") for text in alternatives])
    assert expand("{" + inner + "}") == expand(inner)
