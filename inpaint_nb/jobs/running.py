"""The jobs that run in this process, by what they ask."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

from inpaint_nb.jobs.job import Job
from inpaint_nb.jobs.key import Key


class Running:
    """Finds a job for as long as it runs and anybody holds it. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: weakref.WeakValueDictionary[tuple[Path, str, int], Job] = weakref.WeakValueDictionary()

    def add(self, folder: Path, job: Job) -> None:
        """Knows the job by its key from now on, in the store at `folder`."""
        with self._lock:
            self._jobs[folder, job.key.identity, job.key.repeat] = job

    def get(self, folder: Path, key: Key) -> Job | None:
        """The job of an equal request that has not ended."""
        with self._lock:
            job = self._jobs.get((folder, key.identity, key.repeat))
        return None if job is None or job.done() else job
