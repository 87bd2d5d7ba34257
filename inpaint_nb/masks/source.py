"""A mask as Python that makes it again: one call a line, any number of lines."""

from __future__ import annotations

from collections import Counter

from inpaint_nb.images import Size
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
    Refinement,
    Shape,
    Shrink,
    Smooth,
    Stroke,
)
from inpaint_nb.masks.record import part_of, to_png
from inpaint_nb.masks.signs import SIGNS
from inpaint_nb.masks.steps import Combined, Step


def write(last: Step) -> str:
    """Lines that end with `mask` being the mask that a step gave."""
    steps = last.lineage()
    names = _names(steps)
    lines = [_line(step, names) for step in steps]
    imports = ["import inpaint_nb as inp", ""]
    if any("base64." in line for line in lines):
        imports.insert(0, "import base64\n")
    return "\n".join([*imports, *lines]) + "\n"


def _names(steps: list[Step]) -> dict[int, str]:
    """A variable for each step: that of the one made from it, or its own where more is made from it."""
    uses = Counter(id(source) for step in steps for source in step.sources())
    names = {id(steps[-1]): "mask"}
    for step in reversed(steps):
        names.setdefault(id(step), f"part{len(set(names.values()))}")
        if step.base is not None and uses[id(step.base)] == 1:
            names[id(step.base)] = names[id(step)]
    return names


def _line(step: Step, names: dict[int, str]) -> str:
    name, operation = names[id(step)], step.operation
    base = names[id(step.base)] if step.base is not None else f"inp.Mask.empty({step.size})"
    match operation:
        case None:
            return f"{name} = inp.Mask.empty({step.size})"
        case Combined(other, how):
            return _combined(name, base, SIGNS[how], names[id(other)])
        case Rectangle() | Ellipse() | Polygon() | Stroke() | Bitmap():
            if step.base is None and operation.combine == "add":
                return f"{name} = {_shape(operation, step.size)}"
            return _combined(name, base, SIGNS[operation.combine], _shape(operation, step.size))
        case _:
            return f"{name} = {_refined(base, operation)}"


def _combined(name: str, base: str, sign: str, other: str) -> str:
    return f"{name} {sign}= {other}" if name == base else f"{name} = {base} {sign} {other}"


def _shape(shape: Shape, size: Size) -> str:
    match shape:
        case Rectangle(box):
            is_full = box == (0.0, 0.0, float(size[0]), float(size[1]))
            return f"inp.Mask.full({size})" if is_full else f"inp.Mask.rectangle({size}, {_numbers(box)})"
        case Ellipse(box):
            return f"inp.Mask.ellipse({size}, {_numbers(box)})"
        case Polygon(points):
            return f"inp.Mask.polygon({size}, [{', '.join(map(_numbers, points))}])"
        case Stroke(points=points, radius=radius):
            line = f"[{', '.join(map(_numbers, points))}]"
            return f"inp.Mask.stroke({size}, {line}, {_number(radius)}{_manner(shape)})"
        case Bitmap(raster=raster, made=made):
            pixels = to_png(raster, part_of(shape))
            if made:
                return f'inp.Mask.from_region({size}, {part_of(shape)}, "{pixels}", made={made!r})'
            return f'inp.Mask.from_image(base64.b64decode("{pixels}"))'


def _manner(stroke: Stroke) -> str:
    """The arguments that a hard stroke does not have."""
    manner = {
        name: _number(getattr(stroke, name)) for name in ("hardness", "opacity") if getattr(stroke, name) != 1
    }
    if stroke.pressures:
        manner["pressures"] = f"[{', '.join(map(_number, stroke.pressures))}]"
    if stroke.pressures and not stroke.pressure_size:
        manner["pressure_size"] = "False"
    if stroke.pressure_opacity:
        manner["pressure_opacity"] = "True"
    return "".join(f", {name}={value}" for name, value in manner.items())


def _refined(base: str, refinement: Refinement) -> str:
    match refinement:
        case Invert():
            return f"~{base}"
        case Grow(px):
            return f"{base}.grow({_number(px)})"
        case Shrink(px):
            return f"{base}.shrink({_number(px)})"
        case Feather(px, side):
            where = "" if side == "both" else f', side="{side}"'
            return f"{base}.feather({_number(px)}{where})"
        case Smooth(px):
            return f"{base}.smooth({_number(px)})"
        case FillHoles():
            return f"{base}.fill_holes()"
        case DropSpecks(area):
            return f"{base}.drop_specks({_number(area)})"


def _numbers(values: tuple[float, ...]) -> str:
    return f"({', '.join(map(_number, values))})"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
