"""The table of options: what a line means, and what it may not say."""

from __future__ import annotations

import pytest

from inpaint_nb.errors import InputError
from inpaint_nb.notebook import options


def parsed(line: str):
    return options.parse("inpaint", options.INPAINT, "IMAGE", line)


def test_options_may_stand_before_and_after_the_picture():
    """Options and the picture come in any order."""
    assert parsed("-n 2 photo --run") == parsed("photo --run --count 2")


def test_a_prompt_is_taken_as_it_stands():
    """Braces, dollars, bars and doubled spaces in a quoted prompt are no syntax."""
    assert parsed('photo -p "{a|b}  costs $5 #1"').prompt == "{a|b}  costs $5 #1"


def test_a_semicolon_at_the_end_is_not_part_of_the_line():
    """The `;` that silences a cell belongs to no option."""
    assert parsed("photo -o fox;").out == "fox"


def test_a_path_keeps_its_backslashes_on_windows():
    """On Windows a backslash separates folders; elsewhere it escapes."""
    assert options.words(r"C:\pics\a.jpg", windows=True) == [r"C:\pics\a.jpg"]
    assert options.words(r"my\ photo.jpg", windows=False) == ["my photo.jpg"]


def test_parameters_are_read_as_python_where_they_are_python():
    """`--param` repeats; its values are Python literals, or else text."""
    assert parsed("photo --param a=[1,2] --param b=best --seed -3").param == [("a", [1, 2]), ("b", "best")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("photo --promt x", "Did you mean --prompt?"),
        ("photo --nothing-like-it", "lists the options"),
        ("photo -n 0", "'0' is not 1, 2, 3"),
        ("photo -n two", "'two' is not 1, 2, 3"),
        ("photo --seed x", "--seed"),
        ("photo --feather -1", "--feather"),
        ("photo --feather nan", "not a number of pixels"),
        ("photo -o 3a", "no variable can be called '3a'"),
        ("photo -o for", "no variable can be called 'for'"),
        ("photo --param quality", "is not KEY=VALUE"),
        ("photo -p", "expected one argument"),
        ("photo -p it's", "A quote is not closed"),
        ("photo --ru", "Did you mean --run?"),
    ],
)
def test_a_line_that_makes_no_sense_is_an_input_error(line, told):
    """Every mistake is an InputError whose words name it or what was meant; nothing exits."""
    with pytest.raises(InputError, match=told.replace("?", r"\?")):
        parsed(line)


def test_the_help_lists_every_option():
    """The help is made from the table that the parser is made from."""
    table = options.table(options.INPAINT)
    assert all(flag in table for flag in options.flags(options.INPAINT))
