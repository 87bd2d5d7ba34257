"""One table makes keys, buttons and help: whatever it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import inpaint_nb as inp
from inpaint_nb.notebook import ink, keys
from inpaint_nb.notebook.ink import Ink

HERE = Path(ink.__file__).parent
SIZE = (60, 40)
WITH_CALLS = [action for action in keys.ACTIONS if action.call]
METHODS = {"session": inp.Session, "result": inp.Result, "job": inp.Job}


def script(name: str) -> str:
    return (HERE / f"{name}.js").read_text(encoding="utf-8")


def test_no_two_actions_share_a_key() -> None:
    """In each place every action has a key of its own, and a name of its own."""
    for actions in keys.PLACES.values():
        chords = [key for action in actions for key in action.keys]
        assert all(action.keys for action in actions)
        assert len(chords) == len(set(chords))
        assert len(actions) == len({action.name for action in actions})


def test_the_help_names_every_action_in_its_group() -> None:
    """Each action stands in one of the four groups, with its key, its words and its call."""
    lines = keys.help_lines()
    assert list(lines) == list(get_args(keys.Group))
    assert sum(map(len, lines.values())) == len(keys.ACTIONS)
    assert all(
        any(
            line.startswith(f"{action.shown} {action.help}") and action.call in line
            for line in lines[action.group]
        )
        for action in keys.ACTIONS
    )
    assert set(re.findall(r"(\w+): '[A-Z]", script("help").split("GROUPS = ")[1].split(";")[0])) == set(lines)


def test_the_page_gets_the_table() -> None:
    """What the page makes keys, buttons and help of is the table, and the line below names some of it."""
    layer = Ink(SIZE, **dict.fromkeys(
        ["on_ready", "on_gesture", "on_command", "on_look", "on_propose", "on_settle"], lambda *_: None
    ))  # fmt: skip
    assert [action["name"] for action in layer.actions] == [action.name for action in keys.ACTIONS]
    assert {*layer.essentials} <= {action.name for action in keys.ACTIONS}
    layer.layout.close()
    layer.close()


@pytest.mark.parametrize("action", WITH_CALLS, ids=lambda action: action.name)
def test_every_call_of_the_table_exists(action: keys.Action) -> None:
    """The Python that the help shows can be called as it is written."""
    image = inp.sample().resize(SIZE)
    here: dict[str, Any] = {
        "Mask": inp.Mask, "image": image, "size": SIZE, "mask": inp.Mask.full(SIZE), "other": inp.Mask.empty(SIZE),
        "points": [(5, 5), (30, 20), (10, 30)], "point": (5, 5), "box": (5, 5, 30, 30), "radius": 4, "px": 2,
    }  # fmt: skip
    owner = next((name for name in METHODS if action.call.startswith(f"{name}.")), None)
    if owner is None:
        assert isinstance(eval(action.call, here), inp.Mask)  # the words of our own table
        return
    tree = ast.parse(action.call, mode="eval").body
    named = tree.func if isinstance(tree, ast.Call) else tree
    assert isinstance(named, ast.Attribute)
    kind = METHODS["job"] if isinstance(named.value, ast.Attribute) else METHODS[owner]
    assert hasattr(kind, named.attr) or named.attr in kind.__init__.__code__.co_names


@pytest.mark.parametrize(
    "action", [action for action in keys.ACTIONS if action.owner == "page"], ids=lambda action: action.name
)
def test_the_page_does_every_action_of_its_own(action: keys.Action) -> None:
    """Whatever the page has to do itself is in its script."""
    kinds = script("tools").split("const KINDS = {")[1].split("}")[0]
    assert re.search(rf"^      {action.name}\b", script("ink"), re.M) or re.search(
        rf"\b{action.name}:", kinds
    )


def test_every_button_is_an_action() -> None:
    """Every button of the tool bar has its entry in the table, and a picture."""
    bar = script("toolbar")
    names = {*re.findall(r"button\('(\w+)'\)", bar), "undo", "redo"}
    icons = set(re.findall(r"^  (\w+): '<", bar.split("const ICONS = {")[1].split("};")[0], re.M))
    assert names <= {action.name for action in keys.ACTIONS}
    assert names <= icons
    assert {action.name for action in keys.ACTIONS if action.name in icons} >= names


def test_the_first_stroke_ends_the_hint_for_the_whole_kernel() -> None:
    """The first gesture ends the first-use hint, also of editors opened later."""
    heard: list[Any] = []
    callbacks: Any = dict.fromkeys(
        ["on_ready", "on_command", "on_look", "on_propose", "on_settle"], lambda *_: None
    )
    Ink.is_new_here = True
    first = Ink(SIZE, on_gesture=lambda gesture, answer: heard.append(gesture), **callbacks)
    assert first.is_new
    stroke = {"type": "gesture", "view": "v", "seq": 1, "tool": "brush", "mode": "add", "radius": 5.0}
    first._handle_custom_msg(stroke, [memoryview(bytes(12))])
    later = Ink(SIZE, on_gesture=lambda *_: None, **callbacks)
    assert (len(heard), first.is_new, later.is_new) == (1, False, False)
    for layer in (first, later):
        layer.layout.close()
        layer.close()
