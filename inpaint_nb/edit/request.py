"""What is asked: an edit, a first picture, a button pressed, or a picture that is there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from PIL import Image

from inpaint_nb.edit.feather import feathered, hardened
from inpaint_nb.masks import Mask

FeatherSide = Literal["inside", "ring"]


@dataclass(frozen=True, slots=True)
class RemotePicture:
    """A picture that lives at a provider, where the job `remote_id` made it.

    `index` counts from 0 where that job made several, as the tiles of a grid; None where it made one. `actions`
    are the labels that the job offers: empty for none, None where the provider did not say.
    """

    provider: str
    remote_id: str
    index: int | None = None
    actions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class EditRequest:
    """One edit: change `image` where `mask` says so, the way `prompt` says.

    `image` is upright, in mode L, RGB or RGBA; `remote` says where it lives at the provider, if it does. Two masks
    follow from `mask` and the feather: what is sent to be changed, and how strongly each pixel of the answer is
    laid over the parent. They are made when first asked for. `ref` is our own id of the job, for providers that
    echo one.
    """

    image: Image.Image
    mask: Mask
    prompt: str = ""
    count: int = 1
    seed: int | None = None
    feather_px: float = 0
    feather: FeatherSide = "inside"
    params: Mapping[str, object] = field(default_factory=dict)
    remote: RemotePicture | None = None
    ref: str = ""

    @cached_property
    def blend_mask(self) -> Mask:
        """How strongly each pixel of the answer is laid over the parent, 0 to 255.

        Without a feather it is the mask itself. "inside" ramps up from the mask's edge and writes nothing
        outside the mask; "ring" is 255 in the mask and ramps down over `feather_px` outside it, the declared
        ring.
        """
        return feathered(self.mask, self.feather_px, self.feather)

    @cached_property
    def sent_mask(self) -> Mask:
        """What the provider is asked to change: 255 wherever the blend mask is above 0, else 0."""
        return hardened(self.blend_mask)


@dataclass(frozen=True)
class ImagineRequest:
    """A first picture from a prompt."""

    prompt: str
    params: Mapping[str, object] = field(default_factory=dict)
    ref: str = ""


@dataclass(frozen=True)
class PressRequest:
    """The button `label` of a job at the provider, any but the one that needs a mask.

    `parent` is the picture that was pressed, where it is known. `edit` is set where the button only brings out one
    candidate of an edit: the answer is then laid over that edit's parent, as the candidates were.
    """

    remote: RemotePicture
    label: str
    prompt: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    parent: Image.Image | None = None
    edit: EditRequest | None = None
    ref: str = ""


@dataclass(frozen=True)
class FetchRequest:
    """What a job made that the provider already ran; it costs nothing and may be repeated."""

    remote_id: str
    ref: str = ""


Request = EditRequest | ImagineRequest | PressRequest | FetchRequest


def edit_of(request: Request) -> EditRequest | None:
    """The edit that the pictures of this request are laid over; None where they stand alone."""
    if isinstance(request, PressRequest):
        return request.edit
    return request if isinstance(request, EditRequest) else None
