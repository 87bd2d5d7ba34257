"""What a session begins with when it is opened on a picture that was saved with its run."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from inpaint_nb import images, settings
from inpaint_nb.edit import RemotePicture, Report, Result, picturefile
from inpaint_nb.edit.asked import request_from
from inpaint_nb.edit.carried import Carried
from inpaint_nb.edit.maskcheck import checked_mask
from inpaint_nb.errors import InpaintError, StoreError
from inpaint_nb.jobs import ENGINE
from inpaint_nb.jobs.recall import recall
from inpaint_nb.masks import Mask
from inpaint_nb.providers import Provider, find
from inpaint_nb.secret import scrub
from inpaint_nb.sources import Opened
from inpaint_nb.store import open_store

GENERAL = ("count", "seed", "feather_px", "feather")  # what a run of any provider may be asked for


@dataclass(frozen=True)
class Beginning:
    """Mask, prompt, provider and parameters to go on with, the picture before the run, and the run's result.

    `notes` say in whole sentences what was found, and what of it could not be used.
    """

    mask: Mask | None = None
    prompt: str = ""
    provider: Provider | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    original: Opened | None = None
    result: Result | None = None
    remote: RemotePicture | None = None
    notes: tuple[str, ...] = ()

    def params_for(self, provider: str) -> dict[str, object]:
        """The parameters, as far as they mean the same to this provider."""
        is_same = self.provider is not None and self.provider.name == provider
        return {name: value for name, value in self.params.items() if is_same or name in GENERAL}


def beginning(source: object, image: Image.Image, mode: str | None = None) -> Beginning:
    """What the file that `source` names carries of the run of `image`, the picture in it; nothing for other sources.

    It asks nobody for a key, fetches nothing and raises nothing: what cannot be restored is told in the notes.
    """
    problems: list[str] = []
    file, name = _file(source)
    carried = None if file is None else picturefile.read(file, image, problems.append)
    if carried is None:
        return Beginning(
            notes=tuple(f"What {name} carries of a run is not used: {scrub(why)}." for why in problems)
        )
    return _restored(carried, image, name, file.parent if isinstance(file, Path) else Path(), mode)


def _file(source: object) -> tuple[Path | bytes | None, str]:
    """The file that a source names, or its bytes, and what to call it."""
    match source:
        case bytes() | bytearray() | memoryview():
            return bytes(source), "the picture"
        case str() | Path():
            with suppress(OSError, ValueError, RuntimeError):  # a name too long, an unknown ~user
                path = Path(source).expanduser()
                return (path if path.is_file() else None), path.name
    return None, ""


def _restored(carried: Carried, image: Image.Image, name: str, folder: Path, mode: str | None) -> Beginning:
    notes = [_found(carried, name)]
    recalled = _recalled(carried)
    told = carried if recalled is None else recalled.carried(carried.index)  # the store leaves nothing out
    mask = recalled.mask if recalled is not None else _mask(carried, image, notes)
    original = _original(recalled, carried, folder)
    result = recalled or _rebuilt(carried, image, original, mask)
    _note_what_is_missing(notes, told, original, result)
    asked = told.edit or {"prompt": told.prompt, "params": told.params if told.kind == "edit" else {}}
    return Beginning(
        mask=mask,
        prompt=str(asked["prompt"] or ""),
        provider=_provider(told, mode, notes),
        params=_params(told, asked["params"]),
        original=original,
        result=result,
        remote=_remote(told),
        notes=tuple(notes),
    )


def _found(carried: Carried, name: str) -> str:
    when = "" if carried.created is None else f" of {carried.created.astimezone():%Y-%m-%d %H:%M}"
    return f"This session goes on from the run{when} by {carried.provider} that {name} carries."


def _note_what_is_missing(
    notes: list[str], told: Carried, original: Opened | None, result: Result | None
) -> None:
    if told.left_out:
        notes.append(f"It does not say what {', '.join(map(scrub, told.left_out))} was.")
    if told.parent is not None and original is None:
        notes.append(
            "The picture it was made from is neither in the store nor where it was: Start over leads here."
        )
    if result is None:
        notes.append("So its run is not among the results.")


def _recalled(carried: Carried) -> Result | None:
    """The result from the store, where that has it with this very picture."""
    store = open_store()
    with suppress(InpaintError):
        record = store.record(carried.job_id)
        if record.composited[carried.index : carried.index + 1] == (carried.picture,):
            return recall(store, record, ENGINE)
    return None


def _mask(carried: Carried, image: Image.Image, notes: list[str]) -> Mask | None:
    if carried.mask is None:
        return None
    try:
        return checked_mask(carried.operations, image.size, carried.mask)
    except ValueError as error:
        notes.append(f"Its mask is not restored: {scrub(error)}.")
        return None


def _original(recalled: Result | None, carried: Carried, folder: Path) -> Opened | None:
    """The picture that was edited: as the result knows it, from the store, or from where it came, if it is the same."""
    if recalled is not None:
        return None if recalled.parent is None else Opened(recalled.parent, recalled.source)
    if carried.parent is None:
        return None
    with suppress(StoreError):
        return Opened(open_store().picture(carried.parent), carried.source)
    return _from_source(carried, folder) if carried.source else None


def _from_source(carried: Carried, folder: Path) -> Opened | None:
    """The picture at the path that the file names, seen from here or from the file's folder."""
    named = Path(ast.literal_eval(carried.source))  # checked to be a path in quotes
    for path in (named, folder / named):
        with suppress(InpaintError):
            image = images.load(path)
            if images.digest(image) == carried.parent:
                return Opened(image, repr(str(path)))
    return None


