"""What ran, from the store: a collection of runs, each with its result or with why there is none."""

from inpaint_nb.history.collection import History, history
from inpaint_nb.history.run import Run

__all__ = ["History", "Run", "history"]
