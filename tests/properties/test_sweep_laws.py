"""Laws of sweeps: the cross product, its labels, and its layouts."""

from __future__ import annotations

import itertools
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_nb.edit import Capabilities, Parameter
from inpaint_nb.masks import Mask
from inpaint_nb.sweep import Layout, Plan, Subject, plan
from inpaint_nb.sweep.axes import Axis, mask_axis, param_axes, prompt_axis, provider_axis, seed_axis
from inpaint_nb.sweep.labels import LONGEST_LABEL, labels_of
from inpaint_nb.sweep.layout import laid_out, relaid

SIZE = (12, 8)
MASKS = [Mask.rectangle(SIZE, (left, 1, left + 2, 6)) for left in range(4)]
SUBJECT = Subject(Image.new("RGB", SIZE), "0" * 40)


class Anything:
    """A provider that may be asked for anything, and never is."""

    name: ClassVar[str] = "anything"
    capabilities: ClassVar[Capabilities] = Capabilities(
        note="a test", price="free", parameters={name: Parameter(None, "") for name in ("size", "style")}
    )

    def run(self, request, http):  # type: ignore[no-untyped-def]
        raise AssertionError

    def resume(self, remote_id, request, http):  # type: ignore[no-untyped-def]
        raise AssertionError


PROVIDERS = [Anything() for _ in range(3)]
NAMES = st.text(max_size=70)


@st.composite
def axes(draw: st.DrawFn) -> list[Axis]:
    """Axes of a sweep, of one to four values each."""
    seeds = draw(st.none() | st.lists(st.integers(-5, 5), min_size=1, max_size=4))
    count = draw(st.none() | st.integers(1, 4)) if seeds is None else None
    params = draw(
        st.dictionaries(st.sampled_from(["size", "style"]), st.lists(st.integers(), min_size=1, max_size=3))
    )
    some = st.lists(st.sampled_from(MASKS), min_size=1, max_size=4)
    named = st.dictionaries(NAMES, st.sampled_from(MASKS), min_size=1, max_size=4)
    made = [
        mask_axis(draw(some | named), SIZE),
        prompt_axis(draw(st.lists(NAMES, min_size=1, max_size=4))),
        provider_axis(draw(st.lists(st.sampled_from(PROVIDERS), min_size=1, max_size=3)), "live"),
        *param_axes(params),
    ]
    last = seed_axis(seeds, count)
    return made if last is None else [*made, last]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Whole plans."""
    return plan(SUBJECT, draw(axes()))


@given(axes())
@settings(max_examples=50, deadline=None)
def test_the_cells_are_the_cross_product_in_order(given_axes: list[Axis]) -> None:
    """Every combination once, the last axis varying fastest, and axes with one value left out."""
    made = plan(SUBJECT, given_axes)
    several = [axis for axis in given_axes if len(axis) > 1]
    assert list(made.axes) == several
    assert [cell.at for cell in made.cells] == list(
        itertools.product(*(range(len(axis)) for axis in several))
    )
    assert [cell.number for cell in made.cells] == list(range(len(made.cells)))
    assert all(made.at(cell.at) is cell for cell in made.cells)


@given(plans())
@settings(max_examples=50, deadline=None)
def test_a_cell_asks_what_its_axes_say(made: Plan) -> None:
    """Each cell's mask, prompt, provider, seed and parameters are those at its position."""
    for cell in made.cells:
        values, request = made.values(cell), made.request(cell)
        assert (cell.mask, cell.prompt, cell.provider) == (
            values["mask"],
            values["prompt"],
            values["provider"],
        )
        assert (cell.seed, cell.params) == (
            values.get("seed"),
            {name: values[name] for name in ("size", "style") if name in values},
        )
        assert (request.prompt, request.mask, request.seed) == (cell.prompt, cell.mask, cell.seed)


@given(plans())
@settings(max_examples=50, deadline=None)
def test_no_two_cells_are_the_same_to_the_store(made: Plan) -> None:
    """Equal requests are numbered from 0, without a gap."""
    keys = [(cell.key.identity, cell.key.repeat) for cell in made.cells]
    assert len(set(keys)) == len(keys)
    for identity, group in itertools.groupby(sorted(keys), key=lambda key: key[0]):
        repeats = [repeat for _, repeat in group]
        assert repeats == list(range(len(repeats))), identity


@given(st.lists(st.text(), min_size=1, max_size=12))
def test_labels_are_unique_short_and_in_one_line(texts: list[str]) -> None:
    """Whatever the texts; a number may be added to what is the same."""
    labels = labels_of(texts)
    assert len(labels) == len(texts) == len(set(labels))
    assert all(label == " ".join(label.split()) and label for label in labels)
    assert max(map(len, labels)) <= LONGEST_LABEL + len(" (12)")


@given(plans(), st.data())
@settings(max_examples=50, deadline=None)
def test_every_layout_gives_each_cell_a_place_of_its_own(made: Plan, data: st.DataObject) -> None:
    """However rows and columns are chosen and swapped, cell and place find one another."""
    names = (
        st.lists(st.sampled_from([axis.name for axis in made.axes]), unique=True)
        if made.axes
        else st.just([])
    )
    layout = laid_out(made)
    assert layout.pages == ()
    for _ in range(data.draw(st.integers(0, 3))):
        layout = relaid(layout, data.draw(st.none() | names), data.draw(st.none() | names))
    _check(layout)
    swapped = relaid(layout, layout.columns, layout.rows)
    assert (swapped.rows, swapped.columns) == (layout.columns, layout.rows)
    _check(swapped)


def _check(layout: Layout) -> None:
    assert not set(layout.rows) & set(layout.columns)
    pages, rows, columns = layout.size
    assert pages * rows * columns == len(layout.plan.cells)
    assert len(layout.row_labels) == rows
    assert len(layout.column_labels) == columns
    assert len(layout.page_labels) == pages
    places = [place for page in range(pages) for place in layout.places(page)]
    cells = [layout.cell(place) for place in places]
    assert {cell.number for cell in cells} == set(range(len(layout.plan.cells)))
    assert [layout.place(cell) for cell in cells] == places
    for cell, place in zip(cells, places, strict=True):
        labels = layout.plan.labels(cell)
        assert tuple(labels[name] for name in layout.rows) == layout.row_labels[place.row]
        assert tuple(labels[name] for name in layout.columns) == layout.column_labels[place.column]
