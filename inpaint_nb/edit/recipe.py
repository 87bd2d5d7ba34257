"""The Python that repeats a run, as a person would type it."""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping

from inpaint_nb.edit.refusals import UPSCALE
from inpaint_nb.edit.request import EditRequest, FetchRequest, ImagineRequest, PressRequest, Request

IMPORT = "import inpaint_nb as inp"


def run_lines(
    request: Request, provider: str, seed: int | None, source: str, repeat: int | None = None
) -> list[str]:
    """The lines that run the request and bind `result`; `repeat` is its number among equal requests, where it is said.

    `source` is Python whose last line is the picture to edit, or the result whose button is pressed.
    """
    match request:
        case EditRequest():
            return [
                *_started_from(source, "image", "the picture that was edited"),
                *_without_import(request.mask.code()),
                f"result = inp.inpaint(image, mask, {request.prompt!r}, "
                f"{_settings(request, provider, seed, repeat)}).result()",
            ]
        case ImagineRequest(prompt, params):
            given = {"provider": provider, **_counted(repeat), **params}
            return [f"result = inp.imagine({prompt!r}, {_typed(given)}).result()"]
        case PressRequest(_, label, prompt):
            return [
                *_started_from(source, "result", "the result whose button was pressed"),
                f"result = {_press_code(label, prompt, repeat)}.result()",
            ]
        case FetchRequest(remote_id):
            return [f"result = {fetch_code(remote_id, provider, repeat)}"]


def fetch_code(remote_id: str, provider: str, repeat: int | None = None) -> str:
    """The expression that gives the result of a job that ran already."""
    given = {"provider": provider, **_counted(repeat)}
    return f"inp.fetch({remote_id!r}, {_typed(given)}).result()"


def _counted(repeat: int | None) -> dict[str, object]:
    """The number among equal requests, where it is said."""
    return {} if repeat is None else {"repeat": repeat}


def _started_from(source: str, name: str, what: str) -> list[str]:
    if not source.strip():
        return [f"{name} = ...  # {what}"]
    *before, expression = _without_import(source)
    return before if expression == name else [*before, f"{name} = {expression}"]


def _settings(request: EditRequest, provider: str, seed: int | None, repeat: int | None) -> str:
    """The keyword arguments that differ from their defaults, as they are typed."""
    given: dict[str, object] = {"provider": provider}
    if request.count != 1:
        given["count"] = request.count
    if seed is not None:
        given["seed"] = seed
    if request.feather_px:
        given |= {"feather_px": _short(request.feather_px), "feather": request.feather}
    return _typed({**given, **_counted(repeat), **request.params})


def _short(number: float) -> float:
    """The number without a fraction that says nothing: the store knows no whole ones."""
    return int(number) if number == int(number) else number


def _typed(settings: Mapping[str, object]) -> str:
    return ", ".join(_argument(name, _value(value)) for name, value in settings.items())


def _argument(name: str, value: str) -> str:
    is_plain = name.isidentifier() and not keyword.iskeyword(name)
    return f"{name}={value}" if is_plain else f"**{{{name!r}: {value}}}"


def _value(value: object) -> str:
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return f"float({str(value)!r})" if is_odd else repr(value)


def _press_code(label: str, prompt: str | None, repeat: int | None) -> str:
    counted = "" if repeat is None else f", {_typed(_counted(repeat))}"
    if prompt is not None:
        return f"result.press({label!r}, {prompt!r}{counted})"
    one = UPSCALE.fullmatch(label)
    return f"result.upscale({int(one[1]) - 1}{counted})" if one else f"result.press({label!r}{counted})"


def _without_import(code: str) -> list[str]:
    return [line for line in code.strip().splitlines() if line not in ("", IMPORT)]
