"""What a provider can be asked at all, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parameter:
    """One provider parameter: its `default`, what it does in a few words, and the values it may take."""

    default: object
    help: str
    choices: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can be asked, as data, checked before a request is built.

    `note` is shown wherever the provider is named, so it is a few words. `price` is "free", or the unit and
    amount in the provider's words, or "unknown". `repeatable` says that running a request twice costs nothing
    and harms nobody, so an interrupted job may simply be run again.

    Kinds of requests beside edits: `makes_pictures` (imagine), `presses` (buttons of a job), `keeps_pictures`
    (fetch, `PROVIDER:ID`). Where `takes_any_picture` is False, an edit needs a picture that lives at the
    provider; `own_pictures_hint` says how people get one, and `masked_button` is the label that such a picture
    must offer, which is pressed with a mask by an edit and by nothing else. `own_picture_parameter` is the parameter
    that may say instead where the picture of an edit lives there.

    `poll_seconds` is the pause before the story's next question, at first and after a while; None where the
    provider is told of news. `deadline_seconds` bounds one story, None leaves that to the engine.
    """

    note: str
    takes_mask: bool = True
    takes_any_picture: bool = True
    makes_pictures: bool = False
    presses: bool = False
    keeps_pictures: bool = False
    reads_prompt: bool = True
    needs_prompt: bool = False
    takes_seed: bool = True
    needs_key: bool = False
    reports_progress: bool = True
    cancels: bool = True
    repeatable: bool = False
    max_count: int = 1
    price: str = "unknown"
    concurrency: int | None = None
    poll_seconds: tuple[float, float] | None = None
    deadline_seconds: float | None = None
    masked_button: str = ""
    own_pictures_hint: str = ""
    own_picture_parameter: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def value_of(self, name: str, params: Mapping[str, object]) -> object:
        """The value of parameter `name`: the one in `params`, else its default."""
        return params.get(name, self.parameters[name].default)
