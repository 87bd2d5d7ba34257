"""The pictures of a gallery against each other: which two, made ready on worker threads, shown in a `Compare`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from PIL import Image

from inpaint_nb import workers
from inpaint_nb.errors import InputError
from inpaint_nb.lineage import Comparison
from inpaint_nb.lineage.heat import GAIN
from inpaint_nb.lineage.sides import Sides, encoded
from inpaint_nb.lineage.sidespage import gradient
from inpaint_nb.notebook.compare import Compare

log = logging.getLogger(__name__)

SHOWN_PX = 1600  # longest side of what is sent to the page
QUALITY = 90

Save = Callable[[Comparison], object]


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """A picture that can be compared: what it is called, and the key of the one it was made from, if that is here."""

    image: Image.Image
    label: str
    parent: str = ""


class Comparing:
    """Joins a gallery's pictures with a `Compare`. Any thread may call it; of several pairs the newest is shown."""

    def __init__(self, on_save: Save) -> None:
        """`on_save` writes the comparison that is shown."""
        self._on_save = on_save
        self._exhibits: dict[str, Exhibit] = {}
        self._turns = count(1)
        self._turn = 0
        self._shown: tuple[Sides, tuple[str, str]] | None = None
        self.view = Compare(self)

    def add(self, key: str, exhibit: Exhibit) -> None:
        """Lets this picture be chosen."""
        self._exhibits[key] = exhibit
        self.view.show_choices(self._choices())

    def open(self, key: str) -> None:
        """Shows a picture against the one it was made from; one that was made from none against the newest other.

        Raises InputError where there is no other.
        """
        exhibit = self._exhibits.get(key)
        others = [each for each in self._exhibits if each != key]
        if exhibit is None or not others:
            raise InputError("There is nothing to compare it with yet.", "Press Run first.")
        if exhibit.parent in others:
            self.choose(exhibit.parent, key)
        else:
            self.choose(key, others[-1])

    def choose(self, left: str, right: str) -> None:
        """Shows these two; a page's messages may name pictures that are gone."""
        if left in self._exhibits and right in self._exhibits:
            self._turn = turn = next(self._turns)
            workers.begin(lambda: self._told(lambda: self._show_pair(turn, left, right)))

    def show_heat(self) -> None:
        """Shows where the two differ."""
        turn, shown = self._turn, self._shown
        if shown is not None:
            workers.begin(lambda: self._told(lambda: self._show_heat(turn, shown[0])))

    def save(self) -> None:
        """Writes what is shown as a page beside the notebook."""
        if self._shown is not None:
            self._on_save(Comparison(*self._shown))

    # ------------------------------------------------------------------ on worker threads

    def _show_pair(self, turn: int, left: str, right: str) -> None:
        first, second = self._exhibits[left], self._exhibits[right]
        sides = Sides(first.image, second.image)
        files = [encoded(image, QUALITY) for image in sides.framed(SHOWN_PX)]
        if turn == self._turn:
            self._shown = sides, (first.label, second.label)
            content: dict[str, object] = {
                "left": left, "right": right, "choices": self._choices(), "size": list(sides.a.size),
                "words": sides.size_words(), "mimes": [mime for mime, _ in files],
            }  # fmt: skip
            self.view.show_pair(content, [file for _, file in files])

    def _show_heat(self, turn: int, sides: Sides) -> None:
        shown = Comparison(sides)
        words = shown.words
        mime, file = encoded(Sides(sides.heat_image, sides.heat_image).framed(SHOWN_PX)[0], QUALITY)
        if turn == self._turn:
            content: dict[str, object] = {
                "words": words, "mimes": [mime], "stops": gradient(), "most": f"{255 // GAIN} of 255 or more",
            }  # fmt: skip
            self.view.show_heat(content, file)

    def _told(self, work: Callable[[], None]) -> None:
        """Nobody waits for a worker, so what goes wrong there is logged."""
        try:
            work()
        except Exception:
            log.exception("a comparison could not be shown")

    def _choices(self) -> list[list[str]]:
        return [[key, exhibit.label] for key, exhibit in self._exhibits.items()]
