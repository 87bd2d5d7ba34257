"""Every action of the editor, the keys that do it and its Python call: one table for page, help and tests.

A chord is written as the browser names its key, in lower case: "b", "[", "delete", "mod+z", "mod+shift+z".
`mod` is Ctrl, or Command on a Mac. A held action also sends its name with "_end" when the key goes up.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

Owner = Literal["page", "mask", "history", "panel"]
Place = Literal["editor", "rating", "blind", "compare"]
Group = Literal["tools", "mask", "view", "results"]
DIGITS = ("1", "2", "3", "4", "5", "0")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing the hand can do: `help` is for buttons and the help, `owner` says who does it.

    `call` is the Python that does the same, where there is any, with `mask`, `image`, `session`, `result` for what is
    shown. One with `digits` is told with its key, as "rate_4".
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    help: str
    owner: Owner
    group: Group
    call: str = ""
    held: bool = False
    digits: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the page may say when it is done."""
        if self.digits:
            return tuple(f"{self.name}_{key}" for key in self.keys)
        return (self.name, f"{self.name}_end") if self.held else (self.name,)


RATING = (
    Action("rate", DIGITS, "1–5", "stars (0 none)", "panel", "results", "result.rate(4)", digits=True),
    Action("star", ("f", "*"), "F", "star", "panel", "results", "result.rate(starred=True)"),
    Action("reject", ("d",), "D", "reject, keep", "panel", "results", "result.rate(rejected=True)"),
)
ARROWS = tuple(
    f"{held}arrow{way}" for held in ("", "shift+", "mod+") for way in ("left", "right", "up", "down")
)
ACTIONS = (
    Action("brush", ("b",), "B", "brush", "page", "tools", "mask | Mask.stroke(size, points, radius)"),
    Action("eraser", ("e",), "E", "eraser", "page", "tools", "mask - Mask.stroke(size, points, radius)"),
    Action("rectangle", ("r",), "R", "rectangle", "page", "tools", "mask | Mask.rectangle(size, box)"),
    Action("ellipse", ("l",), "L", "ellipse", "page", "tools", "mask | Mask.ellipse(size, box)"),
    Action("lasso", ("a",), "A", "lasso", "page", "tools", "mask | Mask.polygon(size, points)"),
    Action("polygon", ("g",), "G", "polygon", "page", "tools", "mask | Mask.polygon(size, points)"),
    Action("wand", ("w",), "W", "magic wand", "page", "tools", "mask | Mask.wand(image, point)"),
    Action(
        "range",
        ("k",),
        "K",
        "colour range",
        "page",
        "tools",
        "mask | Mask.colour_range(image, points=points)",
    ),
    Action("select", ("q",), "Q", "smart select", "page", "tools", "mask | Mask.select(image, box)"),
    Action("swap", ("x",), "X", "add / subtract", "page", "tools", "mask - other"),
    Action("intersect", ("t",), "T", "intersect", "page", "tools", "mask & other"),
    Action("smaller", ("[",), "[", "smaller brush", "page", "tools"),
    Action("larger", ("]",), "]", "larger brush", "page", "tools"),
    Action("unit", ("y",), "Y", "brush in picture / screen pixels", "page", "tools"),
    Action("move", ARROWS, "Arrows", "move the crosshair (Shift: finer, Ctrl: faster)", "page", "tools"),
    Action("place", ("enter",), "Enter", "place, close or apply", "page", "tools"),
    Action("undo", ("mod+z",), "Ctrl+Z", "undo", "history", "mask", "session.undo()"),
    Action("redo", ("mod+shift+z", "mod+y"), "Ctrl+Shift+Z", "redo", "history", "mask", "session.redo()"),
    Action("clear", ("delete", "backspace"), "Del", "clear", "mask", "mask", "Mask.empty(size)"),
    Action("invert", ("i",), "I", "invert", "mask", "mask", "~mask"),
    Action("shrink", ("-", "_"), "−", "shrink", "mask", "mask", "mask.shrink(px)"),
    Action("grow", ("+", "="), "+", "grow", "mask", "mask", "mask.grow(px)"),
    Action("overlay", ("o",), "O", "show / hide mask", "page", "view"),
    Action("colour", ("c",), "C", "colour", "page", "view"),
    Action("fainter", (",",), ",", "fainter", "page", "view"),
    Action("stronger", (".",), ".", "stronger", "page", "view"),
    Action("zoom_in", ("z",), "Z", "zoom in", "page", "view"),
    Action("zoom_out", ("shift+z",), "Shift+Z", "zoom out", "page", "view"),
    Action("fit", ("home",), "Home", "whole picture", "page", "view"),
    Action("full", ("n",), "N", "one to one", "page", "view"),
    Action("pan", (" ",), "Space", "hold: move the picture", "page", "view", held=True),
    Action("help", ("?", "h"), "?", "all keys", "page", "view"),
    Action("leave", ("escape",), "Esc", "leave", "page", "view"),
    Action("prompt", ("p",), "P", "prompt", "panel", "results", "session.prompt"),
    Action("run", ("mod+enter",), "Ctrl+Enter", "run", "panel", "results", "session.run()"),
    Action(
        "cancel",
        ("mod+backspace", "mod+delete"),
        "Ctrl+Del",
        "cancel run",
        "panel",
        "results",
        "session.job.cancel()",
    ),
    Action("compare", ("v",), "V", "hold: newest result", "panel", "results", "session.result", held=True),
    Action("use", ("u",), "U", "use newest result", "panel", "results", "session.use(result)"),
    Action("save", ("s",), "S", "save newest result", "panel", "results", "result.save(path)"),
    *RATING,
)

