"""A story whose request may have left without an answer: its job is looked for, and never sent again."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from inpaint_nb.edit import Event, Notice, Progress, Request, Submitted
from inpaint_nb.errors import InpaintError, OutcomeUnknown
from inpaint_nb.http import Client
from inpaint_nb.providers import FindsJobs, Provider

LOOKS = 3  # a history may take a while to show a job; the engine waits between looks as between polls


async def run_or_adopt(provider: Provider, request: Request, http: Client) -> AsyncIterator[Event]:
    """The provider's story; where the answer to its submission is lost, the story of the job that was found."""
    is_known = False
    story = provider.run(request, http)
    try:
        async for event in story:
            is_known = is_known or (isinstance(event, Submitted) and event.remote_id is not None)
            yield event
        return
    except OutcomeUnknown as error:
        if is_known:
            raise
        lost = error
    finally:
        if isinstance(story, AsyncGenerator):
            await story.aclose()
    async for event in adopt(provider, request, lost, http):
        yield event


async def adopt(
    provider: Provider, request: Request, lost: OutcomeUnknown, http: Client
) -> AsyncIterator[Event]:
    """The rest of a story whose beginning nobody heard, or `lost` where the provider knows of no such job."""
    remote_id = None
    for _ in range(LOOKS if isinstance(provider, FindsJobs) else 0):
        yield Progress("looking for the job at the provider")
        remote_id = await _found(provider, request, http)
        if remote_id is not None:
            break
    if remote_id is None:
        raise lost
    yield Notice(f"The answer to the request was lost; the job was found at {provider.name!r} and followed.")
    yield Submitted(remote_id)
    story = provider.resume(remote_id, request, http)
    try:
        async for event in story:
            yield event
    finally:
        if isinstance(story, AsyncGenerator):
            await story.aclose()


async def _found(provider: Provider, request: Request, http: Client) -> str | None:
    with suppress(InpaintError):  # a history that cannot be read says nothing about the job
        return await provider.find_job(request, http) if isinstance(provider, FindsJobs) else None
    return None
