"""What a job costs: told only where nothing else can have taken from the account meanwhile."""

import asyncio

from inpaint_nb.errors import ProviderUnavailable
from inpaint_nb.providers.spending import Purse


class Account:
    """Credits that a test takes away, and how often somebody looked."""

    def __init__(self, credits):
        self.credits, self.looks = credits, 0

    async def left(self):
        self.looks += 1
        if self.credits is None:
            raise ProviderUnavailable("down")
        return self.credits


def cost_of(account, work, purse=None):
    """What one job that does `work` costs."""

    async def job():
        with (purse or Purse()).opened(account.left) as spending:
            await spending.begin()
            work(account)
            return await spending.cost()

    return asyncio.run(job())


def test_the_cost_is_what_is_missing_afterwards():
    """Credits before, less credits after."""

    def charge(account):
        account.credits -= 5

    assert cost_of(Account(100), charge) == 5
    assert cost_of(Account(100), lambda account: None) == 0


def test_an_account_that_was_topped_up_meanwhile_tells_no_cost():
    """A negative cost would be nonsense."""

    def top_up(account):
        account.credits += 1000

    assert cost_of(Account(100), top_up) is None


def test_two_jobs_at_once_cannot_tell_their_costs_apart():
    """The second spares the account its questions, the first says nothing; a later one measures again."""
    account, purse = Account(100), Purse()

    async def both():
        with purse.opened(account.left) as first:
            await first.begin()
            with purse.opened(account.left) as second:
                await second.begin()
                account.credits -= 10
                assert await second.cost() is None
            assert await first.cost() is None

    asyncio.run(both())
    assert account.looks == 1
    assert cost_of(account, lambda account: setattr(account, "credits", 80), purse) == 10


def test_an_account_that_does_not_answer_costs_no_job_and_is_not_asked_again():
    """Only the cost stays unknown."""
    account, purse = Account(None), Purse()
    assert cost_of(account, lambda account: None, purse) is None
    assert cost_of(account, lambda account: None, purse) is None
    assert account.looks == 1
