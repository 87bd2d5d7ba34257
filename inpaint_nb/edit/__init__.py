"""What is asked and what comes back: the one door for authors of providers.

A provider imports from here its request, its capabilities and its events; errors come from `inpaint_nb`.
"""

from inpaint_nb.edit.capabilities import Capabilities, Parameter
from inpaint_nb.edit.composite import Report, composite
from inpaint_nb.edit.crop import (
    box_size,
    clamp_box,
    crop_to,
    grow_box,
    merge_near,
    relative_to,
    uncrop,
    union_box,
)
from inpaint_nb.edit.events import (
    Ended,
    Event,
    Finished,
    JobEvent,
    Notice,
    Preview,
    Progress,
    Queued,
    Submitted,
)
from inpaint_nb.edit.links import Links
from inpaint_nb.edit.moment import moment_words
from inpaint_nb.edit.opinions import (
    MOST_STARS,
    Judgement,
    Opinion,
    Opinions,
    Rating,
    picture_index,
    rating_words,
)
from inpaint_nb.edit.refusals import check
from inpaint_nb.edit.request import (
    EditRequest,
    FeatherSide,
    FetchRequest,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Request,
    edit_of,
)
from inpaint_nb.edit.result import Pending, Presser, Result

__all__ = [
    "MOST_STARS",
    "Capabilities",
    "EditRequest",
    "Ended",
    "Event",
    "FeatherSide",
    "FetchRequest",
    "Finished",
    "ImagineRequest",
    "JobEvent",
    "Judgement",
    "Links",
    "Notice",
    "Opinion",
    "Opinions",
    "Parameter",
    "Pending",
    "PressRequest",
    "Presser",
    "Preview",
    "Progress",
    "Queued",
    "Rating",
    "RemotePicture",
    "Report",
    "Request",
    "Result",
    "Submitted",
    "box_size",
    "check",
    "clamp_box",
    "composite",
    "crop_to",
    "edit_of",
    "grow_box",
    "merge_near",
    "moment_words",
    "picture_index",
    "rating_words",
    "relative_to",
    "uncrop",
    "union_box",
]
