"""A few fields of many records: their masks may be long, and ten thousand of those take seconds to read."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inpaint_nb.store.records import from_row
from inpaint_nb.store.search import Read, or_mended

AT_ONCE = 500  # every SQLite takes 999 values in one statement

Excerpt = dict[str, object]  # fields of a record, by name

# It lies behind the mask on the disk, and is asked for only by who finds no prompt.
_WHERE_NEEDED = {"edit": "CASE WHEN coalesce(prompt, '') = '' THEN edit ELSE 'null' END"}


def excerpts(read: Read, names: Collection[str], job_ids: Sequence[str]) -> dict[str, Excerpt]:
    """These fields of the jobs' records, by id; jobs that are gone are left out.

    `edit` is None for a job that has a prompt of its own.
    """
    return or_mended(read, lambda: _excerpts(read, tuple(names), job_ids))


def _excerpts(read: Read, names: Sequence[str], job_ids: Sequence[str]) -> dict[str, Excerpt]:
    columns = ", ".join(["id", *(_WHERE_NEEDED.get(name, f'"{name}"') for name in names)])
    found: dict[str, Excerpt] = {}
    for start in range(0, len(job_ids), AT_ONCE):
        some = job_ids[start : start + AT_ONCE]
        sql = f"SELECT {columns} FROM jobs WHERE id IN ({', '.join('?' * len(some))})"
        for job_id, *values in read(sql, some):
            found[job_id] = from_row(dict(zip(names, values, strict=True)))
    return found