# In blind rating a key does what it does in the panel, and goes on.
BLIND = (
    *RATING,
    Action("previous", ("arrowleft",), "←", "previous", "page", "view"),
    Action("next", ("arrowright", " "), "→", "next", "page", "view"),
    Action("first", ("home",), "Home", "first", "page", "view"),
    Action("left", ("a",), "A", "left is better", "page", "results"),
    Action("right", ("b",), "B", "right is better", "page", "results"),
    Action("tie", ("t", "="), "T", "no difference", "page", "results"),
)
# Where two pictures are compared, a key that the editor has, too, does the same there.
COMPARE = (
    Action(
        "move",
        ("arrowleft", "arrowright", "mod+arrowleft", "mod+arrowright"),
        "← →",
        "move the slider (Ctrl: faster)",
        "page",
        "view",
    ),
    Action(
        "pan",
        ("arrowup", "arrowdown", *(f"shift+arrow{way}" for way in ("left", "right", "up", "down"))),
        "Shift+Arrows",
        "move the magnified picture",
        "page",
        "view",
    ),
    Action("mode", ("m",), "M", "next way to compare", "page", "view"),
    Action("blink", ("v",), "V", "hold: left picture", "page", "view", held=True),
    Action("swap", ("j",), "J", "swap the two", "page", "view"),
    Action("zoom_in", ("z",), "Z", "zoom in", "page", "view"),
    Action("zoom_out", ("shift+z",), "Shift+Z", "zoom out", "page", "view"),
    Action("fit", ("home",), "Home", "whole picture", "page", "view"),
    Action("full", ("n",), "N", "one to one", "page", "view"),
    Action("save", ("s",), "S", "save as a web page", "panel", "view"),
    Action("close", ("escape",), "Esc", "close", "page", "view"),
)
PLACES: dict[Place, tuple[Action, ...]] = {
    "editor": ACTIONS, "rating": RATING, "blind": BLIND, "compare": COMPARE,
}  # fmt: skip

# What the line under the picture tells; the rest is a key press away.
ESSENTIALS = ("brush", "eraser", "smaller", "larger", "undo", "zoom_in", "run")

PANEL_ACTIONS = frozenset(name for action in ACTIONS if action.owner == "panel" for name in action.names)


def table(place: Place = "editor") -> list[dict[str, object]]:
    """The actions as data for the page."""
    return [{**asdict(action), "keys": list(action.keys)} for action in PLACES[place]]


def help_lines() -> dict[Group, list[str]]:
    """All keys in words, group by group."""
    groups: dict[Group, list[str]] = {group: [] for group in get_args(Group)}
    for action in ACTIONS:
        groups[action.group].append(" ".join(filter(None, (action.shown, action.help, action.call))))
    return groups
