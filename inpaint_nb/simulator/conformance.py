"""Checks that any provider can be run through, ours and third parties'.

`check(provider, request)` walks the provider's story as the engine would; `check_trouble` does it while the simulator
misbehaves. Both run the request, several times for `check`: point the provider at a simulator, or use one that
costs nothing. They return findings, none where all is well, and need no test framework:

    with Simulator("manual") as sim:
        provider = MyProvider(api_key=sim.key, base_url=sim.url)
        assert not conformance.check(provider, request, sim)
        for name in conformance.troubles_for(provider):
            assert not conformance.check_trouble(provider, request, sim, name)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Protocol, runtime_checkable

import inpaint_nb.errors as errors
from inpaint_nb.edit import Capabilities, Event, Finished, Request
from inpaint_nb.http import Client, Timing
from inpaint_nb.simulator.jobs import FAKE_JWT, FAKE_KEY
from inpaint_nb.simulator.server import Simulator
from inpaint_nb.simulator.trouble import ONCE, TROUBLES
from inpaint_nb.simulator.walks import (
    UNDER_WAY,
    Finding,
    Walk,
    check_data,
    check_story,
    findings,
)

__all__ = ["Finding", "check", "check_trouble", "quick_client", "troubles_for"]

POLL_SECONDS = 20.0  # simulated, between two questions of a story
MAX_EVENTS = 120
CLOSE_SECONDS = 5.0
STORY_SECONDS = 120.0
QUICK = Timing(read=0.6, submit_read=0.6, call=10.0, download=10.0)


class Provider(Protocol):
    """What is checked here of a provider."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def run(self, request: Request, http: Client) -> AsyncIterator[Event]:
        """The story of one request."""
        ...

    def resume(self, remote_id: str, request: Request, http: Client) -> AsyncIterator[Event]:
        """The rest of the story."""
        ...


@runtime_checkable
class Cancels(Protocol):
    """A provider that can be asked to stop a job."""

    async def cancel(self, remote_id: str, http: Client) -> None:
        """Ask it."""
        ...


MakesClient = Callable[[], Client]


async def _no_pause(seconds: float) -> None:
    await asyncio.sleep(0)


def quick_client() -> Client:
    """A client that waits little more than half a second for replies, and not at all between tries."""
    return Client(timing=QUICK, pause=_no_pause)


def check(
    provider: Provider,
    request: Request,
    simulator: Simulator | None = None,
    client: MakesClient = quick_client,
) -> list[Finding]:
    """What is wrong with the provider's answer to `request`: data, story, pictures, leaving early, resuming.

    With a `simulator` that has a manual clock, its time goes on between the story's questions, and submissions
    are counted.
    """
    return _in_own_loop(lambda: _Course(provider, request, simulator, client).checked())


def check_trouble(
    provider: Provider,
    request: Request,
    simulator: Simulator,
    name: str,
    client: MakesClient = quick_client,
) -> list[Finding]:
    """What is wrong with the provider's answer to `request` while `simulator` plays the trouble `name`."""
    return _in_own_loop(lambda: _Course(provider, request, simulator, client).troubled(name))


def troubles_for(provider: Provider) -> list[str]:
    """The names of the troubles that can strike a story of the provider."""
    skipped = {"ask"} if isinstance(provider, Cancels) else {"ask", "cancel"}
    return [name for name, row in TROUBLES.items() if row.place not in skipped]


