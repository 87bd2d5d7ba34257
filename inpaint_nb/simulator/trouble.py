"""What can go wrong on demand, as one table, and who has asked for it.

A trouble is scripted in three ways: `!name` in a prompt (of that request and the job it makes, not of later
ones), the header `X-Simulate: name, name`, or `Simulator.trouble(name, times)`. Job troubles shape a job's
life; faults spoil one reply. A fault's name is `PLACE-FAULT`, and `PLACE-FAULT-once` spoils only the first
reply of that kind for this job; in the header a bare `FAULT` spoils the reply to that very request.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

Place = Literal["submit", "poll", "picture", "ask", "cancel"]
PLACES: Mapping[Place, str] = {
    "submit": "a POST that makes a job",
    "poll": "a question how a job is doing",
    "picture": "a picture's download",
    "ask": "account info, history and prompt check",
    "cancel": "a press of Cancel Job",
}
API: tuple[Place, ...] = ("submit", "poll", "ask", "cancel")
EVERYWHERE: tuple[Place, ...] = (*API, "picture")
LONG_LIVED = "running"  # how a job "ends" whose end never comes
ONCE = "-once"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row: `name`, where it strikes ("job" or a place), what happens, and how a good client ends.

    `ends` names the acceptable ends: "Finished", classes of `inpaint_nb.errors` (which stand for those
    under them), or "running" where only the client's own deadline ends the wait. An error then carries
    `words`, the service's own.
    """

    name: str
    place: Literal["job"] | Place
    help: str
    ends: tuple[str, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to spoil a reply, and where: `after` faults do the work first, and then lose the reply."""

    name: str
    help: str
    places: tuple[Place, ...]
    after: bool = False
    words: str = ""


JOB_TROUBLES = (
    Trouble("slow", "job", "takes ten times as long", ("Finished",)),
    Trouble("queue", "job", "waits half a minute, telling its place in the queue", ("Finished",)),
    Trouble("stuck-queue", "job", "never leaves the queue", (LONG_LIVED,)),
    Trouble("stuck0", "job", "stays at 0 % for ever", (LONG_LIVED,)),
    Trouble("stuck85", "job", "stays at 85 % for ever", (LONG_LIVED,)),
    Trouble("stuck93", "job", "stays at 93 % for ever", (LONG_LIVED,)),
    Trouble("moderated", "job", "FAIL: the prompt is banned", ("Moderated",), "Banned prompt detected"),
    Trouble("denied", "job", "FAIL at 93 %: the picture was denied", ("Moderated",), "Image denied"),
    Trouble("timeout", "job", "FAIL: Job Timeout", ("JobTimeout",), "Job Timeout"),
    Trouble("fail", "job", "FAIL: internal error, in words", ("JobFailed",), "Something went wrong"),
    Trouble("fail-silent", "job", "FAIL without a text", ("JobFailed",)),
    Trouble("fail-script", "job", "FAIL with <script> and a control character in its text", ("JobFailed",)),
    Trouble("fail-leaky", "job", "FAIL with keys in its text", ("JobFailed",), "upstream said"),
    Trouble(
        "gone", "job", "forgotten half way: the question for it answers 404", ("ProviderError", "JobError")
    ),
    Trouble("no-picture", "job", "DONE without a picture", ("JobFailed", "ProviderError")),
    Trouble("progress-text", "job", 'progress as "45%"', ("Finished",)),
    Trouble("progress-null", "job", "progress null while it runs", ("Finished",)),
    Trouble("unknown-status", "job", "a status word nobody has heard of while it runs", ("Finished",)),
    Trouble(
        "preview", "job", "an unfinished picture while it runs, where the finished one will be", ("Finished",)
    ),
    Trouble("script", "job", "<script> in the prompt it echoes and in a button", ("Finished",)),
    Trouble("lying", "job", "pixels outside the mask change too", ("Finished",)),
    Trouble("swapped", "job", "black is changed instead of white", ("Finished",)),
    Trouble("unchanged", "job", "four candidates like the parent", ("Finished",)),
    Trouble("other-size", "job", "candidates of another size than the parent", ("Finished",)),
    Trouble(
        "swapped-reply",
        "job",
        "answers with another job's reply, where there is one",
        ("InpaintError", "Finished"),
    ),
    Trouble("history-misses", "job", "is not in the history", ("Finished",)),
)

FAULTS = (
    Fault("400", "refused: 400 with a list of messages", ("submit", "poll"), words="ref must be a string"),
    Fault("401", "refused: bad key", EVERYWHERE),
    Fault("credits", "refused: 401 for want of credits", ("submit",)),
    Fault("403", "refused: forbidden (an expired URL, for a picture)", EVERYWHERE),
    Fault("404", "not found", EVERYWHERE),
    Fault("429", "too many requests, with Retry-After: 1", EVERYWHERE),
    Fault("429-bare", "too many requests, without Retry-After", EVERYWHERE),
    Fault("500", "server error, nothing done", EVERYWHERE),
    Fault("502", "bad gateway, an HTML page, nothing done", EVERYWHERE),
    Fault("503", "unavailable, with Retry-After: 1, nothing done", EVERYWHERE),
    Fault("504", "gateway time-out, an HTML page, though the work was done", EVERYWHERE, after=True),
    Fault("500-after", "server error, though the work was done", ("submit", "cancel"), after=True),
    Fault(
        "declined", "200 that says success false (LotImage: status 500)", ("submit",), words="queue is full"
    ),
    Fault("no-id", "success without an id, though the job was made", ("submit",), after=True),
    Fault("leaky", "refused with a text that holds keys and <script>", API, words="upstream said"),
    Fault("cut", "the connection is cut, nothing done", EVERYWHERE),
    Fault("cut-after", "done, then the connection is cut", EVERYWHERE, after=True),
    Fault("cut-during", "done, then cut in the middle of the reply", EVERYWHERE, after=True),
    Fault("reset", "done, then the connection is reset", EVERYWHERE, after=True),
    Fault("silence", "done, and no answer ever", EVERYWHERE, after=True),
    Fault("late", "the reply comes a fifth of a second late", EVERYWHERE, after=True),
    Fault("html", "200 with an HTML page, though the work was done", API, after=True),
    Fault("invalid-json", "done, and the reply is no JSON", API, after=True),
    Fault("truncated-json", "done, and the reply is half of its JSON", API, after=True),
    Fault("list", "done, and the reply is a JSON list", API, after=True),
    Fault("empty", "200 with no body, though the work was done", EVERYWHERE, after=True),
    Fault("oversized", "done, and the body runs on for hundreds of megabytes", EVERYWHERE, after=True),
    Fault("wrong-type", "the right body under the wrong content type", EVERYWHERE, after=True),
    Fault("redirect", "307 to another host", EVERYWHERE),
    Fault("redirect-file", "307 to file:///etc/hostname", ("picture", "poll")),
    Fault("redirect-loop", "307 to itself", ("picture", "poll")),
    Fault("truncated", "half a picture", ("picture",), after=True),
    Fault("bomb", "a small file of 400 million pixels", ("picture",)),
    Fault("not-a-picture", "an HTML page that calls itself image/png", ("picture",)),
)

HARMLESS = {"late"}
# A 401 may be either: a client that asks the account next finds that the key is right.
TELLING = {
    "401": ("AuthError", "QuotaError"),
    "credits": ("QuotaError",),
    "403": ("AuthError",),
    "429": ("RateLimited",),
    "429-bare": ("RateLimited",),
}
UNKNOWN = ("OutcomeUnknown", "Finished")  # Finished: found again in the history
UNANSWERED = {"cut", "cut-after", "cut-during", "reset", "silence", "500", "500-after", "502", "503", "504"}


def _ends(fault: Fault, place: Place) -> tuple[str, ...]:
    """How a good client ends when `fault` strikes at `place` for ever."""
    if fault.name in HARMLESS or place == "ask":
        return ("Finished",)
    if place == "cancel":
        return ("Finished", "InpaintError")
    if fault.name == "wrong-type" or (place == "picture" and fault.name == "redirect"):
        return ("Finished", "InpaintError")
    if place == "picture":
        return ("InpaintError",)
    if place == "submit" and fault.name in UNANSWERED:
        return UNKNOWN
    if place == "submit" and fault.after:
        return (*UNKNOWN, "ProviderError")
    return TELLING.get(fault.name, ("ProviderError",))


def _table() -> dict[str, Trouble]:
    rows = {row.name: row for row in JOB_TROUBLES}
    for fault in FAULTS:
        for place in fault.places:
            ends, name = _ends(fault, place), f"{place}-{fault.name}"
            rows[name] = Trouble(name, place, fault.help, ends, fault.words)
            once = tuple(dict.fromkeys(("Finished", *ends)))
            rows[name + ONCE] = Trouble(
                name + ONCE, place, f"{fault.help}; the first time only", once, fault.words
            )
    return rows


TROUBLES: Mapping[str, Trouble] = _table()
BARE_FAULTS = frozenset(fault.name for fault in FAULTS)
WORD = re.compile(r"(?<!\S)!([a-z0-9-]+)")


def words_in(prompt: object) -> frozenset[str]:
    """The troubles that a prompt asks for; other words with an exclamation mark are prose."""
    return frozenset(WORD.findall(prompt) if isinstance(prompt, str) else ()) & TROUBLES.keys()


def words_in_header(header: str) -> frozenset[str]:
    """The troubles and bare faults that the header asks for."""
    return frozenset(word.strip() for word in header.split(",")) & (TROUBLES.keys() | BARE_FAULTS)


def check_name(name: str) -> None:
    """Raise ValueError, with the nearest names, when there is no such trouble."""
    if name not in TROUBLES:
        close = ", ".join(get_close_matches(name, TROUBLES, n=3)) or "see simulator.TROUBLES"
        raise ValueError(f"There is no trouble {name!r}: {close}.")


def manual() -> str:
    """The table in words, for people."""
    lines = ["In a job's life (!NAME in its prompt):"]
    lines += [f"  {row.name:16}{row.help}" for row in JOB_TROUBLES]
    lines += ["", "In a reply (!PLACE-FAULT, or !PLACE-FAULT-once). PLACE is one of:"]
    lines += [f"  {place:16}{text}" for place, text in PLACES.items()]
    lines += ["FAULT is one of:"]
    lines += [f"  {fault.name:16}{fault.help} [{', '.join(fault.places)}]" for fault in FAULTS]
    return "\n".join(lines)


class Script:
    """What `Simulator.trouble` asked for, and which faults meant for once have struck. Any thread may ask."""

    def __init__(self) -> None:
        self._left: dict[str, int | None] = {}
        self._struck: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, name: str, times: int | None) -> None:
        """Play `name` the next `times` times, or until `clear` where that is None."""
        check_name(name)
        with self._lock:
            self._left[name.removesuffix(ONCE)] = 1 if name.endswith(ONCE) else times

    def clear(self) -> None:
        """Play nothing more."""
        with self._lock:
            self._left.clear()

    def for_job(self) -> frozenset[str]:
        """The job troubles that the next job has."""
        with self._lock:
            return frozenset(name for name in list(self._left) if self._take(name, "job"))

    def fault_at(self, place: Place) -> str | None:
        """The fault that strikes at `place` now."""
        with self._lock:
            names = (name for name in list(self._left) if self._take(name, place))
            name = next(names, None)
            return name and name.removeprefix(f"{place}-")

    def strikes(self, names: Iterable[str], place: Place, whose: str) -> str | None:
        """The fault at `place` among `names`; those meant for once strike the first time for `whose`."""
        for name in sorted(names):
            if TROUBLES[name].place == place and not self._is_spent(name, whose):
                return name.removeprefix(f"{place}-").removesuffix(ONCE)
        return None

    def _is_spent(self, name: str, whose: str) -> bool:
        with self._lock:
            self._struck[name, whose] += 1
            return name.endswith(ONCE) and self._struck[name, whose] > 1

    def _take(self, name: str, place: str) -> bool:
        left = self._left[name]
        if TROUBLES[name].place != place:
            return False
        if left is not None:
            self._left[name] = left - 1
            if left <= 1:
                del self._left[name]
        return True
