"""Every action of the editor and the keys that do it: one table for the page, the help line and the tests.

A chord is written as the browser names its key, in lower case: "b", "[", "delete", "mod+z", "mod+shift+z".
`mod` is Ctrl, or Command on a Mac. A held action also sends its name with "_end" when the key goes up.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

Owner = Literal["page", "mask", "history", "panel"]
Place = Literal["editor", "rating", "blind"]
DIGITS = ("1", "2", "3", "4", "5", "0")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the hand can do: `help` is for buttons and the help line, `owner` says who does it.

    One with `digits` is told with its key, as "rate_4".
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    help: str
    owner: Owner
    held: bool = False
    digits: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the page may say when it is done."""
        if self.digits:
            return tuple(f"{self.name}_{key}" for key in self.keys)
        return (self.name, f"{self.name}_end") if self.held else (self.name,)


RATING = (
    Action("rate", DIGITS, "1–5", "stars (0 none)", "panel", digits=True),
    Action("star", ("f", "*"), "F", "star", "panel"),
    Action("reject", ("d",), "D", "reject, keep", "panel"),
)
ARROWS = tuple(
    f"{held}arrow{way}" for held in ("", "shift+", "mod+") for way in ("left", "right", "up", "down")
)
ACTIONS = (
    Action("brush", ("b",), "B", "brush", "page"),
    Action("eraser", ("e",), "E", "eraser", "page"),
    Action("rectangle", ("r",), "R", "rectangle", "page"),
    Action("ellipse", ("l",), "L", "ellipse", "page"),
    Action("lasso", ("a",), "A", "lasso", "page"),
    Action("polygon", ("g",), "G", "polygon", "page"),
    Action("wand", ("w",), "W", "magic wand", "page"),
    Action("range", ("k",), "K", "colour range", "page"),
    Action("select", ("q",), "Q", "smart select", "page"),
    Action("swap", ("x",), "X", "add / subtract", "page"),
    Action("intersect", ("t",), "T", "intersect", "page"),
    Action("place", ("enter",), "Enter", "place, close or apply", "page"),
    Action("move", ARROWS, "Arrows", "move the crosshair (Shift: finer, Ctrl: faster)", "page"),
    Action("smaller", ("[",), "[", "smaller brush", "page"),
    Action("larger", ("]",), "]", "larger brush", "page"),
    Action("undo", ("mod+z",), "Ctrl+Z", "undo", "history"),
    Action("redo", ("mod+shift+z", "mod+y"), "Ctrl+Shift+Z", "redo", "history"),
    Action("clear", ("delete", "backspace"), "Del", "clear", "mask"),
    Action("invert", ("i",), "I", "invert", "mask"),
    Action("shrink", ("-", "_"), "−", "shrink", "mask"),
    Action("grow", ("+", "="), "+", "grow", "mask"),
    Action("colour", ("c",), "C", "colour", "page"),
    Action("fainter", (",",), ",", "fainter", "page"),
    Action("stronger", (".",), ".", "stronger", "page"),
    Action("overlay", ("o",), "O", "show / hide mask", "page"),
    Action("zoom_in", ("z",), "Z", "zoom in", "page"),
    Action("zoom_out", ("shift+z",), "Shift+Z", "zoom out", "page"),
    Action("fit", ("home",), "Home", "whole picture", "page"),
    Action("full", ("n",), "N", "one to one", "page"),
    Action("pan", (" ",), "Space", "hold: move the picture", "page", held=True),
    Action("unit", ("y",), "Y", "brush in picture / screen pixels", "page"),
    Action("prompt", ("p",), "P", "prompt", "panel"),
    Action("run", ("mod+enter",), "Ctrl+Enter", "run", "panel"),
    Action("cancel", ("mod+backspace", "mod+delete"), "Ctrl+Del", "cancel run", "panel"),
    Action("compare", ("v",), "V", "hold: newest result", "panel", held=True),
    Action("use", ("u",), "U", "use newest result", "panel"),
    Action("save", ("s",), "S", "save newest result", "panel"),
    *RATING,
    Action("help", ("?", "h"), "?", "keys", "page"),
    Action("leave", ("escape",), "Esc", "leave", "page"),
)

# In blind rating a key does what it does in the panel, and goes on.
BLIND = (
    *RATING,
    Action("previous", ("arrowleft",), "←", "previous", "page"),
    Action("next", ("arrowright", " "), "→", "next", "page"),
    Action("first", ("home",), "Home", "first", "page"),
    Action("left", ("a",), "A", "left is better", "page"),
    Action("right", ("b",), "B", "right is better", "page"),
    Action("tie", ("t", "="), "T", "no difference", "page"),
)
PLACES: dict[Place, tuple[Action, ...]] = {"editor": ACTIONS, "rating": RATING, "blind": BLIND}

PANEL_ACTIONS = frozenset(name for action in ACTIONS if action.owner == "panel" for name in action.names)


def table(place: Place = "editor") -> list[dict[str, object]]:
    """The actions as data for the page."""
    return [{**asdict(action), "keys": list(action.keys)} for action in PLACES[place]]


def help_line() -> str:
    """All keys in one line of text."""
    return " · ".join(f"{action.shown} {action.help}" for action in ACTIONS)
