"""One place in a tree: a run with its pictures, or the picture that everything started from."""

from __future__ import annotations

from dataclasses import dataclass

from inpaint_nb.edit import Rating, Result
from inpaint_nb.errors import InputError
from inpaint_nb.history import Run


@dataclass(frozen=True, slots=True)
class Edge:
    """A step from one node to the next: `parent` and `child` are keys, `index` is the picture it started from."""

    parent: str
    child: str
    index: int
    label: str


@dataclass(frozen=True, eq=False, repr=False)
class Node:
    """A run in the tree, or the original picture, which has no run.

    `key` is the id of the run or the digest of the picture; `parent` and `children` are keys. `index` is the picture of
    the parent that the run started from. `pictures` are digests. `depth` counts from the root, `number` the runs of the
    tree by age, from 1; the original has 0. `is_worn` says that one place was changed too often up to here.
    """

    key: str
    run: Run | None
    parent: str | None = None
    index: int = 0
    children: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    depth: int = 0
    number: int = 0
    is_worn: bool = False

    @property
    def is_original(self) -> bool:
        """Whether this is the picture that no run made."""
        return self.run is None

    @property
    def status(self) -> str:
        """How the run ended: "done", "failed", "cancelled", "unfinished", or "deleted"; "original" without a run."""
        if self.run is None:
            return "original"
        return "deleted" if self.run.record.deleted is not None else self.run.status

    @property
    def prompt(self) -> str:
        """What was asked, verbatim; empty where nothing was."""
        return "" if self.run is None else self.run.prompt

    @property
    def label(self) -> str:
        """What led here in a few words: the button, the prompt, or what was done without either."""
        if self.run is None:
            return ""
        said = [self.run.record.label or "", self.run.prompt]
        return ": ".join(word for word in said if word) or _KINDS[self.run.kind]

    @property
    def has_result(self) -> bool:
        """Whether `result()` gives one."""
        return self.run is not None and self.run.has_result

    @property
    def why(self) -> str:
        """Why there is no result, in words; empty where there is one."""
        error = None if self.run is None else self.run.error
        return "" if error is None else error.message

    def rating(self, index: int = 0) -> Rating:
        """What people think of picture `index`."""
        opinions = () if self.run is None else self.run.opinions
        return Rating(tuple(opinion for opinion in opinions if opinion.index == index))

    @property
    def best(self) -> Rating:
        """What people think of the picture that they like most; none that is rejected unless all are."""
        ratings = [self.rating(index) for index in range(len(self.pictures))] or [Rating()]
        return max(ratings, key=lambda rating: (not rating.rejected, rating.starred, rating.stars or 0))

    def result(self) -> Result:
        """The result, whole. Raises the run's error where there is none, InputError for the original picture."""
        if self.run is None:
            raise InputError("No run made this picture: everything started from it.")
        return self.run.result()

    def __repr__(self) -> str:
        if self.run is None:
            return f"<Node: the original {self.key[:8]}>"
        words = self.label if len(self.label) <= 40 else f"{self.label[:40]}…"
        return f"<Node {self.number}: {self.status} {words!r}, {self.key[:8]}>"


_KINDS = {"edit": "no prompt", "imagine": "no prompt", "press": "pressed", "fetch": "fetched"}
