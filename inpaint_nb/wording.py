"""One prompt with alternatives in braces, and all the prompts that it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inpaint_nb.errors import InputError

MAX_PROMPTS = 10_000  # a slip of the pen in braces must not fill the memory

_PIECES = re.compile(r"\\[{|}]|[{|}]|[^\\{|}]+|\\")


@dataclass
class _Group:
    """A group while it is read: where it began, the alternatives that are over, and the beginnings of this one."""

    position: int
    over: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=lambda: [""])

    def add(self, endings: list[str]) -> None:
        """Every prompt so far with every ending, the earlier group changing slowest."""
        if len(self.current) * len(endings) > MAX_PROMPTS:
            raise InputError(
                f"This stands for more than {MAX_PROMPTS:,} prompts.", "Use fewer alternatives at once."
            )
        self.current = [beginning + ending for beginning in self.current for ending in endings]

    def next_alternative(self) -> None:
        self.over, self.current = self.over + self.current, [""]


def expand(prompt: str) -> list[str]:
    r"""Every prompt that `"a {red|blue} fox in {oil|ink}"` stands for, the first group changing slowest.

    Groups may hold groups; `\{`, `\|` and `\}` are the characters themselves, as is `|` outside of braces. A prompt
    without braces is the only one in the list. Raises InputError for braces that do not match, with the position
    counted from 0, and for more than 10,000 prompts.
    """
    if not isinstance(prompt, str):
        raise InputError(f"A prompt must be a text, not {type(prompt).__name__}.")
    open_groups = [_Group(-1)]
    for piece in _PIECES.finditer(prompt):
        _take(piece[0], piece.start(), open_groups)
    if len(open_groups) > 1:
        raise _unbalanced("{", open_groups[-1].position)
    return open_groups[0].current


def _take(piece: str, position: int, open_groups: list[_Group]) -> None:
    group = open_groups[-1]
    if piece == "{":
        open_groups.append(_Group(position))
    elif piece == "}":
        if len(open_groups) == 1:
            raise _unbalanced("}", position)
        group.next_alternative()
        open_groups.pop()
        open_groups[-1].add(group.over)
    elif piece == "|" and len(open_groups) > 1:
        group.next_alternative()
    else:
        group.add([piece.removeprefix("\\") if len(piece) == 2 and piece[1] in "{|}" else piece])


def _unbalanced(brace: str, position: int) -> InputError:
    what = "is never closed" if brace == "{" else "closes nothing"
    return InputError(
        f"The {brace} at position {position} {what}.", f"Write \\{brace} for the character itself."
    )
