"""Which job made the picture that another one started from: parents, children and lines of jobs, by id alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AT_ONCE = 400  # values in one statement; every SQLite takes 999

Read = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]
Age = tuple[float, int]  # when a job was asked for, and its row where two were at the same instant

_ASKED = (
    "SELECT id, created, jobs.rowid, kind, provider, parent, json_extract(target, '$.remote_id'), status, identity"
    " FROM jobs WHERE id IN ({})"
)
_MADE = (
    "SELECT found.digest, jobs.id, created, jobs.rowid FROM ("
    " SELECT job, digest FROM pictures WHERE role = 'composited' AND digest IN ({})"
    " UNION SELECT job, digest FROM deleted_pictures WHERE digest IN ({})"
    ") AS found JOIN jobs ON jobs.id = found.job WHERE status = 'done'"
)
_AT_PROVIDER = (
    "SELECT remote_id, provider, kind, id, created, rowid FROM jobs"
    " WHERE status = 'done' AND remote_id IN ({})"
)
_STARTED_FROM = "SELECT id FROM jobs WHERE parent IN ({})"
_REFERRED_TO = (
    "SELECT id FROM jobs WHERE kind IN ('press', 'fetch') AND json_extract(target, '$.remote_id') IN ({})"
)
_PICTURES = (
    "SELECT digest FROM pictures WHERE role = 'composited' AND job IN ({})"
    " UNION SELECT digest FROM deleted_pictures WHERE job IN ({})"
)
# Everything that may come from one picture or job, and more: which of several makers is the parent is seen afterwards.
# The plus takes the column's type away, without which the index on an expression is not used.
_REACHED = """
    WITH RECURSIVE reached (id) AS (
        SELECT id FROM jobs WHERE parent = ?1 UNION SELECT ?1
        UNION SELECT next.id FROM reached JOIN jobs AS next ON next.id IN (
            SELECT id FROM jobs WHERE parent IN (
                SELECT digest FROM pictures WHERE job = reached.id AND role = 'composited'
                UNION ALL SELECT digest FROM deleted_pictures WHERE job = reached.id)
            UNION ALL SELECT asked.id FROM jobs AS made CROSS JOIN jobs AS asked
                ON asked.kind IN ('press', 'fetch') AND json_extract(asked.target, '$.remote_id') = +made.remote_id
                WHERE made.id = reached.id))
    SELECT id FROM reached"""


@dataclass(frozen=True, slots=True)
class Relative:
    """A job below some root: its parent is another job or the root itself, be that a job or a picture's digest."""

    id: str
    parent: str
    status: str
    identity: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """A job as far as its parent is concerned."""

    id: str
    age: Age
    kind: str
    provider: str
    digest: str | None
    remote_id: str | None
    status: str
    identity: str


@dataclass(frozen=True, slots=True)
class _Maker:
    """A done job that may be a parent."""

    id: str
    age: Age
    kind: str = ""


