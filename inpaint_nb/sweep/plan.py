"""What a sweep will run: one cell for every combination of its axes' values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from PIL import Image

from inpaint_nb.edit import EditRequest, FeatherSide, RemotePicture
from inpaint_nb.errors import InpaintError, InputError
from inpaint_nb.jobs.entries import key_of
from inpaint_nb.jobs.key import Key
from inpaint_nb.masks import Mask
from inpaint_nb.providers import Provider, check_request, estimate
from inpaint_nb.sweep.axes import MASK, OURS, PROMPT, PROVIDER, SEED, Axis

MOST_CELLS = 10_000  # a slip of the pen in a list must not fill the memory


@dataclass(frozen=True, slots=True)
class Subject:
    """What every cell starts from: the picture, opened and hashed once, and the feather.

    `source` is Python that opens it again; `remotes` says where it lives, by the names of providers.
    """

    image: Image.Image
    digest: str
    source: str = ""
    remotes: Mapping[str, RemotePicture] | None = None
    feather_px: float = 0
    feather: FeatherSide = "inside"


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """One run of a sweep: cell `number`, counted from 0, at position `at[i]` of axis `plan.axes[i]`.

    `key` is what the store knows its request by; `cost` is what it is expected to cost in its provider's unit, None
    where nobody knows.
    """

    number: int
    at: tuple[int, ...]
    mask: Mask
    prompt: str
    provider: Provider
    seed: int | None
    params: Mapping[str, object]
    key: Key
    cost: float | None


@dataclass(frozen=True, eq=False)
class Plan:
    """The whole cross product. `axes` have several values each; `fixed` have one, and are no axes of a grid."""

    subject: Subject
    axes: tuple[Axis, ...]
    fixed: tuple[Axis, ...]
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """What is the same in every cell, in one line, such as "prompt: a red fox, provider: local"."""
        return ", ".join(f"{axis.name}: {axis.labels[0]}" for axis in self.fixed)

    def axis(self, name: str) -> Axis:
        """The axis of this name. Raises InputError where none has it, and names those there are."""
        return self.axes[self.number(name)]

    def number(self, name: str) -> int:
        """The position of the axis of this name."""
        if name not in self._numbers:
            known = ", ".join(self._numbers) or "none, for it has one cell"
            raise InputError(f"This sweep has no axis {name!r}.", f"Its axes: {known}.")
        return self._numbers[name]

    def at(self, positions: Sequence[int]) -> Cell:
        """The cell at these positions of the axes."""
        number = 0
        for axis, position in zip(self.axes, positions, strict=True):
            number = number * len(axis) + position
        return self.cells[number]

    def labels(self, cell: Cell) -> dict[str, str]:
        """The labels of the cell by the names of the axes, in their order."""
        return {axis.name: axis.labels[at] for axis, at in zip(self.axes, cell.at, strict=True)}

    def values(self, cell: Cell) -> dict[str, object]:
        """The values of the cell by the names of the axes, those that are the same everywhere included."""
        fixed = {axis.name: axis.values[0] for axis in self.fixed}
        return fixed | {axis.name: axis.values[at] for axis, at in zip(self.axes, cell.at, strict=True)}

    def request(self, cell: Cell) -> EditRequest:
        """What the cell asks; made anew each time, so that nothing that is worked out from it stays."""
        return _request(self.subject, cell.mask, cell.prompt, cell.provider, cell.seed, cell.params)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {axis.name: number for number, axis in enumerate(self.axes)}


def plan(subject: Subject, axes: Iterable[Axis]) -> Plan:
    """The plan of the axes, the last one varying fastest, with every request checked.

    Raises InputError for the first cell that cannot be asked, and says which one it is.
    """
    every = tuple(axes)
    if prod(len(axis) for axis in every) > MOST_CELLS:
        raise InputError(f"This sweep has more than {MOST_CELLS:,} cells.", "Use shorter lists.")
    varying = tuple(axis for axis in every if len(axis) > 1)
    fixed = tuple(axis for axis in every if len(axis) == 1)
    maker = _Maker(subject, varying, fixed)
    positions = product(*(range(len(axis)) for axis in varying))
    return Plan(subject, varying, fixed, tuple(maker.cell(number, at) for number, at in enumerate(positions)))


class _Maker:
    """Makes cells one after the other, and counts equal ones."""

    def __init__(self, subject: Subject, axes: Sequence[Axis], fixed: Sequence[Axis]) -> None:
        self._subject = subject
        self._axes = axes
        self._fixed: dict[str, Any] = {axis.name: axis.values[0] for axis in fixed}
        self._met: Counter[str] = Counter()
        self._full = Mask.full(subject.image.size)

    def cell(self, number: int, at: tuple[int, ...]) -> Cell:
        """The checked cell at these positions."""
        varying = {axis.name: axis.values[position] for axis, position in zip(self._axes, at, strict=True)}
        values = self._fixed | varying
        provider: Provider = values[PROVIDER]
        mask, prompt, seed = self._meant(values[MASK], provider), values[PROMPT], values.get(SEED)
        params = {name: value for name, value in values.items() if name not in OURS}
        request = _request(self._subject, mask, prompt, provider, seed, params)
        self._check(request, provider, at)
        key = self._key(request, provider)
        return Cell(number, at, mask, prompt, provider, seed, params, key, estimate(provider, request))

    def _meant(self, mask: Mask, provider: Provider) -> Mask:
        """A provider that takes no mask changes the whole picture where nothing is masked."""
        return self._full if mask.is_empty and not provider.capabilities.takes_mask else mask

    def _key(self, request: EditRequest, provider: Provider) -> Key:
        key = key_of(provider.name, request, self._subject.digest)
        repeat = self._met[key.identity]
        self._met[key.identity] += 1
        return replace(key, repeat=repeat)

    def _check(self, request: EditRequest, provider: Provider, at: tuple[int, ...]) -> None:
        try:
            check_request(request, provider)
        except InpaintError as error:
            pairs = zip(self._axes, at, strict=True)
            where = ", ".join(f"{axis.name}: {axis.labels[position]}" for axis, position in pairs)
            told = f"Nothing was sent; this is about the cell {where}." if where else "Nothing was sent."
            error.hint = f"{error.hint} {told}".strip()
            error.args = (error.message, error.hint, *error.args[2:])
            raise


def _request(
    subject: Subject,
    mask: Mask,
    prompt: str,
    provider: Provider,
    seed: int | None,
    params: Mapping[str, object],
) -> EditRequest:
    return EditRequest(
        subject.image,
        mask,
        prompt,
        seed=seed,
        feather_px=subject.feather_px,
        feather=subject.feather,
        params=params,
        remote=(subject.remotes or {}).get(provider.name),
    )
