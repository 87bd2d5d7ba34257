"""Running edits in the background: the engine, the handle of one job, and the ways to start one."""

from inpaint_nb.jobs.engine import Engine
from inpaint_nb.jobs.job import Job, Listener, Status
from inpaint_nb.jobs.submit import ENGINE, download, resume, submit

__all__ = ["ENGINE", "Engine", "Job", "Listener", "Status", "download", "resume", "submit"]
