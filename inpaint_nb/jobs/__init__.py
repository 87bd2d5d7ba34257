"""Running requests in the background: the engine, the handle of one job, and the ways to start one."""

from inpaint_nb.jobs.engine import Engine
from inpaint_nb.jobs.job import Job, Listener, Status
from inpaint_nb.jobs.opinions import StoredOpinions
from inpaint_nb.jobs.questions import account, check_prompt, provider_history
from inpaint_nb.jobs.repeats import REPEATS, Place
from inpaint_nb.jobs.submit import ENGINE, download, fetch, imagine, meant_mask, resume, submit, unfinished

__all__ = [
    "ENGINE",
    "REPEATS",
    "Engine",
    "Job",
    "Listener",
    "Place",
    "Status",
    "StoredOpinions",
    "account",
    "check_prompt",
    "download",
    "fetch",
    "imagine",
    "meant_mask",
    "provider_history",
    "resume",
    "submit",
    "unfinished",
]
