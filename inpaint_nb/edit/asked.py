"""A request as plain values, the way it is recorded, and back; pictures by their digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Literal, Protocol, cast

from PIL import Image

from inpaint_nb.edit.memory import remembered
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
from inpaint_nb.errors import StoreError
from inpaint_nb.masks import Mask

Kind = Literal["edit", "imagine", "press", "fetch"]
FindPicture = Callable[[str], Image.Image]


class Asked(Protocol):
    """What was asked, wherever it was written down: fields as a store's record has them."""

    @property
    def kind(self) -> Kind: ...
    @property
    def provider(self) -> str: ...
    @property
    def prompt(self) -> str | None: ...
    @property
    def params(self) -> Mapping[str, object]: ...
    @property
    def count(self) -> int: ...
    @property
    def seed(self) -> int | None: ...
    @property
    def feather_px(self) -> float: ...
    @property
    def feather(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def mask(self) -> str | None: ...
    @property
    def operations(self) -> Mapping[str, object]: ...
    @property
    def target(self) -> Mapping[str, object] | None: ...
    @property
    def label(self) -> str | None: ...
    @property
    def edit(self) -> Mapping[str, object] | None: ...


def values_of(request: Request) -> dict[str, Any]:  # Any: fields of several types, by name
    """The fields of `Asked` that the request alone tells: all but provider and parent, and what its mask is made of."""
    match request:
        case EditRequest():
            target = request.remote and asdict(request.remote)
            return {
                "kind": "edit",
                "prompt": request.prompt,
                "params": request.params,
                "target": target,
            } | _shape(request)
        case ImagineRequest(prompt, params):
            return {"kind": "imagine", "prompt": prompt, "params": params}
        case PressRequest(remote, label, prompt, params):
            asked = {
                "kind": "press",
                "prompt": prompt,
                "params": params,
                "target": asdict(remote),
                "label": label,
            }
            return (
                asked
                if request.edit is None
                else asked | _shape(request.edit) | {"edit": _rest(request.edit)}
            )
        case FetchRequest(remote_id):
            return {"kind": "fetch", "prompt": None, "params": {}, "target": {"remote_id": remote_id}}


def mask_values(request: Request) -> dict[str, Any]:
    """What the mask is made of and how much it covers, long where much was painted; empty where there is none."""
    if (edit := edit_of(request)) is None:
        return {}
    return {"coverage": edit.mask.coverage, "operations": _operations(edit.mask)}


@remembered
def _operations(mask: Mask) -> Mapping[str, object]:
    return mask.to_record()


def picture_of(request: Request) -> Image.Image | None:
    """The picture that must be kept for the request to be asked again."""
    if (edit := edit_of(request)) is not None:
        return edit.image
    return request.parent if isinstance(request, PressRequest) else None


def request_from(asked: Asked, ref: str, picture: FindPicture) -> Request:
    """The request as it was asked; `ref` is our id of its job, and `picture` finds its parent by digest.

    Raises StoreError where the parent is gone, InputError for a mask that cannot be read.
    """
    match asked.kind:
        case "edit":
            return _edit(asked, asked.prompt or "", asked.params, ref, picture)
        case "imagine":
            return ImagineRequest(asked.prompt or "", asked.params, ref=ref)
        case "press":
            return _press(asked, ref, picture)
        case "fetch":
            return FetchRequest(_target(asked).remote_id, ref=ref)


def _shape(edit: EditRequest) -> dict[str, object]:
    return {
        "count": edit.count,
        "seed": edit.seed,
        "feather_px": edit.feather_px,
        "feather": edit.feather,
        "mask": edit.mask.digest,
    }


def _rest(edit: EditRequest) -> dict[str, object]:
    """What of an edit has no field of its own beside a press; `ref` is the edit's own job."""
    return {"prompt": edit.prompt, "params": edit.params, "ref": edit.ref}


def _edit(
    asked: Asked, prompt: str, params: Mapping[str, object], ref: str, picture: FindPicture
) -> EditRequest:
    if asked.parent is None or asked.mask is None:
        raise StoreError(f"The record of job {ref} lacks its picture or its mask.")
    return EditRequest(
        image=picture(asked.parent),
        mask=Mask.from_record(dict(asked.operations)),
        prompt=prompt,
        count=asked.count,
        seed=asked.seed,
        feather_px=asked.feather_px,
        feather=cast(FeatherSide, asked.feather),  # checked before it was recorded
        params=params,
        remote=_target(asked) if asked.kind == "edit" and asked.target else None,
        ref=ref,
    )


def _press(asked: Asked, ref: str, picture: FindPicture) -> PressRequest:
    edit = None
    if (rest := asked.edit) is not None:
        params = cast(Mapping[str, object], rest["params"])  # written by _rest
        edit = _edit(asked, str(rest["prompt"]), params, str(rest["ref"]), picture)
    parent = picture(asked.parent) if edit is None and asked.parent else None
    return PressRequest(
        _target(asked), asked.label or "", asked.prompt, asked.params, parent=parent, edit=edit, ref=ref
    )


def _target(asked: Asked) -> RemotePicture:
    told: Mapping[str, Any] = asked.target or {}  # Any: read from JSON
    actions = told.get("actions")
    return RemotePicture(
        provider=asked.provider,
        remote_id=str(told.get("remote_id", "")),
        index=told.get("index"),
        actions=None if actions is None else tuple(actions),
    )
