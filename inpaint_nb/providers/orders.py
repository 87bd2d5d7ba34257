"""What is sent to ImaginePro for each kind of request, and what is refused before it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from PIL import Image

from inpaint_nb.edit import EditRequest, FetchRequest, ImagineRequest, PressRequest, Request
from inpaint_nb.errors import InputError
from inpaint_nb.providers.answers import Answer
from inpaint_nb.providers.buttons import CANCEL, MASKED, makes_grid, offers_grid
from inpaint_nb.providers.masking import MaskFormat, as_base64, covers_everything
from inpaint_nb.providers.messages import Made, Paths

Body = dict[str, object]
Order = ImagineRequest | EditRequest | PressRequest

# Source: PROVIDERS.md §2.3; documented, an integer from 10 to 900.
LEAST_TIMEOUT_SECONDS, MOST_TIMEOUT_SECONDS = 10, 900
OWN_PICTURES = (
    "Midjourney changes only parts of pictures that it made and upscaled: imagine a picture, "
    "upscale one of its four (U1 to U4), then paint on that one."
)


def message(name: str, request: Order, paths: Paths, mask_format: MaskFormat) -> tuple[str, Body]:
    """The door and the JSON of a request, its mask encoded: to be called on a worker.

    Raises InputError for what the provider `name` cannot be asked.
    """
    extra = _extra(request)
    match request:
        case ImagineRequest():
            return paths.imagine, {"prompt": request.prompt} | extra
        case PressRequest():
            return paths.button, _pressed(request) | extra
        case EditRequest():
            return paths.button, _masked(name, request, mask_format) | extra


def _masked(name: str, request: EditRequest, mask_format: MaskFormat) -> Body:
    if request.remote is None:
        raise InputError(f"{name!r} edits only pictures that it made itself.", OWN_PICTURES)
    mask = as_base64(request.sent_mask, mask_format)
    body: Body = {"messageId": request.remote.remote_id, "button": MASKED, "mask": mask}
    return body | _prompt(request.prompt)


def _pressed(request: PressRequest) -> Body:
    if request.label == CANCEL:
        raise InputError(f"{CANCEL} stops a job that still runs.", "Use its job.cancel().")
    return {"messageId": request.remote.remote_id, "button": request.label} | _prompt(request.prompt)


def _prompt(prompt: str | None) -> Body:
    return {"prompt": prompt} if prompt and prompt.strip() else {}


def ref(request: Request) -> str:
    """The text by which the job is known again: the user's own, else our id of it; "" for what was made before."""
    if isinstance(request, FetchRequest):
        return ""
    return str(request.params.get("ref") or request.ref)


def _extra(request: Order) -> Body:
    """The optional fields that are set."""
    _check_timeout(request.params.get("timeout"))
    _check_hook(request.params.get("webhookOverride"))
    given = {key: value for key, value in request.params.items() if value is not None and key != "ref"}
    return ({"ref": ref(request)} if ref(request) else {}) | given


def _check_timeout(value: object) -> None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value is None or (is_number and LEAST_TIMEOUT_SECONDS <= int(str(value)) <= MOST_TIMEOUT_SECONDS):
        return
    limits = f"{LEAST_TIMEOUT_SECONDS} to {MOST_TIMEOUT_SECONDS}"
    raise InputError(f"timeout must be a whole number of seconds from {limits}, not {value!r}.")


def _check_hook(value: object) -> None:
    if value is None or (isinstance(value, str) and urlsplit(value).scheme in ("http", "https")):
        return
    raise InputError(f"webhookOverride must be an http or https address, not {value!r}.")


def warnings(request: Order) -> list[str]:
    """What to know before the request is sent. To be called on a worker."""
    if isinstance(request, EditRequest) and covers_everything(request.sent_mask):
        return ["The whole picture is masked: all of it will be made anew."]
    if isinstance(request, PressRequest) and _prompt(request.prompt):
        return [
            f"A prompt with {request.label} counts only for accounts with a Discord of their own in remix mode."
        ]
    return []


def resembles(made: Made, request: Request) -> bool:
    """Whether a line of the history may be this request: a reason to look at it first, and never more."""
    match request:
        case EditRequest():
            return made.button == MASKED
        case PressRequest():
            return made.button == request.label
    return not made.button


def is_grid(request: Request, answer: Answer) -> bool | None:
    """Whether the answer's one picture is a grid: by its buttons, else by what was asked, None for nobody knows."""
    by_buttons = offers_grid(answer.actions)
    if by_buttons is not None:
        return by_buttons
    match request:
        case PressRequest():
            return makes_grid(request.label)
        case FetchRequest():
            return None
    return True


def size_notes(request: Request, pictures: Sequence[Image.Image]) -> list[str]:
    """What to know about pictures of another size than the one that was changed."""
    edit = request.edit if isinstance(request, PressRequest) else request
    if not isinstance(edit, EditRequest) or pictures[0].size == edit.image.size:
        return []
    came, parent = (f"{width} × {height}" for width, height in (pictures[0].size, edit.image.size))
    return [f"The pictures came as {came} and were brought to {parent} pixels."]
