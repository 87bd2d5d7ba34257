"""Two pictures to be looked at against each other: a result and its parent, two results, or any two pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from inpaint_nb.edit import Report, Result, picture_index
from inpaint_nb.errors import InputError
from inpaint_nb.history.run import Run
from inpaint_nb.lineage import sidespage, sidespicture
from inpaint_nb.lineage.comparison import pixels
from inpaint_nb.lineage.heat import Heat
from inpaint_nb.lineage.sides import Sides
from inpaint_nb.sources import open_picture

PARENT, TWO = ("Parent", "Result"), ("First", "Second")
PAGES = (".html", ".htm")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Pictures `a` and `b`, called `names`. A notebook shows a slider, both side by side, blinking, and a heat map.

    What is shown works without a kernel, a network and a script. `report` is that of the run that made `b` from `a`,
    None where it did not.
    """

    sides: Sides
    names: tuple[str, str] = TWO
    report: Report | None = None

    @property
    def a(self) -> Image.Image:
        """The first picture."""
        return self.sides.a

    @property
    def b(self) -> Image.Image:
        """The second picture."""
        return self.sides.b

    @property
    def heat(self) -> Heat:
        """Where they differ, as a map and in numbers, in the size of the first."""
        return self.sides.heat

    @property
    def side_by_side(self) -> Image.Image:
        """Both in one picture, RGB, at the resolution of the finer one."""
        return sidespicture.side_by_side(self.sides)

    @property
    def heat_map(self) -> Image.Image:
        """The heat map with its legend below."""
        return sidespicture.heat_map(self.sides)

    @property
    def image(self) -> Image.Image:
        """Both and the heat map with its legend, in one row."""
        return sidespicture.all_three(self.sides)

    @property
    def words(self) -> str:
        """How they differ, in sentences."""
        said = pixels(self.heat)
        sentences = [f"{said[0].upper()}{said[1:]} (of 255).", self.sides.size_words(), self._report_words()]
        return " ".join(filter(None, sentences))

    def _report_words(self) -> str:
        if self.report is None:
            return ""
        inside, outside = self.report.changed_inside, self.report.changed_outside
        return f"The run changed {inside:,} pixels inside its mask and {outside:,} outside."

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes a page of its own where the name ends in .html, else `image` in the format that the name says."""
        file = Path(path)
        if file.suffix.lower() in PAGES:
            file.write_text(sidespage.document(self.sides, self.names, self.words), encoding="utf-8")
            return file
        try:
            self.image.save(file)
        except ValueError as error:  # Pillow's words for a name whose ending it does not know
            raise InputError(f"Cannot save {file.name!r}: {error}.", "Use .html, .png or .jpg.") from error
        return file

    def __repr__(self) -> str:
        return f"<Comparison of {self.names[0]} and {self.names[1]}: {self.words}>"

    def _repr_html_(self) -> str:
        return sidespage.fragment(self.sides, self.names, self.words)


def compare(
    a: object, b: object = None, *, index: int | tuple[int, int] = 0, names: tuple[str, str] | None = None
) -> Comparison:
    """`a` against `b`; a result alone is compared with the picture it was made from.

    Each is a result, a run of the history, or whatever `open` takes as a picture; `b` may also be the number of another
    picture of `a`, from 0. `index` is which picture of a result, a pair for one of each; `names` is what the pictures
    are called. Raises InputError for what is no picture, and for a single one that was made from none.
    """
    first = a.result() if isinstance(a, Run) else a
    at = index if isinstance(index, tuple) else (index, index)
    if b is None:
        return _with_parent(first, at[1], names or PARENT)
    second, at = (first, (at[0], b)) if isinstance(b, int) and not isinstance(b, bool) else (b, at)
    return Comparison(Sides(_picture(first, at[0]), _picture(second, at[1])), _two(names or TWO))


def _with_parent(result: object, index: int, names: tuple[str, str]) -> Comparison:
    if not isinstance(result, Result):
        raise InputError("There is nothing to compare it with.", "Give a second picture, or a result alone.")
    if result.parent is None:
        raise InputError(
            "This result was made from no picture.", "Give a second result, picture or picture number."
        )
    at = picture_index(index, len(result.composited))
    report = result.reports[at] if result.reports else None
    return Comparison(Sides(result.parent, result.images[at]), _two(names), report)


def _picture(source: object, index: int) -> Image.Image:
    made = source.result() if isinstance(source, Run) else source
    if isinstance(made, Result):
        return made.images[picture_index(index, len(made.composited))]
    return open_picture(made).image


def _two(names: tuple[str, str]) -> tuple[str, str]:
    if isinstance(names, str) or len(names) != len(TWO):
        raise InputError("names must be two: what the first is called, and what the second.")
    return str(names[0]), str(names[1])
