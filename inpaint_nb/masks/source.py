"""A mask as Python that makes it again: one call a line, any number of lines."""

from __future__ import annotations

import base64
from collections import Counter

from inpaint_nb.images import Size
from inpaint_nb.masks.mask import Mask
from inpaint_nb.masks.operations import (
    Bitmap,
    Combined,
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
    Stroke,
)
from inpaint_nb.masks.record import to_png

SIGNS = {"add": "|", "subtract": "-", "intersect": "&", "xor": "^"}


def write(mask: Mask) -> str:
    """Lines that end with `mask` being the mask."""
    nodes = mask.lineage()
    names = _names(mask, nodes)
    lines = [_line(node, names) for node in nodes]
    imports = ["import inpaint_nb as inp", ""]
    if any("base64." in line for line in lines):
        imports.insert(0, "import base64\n")
    return "\n".join([*imports, *lines]) + "\n"


def _names(mask: Mask, nodes: list[Mask]) -> dict[int, str]:
    """A variable for each mask: that of the one step made from it, or its own where more is made from it."""
    uses = Counter(id(source) for node in nodes for source in node.sources())
    names = {id(mask): "mask"}
    for node in reversed(nodes):
        names.setdefault(id(node), f"part{len(set(names.values()))}")
        if node.base is not None and uses[id(node.base)] == 1:
            names[id(node.base)] = names[id(node)]
    return names


def _line(node: Mask, names: dict[int, str]) -> str:
    name, operation = names[id(node)], node.operation
    base = names[id(node.base)] if node.base is not None else f"inp.Mask.empty({node.size})"
    match operation:
        case None:
            return f"{name} = inp.Mask.empty({node.size})"
        case Combined(other, how):
            return _combined(name, base, SIGNS[how], names[id(other)])
        case Rectangle() | Ellipse() | Polygon() | Stroke() | Bitmap():
            if node.base is None and operation.combine == "add":
                return f"{name} = {_shape(operation, node.size)}"
            return _combined(name, base, SIGNS[operation.combine], _shape(operation, node.size))
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
        case Stroke(points, radius):
            return f"inp.Mask.stroke({size}, [{', '.join(map(_numbers, points))}], {_number(radius)})"
        case Bitmap(raster):
            return f'inp.Mask.from_image(base64.b64decode("{base64.b64encode(to_png(raster)).decode()}"))'


def _refined(base: str, refinement: Refinement) -> str:
    match refinement:
        case Invert():
            return f"~{base}"
        case Grow(px):
            return f"{base}.grow({_number(px)})"
        case Shrink(px):
            return f"{base}.shrink({_number(px)})"
        case Feather(px):
            return f"{base}.feather({_number(px)})"
        case FillHoles():
            return f"{base}.fill_holes()"
        case DropSpecks(area):
            return f"{base}.drop_specks({_number(area)})"


def _numbers(values: tuple[float, ...]) -> str:
    return f"({', '.join(map(_number, values))})"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
