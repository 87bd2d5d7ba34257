"""What lies in a store and nobody needs: listed first, removed when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from inpaint_nb.errors import StoreError
from inpaint_nb.store import Leftovers, Store, open_store

UNITS = ("bytes", "KB", "MB", "GB")
SHOWN = 20  # runs whose pictures are gone

ONE = {  # of each kind
    "pictures that no run has": "picture that no run has",
    "small copies of pictures": "small copy of a picture",
    "files that were never finished": "file that was never finished",
    "signs of kernels that have ended": "sign of a kernel that has ended",
}


def clean(*, remove: bool = False, check: bool = False, store: Store | str | Path | None = None) -> Cleaning:
    """What nobody needs in the store: pictures that no run has, small copies of them, files never finished.

    Nothing is touched before `remove`, here or later as `clean().remove()`, and nothing that a run refers to then
    either; files younger than an hour stay, for their run may be on its way. Safe beside kernels that write.
    With `check` every picture is read, so that damaged ones are told of too. Raises StoreError for a store that cannot
    be read.
    """
    place = store if isinstance(store, Store) else open_store(store)
    left = place.sweeper.find()
    sizes = {name: _size(paths) for name, paths in _kinds(left).items()}
    found = Cleaning(place, left, sizes, _damaged(place) if check else ())
    return found.remove() if remove else found


@dataclass(frozen=True, eq=False, repr=False)
class Cleaning:
    """Files of `store` that nobody needs: `leftovers` by kind, with their `sizes` in bytes, and `files` all of them.

    `missing` are the ids of runs of whose pictures a file is gone, `damaged` files that are no longer what was stored.
    """

    store: Store
    leftovers: Leftovers
    sizes: Mapping[str, int]
    damaged: tuple[Path, ...] = ()
    is_removed: bool = False

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that nobody needs."""
        return tuple(path for paths in _kinds(self.leftovers).values() for path in paths)

    @property
    def bytes(self) -> int:
        """What they take on disk together, or took."""
        return sum(self.sizes.values())

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of runs of whose pictures a file is gone."""
        return self.leftovers.missing

    def remove(self) -> Cleaning:
        """Remove them, but for what is needed by now; the same list, removed. A second time changes nothing."""
        if not self.is_removed and self.files:
            self.store.sweeper.remove(self.leftovers)
        return replace(self, is_removed=True)

    def __len__(self) -> int:
        return len(self.files)

    def __repr__(self) -> str:
        return "\n".join([self._head(), *(f"  {row}" for row in self._rows()), *self._notes()])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(row)}</li>" for row in self._rows())
        notes = "".join(f"<p>{escape(note)}</p>" for note in self._notes())
        return f"<div><p>{escape(self._head())}</p><ul>{rows}</ul>{notes}</div>"

    def _head(self) -> str:
        if not self.files:
            return f"Nothing to clean in {self.store.folder}."
        done = "were removed from" if self.is_removed else "that nobody needs lie in"
        more = "" if self.is_removed else "; .remove() removes them"
        return f"{_counted(len(self), 'file')}, {_readable(self.bytes)}, {done} {self.store.folder}{more}"

    def _rows(self) -> list[str]:
        return [
            f"{len(paths):,} {ONE[name] if len(paths) == 1 else name}, {_readable(self.sizes[name])}"
            for name, paths in _kinds(self.leftovers).items()
            if paths
        ]

    def _notes(self) -> list[str]:
        notes = []
        if self.missing:
            some = ", ".join(job_id[:8] for job_id in self.missing[:SHOWN])
            more = f" and {len(self.missing) - SHOWN} more" if len(self.missing) > SHOWN else ""
            notes.append(f"Pictures are gone of {_counted(len(self.missing), 'run')}: {some}{more}.")
        if self.damaged:
            names = ", ".join(path.name for path in self.damaged[:SHOWN])
            notes.append(f"Damaged, and kept: {names}.")
        if self.leftovers.pictures and self.store.was_rescued and not self.is_removed:
            notes.append("The ledger was damaged once: pictures of runs that were lost then are among these.")
        return notes


def _kinds(left: Leftovers) -> dict[str, tuple[Path, ...]]:
    return dict(zip(ONE, (left.pictures, left.thumbnails, left.unfinished, left.owners), strict=True))


def _damaged(store: Store) -> tuple[Path, ...]:
    """The files that are no longer the picture that was stored under their name."""
    found = []
    for path in sorted(store.files.folder.glob("??/*.png")):
        try:
            store.files.get(path.stem)
        except StoreError:
            if path.exists():
                found.append(path)
    return tuple(found)


def _size(paths: Iterable[Path]) -> int:
    total = 0
    for path in paths:
        with suppress(OSError):
            total += path.stat().st_size
    return total


def _readable(size: int) -> str:
    number, unit = float(size), UNITS[0]
    for unit in UNITS:
        if number < 1000 or unit == UNITS[-1]:
            break
        number /= 1000
    return f"{number:.0f} {unit}" if unit == UNITS[0] else f"{number:.1f} {unit}"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
