"""ImaginePro: Midjourney over HTTP, with a mask for the pictures that it upscaled itself."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import ClassVar, Literal
from urllib.parse import quote
from weakref import WeakKeyDictionary

from inpaint_nb import settings
from inpaint_nb.edit import (
    Capabilities,
    Event,
    FetchRequest,
    Finished,
    ImagineRequest,
    Notice,
    Parameter,
    Request,
    Submitted,
)
from inpaint_nb.errors import InpaintError, InputError, ProviderError, QuotaError
from inpaint_nb.http import Api, Client, Limit
from inpaint_nb.providers import grids, messages, orders
from inpaint_nb.providers.answers import Answer, Body
from inpaint_nb.providers.arrivals import bring
from inpaint_nb.providers.buttons import CANCEL, MASKED
from inpaint_nb.providers.failures import LOOK_AT_CREDITS, meant
from inpaint_nb.providers.masking import MaskFormat
from inpaint_nb.providers.messages import Account, Made
from inpaint_nb.providers.spending import CreditsLeft, Purse, Spending
from inpaint_nb.providers.watch import Watch
from inpaint_nb.secret import Secret
from inpaint_nb.settings import GivenKey
from inpaint_nb.workers import offload

BASE_URL = "https://api.imaginepro.ai"
KEY_VARIABLE = "IMAGINEPRO_API_KEY"
BASE_URL_VARIABLE = "IMAGINEPRO_BASE_URL"
# Source: PROVIDERS.md §2.7; documented: ten a second on the message endpoint, one in three seconds elsewhere.
LIMITS = (
    *(Limit(paths.message + "/", 10, 1.0) for paths in messages.PATHS.values()),
    Limit("/", 1, 3.0),
)
HISTORY_LINES = 20
# Credits. Source: PROVIDERS.md §2.8; observed 2026-02, the official table was not read. Only estimates rest on them.
EDIT_PRICE, IMAGINE_PRICE = 5.0, 10.0


class ImagineProProvider:
    """Midjourney through ImaginePro. Every job costs credits of the account that the key belongs to.

    `paths` is "nova" for today's API or "midjourney" for the older one; `mask_format` is how the mask is sent.
    `rate_limits` keeps to the documented rates; `measure_cost` asks the account before and after a job that has it
    to itself. It is an unofficial reseller of Midjourney: accounts can be banned.
    """

    name: ClassVar[str] = "imaginepro"
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="Midjourney; paid; edits only its own upscales; makes four",
        takes_any_picture=False,
        makes_pictures=True,
        presses=True,
        keeps_pictures=True,
        takes_seed=False,
        needs_key=True,
        price="5–10 credits a job, unofficial figures",
        poll_seconds=(3.0, 5.0),
        masked_button=MASKED,
        own_pictures_hint=orders.OWN_PICTURES,
        parameters={
            "ref": Parameter(None, "your own text, echoed in answers and webhooks"),
            "webhookOverride": Parameter(
                None, "address that is told of the job's end, instead of the account's"
            ),
            "timeout": Parameter(None, "seconds until its servers give up, 10 to 900"),
            "disableCdn": Parameter(None, "no copy on its own picture host", (True, False)),
        },
    )

    def __init__(
        self,
        api_key: GivenKey = None,
        base_url: str | None = None,
        *,
        paths: Literal["nova", "midjourney"] = "nova",
        mask_format: MaskFormat = "png",
        rate_limits: bool = True,
        measure_cost: bool = True,
    ) -> None:
        api_key = settings.guarded(api_key)  # no traceback shows it from here on
        self._key = settings.api_key(self.name, api_key, KEY_VARIABLE)
        _check_choice("paths", paths, tuple(messages.PATHS))
        _check_choice("mask_format", mask_format, ("png", "webp"))
        self._base_url = settings.base_url(self.name, base_url, BASE_URL_VARIABLE, BASE_URL)
        self._paths = messages.PATHS[paths]
        self._mask_format: MaskFormat = mask_format
        self._rate_limits = rate_limits
        self._measure_cost = measure_cost
        self.options: Mapping[str, object] = {
            "base_url": self._base_url,
            "paths": paths,
            "mask_format": mask_format,
            "rate_limits": rate_limits,
            "measure_cost": measure_cost,
        }

    # -- the story

    async def run(self, request: Request, http: Client) -> AsyncGenerator[Event, None]:
        """The story of one request: send it, then ask until the pictures are there."""
        if isinstance(request, FetchRequest):
            yield Submitted(request.remote_id)
            async with aclosing(self.resume(request.remote_id, request, http)) as rest:
                async for event in rest:
                    yield event
            return
        door, body = await offload(orders.message, self.name, request, self._paths, self._mask_format)
        for text in await offload(orders.warnings, request):
            yield Notice(text)
        api = self._api(http)
        with self._purse(http).opened(self._credits_left(api)) as spending:
            await spending.begin()
            remote_id = await self._send(api, door, body)
            yield Submitted(remote_id)
            async with aclosing(self._follow(remote_id, request, http, spending)) as rest:
                async for event in rest:
                    yield event

    async def resume(self, remote_id: str, request: Request, http: Client) -> AsyncGenerator[Event, None]:
        """The same story, from where ImaginePro had given the job an id."""
        with self._purse(http).opened(None) as spending:
            async with aclosing(self._follow(remote_id, request, http, spending)) as rest:
                async for event in rest:
                    yield event

    async def _follow(
        self, remote_id: str, request: Request, http: Client, spending: Spending
    ) -> AsyncGenerator[Event, None]:
        """From the first question to the pictures, and what they cost."""
        api = self._api(http)
        watch = Watch(self.name, remote_id, lambda: self._look(remote_id, orders.ref(request), api), http)
        async with aclosing(watch.events()) as events:
            async for event in events:
                yield event
        answer = watch.answer
        images = await bring(self.name, remote_id, answer.ways, api)
        images, is_grid = await offload(grids.cut, images, orders.is_grid(request, answer))
        for text in orders.size_notes(request, images):
            yield Notice(text)
        yield Finished(
            images,
            cost=await spending.cost(),
            remote=_known({"id": remote_id, "parent": answer.parent_id, "credits_left": spending.left}),
            actions=answer.actions,
            grid=is_grid,
        )

    async def _send(self, api: Api, door: str, body: Body) -> str:
        """The id of the job that this began; sent once, whatever becomes of it."""
        async with self._explained(api):
            reply = await api.submit(door, body)
        return messages.accepted(self.name, reply.body)

    async def _look(self, remote_id: str, ref: str, api: Api) -> Answer:
        async with self._explained(api):
            reply = await api.get(f"{self._paths.message}/{quote(remote_id, safe='')}")
        answer = messages.read(reply.body)
        if _is_of_another(answer, remote_id, ref):
            raise ProviderError(f"{self.name!r} was asked about {remote_id} and told about another job.")
        return answer

    @asynccontextmanager
    async def _explained(self, api: Api) -> AsyncGenerator[None, None]:
        """An error raised within leaves as the one that says who must act."""
        try:
            yield
        except ProviderError as error:
            told = await self._meaning(error, api)
            if told is error:
                raise
            raise told from error

    async def _meaning(self, error: ProviderError, api: Api) -> InpaintError:
        """The error that says who must act: a 401 may mean the key or the credits, a 400 the moderation."""
        if error.status == 404:
            hint = "The id is unknown or more than a day old there, or it belongs to another account."
            return ProviderError(error.message, hint, error.status, error.request_id)
        told = meant(error)
        if told is error and error.status == 401 and await self._knows_the_key(api):
            return QuotaError(error.message, LOOK_AT_CREDITS, error.status, error.request_id)
        return told

    async def _knows_the_key(self, api: Api) -> bool:
        try:
            await api.get(messages.ACCOUNT)
        except InpaintError:
            return False
        return True

    # -- beside the story

    async def cancel(self, remote_id: str, http: Client) -> None:
        """Press Cancel Job; ImaginePro refuses that once the job is done."""
        reply = await self._api(http).ask(self._paths.button, {"messageId": remote_id, "button": CANCEL})
        messages.check_success(self.name, reply.body)

    async def find_job(self, request: Request, http: Client) -> str | None:
        """The id of the job that carries the request's `ref`, from the history; None where none is seen (yet).

        The history may list finished jobs only, so None does not prove that the request never arrived.
        """
        ref, api = orders.ref(request), self._api(http)
        lines = await self.history(http, size=HISTORY_LINES) if ref else []
        for made in sorted(lines, key=lambda line: not orders.resembles(line, request)):
            try:
                answer = await self._look(made.remote_id, "", api)
            except ProviderError:  # of an older job, which may be gone by now
                continue
            if answer.ref == ref:
                return made.remote_id
        return None

    async def account(self, http: Client) -> Account:
        """The credits of the account; without the e-mail that comes with them."""
        return messages.account((await self._api(http).get(messages.ACCOUNT)).body)

    async def history(self, http: Client, page: int = 1, size: int = 10) -> list[Made]:
        """What the account made in the last 24 hours, the newest first as far as ImaginePro sorts it."""
        reply = await self._api(http).get(self._paths.images, {"page": page, "size": size})
        return messages.history(reply.body)

    async def check_prompt(self, prompt: str, http: Client) -> str:
        """What ImaginePro objects to in a prompt, "" when nothing; Midjourney's own rules differ. Free."""
        return messages.objection((await self._api(http).ask(messages.PROMPT_CHECK, {"prompt": prompt})).body)

    def estimate(self, request: Request) -> float | None:
        """Roughly how many credits the request costs, by unofficial figures."""
        if isinstance(request, FetchRequest):
            return 0.0
        return IMAGINE_PRICE if isinstance(request, ImagineRequest) else EDIT_PRICE

    def _api(self, http: Client) -> Api:
        return http.api(self._base_url, self._key, limits=LIMITS if self._rate_limits else ())

    def _purse(self, http: Client) -> Purse:
        return _PURSES.setdefault(http, {}).setdefault((self._base_url, self._key), Purse())

    def _credits_left(self, api: Api) -> CreditsLeft | None:
        if not self._measure_cost:
            return None

        async def left() -> float | None:
            return messages.account((await api.get(messages.ACCOUNT)).body).left

        return left


_PURSES: WeakKeyDictionary[Client, dict[tuple[str, Secret], Purse]] = WeakKeyDictionary()


def _is_of_another(answer: Answer, remote_id: str, ref: str) -> bool:
    """Whether the answer names another job than the one that was asked about."""
    other_id = answer.remote_id is not None and answer.remote_id.casefold() != remote_id.casefold()
    return other_id or bool(ref and answer.ref and answer.ref != ref)


def _known(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _check_choice(option: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = ", ".join(repr(choice) for choice in choices)
        raise InputError(f"{option} cannot be {value!r}.", f"Choose from {listed}.")
