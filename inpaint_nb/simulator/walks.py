"""A provider's story as it went, and what is wrong with it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from PIL import Image

from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Event,
    Finished,
    Preview,
    Progress,
    Queued,
    Request,
    Submitted,
)
from inpaint_nb.simulator.trouble import LONG_LIVED

MAX_NOTE = 80
MODES = ("L", "RGB", "RGBA")
UNDER_WAY = (Queued, Progress, Preview)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: which `check` says so, and what was seen."""

    check: str
    message: str


@dataclass
class Walk:
    """One story as it went: its events, and the error or None; `is_running` when it was left without an end."""

    events: list[object] = field(default_factory=list)
    error: BaseException | None = None
    is_running: bool = False

    @property
    def remote_id(self) -> str | None:
        """The id that the story told."""
        ids = [event.remote_id for event in self.events if isinstance(event, Submitted)]
        return ids[0] if ids else None

    @property
    def ending(self) -> str:
        """How it ended, in the words of `Trouble.ends`."""
        if self.is_running:
            return LONG_LIVED
        if self.error is not None:
            return type(self.error).__name__
        return "Finished" if self.events and isinstance(self.events[-1], Finished) else "nothing"


def check_data(provider: object) -> list[Finding]:
    """What is wrong with what the provider says of itself."""
    name, able = getattr(provider, "name", None), getattr(provider, "capabilities", None)
    note = able.note if isinstance(able, Capabilities) else ""
    return findings(
        "data",
        (isinstance(name, str) and bool(name), f"name is {name!r}, not text"),
        (isinstance(able, Capabilities), f"capabilities are {type(able).__name__}, not Capabilities"),
        (0 < len(note) <= MAX_NOTE, f"the note has {len(note)} characters, not 1 to {MAX_NOTE}"),
        *((callable(getattr(provider, verb, None)), f"there is no {verb}()") for verb in ("run", "resume")),
    )


def check_story(walk: Walk, request: Request) -> list[Finding]:
    """What is wrong with a story that should have ended well."""
    if walk.ending != "Finished":
        return [Finding("story", f"it ended in {walk.ending}: {walk.error}")]
    before, last = walk.events[:-1], walk.events[-1]
    submitted = [n for n, event in enumerate(before) if isinstance(event, Submitted)]
    under_way = [n for n, event in enumerate(before) if isinstance(event, UNDER_WAY)]
    return [
        *findings(
            "story",
            (not any(isinstance(event, Finished) for event in before), "something comes after Finished"),
            (len(submitted) <= 1, f"Submitted comes {len(submitted)} times"),
            (not submitted or submitted[0] < min(under_way, default=1), "Submitted comes after progress"),
        ),
        *(finding for event in walk.events for finding in _check_event(event)),
        *(_check_finished(last, request) if isinstance(last, Finished) else []),
    ]


def _check_event(event: object) -> list[Finding]:
    known = (isinstance(event, get_args(Event)), f"{event!r} is no event")
    match event:
        case Progress(stage=stage, fraction=fraction):
            sound = fraction is None or (_is_number(fraction) and 0 <= fraction <= 1)
            facts = [
                (sound, f"fraction is {fraction!r}, not 0 to 1"),
                (isinstance(stage, str), "stage is no text"),
            ]
        case Queued(position=position):
            sound = position is None or (isinstance(position, int) and position >= 1)
            facts = [(sound, f"position is {position!r}, not from 1")]
        case Submitted(remote_id=remote_id):
            sound = remote_id is None or (isinstance(remote_id, str) and bool(remote_id))
            facts = [(sound, f"remote_id is {remote_id!r}, neither text nor None")]
        case Preview(image=image):
            facts = [(isinstance(image, Image.Image), f"a preview is {type(image).__name__}, no picture")]
        case _:
            facts = []
    return findings("events", known, *facts)


def _check_finished(finished: Finished, request: Request) -> list[Finding]:
    images, cost, actions = finished.images, finished.cost, finished.actions
    wanted = request.count if isinstance(request, EditRequest) else 1
    if strangers := [type(one).__name__ for one in images if not isinstance(one, Image.Image)]:
        return [Finding("pictures", f"{', '.join(strangers)} is no picture")]
    return findings(
        "pictures",
        (len(images) >= wanted, f"{len(images)} pictures came, {wanted} were asked for"),
        (
            all(isinstance(one, Image.Image) and one.mode in MODES for one in images),
            f"a mode is not in {MODES}",
        ),
        (len({one.size for one in images}) <= 1, "the pictures differ in size"),
        (cost is None or (_is_number(cost) and cost >= 0), f"cost is {cost!r}"),
        (actions is None or all(isinstance(one, str) for one in actions), "actions are not all text"),
        (_is_json(finished.remote), "remote is not a mapping that JSON can hold"),
    )


def findings(check: str, *facts: tuple[bool, str]) -> list[Finding]:
    """A finding for each fact that does not hold."""
    return [Finding(check, message) for holds, message in facts if not holds]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_json(value: object) -> bool:
    try:
        return isinstance(value, Mapping) and json.dumps(dict(value)) != ""
    except (TypeError, ValueError):
        return False