def _rebuilt(
    carried: Carried, image: Image.Image, original: Opened | None, mask: Mask | None
) -> Result | None:
    """The result as far as the file tells; None where the picture it was made from, or its mask, is missing.

    The provider's own picture is in no file, and no button leads on from here.
    """
    is_whole = (carried.mask is None or mask is not None) and (carried.parent is None or original is not None)
    if not is_whole:
        return None
    parent = image if original is None else original.image
    try:
        request = request_from(carried, carried.job_id, lambda digest: parent)
    except StoreError:  # an edit without a mask, which only a file of somebody's own making tells of
        return None
    return Result(
        request=request,
        composited=(image,),
        raw=(image,),
        reports=(Report(**carried.report),) if carried.report else (),
        provider=carried.provider,
        seed=carried.used_seed,
        remote_id=carried.remote_id if carried.pictures == 1 else None,
        actions=(),
        seconds=carried.seconds,
        cost=carried.cost,
        notes=("This result is from a file; the store does not have it.",),
        job_id=carried.job_id,
        source=carried.source,
        created=carried.created,
        identity=carried.identity,
        repeat=carried.repeat,
        is_recorded=True,
    )


def _provider(told: Carried, mode: str | None, notes: list[str]) -> Provider | None:
    """The provider of the run, where it can be used without asking anybody for a key."""
    try:
        with settings.without_asking():
            return find(told.provider, mode)
    except InpaintError as error:
        notes.append(f"Its provider cannot be used here: {error.message} {error.hint}".rstrip())
        return None


def _params(told: Carried, params: object) -> dict[str, object]:
    """What a run is asked for, as far as it was said."""
    assert isinstance(params, Mapping)  # checked when it was read
    soft = {"feather_px": told.feather_px, "feather": told.feather} if told.feather_px else {}
    given = {"count": told.count if told.count > 1 else None, "seed": told.seed, **soft}
    return {name: value for name, value in given.items() if value is not None} | dict(params)


def _remote(told: Carried) -> RemotePicture | None:
    """Where the picture lives at the provider, as its result knows it."""
    if told.remote_id is None:
        return None
    index = told.index if told.grid or told.pictures > 1 else None
    return RemotePicture(told.provider, told.remote_id, index, told.actions)
