"""Operations in the few words of a history list."""

from __future__ import annotations

from inpaint_nb.masks.operations import (
    Bitmap,
    DropSpecks,
    Ellipse,
    Feather,
    FillHoles,
    Grow,
    Invert,
    Polygon,
    Rectangle,
    Shrink,
    Smooth,
    Stroke,
)
from inpaint_nb.masks.steps import Combined, Operation, Step

VERBS = {"add": "add", "subtract": "take away", "intersect": "keep only", "xor": "swap"}
TOOLS = {"wand": "what the wand found", "colour_range": "a range of colours", "select": "what was selected"}


def title(operation: Operation) -> str:
    """What the operation does, as a short clause."""
    match operation:
        case Invert():
            return "invert"
        case Grow(px) | Shrink(px):
            return f"{type(operation).__name__.lower()} by {px:g} px"
        case Feather(px, side):
            return f"feather {px:g} px" + ("" if side == "both" else f" {side}")
        case Smooth(px):
            return f"smooth {px:g} px"
        case FillHoles():
            return "fill holes"
        case DropSpecks(area):
            return f"drop specks below {area:g} px²"
        case _:
            return f"{VERBS[operation.combine]} {_noun(operation)}"


def change(before: Step, after: Step) -> str:
    """What was done to get from one step to another, as a short clause."""
    if not after.length:
        return "clear"
    more = after.length - before.length
    step: Step | None = after
    while step is not None and step.length > before.length:
        step = step.base
    goes_on = step is before or not before.length
    if goes_on and more == 1 and after.operation is not None:
        return title(after.operation)
    return f"{more} changes" if goes_on and before.length else _set(after)


def _set(after: Step) -> str:
    if after.length == 1 and after.operation is not None and title(after.operation).startswith("add "):
        return f"set to {title(after.operation).removeprefix('add ')}"
    return "set to another mask"


def _noun(operation: Rectangle | Ellipse | Polygon | Stroke | Bitmap | Combined) -> str:
    match operation:
        case Rectangle():
            return "a rectangle"
        case Ellipse():
            return "an ellipse"
        case Polygon():
            return "a polygon"
        case Stroke():
            return "a stroke" if len(operation.points) > 1 else "a dot"
        case Bitmap(made=made):
            return TOOLS.get(made.partition("(")[0], "pixels")
        case Combined(mask=mask):
            return f"a mask of {mask.length} steps"