class Lineage:
    """Relatives in one ledger. A parent is always older than its child, so no line ever closes to a circle.

    The parent of a job is the newest done job before it that made the very picture it started from; of a pressed
    button, and of a fetch, the one that the provider knows by the id. Any thread.
    """

    def __init__(self, read: Read) -> None:
        self._read = read

    def parents(self, job_ids: Sequence[str]) -> dict[str, str | None]:
        """The parent of each job, the oldest job first; None where it started from a picture that no job made."""
        return self._with_parents(job_ids)[1]

    def children(self, job_ids: Sequence[str]) -> dict[str, str]:
        """The jobs that started from these, whatever became of them, each with its parent; the oldest first."""
        parents = self.parents(self._candidates(job_ids))
        asked = set(job_ids)
        return {job: parent for job, parent in parents.items() if parent in asked}

    def line(self, job_id: str) -> list[str]:
        """The jobs from the first one to this, which is the last."""
        line: list[str] = []
        at: str | None = job_id
        while at is not None:
            line.append(at)
            at = self.parents([at]).get(at)
        return line[::-1]

    def maker(self, digest: str) -> str | None:
        """The newest done job that made this very picture."""
        made = self._makers([digest]).get(digest, [])
        return max(made, key=lambda job: job.age).id if made else None

    def family(self, root: str) -> list[Relative]:
        """Every job that comes from a picture that no job made, or from a job; parents before their children."""
        asked, parents = self._with_parents([job_id for (job_id,) in self._read(_REACHED, [root])])
        found: dict[str, Relative] = {}
        for job in asked:
            parent = parents[job.id] or (root if job.digest == root else "")
            if parent == root or parent in found:
                found[job.id] = Relative(job.id, parent, job.status, job.identity)
        return list(found.values())

    def _with_parents(self, job_ids: Sequence[str]) -> tuple[list[_Asked], dict[str, str | None]]:
        asked = sorted(self._asked(job_ids), key=lambda job: job.age)
        made = self._makers(job.digest for job in asked)
        known = self._at_provider(job.remote_id for job in asked if job.kind in ("press", "fetch"))
        return asked, {job.id: _parent(job, made, known) for job in asked}

    def _candidates(self, job_ids: Sequence[str]) -> list[str]:
        digests = [digest for (digest,) in self._ask(_PICTURES, job_ids)]
        remote = [
            each for (each,) in self._ask("SELECT remote_id FROM jobs WHERE id IN ({})", job_ids) if each
        ]
        started = [*self._ask(_STARTED_FROM, digests), *self._ask(_REFERRED_TO, remote)]
        return list(dict.fromkeys(job_id for (job_id,) in started))

    def _asked(self, job_ids: Sequence[str]) -> Iterator[_Asked]:
        for job_id, created, row, *rest in self._ask(_ASKED, job_ids):
            yield _Asked(job_id, (created, row), *rest)

    def _makers(self, digests: Iterable[str | None]) -> dict[str, list[_Maker]]:
        found: dict[str, list[_Maker]] = {}
        for digest, job_id, created, row in self._ask(_MADE, digests):
            found.setdefault(digest, []).append(_Maker(job_id, (created, row)))
        return found

    def _at_provider(self, remote_ids: Iterable[str | None]) -> dict[tuple[str, str], list[_Maker]]:
        found: dict[tuple[str, str], list[_Maker]] = {}
        for remote_id, provider, kind, job_id, created, row in self._ask(_AT_PROVIDER, remote_ids):
            found.setdefault((provider, remote_id), []).append(_Maker(job_id, (created, row), kind))
        return found

    def _ask(self, sql: str, values: Iterable[str | None]) -> Iterator[tuple[Any, ...]]:
        """The rows for some values at a time; `{}` stands for their marks."""
        known = list(dict.fromkeys(value for value in values if value is not None))
        for start in range(0, len(known), AT_ONCE):
            some = known[start : start + AT_ONCE]
            marks = ", ".join(f"?{number + 1}" for number in range(len(some)))
            yield from self._read(sql.replace("{}", marks), some)


def _parent(
    job: _Asked, made: Mapping[str, list[_Maker]], known: Mapping[tuple[str, str], list[_Maker]]
) -> str | None:
    """The newest of those that may be the parent, older than the job itself."""
    makers: list[_Maker] = []
    if job.kind in ("press", "fetch") and job.remote_id is not None:
        makers = known.get((job.provider, job.remote_id), [])
    if job.kind == "fetch":  # a picture fetched twice was made once
        makers = [maker for maker in makers if maker.kind != "fetch"]
    older = _older(makers, job) or _older(made.get(job.digest or "", []), job)
    return max(older, key=lambda maker: maker.age).id if older else None


def _older(makers: Sequence[_Maker], job: _Asked) -> list[_Maker]:
    return [maker for maker in makers if maker.age < job.age]
