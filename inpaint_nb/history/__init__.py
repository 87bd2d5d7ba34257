"""What ran, from the store: a collection of runs, each with its result or with why there is none."""

from inpaint_nb.history.collection import History, history
from inpaint_nb.history.rating import rate
from inpaint_nb.history.run import Run, run_of
from inpaint_nb.history.summary import Ratings, ratings, summarise

__all__ = ["History", "Ratings", "Run", "history", "rate", "ratings", "run_of", "summarise"]
