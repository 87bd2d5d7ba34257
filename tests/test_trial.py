"""Blind trials: nothing is said of what made a picture, answers stay, and the end tells all."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, Result, Session
from inpaint_nb.jobs import submit
from inpaint_nb.store import open_store
from inpaint_nb.trial import Answer
from inpaint_nb.trial.order import pairs, shuffled

SIZE = (24, 16)
BOX = Mask.rectangle(SIZE, (4, 4, 12, 12))
PROMPTS = ("a secret fox", "a secret owl")


def study(count: int = 2) -> list[Result]:
    """Recorded edits, some of each prompt."""
    images = [Image.effect_noise(SIZE, 40 + number).convert("RGB") for number in range(count)]
    jobs = [submit(image, BOX, prompt) for prompt in PROMPTS for image in images]
    return [job.result(timeout=30) for job in jobs]


@pytest.fixture(autouse=True)
def rater(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ann rates."""
    monkeypatch.setenv("INPAINT_NB_RATER", "ann")


def test_a_trial_takes_what_has_pictures() -> None:
    """Results, a history, runs and ids, a session, and several of these; each picture once, failed runs not at all."""
    results = study()
    session = Session(results[0].image)
    session.adopt(submit(results[0].image, BOX, "one more")).result(timeout=30)
    for source, count in (
        (results, 4),
        (results[0], 1),
        (inp.history(), 5),
        (inp.history(text="OWL"), 2),
        (session, 1),
        ([inp.history(), *results, None, results[0].job_id, inp.history().run(results[1].job_id)], 5),
    ):
        assert len(inp.blind(source)) == count
    for wrong in ([], inp.history(text="nothing"), 7, [7]):
        with pytest.raises(InputError):
            inp.blind(wrong)
    with pytest.raises(InputError, match="too few"):
        inp.blind(results[0], pairs=True)


def test_a_trial_takes_a_sweep() -> None:
    """Every cell that has a result, and nothing of the others."""
    photo = Image.effect_noise(SIZE, 40).convert("RGB")
    sweep = inp.sweep(photo, masks=BOX, prompts=list(PROMPTS), seeds=[1, 2])
    sweep.wait(60)
    assert len(inp.blind(sweep)) == 4


def test_the_order_is_the_persons_own_or_the_seeds() -> None:
    """The same person gets the same order again; another one another; a seed gives everyone the same."""
    study(6)
    order = {
        name: [candidate.picture for (candidate,) in inp.blind(inp.history(), **asked)._questions]
        for name, asked in {
            "ann": {},
            "ann again": {"who": "ann"},
            "ben": {"who": "ben"},
            "seed": {"seed": 7},
            "seed of ben": {"seed": 7, "who": "ben"},
            "other seed": {"seed": 8},
        }.items()
    }
    assert order["ann"] == order["ann again"]
    assert order["seed"] == order["seed of ben"]
    assert len({tuple(order[name]) for name in ("ann", "ben", "seed", "other seed")}) == 4


def test_answers_are_ratings_given_blind() -> None:
    """On disk at once, with who, and marked as blind."""
    study()
    trial = inp.blind(inp.history(), who="ben")
    assert trial.rate(0, 4) == Answer(4)
    assert trial.rate(0, starred=True, rejected=True) == Answer(4, True, True)
    (candidate,) = trial._questions[0]
    (opinion,) = open_store().ratings.of(candidate.picture)
    assert (opinion.who, opinion.stars, opinion.starred, opinion.rejected, opinion.blind) == (
        "ben", 4, True, True, True,
    )  # fmt: skip
    assert trial.rate(0, 0) == Answer(None, True, True)
    assert (trial.answered, trial.next) == (0, 0)


def test_a_trial_goes_on_where_it_stopped() -> None:
    """The same pictures by the same person, in another process too; what others or open eyes said does not count."""
    results = study()
    results[0].rate(5)
    trial = inp.blind(inp.history())
    assert trial.answered == 0
    trial.rate(2, 3)
    trial.rate(0, 1)
    again = inp.blind(inp.history())
    assert (again.answers, again.next) == (trial.answers, 1)
    assert inp.blind(inp.history(), who="ben").answered == 0
    code = "import inpaint_nb as inp; trial = inp.blind(inp.history()); print(trial, trial.next)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "<Trial by ann: 2 of 4 pictures rated> 1"


def test_nothing_is_told_before_the_end() -> None:
    """Neither the words of a trial nor its errors hold a prompt; what was behind is refused."""
    study()
    trial = inp.blind(inp.history())
    assert "secret" not in repr(trial)
    with pytest.raises(InputError, match=r"before reveal"):
        trial.behind()


