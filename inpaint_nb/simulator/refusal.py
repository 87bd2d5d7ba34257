"""What the simulated service says no with."""

from __future__ import annotations


class Refused(Exception):
    """An HTTP `status` and a `message`, one text or, as validators send it, a list of them."""

    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
