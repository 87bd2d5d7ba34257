"""Which sessions each cell opened, so that a cell that runs again takes over from its earlier run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image

from inpaint_nb import images
from inpaint_nb.jobs import Place
from inpaint_nb.masks import Mask
from inpaint_nb.session import Session


class Closable(Protocol):
    """What a cell opened: a session, a chain, or the view of a sweep."""

    def close(self) -> None:
        """Closes what shows it."""
        ...


@dataclass(slots=True)
class Opened:
    """What a cell opened, with the picture and the mask it began with; None where there was none."""

    session: Closable
    image: Image.Image | None = None
    mask: Mask | None = None


@dataclass(slots=True)
class Run:
    """One execution of a cell: what it opened, and what the execution before it had left."""

    execution: int
    opened: list[Opened] = field(default_factory=list)
    earlier: list[Opened] = field(default_factory=list)


class Cells:
    """The newest run of every cell. Used on the thread that runs cells, and on no other."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def take_over(self, cell: str, execution: int, image: Image.Image, mask: Mask | None) -> Session | None:
        """The session of the same picture in the cell's run before, or None; that run is closed.

        A session that began with another given mask is closed too, but not gone on from.
        """
        run = self._begun(cell, execution)
        for earlier in run.earlier:
            session = earlier.session
            if not isinstance(session, Session) or earlier.image is None:
                continue
            if earlier.mask == mask and is_same(earlier.image, image):
                run.earlier.remove(earlier)
                return session
        return None

    def start(self, cell: str, execution: int, opened: Closable) -> None:
        """Closes what the cell's run before had opened, and remembers what this run opens."""
        self._begun(cell, execution).opened.append(Opened(opened))

    def _begun(self, cell: str, execution: int) -> Run:
        run = self._runs.get(cell)
        if run is not None and run.execution == execution:
            return run
        earlier = run.opened if run is not None else []
        for opened in earlier:
            opened.session.close()
        self._runs[cell] = Run(execution, earlier=earlier)
        return self._runs[cell]

    def add(self, cell: str, session: Session, image: Image.Image, mask: Mask | None) -> None:
        """Remembers a session that the cell's present run opened."""
        self._runs[cell].opened.append(Opened(session, image, mask))

    def close(self) -> None:
        """Closes every session and forgets all cells."""
        for run in self._runs.values():
            for opened in run.opened:
                opened.session.close()
        self._runs.clear()


def place_of(shell: Any) -> Place | None:
    """The running cell and its execution; None where no cell runs, or the front end does not tell cells apart.

    Then two cells with the same words are two cells, which the words would not say.
    """
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    header, metadata = parent.get("header") or {}, parent.get("metadata") or {}
    cell_id = metadata.get("cellId")
    if not cell_id or header.get("msg_type") != "execute_request":
        return None
    return Place(str(cell_id), str(header.get("msg_id")))


def cell_key(shell: Any, text: str) -> str:
    """What tells the running cell from others: the front end's id for it, else `text`, its magic's words."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell_id = (parent.get("metadata") or {}).get("cellId")
    return str(cell_id) if cell_id else hashlib.sha256(text.encode()).hexdigest()


def is_attended(shell: Any) -> bool:
    """Whether somebody may look on while the cell runs. nbclient, papermill and nbconvert say that nobody can type."""
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    return bool((parent.get("content") or {}).get("allow_stdin", True))


def is_same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures have the same pixels; digests are computed only where sizes agree."""
    return one is other or (one.size == other.size and images.digest(one) == images.digest(other))


SWEEPS = Cells()  # what cells show of sweeps; here, so that the magics close it without loading widgets
