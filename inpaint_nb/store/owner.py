"""Which process a job belongs to, and whether that process still lives.

A process shows that it lives by holding a lock on a file of its own; the system lets go of it when the process
ends, however it ends. No process ids are compared, so it also holds between containers that share a folder.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path

NEWBORN_SECONDS = 60.0  # a process may have made its file and not locked it yet

_lock = threading.Lock()
_owners: dict[tuple[int, Path], tuple[str, int]] = {}  # (process, folder) -> owner and its open, locked file


def this_process(folder: Path) -> str:
    """The name of this process in the store at `folder`; from the first call on it is seen to live."""
    key = (os.getpid(), folder.resolve())
    with _lock:
        if key not in _owners:
            _owners[key] = _announce(key[1])
        return _owners[key][0]


def lives(folder: Path, owner: str) -> bool:
    """Whether the process named `owner` still runs."""
    if owner == this_process(folder):
        return True
    try:
        return _is_locked(_path(folder, owner))
    except OSError:
        return False


def dead(folder: Path) -> list[Path]:
    """The files of processes that have ended; never that of this one, whose lock would end with a look at it."""
    mine = _owners.get((os.getpid(), folder.resolve()), ("", 0))[0]
    found = []
    with suppress(OSError):
        for path in (folder / "owners").iterdir():
            with suppress(OSError):
                if path.name != mine and _is_over(path):
                    found.append(path)
    return found


def _announce(folder: Path) -> tuple[str, int]:
    owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    path = _path(folder, owner)
    path.parent.mkdir(parents=True, exist_ok=True)
    _bury_the_dead(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try_lock(descriptor)
    return owner, descriptor


def _bury_the_dead(folder: Path) -> None:
    """Remove the files of processes that have ended: without its file a process counts as ended, too."""
    for path in folder.iterdir():
        with suppress(OSError):
            if _is_over(path):
                path.unlink()


def _is_over(path: Path) -> bool:
    is_old = time.time() - path.stat().st_mtime > NEWBORN_SECONDS
    return is_old and not _is_locked(path)


def _is_locked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDWR)
    try:
        return not try_lock(descriptor)
    finally:
        os.close(descriptor)


def _path(folder: Path, owner: str) -> Path:
    return folder / "owners" / owner


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Take the lock if nobody holds it; a POSIX lock, because a forked child does not inherit it."""
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
