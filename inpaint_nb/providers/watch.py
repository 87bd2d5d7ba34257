"""Asking about a job until it is over."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable

from inpaint_nb.edit import Event, Preview, Progress, Queued
from inpaint_nb.errors import InpaintError, ProviderError
from inpaint_nb.providers.answers import Answer
from inpaint_nb.providers.arrivals import Downloads, bring
from inpaint_nb.providers.failures import failed

# Questions in a row that may go unanswered. The job is paid for, so one bad minute of the provider must not lose it;
# `http` repeats each for a minute and a half already.
PATIENCE = 3
# Answers of 100 % in a row after which a job that never says more is taken to be over.
FULL_ANSWERS = 5


class Watch:
    """One job of the provider `name`, asked about with `ask`; when `events` ends, `answer` says that it is done.

    The engine waits between two events, so this does not. `full_is_over` is for a provider that may have no word for
    the end: a job that stays at 100 % is done, with a picture or without.
    """

    def __init__(
        self,
        name: str,
        remote_id: str,
        ask: Callable[[], Awaitable[Answer]],
        http: Downloads,
        *,
        full_is_over: bool = False,
    ) -> None:
        self.answer = Answer("running")
        self._seen: Answer | None = None
        self._http = http
        self._name = name
        self._remote_id = remote_id
        self._ask = ask
        self._missed = self._full = 0
        self._full_is_over = full_is_over

    async def events(self) -> AsyncGenerator[Event, None]:
        """How the job fares. Raises what became of it when that is no result."""
        while True:
            try:
                self.answer = await self._ask()
            except ProviderError as error:
                yield self._patiently(error)
                continue
            self._missed = 0
            if self.answer.state == "failed":
                raise failed(self._name, self._remote_id, self.answer.words)
            if self.answer.state == "done" or self._is_full():
                return
            if (preview := await self._preview()) is not None:
                yield preview
            yield _event(self.answer)

    def _is_full(self) -> bool:
        self._full = self._full + 1 if self.answer.fraction == 1.0 else 0
        return self._full_is_over and self._full >= FULL_ANSWERS

    async def _preview(self) -> Preview | None:
        """The unfinished picture that came with the answer, if one did and it may have changed; tried once."""
        answer = self.answer
        if not answer.ways or self._seen == answer:
            return None
        self._seen = answer
        try:
            images = await bring(self._name, self._remote_id, answer.ways[:1], self._http)
        except InpaintError:  # nobody needs it
            return None
        return Preview(images[0])

    def _patiently(self, error: ProviderError) -> Event:
        """The event of a question without an answer; the error itself when there will be none."""
        self._missed += 1
        if not _may_pass(error) or self._missed >= PATIENCE:
            hint = f"{error.hint} The job's id there is {self._remote_id}: fetch it again later.".strip()
            raise type(error)(error.message, hint, error.status, error.request_id) from error
        return Progress("no answer, asking again", self.answer.fraction)


def _may_pass(error: ProviderError) -> bool:
    """Whether the same question may be answered later: not when the question itself was wrong."""
    return error.status is None or error.status == 429 or not 400 <= error.status < 500


def _event(answer: Answer) -> Event:
    if answer.state == "queued":
        return Queued(answer.position)
    return Progress(answer.stage, answer.fraction)
