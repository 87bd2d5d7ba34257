"""The relatives of a result, from the store; no picture is read that is not asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PIL import Image

from inpaint_nb.edit import EditRequest, Pending, Result, ancestry, edit_of
from inpaint_nb.edit.feather import feathered
from inpaint_nb.edit.relations import remade_by, root_alone
from inpaint_nb.edit.wear import WORN, worn_note
from inpaint_nb.errors import InpaintError
from inpaint_nb.images import Size
from inpaint_nb.masks import Mask
from inpaint_nb.store import Record, Store

if TYPE_CHECKING:
    from inpaint_nb.edit.ancestry import Counts, Remade


@dataclass(frozen=True)
class StoredLinks:
    """The relatives of a store's results. Any thread. `recall` reads a result, `start` runs an edit of a source."""

    store: Store
    recall: Callable[[Record], Result] = field(compare=False)
    start: Callable[[EditRequest, str], Pending] = field(compare=False)

    def parent(self, result: Result) -> Result | None:
        """The result whose picture was edited or pressed; None where that was no result."""
        parent = self.store.lineage.parents([result.job_id]).get(result.job_id)
        return None if parent is None else self.recall(self.store.record(parent))

    def children(self, result: Result) -> list[Result]:
        """The results made from any picture of this one, the oldest first; those that were deleted left out."""
        records = self.store.several(list(self.store.lineage.children([result.job_id])))
        return [self.recall(each) for each in records if each.status == "done" and each.deleted is None]

    def root(self, result: Result) -> Image.Image:
        """The untouched picture that all masks were laid over."""
        first = edits_since_root(self._line(result))[:1]
        return root_alone(result) if not first or first[0].parent is None else self._picture(first[0], result)

    def generations(self, result: Result, index: int) -> Counts:
        """How often each pixel of picture `index` was regenerated."""
        before = [remade(record) for record in self._line(result)[:-1]]
        return ancestry.generations([*before, remade_by(result.request)], result.composited[index].size)

    def origin(self, result: Result, x: int, y: int, index: int) -> Result | None:
        """The result whose run made that pixel."""
        line = self._line(result)
        runs = [*(remade(record) for record in line[:-1]), remade_by(result.request)]
        made = ancestry.origin(runs, result.composited[index].size, x, y)
        if made is None:
            return None
        return result if made == len(runs) - 1 else self.recall(line[made])

    def from_root(self, result: Result) -> Pending:
        """The job that runs the union of all masks on the untouched original."""
        edit = edit_of(result.request)
        assert edit is not None  # refused before
        line = edits_since_root(self._line(result))
        first = line[0] if line else None
        root = self.root(result)
        lives = edit.remote
        if first is not None and first.parent is not None:
            lives = self.store.remote_of(first.parent, result.provider)
        again = replace(edit, image=root, mask=self._union(result, edit, root.size), remote=lives)
        return self.start(again, result.source if first is None else first.source)

    def _union(self, result: Result, edit: EditRequest, size: Size) -> Mask:
        before = [painted(record) for record in edits_since_root(self._line(result))[:-1]]
        return ancestry.union([*(mask for mask in before if mask is not None), edit.mask], size)

    def _picture(self, record: Record, result: Result) -> Image.Image:
        """The parent of a run in the line of `result`."""
        own = edit_of(result.request)
        if record.id == result.job_id and own is not None:
            return own.image
        return self.store.picture(str(record.parent))

    def _line(self, result: Result) -> list[Record]:
        """The runs from the first one to that of the result; none before it where it is not in the store."""
        return line_of(self.store, result.job_id)


def line_of(store: Store, job_id: str) -> list[Record]:
    """The runs from the first one to this, without those that only fetched what another had made."""
    records = store.several(store.lineage.line(job_id))
    pairs = zip([None, *records], records, strict=False)
    return [record for before, record in pairs if record.id == job_id or not _is_copy(record, before)]


def _is_copy(record: Record, before: Record | None) -> bool:
    is_same = before is not None and set(record.composited) <= set(before.composited)
    return record.kind == "fetch" and is_same


def remade(record: Record) -> Remade:
    """The pixels that the run made anew; None for every pixel."""
    mask = painted(record)
    return None if mask is None else feathered(mask, record.feather_px, record.feather)


def painted(record: Record) -> Mask | None:
    """The mask of an edit, or of a button that brought out one candidate of an edit."""
    has_mask = record.kind == "edit" or record.edit is not None
    return Mask.from_record(dict(record.operations)) if has_mask and record.operations else None


def edits_since_root(line: Sequence[Record]) -> list[Record]:
    """The last runs of the line, all of which had a mask."""
    start = next((at for at in range(len(line), 0, -1) if not line[at - 1].operations), 0)
    return list(line[start:])


def wear_note(store: Store, job_id: str) -> str:
    """What is to be said of a run that changes one place too often; empty for nothing.

    Only edits count that follow one another on one original: bringing out a candidate is no new generation, and a run
    that makes every pixel anew is a new original. Few runs have so many before them, so masks are seldom read.
    """
    with suppress(InpaintError):  # a note is never worth a job
        if len(store.lineage.line(job_id)) < WORN:
            return ""
        edits = [each for each in edits_since_root(line_of(store, job_id)) if each.kind == "edit"]
        masks = [mask for mask in map(remade, edits) if mask is not None]
        if len(masks) >= WORN:
            before = ancestry.generations(masks[:-1], masks[-1].size)
            return worn_note(before, ancestry.generations(masks, masks[-1].size))
    return ""
