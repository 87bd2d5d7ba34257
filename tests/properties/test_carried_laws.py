"""What a file carries of its run comes back as it was, whatever was said; and whatever is in a file, it can be read."""

from __future__ import annotations

import io
import json
import struct
import zlib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import EditRequest, Finished, Result, jsontext, picturefile
from inpaint_nb.edit.carried import Carried, from_text
from inpaint_nb.edit.maskcheck import checked_mask
from inpaint_nb.images.chunks import chunk, put_in, read_text, text_chunk
from inpaint_nb.masks import Mask

SIZE = (20, 14)
ANY_TEXT = st.text(max_size=60) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Zl"]), max_size=8)
NAME = st.from_regex(r"\A[a-z][a-z0-9]{0,8}\Z").filter(
    lambda name: name not in ("is", "in", "as", "if", "or")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
MARKED = st.dictionaries(ANY_TEXT | st.sampled_from(["$utf8", "$pairs"]), JSON, max_size=4)
POINT = st.tuples(st.integers(-5, 25), st.integers(-5, 20))


@st.composite
def masks(draw: st.DrawFn) -> Mask:
    """Strokes, shapes and refinements, combined."""
    mask = Mask.stroke(SIZE, draw(st.lists(POINT, min_size=1, max_size=4)), draw(st.integers(1, 6)))
    left, top = draw(st.integers(0, 10)), draw(st.integers(0, 6))
    other = Mask.ellipse(SIZE, (left, top, left + 8, top + 6)).grow(draw(st.integers(0, 2)))
    return draw(st.sampled_from([mask | other, mask & other, mask - other, mask ^ other, ~mask]))


def pictures(mode: str) -> st.SearchStrategy[Image.Image]:
    count = SIZE[0] * SIZE[1] * len(mode)
    pixels = st.binary(min_size=count, max_size=count)
    return pixels.map(lambda content: Image.frombytes(mode, SIZE, content))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


@settings(max_examples=60, deadline=None)
@given(
    prompt=ANY_TEXT,
    params=st.dictionaries(NAME, JSON, max_size=3),
    seed=st.none() | st.integers(),
    mask=masks(),
    before=st.sampled_from(["L", "RGB", "RGBA"]).flatmap(pictures),
    kind=st.sampled_from(["png", "webp", "tif", "jpg"]),
)
def test_a_run_comes_back_from_its_file(
    folder: Path,
    prompt: str,
    params: dict[str, object],
    seed: int | None,
    mask: Mask,
    before: Image.Image,
    kind: str,
) -> None:
    """Prompt (half surrogates and NUL included), parameters, seed, mask and pixels are equal after reading."""
    request = EditRequest(before, mask, prompt, seed=seed, params=params)
    result = Result.compose(request, Finished((before.rotate(180),)), "painter")
    kind = "png" if before.mode == "RGBA" else kind
    path = result.save(folder / f"fox.{kind}", overwrite=True)
    image = images.load(path)
    carried = picturefile.read(path, image)
    assert carried is not None
    meant = replace(result.carried(), saved=carried.saved, file=carried.file)
    assert carried.prompt == prompt
    assert {**carried.params, **{name: params[name] for name in carried.left_out}} == params
    assert replace(carried, params=params, left_out=()) == meant
    assert checked_mask(carried.operations, SIZE, mask.digest) == mask
    assert kind != "png" or images.digest(image) == images.digest(result.image)


@settings(max_examples=10, deadline=None)
@given(length=st.integers(0, 3_000_000), letter=st.characters(exclude_categories=["Cs"]))
def test_a_text_of_any_length_is_found_again(length: int, letter: str) -> None:
    """Deflated while every reader takes it so, and plain above that; Pillow opens the file in any case."""
    text = (letter * (length // len(letter.encode()))).encode()
    png = put_in(images.encode_png(Image.new("L", (2, 2))), text_chunk("inpaint_nb", text))
    assert read_text(io.BytesIO(png), "inpaint_nb", 4_000_000) == text
    assert images.load(png).size == (2, 2)
    with Image.open(io.BytesIO(png)) as image:
        assert image.text["inpaint_nb"].encode() == text


@settings(max_examples=200, deadline=None)
@given(values=MARKED | MARKED.map(lambda inner: {"deep": [inner]}))
def test_json_text_keeps_every_value(values: dict[str, object]) -> None:
    """Any text is itself again, halves of surrogate pairs too, and the text is plain ASCII."""
    text = jsontext.dump(values)
    assert text.isascii()
    assert jsontext.load(text) == values


def _carried() -> Carried:
    mask = Mask.rectangle(SIZE, (2, 2, 9, 9))
    picture = Image.new("RGB", SIZE, "white")
    request = EditRequest(picture, mask, "a fox", params={"strength": 1})
    return Result.compose(request, Finished((Image.new("RGB", SIZE, "red"),)), "painter").carried()


SAID = json.loads(_carried().to_text())
ODD = JSON | st.just("x" * 5000) | st.just(10**400) | st.sampled_from([-1, 1e400, [], {}, "../..", "\0"])


@settings(max_examples=400, deadline=None)
@given(
    changes=st.dictionaries(
        st.sampled_from([each.name for each in fields(Carried)]), ODD, min_size=1, max_size=4
    )
)
def test_whatever_is_said_is_used_or_refused(changes: dict[str, object]) -> None:
    """Values of any type in any field: what is read has the types it should have, and nothing else is raised."""
    try:
        carried = from_text(jsontext.dump({**SAID, **changes}))
    except ValueError:
        return
    assert carried is not None
    assert from_text(carried.to_text()) == carried


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 10**6), to=st.binary(min_size=1, max_size=8), cut=st.booleans())
def test_a_damaged_file_is_read_or_its_reason_told(at: int, to: bytes, cut: bool) -> None:
    """Bytes changed anywhere in what the file carries, or the file cut off there: no error comes of it."""
    image = Image.new("RGB", SIZE, "red")
    added = text_chunk("inpaint_nb", _carried().to_text())
    at %= len(added)
    added = added[:at] if cut else added[:at] + to + added[at + len(to) :]
    png = put_in(images.encode_png(image), added)
    problems: list[str] = []
    assert picturefile.read(png, image, problems.append) in (None, _carried())


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=400))
def test_no_content_of_the_text_raises(content: bytes) -> None:
    """A chunk of ours with anything in it, well formed or not."""
    image = Image.new("RGB", SIZE, "red")
    for kind in (text_chunk("inpaint_nb", content), chunk(b"iTXt", b"inpaint_nb\0" + content)):
        png = put_in(images.encode_png(image), kind)
        problems: list[str] = []
        assert picturefile.read(png, image, problems.append) is None
        assert problems


def test_a_bomb_is_not_inflated() -> None:
    """What was deflated a thousandfold is given up after what may be carried, and the picture opens."""
    deflate = zlib.compressobj(9)
    packed = b"".join([*(deflate.compress(b" " * 2**20) for _ in range(100)), deflate.flush()])
    image = Image.new("RGB", SIZE, "red")
    png = put_in(images.encode_png(image), chunk(b"iTXt", b"inpaint_nb\0\1\0\0\0" + packed))
    problems: list[str] = []
    assert picturefile.read(png, images.load(png), problems.append) is None
    assert problems == ["it is longer than 33,554,432 bytes"]
    assert images.digest(images.load(png)) == images.digest(image)


def test_a_chunk_that_lies_about_its_length_is_not_read() -> None:
    """Two gigabytes that are not there cost nothing."""
    image = Image.new("RGB", SIZE, "red")
    png = put_in(
        images.encode_png(image), struct.pack(">I4s", 2**31 - 1, b"iTXt") + b"inpaint_nb\0\0\0\0\0{}"
    )
    problems: list[str] = []
    assert picturefile.read(png, image, problems.append) is None
    assert problems == ["it is longer than 33,554,432 bytes"]
