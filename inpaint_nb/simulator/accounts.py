"""Keys and the credits behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inpaint_nb.simulator.refusal import Refused

IMAGINE_CREDITS = 10
RELAXED_CREDITS = 5
BUTTON_CREDITS = 5

# Source: PROVIDERS.md §2.6; observed: 401 stands for both, and the text tells them apart.
BAD_KEY = "Unauthorized: the API key is missing or invalid."
NO_CREDITS = "Insufficient credits, please top up your balance."


@dataclass(slots=True)
class Account:
    """Who a key belongs to: `credits` of the plan are spent first, then `extra` ones."""

    key: str = field(repr=False)
    quota: int
    credits: int
    extra: int = 0
    spent: int = 0

    def charge(self, price: int) -> None:
        """Take `price` credits, or raise Refused when there are not enough."""
        if self.credits + self.extra < price:
            raise Refused(401, NO_CREDITS)
        from_plan = min(self.credits, price)
        self.credits -= from_plan
        self.extra -= price - from_plan
        self.spent += price


class Accounts:
    """The accounts, by key."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(tuple(self._accounts.values()))

    def add(self, key: str, credits: int) -> Account:
        """A new account with `credits` to spend."""
        account = self._accounts[key] = Account(key, quota=credits, credits=credits)
        return account

    def known(self, key: str | None) -> Account:
        """The account of `key`, or Refused with 401."""
        if key is None or key not in self._accounts:
            raise Refused(401, BAD_KEY)
        return self._accounts[key]
