"""Whether something was run or brought back, and when, in words."""

from __future__ import annotations

from datetime import datetime


def moment_words(at: datetime | None, *, is_recorded: bool) -> str:
    """Words such as "run live on …" or "recorded on …", in the time of this machine; empty where nobody knows when."""
    if at is None:
        return ""
    how = "recorded" if is_recorded else "run live"
    return f"{how} on {at.astimezone():%Y-%m-%d at %H:%M}"
