"""What a cancelled job still owes: its provider is asked to stop it, and the user reads what came of that."""

from __future__ import annotations

import asyncio
import logging

from inpaint_nb.edit import FetchRequest, Progress
from inpaint_nb.errors import InpaintError
from inpaint_nb.http import Client
from inpaint_nb.jobs.job import Job
from inpaint_nb.providers import Cancels, Provider
from inpaint_nb.secret import without_keys

log = logging.getLogger(__name__)


class Farewell:
    """How jobs of this provider are called off, within so many seconds."""

    def __init__(self, provider: Provider, seconds: float) -> None:
        self._provider = provider
        self._seconds = seconds

    async def said(self, job: Job, http: Client) -> str:
        """What the user should know of the cancelled job, after its provider was asked to stop it; "" for nothing."""
        if isinstance(job.request, FetchRequest):  # it was only looked at
            return ""
        if job.remote_id is None:
            return self._perhaps_sent(job)
        still = f"its job {job.remote_id} may still run, and count."
        if isinstance(self._provider, Cancels):
            job._publish(Progress("asking the provider to stop", job.progress))
            return await self._asked(self._provider, job.remote_id, http, still)
        return "" if self._provider.capabilities.cancels else f"{job.provider!r} cannot cancel: {still}"

    async def _asked(self, provider: Cancels, remote_id: str, http: Client, still: str) -> str:
        name = self._provider.name
        try:
            async with asyncio.timeout(self._seconds):
                await provider.cancel(remote_id, http)
        except TimeoutError:
            return f"{name!r} was asked to stop, too, and did not answer in time: {still}"
        except InpaintError as error:
            return f"{name!r} did not agree ({without_keys(error.message).rstrip('.')}): {still}"
        except Exception:
            log.exception("%r failed to cancel its job %s", name, remote_id)
            return f"{name!r} failed to cancel: {still}"
        return f"{name!r} was asked to stop its job {remote_id}, too, and agreed."

    def _perhaps_sent(self, job: Job) -> str:
        """A paid request that was on its way when the job was cancelled may have arrived."""
        if self._provider.capabilities.price == "free" or job.status == "waiting":
            return ""
        return (
            f"If the request was on its way to {job.provider!r} just then, the job may run there, and count."
        )
