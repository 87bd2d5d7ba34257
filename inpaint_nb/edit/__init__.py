"""What is asked and what comes back: the one door for authors of providers.

A provider imports from here its request, its capabilities and its events; errors come from `inpaint_nb`.
"""

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
from inpaint_nb.edit.request import Capabilities, EditRequest, FeatherSide, Parameter, check
from inpaint_nb.edit.result import Pending, Result

__all__ = [
    "Capabilities",
    "EditRequest",
    "Ended",
    "Event",
    "FeatherSide",
    "Finished",
    "JobEvent",
    "Notice",
    "Parameter",
    "Pending",
    "Preview",
    "Progress",
    "Queued",
    "Report",
    "Result",
    "Submitted",
    "box_size",
    "check",
    "clamp_box",
    "composite",
    "crop_to",
    "grow_box",
    "merge_near",
    "relative_to",
    "uncrop",
    "union_box",
]
