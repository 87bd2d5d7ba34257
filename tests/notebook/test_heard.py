"""A message that is told again is done once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inpaint_nb.notebook.heard import Heard


@given(st.lists(st.tuples(st.sampled_from("vw"), st.integers(1, 12))))
def test_each_message_of_each_page_is_new_once(told: list[tuple[str, int]]) -> None:
    """In whatever order numbers come and come again, each is new the first time only."""
    heard = Heard()
    seen: set[tuple[str, int]] = set()
    for view, number in told:
        assert heard.is_new(view, number) == ((view, number) not in seen)
        seen.add((view, number))


def test_a_long_session_keeps_no_list() -> None:
    """Of messages that came in order, one number is kept."""
    heard = Heard()
    for number in range(1, 1001):
        heard.is_new("v", number)
        heard.done("v", number)
    assert (heard._all_up_to, heard._beyond, heard._open) == ({"v": 1000}, {"v": set()}, set())


def test_what_is_being_done_is_not_done() -> None:
    """A message is done when it is said to be."""
    heard = Heard()
    heard.is_new("v", 1)
    assert not heard.is_done("v", 1)
    heard.done("v", 1)
    assert heard.is_done("v", 1)
