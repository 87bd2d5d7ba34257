"""A tree in words: what a screen reader reads, what a terminal shows, and what stays where drawings are taken out."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from inpaint_nb.edit import rating_words
from inpaint_nb.lineage.node import Node
from inpaint_nb.lineage.selection import Shown
from inpaint_nb.lineage.shortening import harmless, lines

PROMPT_SHOWN = 80  # letters of a prompt in a line of text
WHY_SHOWN = 120


def title(shown: Shown) -> str:
    """What the tree is, in one line."""
    runs = sum(node.run is not None for node in shown.nodes) + sum(shown.left_out.values())
    return "1 run" if runs == 1 else f"{runs} runs"


def said(node: Node, left_out: int = 0) -> str:
    """One node in words: its number, what was asked, by whom, how it ended, and what is thought of it."""
    if node.run is None:
        words = ["the original picture"]
    else:
        asked = f"{node.number}: {' '.join(quoted(node))} by {node.run.provider}"
        words = [asked, *_ended(node), *signs(node)]
    return ", ".join(words) + (f" ({left_out} more below)" if left_out else "")


def quoted(node: Node) -> list[str]:
    """What led to the node, shortened, and from which of several pictures it started."""
    asked = " ".join(lines(node.label, PROMPT_SHOWN, 1))
    from_picture = [f"from picture {node.index + 1}"] if node.index else []
    return [f"“{asked}”" if node.prompt else asked, *from_picture]


def signs(node: Node) -> list[str]:
    """What should be seen at a glance: worn, and what people think of it."""
    best = node.best
    rated = rating_words(best.stars, best.starred, best.rejected)
    return [*(["worn"] if node.is_worn else []), *([rated] if rated else [])]


def _ended(node: Node) -> list[str]:
    if node.has_result:
        count = len(node.pictures)
        return [f"{count} pictures"] if count > 1 else []
    why = " ".join(lines(node.why, WHY_SHOWN, 1))
    return [f"{node.status}: {why}" if why else node.status]


def folded(shown: Shown) -> str:
    """The tree as nested lists, folded."""
    below = _list(shown)
    return f"\n<details><summary>The tree in words: {title(shown)}</summary>\n{below}\n</details>"


def _list(shown: Shown) -> str:
    """Lists in lists, without recursion: a line of runs may be long."""
    pieces: list[str] = []
    waiting: list[Node | str] = [shown.nodes[0]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        pieces.append(f"<ul><li>{escape(harmless(said(node, shown.left_out.get(node.key, 0))))}")
        waiting += ["</li></ul>", *reversed(shown.children(node.key))]
    return "".join(pieces)


def text(shown: Shown, focus: str) -> str:
    """The tree as lines of text, the branches drawn; the node in focus has an arrow."""
    return "\n".join([f"Tree of {title(shown)}", *_lines(shown, focus)])


def _lines(shown: Shown, focus: str) -> Iterator[str]:
    waiting = [(shown.nodes[0], "", "")]
    while waiting:
        node, before, branch = waiting.pop()
        here = "  ← here" if node.key == focus else ""
        yield harmless(f"{before}{branch}{said(node, shown.left_out.get(node.key, 0))}{here}")
        below = shown.children(node.key)
        inside = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        waiting += [
            (child, inside, "└─ " if number == 0 else "├─ ") for number, child in enumerate(reversed(below))
        ]
