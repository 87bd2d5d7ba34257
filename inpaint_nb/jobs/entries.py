"""A request as the store keeps it, and back: the one place that knows both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import (
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
from inpaint_nb.jobs.job import Job
from inpaint_nb.masks import Mask
from inpaint_nb.store import Record, Store, identity


def entry_of(job: Job, source: str, options: Mapping[str, object]) -> Record:
    """The record of a new job. On a worker: it reads every pixel of the job's picture."""
    picture = picture_of(job.request)
    asked = {
        **_asked(job.request),
        "provider": job.provider,
        "parent": None if picture is None else images.digest(picture),
    }
    return Record(
        id=job.id,
        created=job.created.timestamp(),
        source=source,
        options=options,
        identity=identity(asked, asked.get("seed")),
        **asked,
    )


def picture_of(request: Request) -> Image.Image | None:
    """The picture that the store must hold for the request to be asked again."""
    if (edit := edit_of(request)) is not None:
        return edit.image
    return request.parent if isinstance(request, PressRequest) else None


def request_of(store: Store, record: Record) -> Request:
    """The request as it was asked, its picture read from the store. Raises StoreError where that is gone."""
    match record.kind:
        case "edit":
            return _edit(store, record, record.prompt or "", record.params, record.id)
        case "imagine":
            return ImagineRequest(record.prompt or "", record.params, ref=record.id)
        case "press":
            return _press(store, record)
        case "fetch":
            return FetchRequest(_target(record).remote_id, ref=record.id)


def _asked(request: Request) -> dict[str, Any]:  # Any: the fields of a Record, each of its own type
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


def _shape(edit: EditRequest) -> dict[str, object]:
    return {
        "count": edit.count,
        "seed": edit.seed,
        "feather_px": edit.feather_px,
        "feather": edit.feather,
        "mask": edit.mask.digest,
        "coverage": edit.mask.coverage,
        "operations": edit.mask.to_record(),
    }


def _rest(edit: EditRequest) -> dict[str, object]:
    """What of an edit has no field of its own in the record of a press; `ref` is the edit's own job."""
    return {"prompt": edit.prompt, "params": edit.params, "ref": edit.ref}


def _edit(store: Store, record: Record, prompt: str, params: Mapping[str, object], ref: str) -> EditRequest:
    if record.parent is None or record.mask is None:
        raise StoreError(f"The record of job {record.id} lacks its picture or its mask.")
    return EditRequest(
        image=store.picture(record.parent),
        mask=Mask.from_record(dict(record.operations)),
        prompt=prompt,
        count=record.count,
        seed=record.seed,
        feather_px=record.feather_px,
        feather=cast(FeatherSide, record.feather),  # checked before it was recorded
        params=params,
        remote=_target(record) if record.kind == "edit" and record.target else None,
        ref=ref,
    )


def _press(store: Store, record: Record) -> PressRequest:
    edit = None
    if (rest := record.edit) is not None:
        params = cast(Mapping[str, object], rest["params"])  # written by _rest
        edit = _edit(store, record, str(rest["prompt"]), params, str(rest["ref"]))
    parent = store.picture(record.parent) if edit is None and record.parent else None
    return PressRequest(
        _target(record),
        record.label or "",
        record.prompt,
        record.params,
        parent=parent,
        edit=edit,
        ref=record.id,
    )


def _target(record: Record) -> RemotePicture:
    told: Mapping[str, Any] = record.target or {}  # Any: read from JSON
    actions = told.get("actions")
    return RemotePicture(
        provider=record.provider,
        remote_id=str(told.get("remote_id", "")),
        index=told.get("index"),
        actions=None if actions is None else tuple(actions),
    )
