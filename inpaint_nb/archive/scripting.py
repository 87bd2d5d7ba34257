"""The Python that makes a result again from the picture where it all began."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import EditRequest, PressRequest, Result
from inpaint_nb.edit.asked import request_from
from inpaint_nb.edit.recipe import IMPORT, run_lines
from inpaint_nb.errors import InpaintError, InputError, StoreError
from inpaint_nb.images.files import reason
from inpaint_nb.images.sources import URL
from inpaint_nb.jobs.links import line_of
from inpaint_nb.providers import capabilities_of
from inpaint_nb.secret import scrub
from inpaint_nb.store import Record, Store, open_store, seed_used

HEAD = f"""\
# With the store that has these runs, INPAINT_NB_MODE=replay brings them back and sends nothing.
{IMPORT}"""
NO_PICTURE = Image.new("L", (1, 1))  # stands in a request that is only written down


Step = tuple[str, list[str]]  # what happened, and the Python that does it again


class Script(str):
    """Python as text, shown as code in a notebook."""

    __slots__ = ()

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """The file with the script in it. Raises InputError where another text is there already, unless `overwrite`."""
        place = Path(path).expanduser()
        try:
            if not overwrite and place.exists() and place.read_bytes() != self.encode():
                raise InputError(
                    f"There is a {place.name!r} already.", "Take another name, or overwrite=True."
                )
            place.write_bytes(self.encode())
        except OSError as error:
            raise InputError(
                f"Cannot write {place}: {reason(error)}.", "Give a folder that can be written."
            ) from error
        return place

    def _repr_markdown_(self) -> str:
        """The code with its colours; IPython asks for both by these names."""
        fence = "`" * (1 + max([2, *map(len, re.findall("`+", self))]))
        return f"{fence}python\n{self}{fence}\n"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # Any: IPython's printer
        printer.text(str(self))


def script(result: Result) -> Script:
    """Python that makes the result again from the picture where it all began: every run, with the seed that was used.

    What it came from is looked up in the store. With that store it runs in replay, to the very same pictures; live it
    runs everything anew. Prompts, masks and parameters are in it as they were.
    """
    store = open_store()
    records = _line(store, result)
    if not records:
        return _joined([_alone(store, result)])
    before = [None, *range(len(records) - 1)]
    return _written(records, before, lambda record: _picture(store, record.parent or "", record.source))


def script_of(store: Store, job_ids: Iterable[str]) -> Script:
    """Python that makes the results of all these runs again, the oldest first, each once.

    It is the same wherever it is written: pictures that no run made are named by their digests.
    """
    records = sorted(filter(_is_whole, store.several(list(job_ids))), key=lambda record: record.created)
    at = {record.id: number for number, record in enumerate(records)}
    parents = store.lineage.parents(list(at))
    before = [at.get(parents.get(record.id) or "") for record in records]
    return _written(records, before, lambda record: _named(record.parent or ""))


def _line(store: Store, result: Result) -> list[Record]:
    """The runs to repeat, as far back as the store has them whole; none where it does not have the result."""
    with suppress(StoreError):
        line = line_of(store, result.job_id)
        gaps = [at for at, record in enumerate(line) if not _is_whole(record)]
        return line[gaps[-1] + 1 :] if gaps else line
    return []


def _is_whole(record: Record) -> bool:
    return record.status == "done" and record.deleted is None


def _written(
    records: Sequence[Record], before: Sequence[int | None], root: Callable[[Record], str]
) -> Script:
    """The runs, each after the one at the index `before`; `root` is the expression for a picture that no run made."""
    branched = {one for at, one in enumerate(before) if one is not None and one != at - 1}
    steps = []
    for at, (record, one) in enumerate(zip(records, before, strict=True)):
        parent = None if one is None else records[one]
        name = "result" if one == at - 1 else f"result{(one or 0) + 1}"
        said, lines = _step(record, parent, name, root)
        steps.append((said, [*lines, f"result{at + 1} = result"] if at in branched else lines))
    return _joined(steps)


def _joined(steps: Sequence[Step]) -> Script:
    numbered = enumerate(steps, 1)
    blocks = ["\n".join([f"# {at} of {len(steps)}: {said}", *lines]) for at, (said, lines) in numbered]
    return Script("\n\n".join([HEAD, *blocks]) + "\n")


def _step(record: Record, parent: Record | None, name: str, root: Callable[[Record], str]) -> Step:
    """A run; the result of its parent is called `name`."""
    request = request_from(record, record.id, lambda digest: NO_PICTURE)
    said = _said(datetime.fromtimestamp(record.created, UTC), record.provider, record.reports)
    if parent is None and isinstance(request, PressRequest):  # the store does not have what was pressed
        return said, [f'result = inp.history()["{record.id}"]  # pressed {scrub(record.label or "")}']
    source = name
    if isinstance(request, EditRequest):
        made = () if parent is None else parent.composited
        source = _one_of(made, record.parent, name) if record.parent in made else root(record)
    return said, run_lines(request, record.provider, _seed(record), source, record.repeat)


def _one_of(made: Sequence[str], digest: str | None, name: str) -> str:
    index = made.index(digest or "")
    return f"{name}.images[{index}]" if index else name


def _alone(store: Store, result: Result) -> Step:
    """The run of a result that the store does not have."""
    source = result.source
    if isinstance(result.request, EditRequest):
        source = _picture(store, images.digest(result.request.image), source)
    said = _said(result.created, result.provider, [asdict(report) for report in result.reports])
    return said, run_lines(result.request, result.provider, result.seed, source, result.repeat)


def _picture(store: Store, digest: str, source: str) -> str:
    """The expression for a picture: its source where that opens this very picture again, else the store's."""
    return source if _opens_again(store, digest, source) else _named(digest)


def _named(digest: str) -> str:
    return f'inp.picture("{digest}")'


def _opens_again(store: Store, digest: str, source: str) -> bool:
    """Whether the source is a path or an address of this very picture; nothing is downloaded to find out."""
    with suppress(ValueError, SyntaxError, MemoryError, RecursionError, InpaintError):
        name = ast.literal_eval(source)
        if not isinstance(name, str):
            return False
        if URL.match(name):
            return store.picture_of(source) == digest
        return images.digest(images.load(name)) == digest
    return False


def _seed(record: Record) -> int | None:
    """The seed that was used, where the provider can be asked for it."""
    used = seed_used({"seed": record.seed, "remote": record.remote})
    with suppress(InpaintError):
        return used if capabilities_of(record.provider).takes_seed else record.seed
    return used


def _said(created: datetime | None, provider: str, reports: Sequence[Mapping[str, int]]) -> str:
    """One line, whatever is in it: when, by whom, and what changed."""
    when = "" if created is None else f"{created.astimezone(UTC):%Y-%m-%d %H:%M} UTC, "
    inside = sum(report["changed_inside"] for report in reports)
    outside = sum(report["changed_outside"] for report in reports)
    changed = f", {inside:,} pixels changed inside the mask and {outside:,} outside" if reports else ""
    return f"{when}{scrub(provider)}{changed}"
