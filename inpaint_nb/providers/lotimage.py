"""LotImage: an experimental profile of a reseller of Midjourney that documents no mask."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import ClassVar
from urllib.parse import quote

from inpaint_nb import settings
from inpaint_nb.edit import (
    Capabilities,
    EditRequest,
    Event,
    FetchRequest,
    Finished,
    Notice,
    Parameter,
    Request,
    Submitted,
)
from inpaint_nb.errors import InputError, OutcomeUnknown, ProviderError
from inpaint_nb.http import Api, Client
from inpaint_nb.providers import grids, orders
from inpaint_nb.providers.answers import (
    Answer,
    Body,
    State,
    addresses,
    first,
    fraction,
    identifier,
    labels,
    whole,
    words,
)
from inpaint_nb.providers.arrivals import bring
from inpaint_nb.providers.buttons import MASKED
from inpaint_nb.providers.failures import meant, refused
from inpaint_nb.providers.masking import as_base64
from inpaint_nb.providers.profile import Profile
from inpaint_nb.providers.watch import Watch
from inpaint_nb.settings import GivenKey
from inpaint_nb.workers import offload

BASE_URL = "https://api.lotimage.com"
KEY_VARIABLE = "LOTIMAGE_API_KEY"
BASE_URL_VARIABLE = "LOTIMAGE_BASE_URL"
REFUSALS = (401, 402, 403, 429)  # of the question, not of the job
NO_MASK = (
    "LotImage is sent no mask: it makes the whole picture anew, and only what you painted is taken from it. "
    "It may not fit at the edge."
)
UNDOCUMENTED_MASK = (
    "LotImage documents no mask: {field!r} is sent on your word, and may be ignored or refused."
)


class LotImageProvider:
    """Midjourney's Vary (Region) through LotImage, whose only public page documents one request and no mask.

    How its jobs are asked about is a guess: `profile` corrects it, see `profile.Profile`. `mask_field` sends the mask
    in a field of that name, which is undocumented. It is an unofficial reseller: accounts can be banned.
    """

    name: ClassVar[str] = "lotimage"
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="experimental; sends no mask, so it redraws freely",
        takes_mask=False,
        takes_any_picture=False,
        keeps_pictures=True,
        needs_prompt=True,
        takes_seed=False,
        needs_key=True,
        cancels=False,
        price="unknown",
        poll_seconds=(3.0, 5.0),
        own_pictures_hint=(
            "It changes only pictures that it upscaled: open one by its task id, or pass taskId= with your copy of it."
        ),
        own_picture_parameter="taskId",
        parameters={
            "taskId": Parameter(None, "the finished upscale at LotImage that the picture is"),
            "cutting": Parameter(False, "ask for four pictures instead of one grid", (True, False)),
        },
    )

    def __init__(
        self,
        api_key: GivenKey = None,
        base_url: str | None = None,
        *,
        profile: Mapping[str, object] | Profile | None = None,
        mask_field: str | None = None,
    ) -> None:
        api_key = settings.guarded(api_key)  # no traceback shows it from here on
        self._key = settings.api_key(self.name, api_key, KEY_VARIABLE)
        self._base_url = settings.base_url(self.name, base_url, BASE_URL_VARIABLE, BASE_URL)
        self.profile = Profile.of(profile)
        self.mask_field = _checked_field(mask_field)
        self.options: Mapping[str, object] = {
            "base_url": self._base_url,
            "profile": self.profile.to_record(),
            "mask_field": mask_field,
        }

    async def run(self, request: Request, http: Client) -> AsyncGenerator[Event, None]:
        """The story of one edit: send what is documented, then ask until the pictures are there."""
        if isinstance(request, FetchRequest):
            remote_id = request.remote_id
        else:
            body = await offload(self._body, request)
            yield Notice(UNDOCUMENTED_MASK.format(field=self.mask_field) if self.mask_field else NO_MASK)
            remote_id = await self._send(self._api(http), body)
        yield Submitted(remote_id)
        async with aclosing(self.resume(remote_id, request, http)) as rest:
            async for event in rest:
                yield event

    async def resume(self, remote_id: str, request: Request, http: Client) -> AsyncGenerator[Event, None]:
        """The same story, from where LotImage had given the job an id."""
        api = self._api(http)
        watch = Watch(self.name, remote_id, lambda: self._look(remote_id, api), http, full_is_over=True)
        async with aclosing(watch.events()) as events:
            async for event in events:
                yield event
        answer = watch.answer
        pictures = await bring(self.name, remote_id, answer.ways, api)
        images, is_grid = await offload(grids.cut, pictures, orders.is_grid(request, answer))
        for text in orders.size_notes(request, images):
            yield Notice(text)
        yield Finished(images, remote={"id": remote_id}, actions=answer.actions, grid=is_grid)

    def _body(self, request: Request) -> dict[str, object]:
        """The documented JSON of an edit, and nothing else unless told to. To be called on a worker."""
        if not isinstance(request, EditRequest):
            raise InputError(f"{self.name!r} does nothing but edits.", self.capabilities.own_pictures_hint)
        body: dict[str, object] = {"prompt": request.prompt, "taskId": self._task(request), "button": MASKED}
        if request.params.get("cutting"):
            body["cutting"] = True
        if self.mask_field:
            body[self.mask_field] = as_base64(request.sent_mask)
        return body

    def _task(self, request: EditRequest) -> str:
        """The id of the picture's task; called optional there, though nothing could be changed without it."""
        given = identifier(request.params.get("taskId"))
        if given is None and request.remote is not None and request.remote.provider == self.name:
            given = request.remote.remote_id
        if given is None:
            raise InputError(
                f"{self.name!r} must know which of its pictures this is.", self.capabilities.own_pictures_hint
            )
        return given

    async def _send(self, api: Api, body: Body) -> str:
        """The id of the job that this began; sent once, whatever becomes of it."""
        try:
            reply = await api.submit(self.profile.submit.path, body)
        except ProviderError as error:
            if (told := meant(error)) is error:
                raise
            raise told from error
        return self._accepted(reply.body)

    def _accepted(self, body: Body) -> str:
        """The id of the job: only the status counts, the sample of a success carries an error text too."""
        fields = self.profile.reply
        status, remote_id = self._status(body), first(identifier, body, fields.id)
        if status not in fields.ok_status:
            raise refused(self.name, words(body, fields.error), status)
        if remote_id is None:
            raise OutcomeUnknown(
                f"{self.name!r} accepted the job and gave no id for it.",
                "It may have been charged: look at your account there before you run it again.",
            )
        return remote_id

    async def _look(self, remote_id: str, api: Api) -> Answer:
        ask = self.profile.progress
        if ask.id_in == "path":
            reply = await api.get(f"{ask.path}/{quote(remote_id, safe='')}")
        elif ask.method == "POST" or ask.id_in == "json":
            reply = await api.ask(ask.path, {ask.id_name: remote_id})
        else:
            reply = await api.get(ask.path, {ask.id_name: remote_id})
        answer = self._read(reply.body)
        if answer.remote_id not in (None, remote_id):
            raise ProviderError(f"{self.name!r} was asked about {remote_id} and told about another job.")
        return answer

    def _read(self, body: Body) -> Answer:
        """Where the job is. Raises ProviderError where the question itself was refused."""
        fields = self.profile.reply
        status, said = self._status(body), words(body, fields.error)
        ways = addresses(body, fields.images, fields.image)
        if status in REFUSALS and not ways:
            raise refused(self.name, said, status)
        done = first(fraction, body, fields.progress)
        return Answer(
            state=self._state(body, status, bool(ways), done),
            stage="drawing",
            fraction=done,
            position=first(whole, body, fields.position),
            words=said,
            ways=ways,
            actions=first(labels, body, fields.buttons),
            remote_id=first(identifier, body, fields.id),
        )

    def _state(self, body: Body, status: int | None, has_picture: bool, done: float | None) -> State:
        """Source: PROVIDERS.md §4.4; guessed. 200 may mean no more than that the question was understood."""
        fields = self.profile.reply
        said = {words(body, [name]).upper() for name in fields.status}
        if said & {word.upper() for word in fields.failed}:
            return "failed"
        if said & {word.upper() for word in fields.done} or (has_picture and done in (None, 1.0)):
            return "done"
        if first(whole, body, fields.position):
            return "queued"
        is_refused = status is not None and status not in fields.ok_status and not has_picture
        return "failed" if is_refused else "running"

    def _status(self, body: Body) -> int | None:
        return first(whole, body, self.profile.reply.status)

    def _api(self, http: Client) -> Api:
        return http.api(self._base_url, self._key)


def _checked_field(mask_field: str | None) -> str | None:
    if mask_field is not None and (not isinstance(mask_field, str) or mask_field in DOCUMENTED):
        raise InputError(f"mask_field cannot be {mask_field!r}.", "It is a name of your own, e.g. 'mask'.")
    return mask_field or None


DOCUMENTED = ("prompt", "taskId", "button", "cutting")
