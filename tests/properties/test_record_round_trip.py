"""Whatever is asked comes back from the store as it was asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.store import Record, Store

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SIZE = (20, 14)
POINT = st.tuples(st.integers(-5, 25), st.integers(-5, 20))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    place: Path = tmp_path_factory.mktemp("records")
    made = Store(place)
    yield made
    made.close()


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """Strokes, shapes and refinements, combined."""
    mask = Mask.stroke(SIZE, draw(st.lists(POINT, min_size=1, max_size=4)), draw(st.integers(1, 6)))
    left, top = draw(st.integers(0, 10)), draw(st.integers(0, 6))
    other = Mask.ellipse(SIZE, (left, top, left + 8, top + 6)).grow(draw(st.integers(0, 2)))
    return draw(st.sampled_from([mask | other, mask & other, mask - other, mask ^ other, ~mask]))


@settings(max_examples=40, deadline=None)
@given(
    prompt=TEXT, params=st.dictionaries(TEXT, JSON, max_size=3), seed=st.none() | st.integers(), mask=masks()
)
def test_a_record_round_trips(
    store: Store, prompt: str, params: dict[str, object], seed: int | None, mask: Mask
) -> None:
    """Prompt, parameters and seed are equal after reading, and the mask has the same pixels."""
    job_id = uuid.uuid4().hex
    asked = Record(
        id=job_id,
        created=1.0,
        provider="local",
        prompt=prompt,
        params=params,
        count=1,
        seed=seed,
        feather_px=0.0,
        feather="inside",
        parent="",
        mask=mask.digest,
        operations=mask.to_record(),
    )
    store.begin(asked).result(timeout=30)
    read = store.record(job_id)
    assert (read.prompt, read.params, read.seed) == (prompt, params, seed)
    assert Mask.from_record(dict(read.operations)).digest == mask.digest


@settings(max_examples=30, deadline=None)
@given(
    mode=st.sampled_from(["L", "RGB", "RGBA"]),
    width=st.integers(1, 9),
    height=st.integers(1, 9),
    data=st.data(),
)
def test_a_picture_round_trips(store: Store, mode: str, width: int, height: int, data: st.DataObject) -> None:
    """Every pixel of every mode comes back, colours under full transparency included."""
    count = width * height * len(mode)
    image = Image.frombytes(mode, (width, height), data.draw(st.binary(min_size=count, max_size=count)))
    back = store.picture(store.put_picture(image))
    assert (back.mode, back.size, back.tobytes()) == (image.mode, image.size, image.tobytes())
