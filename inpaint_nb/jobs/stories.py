"""How the story of a job goes on whose process has ended."""

from __future__ import annotations

from inpaint_nb.edit import FetchRequest, Request
from inpaint_nb.jobs.adoption import adopt, run_or_adopt
from inpaint_nb.jobs.run import Story, unknown
from inpaint_nb.providers import Provider
from inpaint_nb.store import Record


def story_again(provider: Provider, request: Request, record: Record) -> Story:
    """The rest of the story, or all of it where that cannot be paid twice; else one that ends in OutcomeUnknown."""
    remote_id = record.remote_id
    if remote_id is not None and not isinstance(request, FetchRequest):
        return lambda http: provider.resume(remote_id, request, http)
    may_be_sent = record.status == "waiting"  # it has never been
    if may_be_sent or provider.capabilities.repeatable or isinstance(request, FetchRequest):
        return lambda http: run_or_adopt(provider, request, http)
    lost = unknown(provider.name, None, "the kernel that sent it ended before an answer came")
    return lambda http: adopt(provider, request, lost, http)
