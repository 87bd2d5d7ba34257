"""What the page is told to draw a tree: places and words of every node, its pictures by digest only."""

from __future__ import annotations

from collections.abc import Iterator

from inpaint_nb.lineage import Node, Tree
from inpaint_nb.lineage.drawing import (
    COLUMN,
    LETTERS,
    SIDE,
    TILES,
    captions,
    corner,
    path_between,
    placed_nodes,
    size_px,
    title,
)
from inpaint_nb.lineage.selection import Shown
from inpaint_nb.lineage.shortening import lines
from inpaint_nb.lineage.tree import MOST_DRAWN
from inpaint_nb.lineage.words import quoted, said
from inpaint_nb.notebook.stars import shown_rating

WORN = "One place was regenerated again and again up to here: branch from an earlier picture, or use from_root()."

Here = tuple[str, int]  # the key of a node, and which of its pictures


def drawn(tree: Tree, here: Here | None) -> dict[str, object]:
    """The tree as plain values; `here` is the picture that is worked on, and always drawn."""
    shown = tree.chosen(MOST_DRAWN, here[0] if here else None)
    placed = placed_nodes(shown)
    width, height = size_px(placed)
    nodes = []
    for node in shown.nodes:
        left, top = corner(placed, node.key)
        path = path_between(placed, node.parent, node.key) if node.parent is not None else ""
        nodes.append({**_node(node, shown, here), "x": left, "y": top, "path": path})
    return {
        "type": "tree", "nodes": nodes, "width": width, "height": height, "side": SIDE, "gap": COLUMN - SIDE,
    }  # fmt: skip


def digests(drawing: dict[str, object]) -> Iterator[str]:
    """The pictures in a drawing, each once."""
    nodes: list[dict[str, list[str]]] = drawing["nodes"]  # type: ignore[assignment] # made above
    return iter(dict.fromkeys(digest for node in nodes for digest in node["pictures"]))


def _node(node: Node, shown: Shown, here: Here | None) -> dict[str, object]:
    left_out = shown.left_out.get(node.key, 0)
    count = len(node.pictures)
    return {
        "key": node.key, "parent": node.parent or "", "level": node.depth + 1, "status": node.status,
        "name": "the original" if node.run is None else f"run {node.number}",
        "words": said(node, left_out), "title": title(node), "captions": captions(node, left_out),
        "label": lines(" ".join(quoted(node)), LETTERS, 3) if node.run is not None else [],
        "prompt": node.prompt, "why": node.why, "worn": WORN if node.is_worn else "",
        "pictures": list(node.pictures[:TILES]), "count": count,
        "here": here[1] if here is not None and here[0] == node.key else -1,
        "opens": node.run is None or node.has_result, "rates": node.has_result,
        "branch": "" if node.run is None else "Branch" if node.has_result else "Try again",
        "ratings": [shown_rating(node.rating(index)) for index in range(count)] if node.has_result else [],
    }  # fmt: skip
