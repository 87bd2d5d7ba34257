"""The history of a mask: each step is one operation after another step, and keeps its pixels once worked out.

Everything here is a loop, not a recursion: a history has thousands of steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, get_args

from inpaint_nb.images import Size
from inpaint_nb.masks.operations import Refinement, Shape
from inpaint_nb.masks.signs import Combine

if TYPE_CHECKING:
    from inpaint_nb.masks.raster import Raster

SHAPES = get_args(Shape)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Step:
    """`base` followed by one more operation; without either, an empty mask of that size.

    Equal when size and pixels are equal. Safe to share between threads: those that ask at once may each work out
    the pixels, but all get the same.
    """

    size: Size
    base: Step | None = None
    operation: Operation | None = None
    length: int = field(init=False)
    _raster: Raster | None = field(default=None, init=False)
    _digest: str | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        before = self.base.length if self.base else 0
        object.__setattr__(self, "length", before + (self.operation is not None))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Step):
            return NotImplemented
        return self is other or (self.size == other.size and self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Step {self.length} of a mask of {self.size[0]} × {self.size[1]}>"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """All operations up to this one, in order."""
        operations: list[Operation] = []
        step: Step | None = self
        while step is not None:
            operations.extend([] if step.operation is None else [step.operation])
            step = step.base
        return tuple(reversed(operations))

    @property
    def raster(self) -> Raster:
        """The pixels, kept once worked out; each step starts from the pixels of the one before."""
        if self._raster is None:
            for step in self.lineage(lambda source: source._raster is not None):
                object.__setattr__(step, "_raster", step._render())
        assert self._raster is not None
        return self._raster

    @property
    def digest(self) -> str:
        """A hash of size and pixels."""
        if self._digest is None:
            object.__setattr__(self, "_digest", self.raster.digest)
        assert self._digest is not None
        return self._digest

    def sources(self) -> list[Step]:
        """The steps this one was made from directly: none, one or two."""
        sources = [self.base] if self.base is not None else []
        return [*sources, self.operation.mask] if isinstance(self.operation, Combined) else sources

    def lineage(self, is_known: Callable[[Step], bool] = lambda _: False) -> list[Step]:
        """All steps this one was made from, and itself last, each after its sources; known ones are left out."""
        found: dict[int, Step] = {}
        waiting = [self]
        while waiting:
            step = waiting[-1]
            ahead = [each for each in step.sources() if id(each) not in found and not is_known(each)]
            if not ahead:
                found.setdefault(id(waiting.pop()), step)
            waiting.extend(reversed(ahead))
        return list(found.values())

    def as_operation(self, how: Combine) -> Combining:
        """All up to this step as one operation: its shape where it is one that was added, else itself."""
        last = self.operation
        if self.length == 1 and isinstance(last, SHAPES) and last.combine == "add":
            shape: Shape = replace(last, combine=how)
            return shape
        return Combined(self, how)

    def _render(self) -> Raster:
        from inpaint_nb.masks.raster import Raster
        from inpaint_nb.masks.render import apply

        before = Raster.blank(self.size) if self.base is None else self.base.raster
        match self.operation:
            case None:
                return before
            case Combined(mask, how):
                return before.merge(mask.raster, how)
            case operation:
                return apply(operation, before)


class Stepped:
    """What is worth a step and all before it: a mask, seen by the parts of it that make masks."""

    __slots__ = ("__weakref__", "_step")

    def __init__(self, step: Step) -> None:
        """The mask that a step gave; the named constructors make and check the first one."""
        self._step = step

    @property
    def size(self) -> Size:
        """(width, height)."""
        return self._step.size

    @property
    def raster(self) -> Raster:
        """The pixels, kept once worked out."""
        return self._step.raster


@dataclass(frozen=True, slots=True)
class Combined:
    """Another mask of several operations, as the last step of its history."""

    mask: Step
    combine: Combine = "add"


Combining = Shape | Combined
Operation = Combining | Refinement
