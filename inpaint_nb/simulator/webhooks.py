"""Tells who asked to be told: the progress reply, posted to loopback addresses only."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from inpaint_nb.simulator.clock import Clock
from inpaint_nb.simulator.jobs import Job

ANSWER_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One call of a webhook: `status` is what was answered, None where nobody did; `refused` says why not sent."""

    url: str
    body: dict[str, object]
    status: int | None = None
    refused: str = ""


@dataclass
class Webhooks:
    """Follows each job that has a webhook. "chatty" tells every stage, the last one twice, then an old one."""

    clock: Clock
    message: Callable[[Job, float | None], dict[str, object]]
    manner: Literal["once", "chatty"] = "once"
    deliveries: list[Delivery] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def follow(self, job: Job, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the job's webhook, if it has one, from `loop`. Any thread may ask."""
        if job.webhook:
            loop.call_soon_threadsafe(self._start, job, job.webhook)

    def _start(self, job: Job, url: str) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(job, url))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """Follow nothing more."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _tell(self, job: Job, url: str) -> None:
        chatty, told = self.manner == "chatty", -1.0
        while not job.stage(now := self.clock.now()).is_over:
            if chatty and job.stage(now).progress > told:
                told = job.stage(now).progress
                await self._deliver(url, self.message(job, now))
            await self.clock.wait_until(job.next_change(now))
        await self._deliver(url, self.message(job, None))
        if chatty:
            await self._deliver(url, self.message(job, None))
            await self._deliver(
                url, self.message(job, min(job.starts, job.ends) if _finite(job) else job.created)
            )

    async def _deliver(self, url: str, body: dict[str, object]) -> None:
        target = urlsplit(url)
        if target.scheme != "http" or not _is_loopback(target.hostname):
            self.deliveries.append(Delivery(url, body, refused="only http on this machine is called"))
            return
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status = await _post(target, json.dumps(body).encode())
        except (OSError, ValueError, TimeoutError):
            status = None
        self.deliveries.append(Delivery(url, body, status))


def _finite(job: Job) -> bool:
    return math.isfinite(job.starts)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


async def _post(target: SplitResult, body: bytes) -> int:
    """The status that a POST of the JSON `body` is answered with."""
    reader, writer = await asyncio.open_connection(target.hostname, target.port or 80)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    head = f"POST {path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    try:
        await writer.drain()
        return int((await reader.readline()).split()[1])
    except IndexError:
        raise ValueError("no answer") from None
    finally:
        writer.close()
