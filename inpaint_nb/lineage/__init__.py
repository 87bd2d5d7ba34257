"""What came from what: the tree of runs on one picture, and how two results differ."""

from inpaint_nb.lineage.compare import Comparison, compare
from inpaint_nb.lineage.diff import Diff, diff
from inpaint_nb.lineage.node import Edge, Node
from inpaint_nb.lineage.tree import Tree, tree

__all__ = ["Comparison", "Diff", "Edge", "Node", "Tree", "compare", "diff", "tree"]
