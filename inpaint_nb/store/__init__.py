"""What happened, on disk: the journal of jobs, their records, and pictures addressed by their content."""

from inpaint_nb.store.identity import identity, seed_used
from inpaint_nb.store.ledger import Store, close_stores, open_store
from inpaint_nb.store.records import Kept, PictureRole, Record, StoredEvent
from inpaint_nb.store.search import Outcome, Search

__all__ = [
    "Kept",
    "Outcome",
    "PictureRole",
    "Record",
    "Search",
    "Store",
    "StoredEvent",
    "close_stores",
    "identity",
    "open_store",
    "seed_used",
]
