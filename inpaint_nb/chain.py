"""Jobs that follow one another, what came of them, and the buttons that lead on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal, cast

from PIL import Image

from inpaint_nb import jobs, settings
from inpaint_nb.edit import Capabilities, Request, Result
from inpaint_nb.errors import InputError
from inpaint_nb.jobs import Job
from inpaint_nb.providers import Provider, registry
from inpaint_nb.providers.recorded import Recorded
from inpaint_nb.spending import Spending, checked_limit

Change = Literal["image", "mask", "masks", "params", "prompt", "provider", "job", "result", "closed"]
Approve = Callable[[Provider, Request], None]

log = logging.getLogger(__name__)


class Chain:
    """Jobs started one after another, and their results; `imagine` starts one, `press` and `upscale` go on.

    Safe to use from any thread.
    """

    def __init__(
        self, *, provider: object = None, spending_limit: float | None = None, mode: str | None = None
    ) -> None:
        """`spending_limit` is in the provider's unit; `mode` is that of these jobs, but for what is clicked."""
        self._lock = threading.RLock()
        self.mode = None if mode is None else settings.mode(mode)
        self._provider = provider if isinstance(provider, Recorded) else registry.find(provider, mode)
        self._configured = {self._provider.name: self._provider}
        self._spending = Spending(spending_limit)
        self._jobs: list[Job] = []
        self._results: list[Result] = []
        self._made: dict[Job, Result] = {}
        self._listeners: list[Callable[[Change], None]] = []
        self._is_closed = False
        self.viewer: Callable[[], None] | None = None
        self.session: Chain | None = None  # the editor that was opened on one of the results, if any

    @property
    def provider(self) -> str:
        """The name of the provider that runs; set it to a name or a configured provider, which is remembered."""
        return self._provider.name

    @provider.setter
    def provider(self, provider: object) -> None:
        found = self._configured.get(provider) if isinstance(provider, str) else None
        self._provider = found or registry.find(provider, self._mode())
        self._configured[self._provider.name] = self._provider
        self._tell("provider")

    @property
    def capabilities(self) -> Capabilities:
        """What the provider can be asked."""
        return self._provider.capabilities

    def configured(self, name: str) -> Provider:
        """The provider of that name as it is used here, key and all."""
        return self._configured.get(name) or registry.find(name, self._mode())

    # ------------------------------------------------------------------ jobs

    def imagine(
        self, prompt: str, *, repeat: int | None = None, mode: str | None = None, **params: object
    ) -> Job:
        """Submits a first picture from words. Raises InputError where the provider makes none."""
        return self._start(
            lambda approve: jobs.imagine(
                prompt,
                provider=self._provider,
                approve=approve,
                repeat=repeat,
                mode=self._mode(mode),
                **params,  # type: ignore[arg-type] # checked there
            )
        )

    def press(
        self,
        label: str,
        prompt: str | None = None,
        *,
        result: Result | None = None,
        repeat: int | None = None,
        mode: str | None = None,
    ) -> Job:
        """Submits one of the `actions` of a result, the newest unless another is given.

        `repeat` and `mode` are those of `inpaint`. Raises InputError for a button that is not there.
        """
        pressed = result or self.result
        if pressed is None:
            raise InputError("There is no result yet whose button could be pressed.", "Run first.")

        def submit(approve: Approve) -> Job:
            job = pressed.press(label, prompt, repeat=repeat, mode=self._mode(mode), approve=approve)
            return cast(Job, job)  # wired by jobs, which makes Jobs

        return self._start(submit)

    def upscale(
        self,
        index: int,
        *,
        result: Result | None = None,
        repeat: int | None = None,
        mode: str | None = None,
    ) -> Job:
        """Submits what makes picture `index` of a result large, counted from 0: `upscale(0)` presses U1."""
        return self.press(f"U{index + 1}", result=result, repeat=repeat, mode=mode)

    def _mode(self, given: str | None = None) -> str | None:
        """The mode of a job: as the call says, live for a click, else as the chain says; None leaves it to settings."""
        return given or (None if settings.is_by_hand() else self.mode)

    def adopt(self, job: Job) -> Job:
        """Counts a job that was started elsewhere, such as one picked up by `resume`, among these."""
        self._jobs.append(job)
        self._tell("job")
        job.on_result(lambda result: self._keep(job, result))
        job.on_event(lambda _: self._follow(job))
        self._follow(job)
        return job

    def attach(self, session: Chain) -> None:
        """Remembers the editor opened on one of the results, and tells of its jobs as of these."""
        self.session = session
        session.on_change(lambda change: self._tell("job") if change in ("job", "result") else None)
        self._tell("job")

    def _start(self, submit: Callable[[Approve], Job]) -> Job:
        with self._lock:  # nothing else of this chain is approved before this one is counted
            job = submit(self._spending.approve)
            if job in self._jobs:  # on its way already: a cached request asked again
                return job
            self._spending.add(job)
        return self.adopt(job)

    def _follow(self, job: Job) -> None:
        if job.status == "done":
            self._keep(job, job.result())
        self._tell("job")

    def _keep(self, job: Job, result: Result) -> None:
        """Told as soon as the result can be shown, and again only where a note came while it was recorded."""
        with self._lock:
            before = self._made.get(job)
            if before is result:
                return
            self._made[job] = result
            self._results = [kept for kept in self._results if kept is not before] + [result]
        self._tell("result")

    def result_of(self, job: Job) -> Result | None:
        """What one of these jobs brought, as soon as it can be shown; None before that, and where it failed."""
        return self._made.get(job)

    @property
    def jobs(self) -> list[Job]:
        """Every job, oldest first."""
        return list(self._jobs)

    @property
    def job(self) -> Job | None:
        """The newest job."""
        return self._jobs[-1] if self._jobs else None

    @property
    def results(self) -> list[Result]:
        """The results of the jobs that are done, in the order in which they ended."""
        return list(self._results)

    @property
    def result(self) -> Result | None:
        """The newest result."""
        return self._results[-1] if self._results else None

    @property
    def images(self) -> list[Image.Image]:
        """The pictures of the newest result; empty before there is one."""
        return self._results[-1].images if self._results else []

    # ------------------------------------------------------------------ money

    @property
    def spending_limit(self) -> float | None:
        """What these jobs may cost together, in the provider's unit; None for no limit.

        A job counts as the provider told, else as it estimates; one of unknown cost counts nothing.
        """
        return self._spending.limit

    @spending_limit.setter
    def spending_limit(self, limit: float | None) -> None:
        self._spending.limit = checked_limit(limit)

    @property
    def spent(self) -> float:
        """What these jobs cost so far, as far as anybody told or estimated."""
        return self._spending.spent

    # ------------------------------------------------------------------ views

    def close(self) -> None:
        """Closes what shows this; pictures and jobs stay as they are."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        self._tell("closed")

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    def on_change(self, callback: Callable[[Change], None]) -> Callable[[], None]:
        """Calls `callback(change)` on the thread that changed something; returns the function that ends this."""
        with self._lock:
            self._listeners.append(callback)

        def stop() -> None:
            with self._lock:
                if callback in self._listeners:
                    self._listeners.remove(callback)

        return stop

    def _tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(change)
            except Exception:  # a failing view must not harm the chain or the other views
                log.exception("a listener of %r failed", self)

    def __repr__(self) -> str:
        return f"<Chain, {self.provider}, {len(self._jobs)} jobs, {len(self._results)} results>"

    def _ipython_display_(self) -> None:
        if self.viewer is None:
            raise NotImplementedError  # IPython's word for "use the repr"
        self.viewer()
