"""A blind trial: questions in a shuffled order, the answers of one person, and in the end what was behind them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from PIL import Image

from inpaint_nb import settings
from inpaint_nb.edit import Judgement, Opinion
from inpaint_nb.errors import InputError
from inpaint_nb.history import Ratings, Run, run_of, summarise
from inpaint_nb.history.groups import names_of
from inpaint_nb.store import Choice, Picture, open_store
from inpaint_nb.trial.candidates import Candidate, candidates
from inpaint_nb.trial.order import ROUNDS, pairs, shuffled

Preference = Literal["left", "right", "tie"]
PREFERENCES: tuple[Preference, ...] = ("left", "right", "tie")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to one question: of a picture stars and marks, of a pair which one is better."""

    stars: int | None = None
    starred: bool = False
    rejected: bool = False
    preference: Preference | None = None

    @property
    def is_given(self) -> bool:
        """Whether the question counts as answered."""
        return self.stars is not None or self.preference is not None


class Trial:
    """Pictures to be rated by one person who does not know what made them. Any thread may ask.

    Questions are counted from 0, in the order in which they are shown. Answers are on disk at once; a trial of the same
    pictures by the same person goes on where the last one stopped. Nothing here shows a prompt before `reveal`.
    """

    def __init__(self, pictures: Sequence[Candidate], *, rounds: int = 0, key: str, who: str) -> None:
        """`rounds` is how many others each picture meets in pairs; 0 shows one picture at a time."""
        self._store = open_store()
        self._ratings = self._store.ratings
        self._lock = threading.Lock()
        self._listeners: list[Callable[[int | None], object]] = []
        shown = shuffled(pictures, key)
        self._questions: list[tuple[Candidate, ...]]
        self._questions = [*pairs(shown, rounds, key)] if rounds else [(one,) for one in shown]
        self._pictures = [one.picture for one in shown]
        self.is_paired = bool(rounds)
        self.who = who
        self.key = key
        self.is_revealed = False
        self.viewer: Callable[[], None] | None = None
        self._answers = self._known()

    def __len__(self) -> int:
        return len(self._questions)

    @property
    def answers(self) -> list[Answer]:
        """The answer to each question; an empty one where nothing was said yet."""
        return list(self._answers)

    @property
    def answered(self) -> int:
        """How many questions are answered."""
        return sum(answer.is_given for answer in self._answers)

    @property
    def next(self) -> int | None:
        """The first question without an answer; None when all have one."""
        return next((number for number, answer in enumerate(self._answers) if not answer.is_given), None)

    def images(self, number: int) -> tuple[Image.Image, ...]:
        """The picture of a question, or the two of a pair, left and right."""
        return tuple(candidate.open() for candidate in self._question(number))

    def thumbnail(self, number: int) -> bytes:
        """A small copy of a question's first picture, as a JPEG file."""
        return self._question(number)[0].thumbnail()

    # ------------------------------------------------------------------ answers

    def rate(
        self,
        number: int,
        stars: int | None = None,
        *,
        starred: bool | None = None,
        rejected: bool | None = None,
    ) -> Answer:
        """Rates the picture of a question, as `Result.rate` does; written down as given blind."""
        if self.is_paired:
            raise InputError("This trial shows pairs.", "Say which one is better: choose(number, 'left').")
        (candidate,) = self._asked(number)
        judgement = Judgement(stars, starred, rejected, blind=True)
        self._ratings.add(candidate.picture, judgement, self.who)
        before = self._answers[number]
        return self._keep(
            number,
            Answer(
                before.stars if stars is None else stars or None,
                before.starred if starred is None else starred,
                before.rejected if rejected is None else rejected,
            ),
        )

    def choose(self, number: int, preference: Preference) -> Answer:
        """Notes which picture of a pair is better: "left", "right", or "tie" for no difference."""
        if not self.is_paired:
            raise InputError("This trial shows one picture at a time.", "Give it stars: rate(number, 4).")
        if preference not in PREFERENCES:
            raise InputError(f"A choice is left, right or tie, not {preference!r}.")
        left, right = (candidate.picture for candidate in self._asked(number))
        better, worse = (right, left) if preference == "right" else (left, right)
        self._ratings.choose(better, worse, self.who, tie=preference == "tie", blind=True)
        return self._keep(number, Answer(preference=preference))

    def _keep(self, number: int, answer: Answer) -> Answer:
        with self._lock:
            self._answers[number] = answer
        self._tell(number)
        return answer

    def _question(self, number: int) -> tuple[Candidate, ...]:
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(self):
            raise InputError(f"There is no question {number!r}: there are {len(self)}, counted from 0.")
        return self._questions[number]

    def _asked(self, number: int) -> tuple[Candidate, ...]:
        """The question, as long as it can be answered blind."""
        if self.is_revealed:
            raise InputError(
                "What made these pictures was revealed, so they cannot be rated blind any more.",
                "Rate them with Result.rate, or begin another blind().",
            )
        return self._question(number)

    # ------------------------------------------------------------------ what was said before

    def _known(self) -> list[Answer]:
        jobs = {job for job, _ in self._pictures}
        if self.is_paired:
            chosen = {frozenset((one.better, one.worse)): one for one in self._choices(jobs)}
            return [_preferred(chosen, left.picture, right.picture) for left, right in self._questions]
        said = {(one.job_id, one.index): one for one in self._opinions(jobs)}
        return [_said(said.get(one.picture)) for (one,) in self._questions]

    def _opinions(self, jobs: Iterable[str]) -> list[Opinion]:
        """What this person said blind of these pictures."""
        pictures = set(self._pictures)
        newest = [one for several in self._ratings.newest(jobs).values() for one in several]
        return [
            one for one in newest if one.who == self.who and one.blind and (one.job_id, one.index) in pictures
        ]

    def _choices(self, jobs: Iterable[str]) -> list[Choice]:
        pictures = set(self._pictures)
        return [
            one
            for one in self._ratings.choices(jobs)
            if one.who == self.who and one.blind and {one.better, one.worse} <= pictures
        ]

    # ------------------------------------------------------------------ the end

    def reveal(self, by: str | Sequence[str] = "prompt") -> Ratings:
        """What this person said, by prompt, provider or parameter (see `ratings`); from now on everything is shown."""
        names, jobs = names_of(by), {job for job, _ in self._pictures}
        opinions = [] if self.is_paired else self._opinions(jobs)
        table = summarise(self._store, names, opinions, self._choices(jobs) if self.is_paired else [])
        if not self.is_revealed:
            self.is_revealed = True
            self._tell(None)
        return table

    def behind(self) -> list[list[Run]]:
        """The run behind each picture of each question, as far as it is there. Raises InputError before `reveal`."""
        if not self.is_revealed:
            raise InputError("What made the pictures is not told before reveal().")
        jobs = sorted({job for job, _ in self._pictures})
        runs = {record.id: run_of(self._store, record) for record in self._store.several(jobs)}
        wanted = ([candidate.picture[0] for candidate in question] for question in self._questions)
        return [[runs[job] for job in several if job in runs] for several in wanted]

    # ------------------------------------------------------------------ views

    def on_change(self, listener: Callable[[int | None], object]) -> Callable[[], None]:
        """Calls `listener(number)` after an answer, `listener(None)` when all is revealed; returns what ends this."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    def _tell(self, number: int | None) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(number)
            except Exception:  # a failing view must not harm the trial
                log.exception("a listener of %r failed", self)

    def __repr__(self) -> str:
        return f"<Trial by {self.who}: {progress_words(self)}>"

    def _ipython_display_(self) -> None:
        if self.viewer is None:
            raise NotImplementedError  # IPython's word for "use the repr"
        self.viewer()


def begin(
    pictures: object, *, pairs: bool | int = False, seed: int | None = None, who: str | None = None
) -> Trial:
    """The trial of `pictures`: results, a history, a sweep, a session, or a list of such; failed runs show nothing.

    `pairs` shows two at a time, each picture with six others, or with so many. The order is the person's own unless
    `seed` gives the same to everyone. Raises InputError where there is nothing to rate.
    """
    rater = settings.rater(who)
    rounds = _rounds(pairs)
    found = candidates(pictures)
    if len(found) < (2 if rounds else 1):
        raise InputError(f"There are {len(found)} pictures here, too few to rate.", "Run something first.")
    names = " ".join(f"{job}.{index}" for job, index in sorted(one.picture for one in found))
    key = f"{seed} {names}" if seed is not None else f"{rater} {names}"
    found.sort(key=lambda one: one.picture)
    return Trial(found, rounds=rounds, key=key, who=rater)


def progress_words(trial: Trial) -> str:
    """How far it is."""
    things = "pairs" if trial.is_paired else "pictures"
    return f"{trial.answered} of {len(trial)} {things} rated"


def _rounds(pairs: object) -> int:
    if isinstance(pairs, bool):
        return ROUNDS if pairs else 0
    if not isinstance(pairs, int) or pairs < 1:
        raise InputError(f"pairs must be True, False or how many others each picture meets, not {pairs!r}.")
    return pairs


def _said(opinion: Opinion | None) -> Answer:
    if opinion is None:
        return Answer()
    return Answer(opinion.stars, opinion.starred, opinion.rejected)


def _preferred(chosen: dict[frozenset[Picture], Choice], left: Picture, right: Picture) -> Answer:
    choice = chosen.get(frozenset((left, right)))
    if choice is None:
        return Answer()
    if choice.tie:
        return Answer(preference="tie")
    return Answer(preference="left" if choice.better == left else "right")
