"""The Python that repeats a run, as a person would type it."""

from __future__ import annotations

from collections.abc import Mapping

from inpaint_nb.edit.refusals import UPSCALE
from inpaint_nb.edit.request import EditRequest, FetchRequest, ImagineRequest, PressRequest, Request

IMPORT = "import inpaint_nb as inp"


def run_lines(request: Request, provider: str, seed: int | None, source: str) -> list[str]:
    """The lines that run the request and bind `result`.

    `source` is Python whose last line is the picture to edit, or the result whose button is pressed.
    """
    match request:
        case EditRequest():
            return [
                *_started_from(source, "image", "the picture that was edited"),
                *_without_import(request.mask.code()),
                f"result = inp.inpaint(image, mask, {request.prompt!r}, "
                f"{_settings(request, provider, seed)}).result()",
            ]
        case ImagineRequest(prompt, params):
            return [f"result = inp.imagine({prompt!r}, {_typed({'provider': provider, **params})}).result()"]
        case PressRequest(_, label, prompt):
            return [
                *_started_from(source, "result", "the result whose button was pressed"),
                f"result = {_press_code(label, prompt)}.result()",
            ]
        case FetchRequest(remote_id):
            return [f"result = {fetch_code(remote_id, provider)}"]


def fetch_code(remote_id: str, provider: str) -> str:
    """The expression that gives the result of a job that ran already."""
    return f"inp.fetch({remote_id!r}, provider={provider!r}).result()"


def _started_from(source: str, name: str, what: str) -> list[str]:
    if not source.strip():
        return [f"{name} = ...  # {what}"]
    *before, expression = _without_import(source)
    return before if expression == name else [*before, f"{name} = {expression}"]


def _settings(request: EditRequest, provider: str, seed: int | None) -> str:
    """The keyword arguments that differ from their defaults, as they are typed."""
    given: dict[str, object] = {"provider": provider}
    if request.count != 1:
        given["count"] = request.count
    if seed is not None:
        given["seed"] = seed
    if request.feather_px:
        given |= {"feather_px": _short(request.feather_px), "feather": request.feather}
    return _typed({**given, **request.params})


def _short(number: float) -> float:
    """The number without a fraction that says nothing: the store knows no whole ones."""
    return int(number) if number == int(number) else number


def _typed(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in settings.items())


def _press_code(label: str, prompt: str | None) -> str:
    if prompt is not None:
        return f"result.press({label!r}, {prompt!r})"
    one = UPSCALE.fullmatch(label)
    return f"result.upscale({int(one[1]) - 1})" if one else f"result.press({label!r})"


def _without_import(code: str) -> list[str]:
    return [line for line in code.strip().splitlines() if line not in ("", IMPORT)]
