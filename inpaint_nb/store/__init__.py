"""What happened, on disk: the journal of jobs, their records, and pictures addressed by their content."""

from inpaint_nb.store.entries import Entry, left
from inpaint_nb.store.excerpts import Excerpt
from inpaint_nb.store.identity import identity, seed_used
from inpaint_nb.store.ledger import Store, close_stores, open_store
from inpaint_nb.store.leftovers import Leftovers
from inpaint_nb.store.lineage import Relative
from inpaint_nb.store.ratings import Choice, Picture
from inpaint_nb.store.records import Kept, PictureRole, Record, StoredEvent
from inpaint_nb.store.search import Outcome, Search
from inpaint_nb.store.standings import Standing

__all__ = [
    "Choice",
    "Entry",
    "Excerpt",
    "Kept",
    "Leftovers",
    "Outcome",
    "Picture",
    "PictureRole",
    "Record",
    "Relative",
    "Search",
    "Standing",
    "Store",
    "StoredEvent",
    "close_stores",
    "identity",
    "left",
    "open_store",
    "seed_used",
]
