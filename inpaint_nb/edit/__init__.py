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
from inpaint_nb.edit.refusals import check
from inpaint_nb.edit.request import (
    EditRequest,
    FeatherSide,
    FetchRequest,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Request,
)
from inpaint_nb.edit.result import Pending, Presser, Result, edit_of

__all__ = [
    "Capabilities",
    "EditRequest",
    "Ended",
    "Event",
    "FeatherSide",
    "FetchRequest",
    "Finished",
    "ImagineRequest",
    "JobEvent",
    "Notice",
    "Parameter",
    "Pending",
    "PressRequest",
    "Presser",
    "Preview",
    "Progress",
    "Queued",
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
    "relative_to",
    "uncrop",
    "union_box",
]
