"""Masks that are shown before they are taken: the newest wish counts, and nothing comes of those called off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask, register_selector, selectors
from inpaint_nb.notebook.gestures import Gesture, Settings
from inpaint_nb.notebook.proposals import LOOKING, Proposals
from inpaint_nb.notebook.tools import Refine

SIZE = (60, 40)
SECONDS = 10


class Shown:
    """What a page would show and an owner would be told."""

    def __init__(self) -> None:
        self.mask = Mask.rectangle(SIZE, (10, 10, 20, 20))
        self.masks: list[Mask | None] = []
        self.words: list[str] = []
        self.refused: list[str] = []
        self.commits = 0
        self.proposals = Proposals(
            lambda: (Image.new("RGB", SIZE, "teal"), self.mask), self.show, self.commit, self.refused.append
        )

    def show(self, mask: Mask | None, words: str) -> None:
        self.masks.append(mask)
        self.words.append(words)

    def commit(self, change: Callable[[Mask], Mask]) -> None:
        self.mask = change(self.mask)
        self.commits += 1

    def ask(self, wish: Any) -> threading.Event:
        """Asks; the event is set with the answer."""
        answered = threading.Event()
        self.proposals.ask(wish, answered.set)
        return answered


class Selector:
    """A user's selector that is at work until it is let go, and keeps how often it was called."""

    def __init__(self) -> None:
        self.began, self.may_end = threading.Semaphore(0), threading.Event()
        self.error: Exception | None = None
        self.at_once, self.most_at_once = 0, 0

    def __call__(self, picture: Image.Image, box: Any, on: Any, beside: Any) -> Mask:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.began.release()
        assert self.may_end.wait(SECONDS)
        self.at_once -= 1
        if self.error is not None:
            raise self.error
        return Mask.rectangle(SIZE, box)


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def slow() -> Iterator[Selector]:
    selector = Selector()
    register_selector("slow", selector)
    yield selector
    selector.may_end.set()
    del selectors._selectors["slow"]


def selecting(box: tuple[int, int, int, int]) -> Gesture:
    return Gesture("select", "add", (), settings=Settings(selector="slow"), box=box)


def test_a_proposal_is_shown_and_changes_nothing(shown: Shown) -> None:
    """What would come is shown with its share in words; the mask stays."""
    before = shown.mask
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    assert shown.masks == [None, before.grow(3)]
    assert shown.words[0] == LOOKING
    assert shown.words[1].endswith("% would be masked")
    assert shown.mask is before


def test_taking_it_is_one_step_and_makes_nothing_twice(shown: Shown) -> None:
    """What was shown is committed, the very same mask, and then nothing is shown."""
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    shown.proposals.settle(True)
    assert shown.mask is shown.masks[1]
    assert (shown.commits, shown.words[-1]) == (1, "")
    shown.proposals.settle(True)
    assert shown.commits == 1


def test_a_mask_that_changed_meanwhile_is_changed_as_it_is_now(shown: Shown) -> None:
    """What is taken is done to the mask of then."""
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    shown.mask = other = Mask.rectangle(SIZE, (30, 10, 40, 20))
    shown.proposals.settle(True)
    assert shown.mask == other.grow(3)


def test_forgetting_it_leaves_the_mask(shown: Shown) -> None:
    """Cancel takes the preview away."""
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    shown.proposals.settle(False)
    assert (shown.commits, shown.words[-1], shown.masks[-1]) == (0, "", None)


def test_the_newest_wish_wins(shown: Shown, slow: Selector) -> None:
    """A wish that is still being made gives way to a newer one and is never shown."""
    first = shown.ask(selecting((1, 1, 9, 9)))
    assert slow.began.acquire(timeout=SECONDS)
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    slow.may_end.set()
    assert first.wait(SECONDS)
    assert [mask for mask in shown.masks if mask is not None] == [shown.mask.grow(3)]


def test_what_is_being_made_is_waited_for_when_it_is_taken(shown: Shown, slow: Selector) -> None:
    """Apply while a selection is on its way takes it as soon as it is there."""
    before = shown.mask
    shown.ask(selecting((1, 1, 9, 9)))
    assert slow.began.acquire(timeout=SECONDS)
    taking = threading.Thread(target=lambda: shown.proposals.settle(True))
    taking.start()
    slow.may_end.set()
    taking.join(SECONDS)
    assert shown.mask == before | Mask.rectangle(SIZE, (1, 1, 9, 9))
    assert (shown.commits, shown.words[-1]) == (1, "")


def test_what_is_being_made_can_be_called_off(shown: Shown, slow: Selector) -> None:
    """Cancel works before anything is shown, also for who waits to take it."""
    answered = shown.ask(selecting((1, 1, 9, 9)))
    assert slow.began.acquire(timeout=SECONDS)
    taking = threading.Thread(target=lambda: shown.proposals.settle(True))
    taking.start()
    shown.proposals.forget()
    taking.join(SECONDS)
    assert not taking.is_alive()
    slow.may_end.set()
    assert answered.wait(SECONDS)
    assert (shown.commits, [mask for mask in shown.masks if mask is not None]) == (0, [])


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("No such thing.", "Try another."), "No such thing. Try another."),
        (OSError("no GPU"), "OSError: no GPU"),
    ],
)
def test_a_wish_that_fails_is_refused_in_words(
    shown: Shown, slow: Selector, error: Exception, words: str
) -> None:
    """Whatever a user's selector raises is told, the preview is gone, and the next wish is made."""
    slow.error = error
    slow.may_end.set()
    assert shown.ask(selecting((1, 1, 9, 9))).wait(SECONDS)
    assert (shown.refused, shown.words[-1]) == ([words], "")
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    assert shown.masks[-1] == shown.mask.grow(3)


def test_a_colour_outside_the_picture_is_refused(shown: Shown) -> None:
    """There is nothing to show of a click beside the picture."""
    assert shown.ask(Gesture("range", "add", ((-5.0, 3.0),))).wait(SECONDS)
    assert len(shown.refused) == 1
    assert not shown.proposals.is_open


def test_many_that_are_called_off_hold_up_nothing(shown: Shown, slow: Selector) -> None:
    """While selectors that nobody waits for are still at work, other wishes are fulfilled; only one is at work."""
    answers = []
    for _ in range(12):
        answers.append(shown.ask(selecting((1, 1, 9, 9))))
        shown.proposals.settle(False)
    assert slow.began.acquire(timeout=SECONDS)
    assert shown.ask(Refine("grow", 3)).wait(SECONDS)
    assert shown.masks[-1] == shown.mask.grow(3)
    slow.may_end.set()
    assert all(answered.wait(SECONDS) for answered in answers)
    assert slow.most_at_once == 1


def test_a_selector_that_asks_is_told_that_nobody_waits(shown: Shown) -> None:
    """One that takes `cancelled` can end early; what it returns then does not matter."""
    began, ended = threading.Event(), threading.Event()

    def patient(picture: Image.Image, box: Any, on: Any, beside: Any, cancelled: Callable[[], bool]) -> None:
        began.set()
        while not cancelled():
            assert not ended.wait(0.001)
        ended.set()

    register_selector("slow", patient)
    try:
        answered = shown.ask(selecting((1, 1, 9, 9)))
        assert began.wait(SECONDS)
        shown.proposals.settle(False)
        assert answered.wait(SECONDS)
        assert ended.is_set()
        assert shown.refused == []
    finally:
        del selectors._selectors["slow"]