def test_the_end_tells_all() -> None:
    """Stars by prompt, of this trial and this person only, and the run behind each number."""
    results = study()
    results[0].rate(1, who="ben")
    trial = inp.blind(inp.history())
    stars = {PROMPTS[0]: 5, PROMPTS[1]: 2}
    for number, (candidate,) in enumerate(trial._questions):
        trial.rate(number, stars[inp.history().run(candidate.picture[0]).prompt])
    assert trial.next is None
    table = trial.reveal()
    assert [(line.key, line.n, line.mean) for line in table] == [((PROMPTS[0],), 2, 5), ((PROMPTS[1],), 2, 2)]
    assert {line.key for line in trial.reveal("provider")} == {("local",)}
    assert [[stars[run.prompt] for run in runs] for runs in trial.behind()] == [
        [answer.stars] for answer in trial.answers
    ]
    with pytest.raises(InputError, match="revealed"):
        trial.rate(0, 3)
    assert inp.ratings(blind=True)[PROMPTS[0]].n == 2


def test_pairs_are_choices() -> None:
    """Which one is better, on disk, and summed up by prompt at the end; a tie is half a win."""
    study()
    trial = inp.blind(inp.history(), pairs=True)
    assert len(trial) == 6
    for number, (left, right) in enumerate(trial._questions):
        prompts = [inp.history().run(one.picture[0]).prompt for one in (left, right)]
        better = "tie" if prompts[0] == prompts[1] else ("left", "right")[prompts.index(PROMPTS[1])]
        assert trial.choose(number, better).preference == better
    assert inp.blind(inp.history(), pairs=True).answers == trial.answers
    assert [(line.key, line.pairs, line.won) for line in trial.reveal()] == [
        ((PROMPTS[1],), 4, 1), ((PROMPTS[0],), 4, 0),
    ]  # fmt: skip
    assert "4 choices in pairs, by prompt" in repr(trial.reveal())


def test_what_is_no_answer_is_refused() -> None:
    """Stars for a pair, a choice for one picture, numbers that are not there."""
    study()
    alone, paired = inp.blind(inp.history()), inp.blind(inp.history(), pairs=2)
    for wrong in (
        lambda: alone.choose(0, "left"),
        lambda: paired.rate(0, 3),
        lambda: paired.choose(0, "both"),  # type: ignore[arg-type]
        lambda: alone.rate(4, 3),
        lambda: alone.rate(-1, 3),
        lambda: alone.rate(0, 6),
        lambda: alone.rate(0),
        lambda: alone.images(9),
        lambda: inp.blind(inp.history(), pairs=0),
        lambda: inp.blind(inp.history(), pairs="yes"),  # type: ignore[arg-type]
        lambda: inp.blind(inp.history(), who=""),
    ):
        with pytest.raises(InputError):
            wrong()
    assert (alone.answered, paired.answered) == (0, 0)


def test_pictures_are_those_of_the_runs() -> None:
    """Whole, and small copies, from the store or from results in hand."""
    results = study()
    by_id = {result.job_id: result for result in results}
    for trial in (inp.blind(inp.history()), inp.blind(results)):
        for number, (candidate,) in enumerate(trial._questions):
            (image,) = trial.images(number)
            assert image.tobytes() == by_id[candidate.picture[0]].image.tobytes()
            assert trial.thumbnail(number)[:2] == b"\xff\xd8"


def test_listeners_hear_of_answers_and_of_the_end() -> None:
    """By number, and once with None; a listener that fails harms nobody."""
    study()
    trial = inp.blind(inp.history())
    heard: list[int | None] = []
    trial.on_change(lambda _: 1 / 0)
    stop = trial.on_change(heard.append)
    trial.rate(1, 3)
    trial.reveal()
    trial.reveal()
    stop()
    stop()
    assert heard == [1, None]


@given(st.integers(2, 40), st.integers(1, 12), st.text())
def test_pairs_are_fair(count: int, rounds: int, key: str) -> None:
    """Nobody meets the same one twice or itself, and all meet about equally many: as many as there are rounds."""
    drawn = pairs(range(count), rounds, key)
    assert len({frozenset(pair) for pair in drawn}) == len(drawn)
    assert all(left != right for left, right in drawn)
    met = Counter(one for pair in drawn for one in pair)
    possible = min(rounds, count - 1 + count % 2)
    rests = count % 2
    assert all(possible - rests <= met[one] <= min(rounds, count - 1) for one in range(count))
    assert pairs(range(count), rounds, key) == drawn


@given(st.lists(st.integers()), st.text())
def test_shuffling_loses_nothing(things: list[int], key: str) -> None:
    """The same things, the same order for the same key."""
    assert sorted(shuffled(things, key)) == sorted(things)
    assert shuffled(things, key) == shuffled(things, key)
