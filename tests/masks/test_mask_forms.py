"""The forms a mask travels in: pictures, arrays, records and printed code."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask

SIZE = (40, 30)


def run(code: str) -> Mask:
    """What a user gets who runs the printed code."""
    namespace: dict[str, Any] = {}
    exec(code, namespace)
    return namespace["mask"]


def of_all_kinds() -> Mask:
    mask = Mask.stroke(SIZE, [(5, 5), (20.5, 17.25)], 3.5) | Mask.ellipse(SIZE, (10, 4, 38, 28))
    mask = mask - Mask.rectangle(SIZE, (12, 12, 18, 18.5)) ^ Mask.polygon(SIZE, [(0, 0), (40, 2), (3, 29)])
    mask = ~mask.grow(1.5).shrink(1) & Mask.full(SIZE)
    bitmap = Mask.from_array(np.arange(1200).reshape(30, 40) % 256)
    mask = (mask - bitmap) | (bitmap & mask.shrink(2))
    mask = mask - Mask.stroke(SIZE, [(3, 20), (30, 9.5)], 4, hardness=0.25, opacity=0.8, pressures=[0.5, 1])
    mask |= Mask.stroke(SIZE, [(9, 9)], 4, pressures=[0.4], pressure_size=False, pressure_opacity=True)
    mask = mask ^ Mask.wand(np.arange(1200, dtype=np.uint8).reshape(30, 40), (4, 4), 60)
    return mask.feather(2).feather(3, "inside").smooth(1.5).fill_holes().drop_specks(4)


def test_white_changes_and_black_keeps(tmp_path) -> None:
    """A picture gives the same mask as a path, bytes, a file object, a PIL image and an array."""
    picture = Image.new("L", SIZE)
    picture.paste(255, (3, 4, 20, 25))
    picture.putpixel((30, 20), 99)
    picture.save(tmp_path / "mask.png")
    data = (tmp_path / "mask.png").read_bytes()
    sources = [tmp_path / "mask.png", str(tmp_path / "mask.png"), data, io.BytesIO(data), picture]
    for source in [*sources, np.asarray(picture), picture.convert("RGB")]:
        assert (Mask.from_image(source).to_array() == np.asarray(picture)).all()
    assert (Mask.from_image(picture, invert=True).to_array() == 255 - np.asarray(picture)).all()


def test_transparent_parts_count_as_black() -> None:
    """A picture with alpha is read by its brightness over black."""
    picture = Image.new("RGBA", (3, 1), (255, 255, 255, 255))
    picture.putpixel((1, 0), (255, 255, 255, 0))
    picture.putpixel((2, 0), (0, 0, 0, 255))
    assert Mask.from_image(picture).to_array().tolist() == [[255, 0, 0]]


def test_a_channel_can_be_the_mask() -> None:
    """The opaque part, its opposite, or one colour; without an alpha channel there is an error."""
    picture = Image.new("RGBA", (2, 1), (255, 9, 0, 200))
    picture.putpixel((1, 0), (0, 80, 0, 0))
    assert Mask.from_image(picture, channel="alpha").to_array().tolist() == [[200, 0]]
    assert Mask.from_image(picture, invert=True, channel="alpha").to_array().tolist() == [[55, 255]]
    assert Mask.from_image(picture, channel="green").to_array().tolist() == [[9, 80]]
    assert Mask.from_image(picture.convert("LA"), channel="alpha").to_array().tolist() == [[200, 0]]
    with pytest.raises(InputError, match="no alpha channel"):
        Mask.from_image(picture.convert("RGB"), channel="alpha")
    with pytest.raises(InputError, match="'red', 'green' or 'blue', not 'cyan'"):
        Mask.from_image(picture, channel="cyan")  # type: ignore[arg-type]


def test_a_label_map_gives_one_mask_for_each_label() -> None:
    """0 is nothing; labels come in order, negative ones and booleans too."""
    labels = np.array([[0, 7, 7], [-2, 0, 7]])
    masks = Mask.from_labels(labels)
    assert list(masks) == [-2, 7]
    assert masks[7].to_array().tolist() == [[0, 255, 255], [0, 0, 255]]
    assert Mask.from_labels(np.zeros((3, 3), int)) == {}
    assert list(Mask.from_labels(labels == 7)) == [1]
    with pytest.raises(InputError, match="whole numbers"):
        Mask.from_labels(labels / 2)


def test_boxes_become_one_mask_and_come_back() -> None:
    """Each box is an operation; those of the blobs are what was put in, joined where they touch."""
    mask = Mask.from_boxes(SIZE, [(1, 2, 5, 9), (20, 3, 30, 8), (28, 7, 35, 20)])
    assert len(mask.operations) == 3
    assert mask.boxes() == [(1, 2, 5, 9), (20, 3, 35, 20)]
    assert Mask.from_boxes(SIZE, []).is_empty
    assert run(mask.code()) == mask


def test_a_region_is_checked() -> None:
    """Damaged text, a box that does not fit and a call of several lines are refused."""
    found = Mask.from_array(np.eye(4, dtype=bool))
    pixels = found.to_record()["steps"][0]["raster"]
    assert Mask.from_region((9, 9), (2, 3, 6, 7), pixels).bbox == (2, 3, 6, 7)
    for box, text, made in [
        ((2, 3, 6, 8), pixels, ""),
        ((7, 7, 11, 11), pixels, ""),
        ((2, 3, 6, 7), "AAAA", ""),
        ((2, 3, 6, 7), "?", ""),
        ((2, 3), pixels, ""),
        ((2, 3, 6, 7), pixels, "wand()\nimport os"),
    ]:
        with pytest.raises(InputError):
            Mask.from_region((9, 9), box, text, made=made)


def test_what_is_no_picture_is_refused(tmp_path) -> None:
    """A missing file is an InputError."""
    with pytest.raises(InputError):
        Mask.from_image(tmp_path / "nothing.png")


ARRAYS = {
    "bool": (np.array([[True, False]]), None, [[255, 0]]),
    "uint8": (np.array([[3, 200]], np.uint8), None, [[3, 200]]),
    "uint8 of 0 and 1": (np.array([[0, 1]], np.uint8), None, [[0, 1]]),
    "integers": (np.array([[3, 200]]), None, [[3, 200]]),
    "integers 0 and 1": (np.array([[0, 1]]), None, [[0, 255]]),
    "floats": (np.array([[0, 0.5, 1]]), None, [[0, 128, 255]]),
    "one channel": (np.array([[[9], [8]]], np.uint8), None, [[9, 8]]),
    "nested lists": ([[0.0, 1.0]], None, [[0, 255]]),
    "threshold": (np.array([[-3.5, 0.2, 0.3, 900]]), 0.3, [[0, 0, 255, 255]]),
    "transposed": (np.array([[1, 2], [3, 4]], np.uint8).T, None, [[1, 3], [2, 4]]),
}


@pytest.mark.parametrize(("array", "threshold", "values"), ARRAYS.values(), ids=ARRAYS)
def test_arrays_become_masks(array: object, threshold: float | None, values: list[list[int]]) -> None:
    """Each kind of array has one meaning."""
    assert Mask.from_array(array, threshold).to_array().tolist() == values


BAD_ARRAYS = {
    "three channels": (np.zeros((4, 4, 3)), None, "height × width"),
    "one row": (np.zeros(4), None, "height × width"),
    "no pixels": (np.zeros((0, 4)), None, "no pixels"),
    "NaN": (np.array([[np.nan]]), None, "NaN"),
    "NaN with threshold": (np.array([[np.nan]]), 0.5, "NaN"),
    "floats to 255": (np.array([[0.0, 255.0]]), None, "within 0 and 1"),
    "negative integers": (np.array([[-1, 3]]), None, "within 0 and 255"),
    "words": (np.array([["a"]]), None, "numbers or booleans"),
    "complex": (np.array([[1j]]), None, "numbers or booleans"),
    "NaN as threshold": (np.array([[1]]), float("nan"), "threshold must be a finite number"),
}


@pytest.mark.parametrize(("array", "threshold", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS)
def test_other_arrays_are_refused_in_words(array: object, threshold: float | None, message: str) -> None:
    """What could mean anything is an InputError."""
    with pytest.raises(InputError, match=message):
        Mask.from_array(array, threshold)


def test_printed_code_gives_the_mask_again() -> None:
    """Every kind of operation prints as a call that gives the same pixels and operations."""
    mask = of_all_kinds()
    twin = run(mask.code())
    assert twin == mask
    assert [type(each) for each in twin.operations] == [type(each) for each in mask.operations]


def test_printed_code_is_what_a_person_would_write() -> None:
    """One call a line, whole numbers without a point, the short names of the package."""
    mask = (Mask.full(SIZE) - Mask.stroke(SIZE, [(1, 2.5)], 4)).grow(2) | Mask.rectangle(
        SIZE, (1, 2, 3, 4)
    ).shrink(1)
    assert mask.code() == (
        "import inpaint_nb as inp\n"
        "\n"
        "mask = inp.Mask.full((40, 30))\n"
        "mask -= inp.Mask.stroke((40, 30), [(1, 2.5)], 4)\n"
        "mask = mask.grow(2)\n"
        "part1 = inp.Mask.rectangle((40, 30), (1, 2, 3, 4))\n"
        "part1 = part1.shrink(1)\n"
        "mask |= part1\n"
    )
    assert Mask.empty(SIZE).code() == "import inpaint_nb as inp\n\nmask = inp.Mask.empty((40, 30))\n"


def test_code_of_a_thousand_operations_runs() -> None:
    """Length is no limit, in a row or nested."""
    row = nested = Mask.full(SIZE)
    for step in range(1000):
        spot = Mask.rectangle(SIZE, (step % 40, step % 30, 40, 30))
        row = row ^ spot
        nested = spot - nested
    assert run(row.code()) == row
    assert run(nested.code()) == nested


def test_a_mask_used_twice_is_printed_once() -> None:
    """Code and record grow with the number of operations, not with the number of paths through them."""
    mask = Mask.ellipse(SIZE, (5, 5, 30, 25))
    for step in range(40):
        mask = mask ^ mask.grow(1 + step % 3)
    assert len(mask.code().splitlines()) == 83
    assert len(mask.to_record()["steps"]) == 81
    assert run(mask.code()) == mask
    assert Mask.from_record(mask.to_record()) == mask


def test_records_are_json_and_lossless() -> None:
    """A record that went through JSON gives the same pixels and the same operations."""
    for mask in (of_all_kinds(), Mask.empty(SIZE), ~Mask.empty(SIZE), Mask.full(SIZE)):
        twin = Mask.from_record(json.loads(json.dumps(mask.to_record())))
        assert twin == mask
        assert twin.operations == mask.operations
        assert twin.to_record() == mask.to_record()


def test_a_record_reads_as_a_list_of_steps() -> None:
    """Each operation is one entry with its own numbers."""
    record = (Mask.stroke(SIZE, [(1, 2)], 3) - Mask.rectangle(SIZE, (1, 2, 3, 4))).grow(5).to_record()
    assert record == {
        "size": [40, 30],
        "steps": [
            {"kind": "stroke", "points": [[1, 2]], "radius": 3, "combine": "add"},
            {"kind": "rectangle", "box": [1, 2, 3, 4], "combine": "subtract"},
            {"kind": "grow", "px": 5},
        ],
    }


def png(size: tuple[int, int]) -> str:
    out = io.BytesIO()
    Image.new("L", size).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


BAD_STEPS = {
    "unknown kind": {"kind": "spiral"},
    "no kind": {"px": 3},
    "no number": {"kind": "grow"},
    "negative": {"kind": "grow", "px": -3},
    "unknown combination": {"kind": "rectangle", "box": [1, 2, 3, 4], "combine": "multiply"},
    "a later step": {"kind": "combined", "mask": 4, "combine": "add"},
    "after a later step": {"kind": "invert", "after": 9},
    "no base64": {"kind": "bitmap", "raster": "?", "combine": "add"},
    "no picture": {"kind": "bitmap", "raster": "AAAA", "combine": "add"},
    "another size": {"kind": "bitmap", "raster": png((3, 3)), "combine": "add"},
    "more pressures than points": {
        "kind": "stroke",
        "points": [[1, 2]],
        "radius": 3,
        "combine": "add",
        "pressures": [1, 1],
        "pressure_size": True,
    },
    "hardness of 2": {"kind": "stroke", "points": [[1, 2]], "radius": 3, "combine": "add", "hardness": 2},
    "a side of its own": {"kind": "feather", "px": 2, "side": "left"},
    "made by several lines": {
        "kind": "bitmap",
        "raster": png((3, 3)),
        "combine": "add",
        "box": [0, 0, 3, 3],
        "made": "x\ny",
    },
    "made without a box": {"kind": "bitmap", "raster": png((40, 30)), "combine": "add", "made": "wand()"},
    "a box that does not fit": {
        "kind": "bitmap",
        "raster": png((3, 3)),
        "combine": "add",
        "box": [39, 0, 42, 3],
        "made": "wand()",
    },
    "no step": 5,
}


@pytest.mark.parametrize("step", BAD_STEPS.values(), ids=BAD_STEPS)
def test_damaged_records_are_refused(step: object) -> None:
    """A record that says something impossible is an InputError."""
    with pytest.raises(InputError):
        Mask.from_record({"size": [40, 30], "steps": [step]})


@pytest.mark.parametrize("record", [{}, {"size": [1, 1]}, {"size": [0, 1], "steps": []}, None, [], "record"])
def test_other_values_are_no_records(record: Any) -> None:
    """What is no record at all is an InputError too."""
    with pytest.raises(InputError):
        Mask.from_record(record)
