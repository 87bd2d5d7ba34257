"""Every error a user can meet, ordered by who must act.

InpaintError                a message and a hint; short in notebooks, and the cell still fails
├─ InputError               the caller: bad picture, empty mask, wrong size, an option the provider lacks
│  └─ NotRecorded           in replay: nobody ever ran this
├─ SettingsError            the caller: missing key, unknown provider
├─ StoreError               the caller's disk: the store cannot be read or written
├─ ProviderError            the API refused: HTTP status, the provider's words, request id
│  ├─ AuthError
│  ├─ QuotaError
│  ├─ RateLimited
│  └─ ProviderUnavailable
└─ JobError                 accepted, then:
   ├─ JobFailed
   ├─ Moderated
   ├─ JobTimeout            a TimeoutError too; the job goes on
   ├─ JobCancelled
   └─ OutcomeUnknown        may have been paid; the hint says how to find out
"""

from __future__ import annotations


class InpaintError(Exception):
    """What happened (`message`) and what to type next (`hint`)."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message

    def _render_traceback_(self) -> list[str]:
        """The lines a notebook shows instead of a traceback; IPython asks for them by this name."""
        lines = [f"{type(self).__name__}: {self.message}"]
        return [*lines, f"  → {self.hint}"] if self.hint else lines


class InputError(InpaintError):
    """The caller's input: a bad picture, an empty mask, a wrong size, an option the provider lacks."""


class NotRecorded(InputError):
    """The store has no record of this request, and in replay nothing is run."""


class SettingsError(InpaintError):
    """The caller's settings: a missing key, an unknown provider."""


class StoreError(InpaintError):
    """The store cannot be read or written: a full or read-only disk, a damaged file."""


class ProviderError(InpaintError):
    """The API refused: `status` is the HTTP status and `request_id` the provider's own, where known."""

    def __init__(
        self, message: str, hint: str = "", status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message, hint)
        self.args = (message, hint, status, request_id)  # what pickle hands back to __init__
        self.status = status
        self.request_id = request_id


class AuthError(ProviderError):
    """The key is missing, wrong or not allowed to do this."""


class QuotaError(ProviderError):
    """The account has no credit left."""


class RateLimited(ProviderError):
    """The provider asks to slow down."""


class ProviderUnavailable(ProviderError):
    """The provider cannot be reached or answers with a server error."""


class JobError(InpaintError):
    """The provider accepted the job, and then it did not end in a result."""


class JobFailed(JobError):
    """The job failed, in the provider's words."""


class Moderated(JobError):
    """The provider's moderation refused the prompt or the picture."""


class JobTimeout(JobError, TimeoutError):
    """A wait ran out; the job goes on."""


class JobCancelled(JobError):
    """The job was cancelled."""


class OutcomeUnknown(JobError):
    """The request may have been received and paid for, and no answer came."""