class _Course:
    """The checks that walk stories, on one loop."""

    def __init__(
        self, provider: Provider, request: Request, simulator: Simulator | None, client: MakesClient
    ) -> None:
        self.provider = provider
        self.request = request
        self.simulator = simulator
        self.http = client()

    async def checked(self) -> list[Finding]:
        """Everything about a story that goes well."""
        if wrong := check_data(self.provider):
            return wrong
        try:
            walk = await self.walk(self.run())
            if wrong := check_story(walk, self.request):
                return wrong
            return [*await self.left_early(walk), *await self.cancelled(), *await self.resumed(walk)]
        finally:
            await self.http.aclose()

    async def troubled(self, name: str) -> list[Finding]:
        """Everything about a story that meets the trouble `name`."""
        assert self.simulator
        before, asked = self.simulator.submits, len(self.simulator.calls)
        self.simulator.trouble(name, 1 if name.endswith(ONCE) else None)
        try:
            walk = await (self.called_off() if TROUBLES[name].place == "cancel" else self.walk(self.run()))
        finally:
            self.simulator.calm()
            await self.http.aclose()
        made = self.simulator.submits - before
        return [
            *_check_ending(walk, name),
            *findings("submissions", (made <= 1, f"{name}: submitted {made} times")),
            *_check_secrets(walk, self.simulator, asked),
        ]

    def run(self) -> AsyncIterator[Event]:
        """A new story."""
        return self.provider.run(self.request, self.http)

    async def walk(self, story: AsyncIterator[Event], events: int = MAX_EVENTS) -> Walk:
        """Walk the story, at most `events` events far, with simulated time passing between its questions."""
        walk = Walk()
        try:
            async with asyncio.timeout(STORY_SECONDS):
                async for event in story:
                    walk.events.append(event)
                    if len(walk.events) >= events:
                        walk.is_running = not isinstance(event, Finished)
                        break
                    await self.passes_after(event)
        except Exception as error:  # noqa: BLE001 - what came out is what is checked
            walk.error = error
        try:
            await _closed(story)
        except Exception as error:  # noqa: BLE001 - as above
            walk.error = error
        return walk

    async def passes_after(self, event: object) -> None:
        """Let simulated time pass, as the engine pauses."""
        if self.simulator and isinstance(event, UNDER_WAY):
            self.simulator.clock.advance(POLL_SECONDS)
        await asyncio.sleep(0)

    async def left_early(self, whole: Walk) -> list[Finding]:
        """A story can be left after its first event and after its last but one."""
        found: list[Finding] = []
        for events in sorted({1, max(1, len(whole.events) - 1)}):
            story = self.run()
            walk = await self.walk(story, events)
            rest = await self.walk(story)
            found += findings(
                "leaving",
                (walk.error is None, f"left after {events} events, it raised {walk.error!r}"),
                (not rest.events, f"left after {events} events, it went on"),
            )
        return found

    async def cancelled(self) -> list[Finding]:
        """A story that is cancelled in the middle of a step lets that go on."""
        story = self.run()
        step = asyncio.ensure_future(_next(story))
        await asyncio.sleep(0)
        step.cancel()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await asyncio.wait([step])
                await _closed(story)
        except Exception as error:  # noqa: BLE001 - what came out is what is checked
            return [Finding("cancelling", f"it raised {error!r}")]
        raised = None if step.cancelled() else step.exception()
        return findings("cancelling", (raised is None, f"cancelled, it raised {raised!r}"))

    async def resumed(self, whole: Walk) -> list[Finding]:
        """The story can be taken up by its remote id, and submits nothing again."""
        if whole.remote_id is None:
            return []
        before = self.simulator.submits if self.simulator else 0
        walk = await self.walk(self.provider.resume(whole.remote_id, self.request, self.http))
        made = (self.simulator.submits if self.simulator else 0) - before
        return [
            *(Finding("resuming", found.message) for found in check_story(walk, self.request)),
            *findings("resuming", (made == 0, f"submitted {made} times more")),
        ]

    async def called_off(self) -> Walk:
        """A story whose job is called off once it is known."""
        story = self.run()
        walk = await self.walk(story, 1)
        if walk.remote_id and isinstance(self.provider, Cancels):
            try:
                await self.provider.cancel(walk.remote_id, self.http)
                walk.is_running, walk.events = False, [Finished(())]
            except Exception as error:  # noqa: BLE001 - what came out is what is checked
                walk.is_running, walk.error = False, error
        return walk


def _check_ending(walk: Walk, name: str) -> list[Finding]:
    row = TROUBLES[name]
    classes = tuple(getattr(errors, end) for end in row.ends if hasattr(errors, end))
    fits = isinstance(walk.error, classes) if walk.error else walk.ending in row.ends
    told = walk.error is None or row.words in str(walk.error)
    return findings(
        "ending",
        (fits, f"{name}: ended in {walk.ending} ({walk.error}), not in {' or '.join(row.ends)}"),
        (told, f"{name}: {walk.error} leaves out {row.words!r}"),
    )


def _check_secrets(walk: Walk, simulator: Simulator, asked: int) -> list[Finding]:
    text = f"{walk.events} {walk.error} {walk.error!r}"
    strays = [call.path for call in simulator.calls[asked:] if call.origin != "api" and call.key != "none"]
    return findings(
        "secrets",
        (not strays, f"a key went to another host: {strays}"),
        *((secret not in text, "a key shows in an event or error") for secret in (FAKE_KEY, FAKE_JWT)),
        (simulator.key not in text, "the user's key shows in an event or error"),
    )


async def _next(story: AsyncIterator[Event]) -> Event | None:
    return await anext(story, None)


async def _closed(story: AsyncIterator[Event]) -> None:
    """Close the story where it can be closed, as the engine does."""
    close: Callable[[], Awaitable[object]] | None = getattr(story, "aclose", None)
    if close is not None:
        async with asyncio.timeout(CLOSE_SECONDS):
            await close()


def _in_own_loop(work: Callable[[], Coroutine[Any, Any, list[Finding]]]) -> list[Finding]:
    """What the work finds, on a loop and thread of its own: notebooks already run a loop on theirs."""
    with ThreadPoolExecutor(1, "inpaint-nb conformance") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
