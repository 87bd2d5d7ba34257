"""What can be asked of the ledger: jobs by id, by what was asked, by how they ended."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from inpaint_nb.edit import RemotePicture
from inpaint_nb.errors import StoreError
from inpaint_nb.store import owner as owners
from inpaint_nb.store import search
from inpaint_nb.store.excerpts import Excerpt, excerpts
from inpaint_nb.store.records import Record, StoredEvent
from inpaint_nb.store.standings import Standing, standings


class Reads:
    """The questions about jobs; each answers at once, and in StoreError where the ledger cannot be read."""

    def __init__(self, folder: Path, ask: search.Read) -> None:
        """`ask` runs one SQL question on the ledger."""
        self.folder = folder
        self._ask = ask

    def record(self, job_id: str) -> Record:
        """The job with this id."""
        found = search.where(self._ask, "WHERE id = ?", (job_id,))
        if not found:
            raise StoreError(f"The store at {self.folder} has no job {job_id}.")
        return found[0]

    def records(self) -> list[Record]:
        """Every job, the oldest first."""
        return search.where(self._ask, "ORDER BY created, rowid")

    def several(self, job_ids: Sequence[str]) -> list[Record]:
        """The jobs with these ids, in this order; those that are gone are left out."""
        return search.by_ids(self._ask, job_ids)

    def excerpts(self, names: Collection[str], job_ids: Sequence[str]) -> dict[str, Excerpt]:
        """These fields of the jobs' records, by id; jobs that are gone are left out.

        Read in a moment, however many there are. `edit` is None for a job that has a prompt of its own.
        """
        return excerpts(self._ask, names, job_ids)

    def search(self, wanted: search.Search) -> list[str]:
        """The ids of the jobs that are wanted, the newest first."""
        return search.ids(self._ask, wanted)

    def digests(self, prefix: str, most: int = 10) -> list[str]:
        """The digests of the pictures of jobs that begin so, at most so many."""
        return search.digests(self._ask, prefix, most)

    def find(self, identity: str, repeat: int) -> Record | None:
        """The newest job that asked this and is done, its pictures not deleted; as it was asked, or as it was settled.

        `repeat` is which of several equal requests.
        """
        return search.newest(self._ask, identity, repeat, "status = 'done' AND deleted IS NULL")

    def find_ended(self, identity: str, repeat: int) -> Record | None:
        """The newest job that asked this and ended in any way; also one whose pictures were deleted."""
        return search.newest(self._ask, identity, repeat, "finished IS NOT NULL")

    def find_unfinished(self, identity: str, repeat: int) -> Record | None:
        """The newest job that asked this and has not ended; `is_alive` says whether anybody works on it."""
        return search.newest(self._ask, identity, repeat, "finished IS NULL")

    def standings(self, by: Literal["id", "identity"], values: Sequence[str]) -> list[Standing]:
        """How the jobs stand that have these ids, or that asked or settled on requests of these identities.

        The newest first; read in a moment, however many there are.
        """
        return standings(self._ask, by, values)

    def next_repeat(self, identity: str) -> int:
        """One more than the highest number that any equal request has; 0 where there is none."""
        sql = "SELECT coalesce(max(repeat) + 1, 0) FROM jobs WHERE identity = ? OR settled = ?"
        rows = self._ask(sql, (identity, identity))
        return int(rows[0][0]) if rows else 0

    def picture_of(self, source: str) -> str | None:
        """The digest of the picture that the newest edit of this `source` began with, unless that was deleted."""
        sql = """
            SELECT parent FROM jobs WHERE source = ? AND kind = 'edit' AND parent IS NOT NULL AND deleted IS NULL
            ORDER BY created DESC, rowid DESC LIMIT 1"""
        rows = self._ask(sql, (source,))
        return str(rows[0][0]) if rows else None

    def orphans(self) -> list[Record]:
        """The unfinished jobs whose process has ended, the oldest first."""
        waiting = search.where(self._ask, "WHERE finished IS NULL ORDER BY created, rowid")
        alive = {owner: owners.lives(self.folder, owner) for owner in {record.owner for record in waiting}}
        return [record for record in waiting if not alive[record.owner]]

    def is_alive(self, record: Record) -> bool:
        """Whether the process that the job belongs to still runs."""
        return owners.lives(self.folder, record.owner)

    def events(self, job_id: str) -> list[StoredEvent]:
        """What happened to the job, in order."""
        sql = "SELECT time, kind, said FROM events WHERE job = ? ORDER BY seq"
        return [StoredEvent(time, kind, json.loads(said)) for time, kind, said in self._ask(sql, (job_id,))]

    def remote_of(self, digest: str, provider: str) -> RemotePicture | None:
        """Where the picture with this digest lives at `provider`: the newest job there that made it, if any."""
        return search.remote_of(self._ask, digest, provider)
