"""One mask and everything it was before: named steps to go back and forth along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

BEGINNING = "start"


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """One step of a mask's history: its number from 0, what was done in a few words, and the mask after it."""

    number: int
    title: str
    mask: Mask
    is_current: bool = False

    def __repr__(self) -> str:
        return f"<{'▸ ' if self.is_current else ''}{self.number} {self.title}>"


class History(tuple[HistoryStep, ...]):
    """The steps of a mask, oldest first; those after `position` were undone and can be redone."""

    __slots__ = ()

    @property
    def position(self) -> int:
        """The number of the step that the mask is at."""
        return next(step.number for step in self if step.is_current)

    def __repr__(self) -> str:
        return "\n".join(f"{'▸' if step.is_current else ' '} {step.number} {step.title}" for step in self)


class Timeline:
    """A mask with its history. Not locked: whoever holds it is."""

    def __init__(self, mask: Mask) -> None:
        self._steps = [(BEGINNING, mask)]
        self._position = 0

    @property
    def mask(self) -> Mask:
        """The mask of now."""
        return self._steps[self._position][1]

    @property
    def can_undo(self) -> bool:
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        return self._position < len(self._steps) - 1

    def edit(self, change: Callable[[Mask], Mask], title: str = "") -> bool:
        """Whether `change` gave another mask, which is a step then; what was undone is forgotten."""
        before = self.mask
        after = change(before)
        if after is before:
            return False
        del self._steps[self._position + 1 :]
        self._steps.append((title or after.change_since(before), after))
        self._position += 1
        return True

    def move(self, by: int) -> bool:
        """Whether there is a step so far on, or back where `by` is below 0; it is gone to."""
        to = self._position + by
        is_there = 0 <= to < len(self._steps)
        self._position = to if is_there else self._position
        return is_there and by != 0

    def go_to(self, step: int | HistoryStep) -> bool:
        """Whether the step, by number or as `history` gave it, was another one. Raises InputError for none of these."""
        return self.move(self._number(step) - self._position)

    def _number(self, step: int | HistoryStep) -> int:
        number = step.number if isinstance(step, HistoryStep) else step
        last = len(self._steps) - 1
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= last:
            raise InputError(
                f"The mask's history has no step {number!r}.", f"Its steps are numbered 0 to {last}."
            )
        if isinstance(step, HistoryStep) and self._steps[number][1] is not step.mask:
            raise InputError(
                f"{step!r} is no longer in the history of this mask.", "Look at session.history again."
            )
        return number

    def history(self) -> History:
        """Every step, oldest first."""
        return History(
            HistoryStep(number, title, mask, number == self._position)
            for number, (title, mask) in enumerate(self._steps)
        )
