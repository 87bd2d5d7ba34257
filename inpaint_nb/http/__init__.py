"""The one door to the network, and the only place that imports httpx."""

from inpaint_nb.http.api import Api
from inpaint_nb.http.client import Client
from inpaint_nb.http.connection import Timing
from inpaint_nb.http.downloads import MAX_DOWNLOAD_BYTES, MAX_REDIRECTS
from inpaint_nb.http.limits import Limit
from inpaint_nb.http.replies import MAX_REPLY_BYTES, Reply, words_of
from inpaint_nb.http.retries import Pause

__all__ = [
    "MAX_DOWNLOAD_BYTES",
    "MAX_REDIRECTS",
    "MAX_REPLY_BYTES",
    "Api",
    "Client",
    "Limit",
    "Pause",
    "Reply",
    "Timing",
    "words_of",
]
