"""Archives that nobody should trust: each is refused with InputError, and nothing of it reaches the disk."""

from __future__ import annotations

import io
import json
import os
import stat
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from zips import contents, lines, rewritten, with_changed, with_lines, zipped

import inpaint_nb as inp
from inpaint_nb import InputError, Mask
from inpaint_nb.archive import members
from inpaint_nb.images import digest, encode_png
from inpaint_nb.jobs import submit
from inpaint_nb.store import Store, open_store

SIZE = (24, 16)


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    """An archive of two runs, one made of the other."""
    image = Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3))
    first = submit(image, Mask.rectangle(SIZE, (4, 4, 12, 12)), "a fox", seed=1).result(timeout=30)
    second = submit(first.image, Mask.ellipse(SIZE, (2, 2, 20, 14)), "an owl", seed=2).result(timeout=30)
    return inp.pack(second, tmp_path / "honest.zip")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Store:
    """A store that has nothing yet."""
    return open_store(tmp_path / "elsewhere")


def refuses(path: Path, store: Store, why: str = "was not unpacked") -> None:
    """The archive is refused, and the store, and everything around it, is as it was."""
    around = {each for each in path.parent.rglob("*") if store.folder not in each.parents}
    with pytest.raises(InputError, match=why):
        inp.unpack(path, store=store)
    assert not store.folder.exists()
    assert {each for each in path.parent.rglob("*") if store.folder not in each.parents} == around


def png_of(size: tuple[int, int]) -> bytes:
    """A PNG that claims a size, with hardly any pixels in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def a_picture(path: Path) -> str:
    return next(name for name in contents(path) if name.startswith("pictures/"))


def test_an_honest_archive_is_taken(honest: Path, elsewhere: Store) -> None:
    """The archive that all these tests spoil is whole, also when it was taken apart and zipped again."""
    assert len(inp.unpack(rewritten(honest, contents(honest)), store=elsewhere)) == 2


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt", "/etc/evil", "pictures/../../evil.png", "C:\\evil.png", "pictures\\evil.png", "evil.py",
        "pictures/evil.png", "pictures/", "ledger.sqlite", "pictures/" + "0" * 40 + ".exe", "records.jsonl/evil",
        "Pictures/" + "0" * 40 + ".png", "pictures/" + "0" * 40 + ".png\n",
    ],
)  # fmt: skip
def test_a_name_of_another_shape_is_refused(honest: Path, elsewhere: Store, name: str) -> None:
    """Paths that lead out, absolute ones, and everything that we do not pack; listed or not."""
    for listed in (True, False):
        refuses(rewritten(honest, {**contents(honest), name: b"evil"}, listed=listed), elsewhere)


def test_a_member_that_nobody_needs_is_refused(honest: Path, elsewhere: Store) -> None:
    """A picture that no run has is not put into the store, however well it is named."""
    stranger = Image.new("RGB", (3, 3))
    name = f"pictures/{digest(stranger)}.png"
    refuses(
        rewritten(honest, {**contents(honest), name: encode_png(stranger)}), elsewhere, "nothing in it needs"
    )


def test_a_link_is_refused(honest: Path, elsewhere: Store) -> None:
    """A symbolic link under a good name is no file."""
    found = contents(honest)
    link = zipfile.ZipInfo("script.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    refuses(
        zipped(honest.with_name("link.zip"), [*found.items(), (link, b"/etc/passwd")]),
        elsewhere,
        "is no file",
    )


def test_a_member_that_is_there_twice_is_refused(honest: Path, elsewhere: Store) -> None:
    """Two members of one name: nobody knows which one was checked."""
    found = contents(honest)
    again = ("records.jsonl", found["records.jsonl"])
    refuses(zipped(honest.with_name("twice.zip"), [*found.items(), again]), elsewhere, "twice")


def test_a_bomb_is_refused_before_it_goes_off(honest: Path, elsewhere: Store) -> None:
    """A member that would grow a thousandfold is not read."""
    bomb = {**contents(honest), "README.txt": bytes(30_000_000)}
    refuses(rewritten(honest, bomb), elsewhere, "too large")


def test_a_member_that_lies_about_its_size_is_refused(honest: Path, elsewhere: Store) -> None:
    """A directory that promises less than there is, is found out."""
    data = bytearray(honest.read_bytes())
    at = data.index(b"PK\x01\x02")
    (size,) = struct.unpack_from("<I", data, at + 24)
    struct.pack_into("<I", data, at + 24, size - 1)
    (liar := honest.with_name("liar.zip")).write_bytes(data)
    refuses(liar, elsewhere)


def test_members_that_lie_over_one_another_are_refused(honest: Path, elsewhere: Store) -> None:
    """One stretch of the file that claims to be many members would be unpacked many times."""
    data = bytearray(honest.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        (size,) = struct.unpack_from("<I", data, at + 20)
        struct.pack_into("<II", data, at + 20, size + len(data), size + len(data))
        at = data.find(b"PK\x01\x02", at + 1)
    (liar := honest.with_name("liar.zip")).write_bytes(data)
    refuses(liar, elsewhere, "overlap")


def test_too_many_members_are_refused(
    honest: Path, elsewhere: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit keeps a directory of millions from being gone through."""
    monkeypatch.setattr(members, "MAX_MEMBERS", 5)
    refuses(honest, elsewhere, "has [0-9]+ members")


@pytest.mark.parametrize("cut", [0, 1, 100, -1, -30])
def test_a_file_that_is_no_whole_zip_is_refused(honest: Path, elsewhere: Store, cut: int) -> None:
    """Empty, cut off at the front or the end, or something else altogether."""
    data = honest.read_bytes()
    (broken := honest.with_name("broken.zip")).write_bytes(data[:cut])
    refuses(broken, elsewhere)


def test_a_file_that_is_not_there_is_named(tmp_path: Path, elsewhere: Store) -> None:
    """A wrong path and a folder are errors that say so."""
    refuses(tmp_path / "nothing.zip", elsewhere, "No such file")
    (tmp_path / "folder").mkdir()
    refuses(tmp_path / "folder", elsewhere)


def test_every_single_flipped_byte_is_found(honest: Path, tmp_path: Path) -> None:
    """Whatever byte of the file is changed: refused, or nothing that was taken is different from what was packed."""
    data = honest.read_bytes()
    whole = open_store(tmp_path / "whole")
    inp.unpack(honest, store=whole)
    ids = [record.id for record in whole.records()]
    for number, at in enumerate(range(0, len(data), max(1, len(data) // 60))):
        spoiled = honest.with_name("spoiled.zip")
        spoiled.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        place = open_store(tmp_path / f"taken-{number}")
        try:
            inp.unpack(spoiled, store=place)
        except InputError:
            assert not place.folder.exists()
        else:
            assert place.moving.out(ids) == whole.moving.out(ids)


def test_a_picture_that_is_another_one_is_refused(honest: Path, elsewhere: Store) -> None:
    """The digest of the pixels decides, not that of the manifest."""
    other = encode_png(Image.new("RGB", SIZE))
    refuses(rewritten(honest, {**contents(honest), a_picture(honest): other}), elsewhere, "another picture")
    refuses(rewritten(honest, {**contents(honest), a_picture(honest): b"no picture"}), elsewhere, "damaged")
    refuses(
        rewritten(honest, {**contents(honest), a_picture(honest): other}, listed=False),
        elsewhere,
        "not what was",
    )


def test_a_picture_that_is_missing_is_refused(honest: Path, elsewhere: Store) -> None:
    """A result comes with all its pictures or not at all."""
    found = contents(honest)
    del found[a_picture(honest)]
    refuses(rewritten(honest, found), elsewhere, "is missing")


def test_a_picture_of_too_many_pixels_is_refused_unread(honest: Path, elsewhere: Store) -> None:
    """A small file that claims a giant picture is not decoded."""
    found = {**contents(honest), a_picture(honest): png_of((60_000, 60_000))}
    refuses(rewritten(honest, found), elsewhere, "million can be opened")


def test_a_picture_of_another_mode_is_refused(honest: Path, elsewhere: Store) -> None:
    """A store has pictures in three modes; a palette is none of them."""
    file = io.BytesIO()
    Image.new("P", SIZE).save(file, "PNG")
    refuses(rewritten(honest, {**contents(honest), a_picture(honest): file.getvalue()}), elsewhere, "mode P")


def test_a_mask_that_is_another_one_is_refused(honest: Path, elsewhere: Store) -> None:
    """Both the drawing of a mask and the picture of it must give its digest."""

    def wider(line: dict[str, Any]) -> None:
        line["job"]["operations"]["steps"][0]["box"] = [0, 0, 20, 12]

    refuses(with_changed(honest, wider), elsewhere, "mask")
    name = next(name for name in contents(honest) if name.startswith("masks/"))
    other = encode_png(Image.new("L", SIZE))
    refuses(rewritten(honest, {**contents(honest), name: other}), elsewhere, "another picture")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("box", [0, 0, 24, 16]), ("box", [20, 12, 28, 20]), ("box", [-4, 4, 4, 12]), ("box", [4, 4, 12]),
        ("box", "4,4,12,12"), ("box", None), ("digest", "0" * 40), ("digest", "../../../evil"), ("base", None),
        ("patch", "0" * 40), ("role", "secret"), ("position", -1), ("position", True), ("position", 10**30),
    ],
)  # fmt: skip
def test_a_change_that_does_not_fit_is_refused(
    honest: Path, elsewhere: Store, field: str, value: object
) -> None:
    """A picture that is kept as a change is put together and compared before anything is taken."""

    def change(line: dict[str, Any]) -> None:
        row = next(row for row in line["pictures"] if row["patch"])
        row[field] = value

    refuses(with_changed(honest, change), elsewhere)


def test_a_newer_format_asks_for_an_upgrade(honest: Path, elsewhere: Store) -> None:
    """The error says what to do."""
    refuses(rewritten(honest, contents(honest), version=2), elsewhere, "newer inpaint_nb")


@pytest.mark.parametrize(
    "manifest",
    [b"", b"{", b"[]", b"7", b"null", b'{"format": "x"}', b"[" * 100_000,
     b'{"format": {}, "version": 1, "members": 3}',
     b'{"format": "inpaint_nb runs", "version": "1", "members": {}}', b"\xff\xfe",
     b'{"version": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_a_damaged_manifest_is_refused(honest: Path, elsewhere: Store, manifest: bytes) -> None:
    """No JSON, JSON of another shape, too deep, or numbers too long."""
    found = {**contents(honest), "manifest.json": manifest}
    refuses(zipped(honest.with_name("spoiled.zip"), found.items()), elsewhere, "was not unpacked|newer")


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b"7", b'{"job": 3}', b'{"job": {}}', b'"\\ud800"', b"[" * 100_000, b'{"job": {"id": ' + b"9" * 5000,
     b"\xff\xfe\xfd", b'{"jobs": {}}'],
)  # fmt: skip
def test_a_record_of_another_shape_is_refused(honest: Path, elsewhere: Store, line: bytes) -> None:
    """Every line is a job, or nothing is taken."""
    found = contents(honest)
    found["records.jsonl"] += line + b"\n"
    refuses(rewritten(honest, found), elsewhere)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "../../evil"), ("id", ""), ("id", "x" * 1000), ("id", 7), ("id", "a b"), ("created", "now"),
        ("created", -1), ("created", 1e300), ("created", True), ("parent", "../../evil"), ("parent", "0" * 39),
        ("mask", "no digest"), ("status", "waiting"), ("status", "eaten"), ("kind", "paint"), ("finished", None),
        ("deleted", 5.0), ("params", []), ("prompt", 7), ("prompt", "\ud800"), ("feather", "everywhere"),
        ("count", -1), ("repeat", 1.5), ("seed", "7"), ("grid", 1), ("reports", [{"changed_inside": 4}]),
        ("reports", [7]), ("notes", "a note"), ("actions", {"U1": 1}), ("owner", 7), ("strange", 1), ("seconds", 1e40),
    ],
)  # fmt: skip
def test_a_field_that_no_ledger_says_is_refused(
    honest: Path, elsewhere: Store, field: str, value: object
) -> None:
    """Each field has its kind, and what would become a path has its shape."""

    def change(line: dict[str, Any]) -> None:
        line["job"][field] = value

    refuses(with_changed(honest, change), elsewhere)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("ratings", {"position": 0, "who": "ann", "time": 5.0}), ("ratings", 7), ("events", {"seq": 0}),
        ("ratings", {"position": 0, "who": 7, "time": 5, "stars": 3, "starred": 0, "rejected": 0, "blind": 0}),
        ("ratings", {"position": 0, "who": "a", "time": 1e300, "stars": 3, "starred": 0, "rejected": 0, "blind": 0}),
        ("choices", {"worse": "x"}), ("deleted_pictures", {"digest": "../evil"}), ("secrets", {"key": "x"}),
    ],
)  # fmt: skip
def test_a_row_that_no_ledger_has_is_refused(honest: Path, elsewhere: Store, table: str, row: object) -> None:
    """Every row of every table is whole and of its kind."""
    refuses(with_changed(honest, lambda line: line.setdefault(table, []).append(row)), elsewhere)


def test_a_run_that_is_there_twice_is_refused(honest: Path, elsewhere: Store) -> None:
    """An id stands for one run."""
    first, second = lines(honest)
    refuses(with_lines(honest, [first, first, second]), elsewhere, "twice")


def test_an_archive_without_its_records_is_refused(honest: Path, elsewhere: Store) -> None:
    """Pictures alone are no runs."""
    found = contents(honest)
    del found["records.jsonl"]
    refuses(rewritten(honest, found), elsewhere)


def test_what_is_written_in_it_is_shown_as_text(honest: Path, elsewhere: Store) -> None:
    """A prompt made of HTML is a prompt, and stays one when the history shows it."""

    def change(line: dict[str, Any]) -> None:
        line["job"]["prompt"] = "<script>alert(1)</script>"

    shown = inp.unpack(with_changed(honest, change), store=elsewhere)._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_nothing_of_it_is_run(honest: Path, elsewhere: Store) -> None:
    """Code in an archive stays text: taking it in imports and evaluates nothing."""

    def change(line: dict[str, Any]) -> None:
        line["job"]["source"] = "__import__('antigravity')"

    found = contents(with_changed(honest, change))
    path = rewritten(honest, {**found, "script.py": b"import antigravity\n"})
    added = inp.unpack(path, store=elsewhere)
    assert isinstance(added[added.ids[0]], inp.Result)
    assert "antigravity" not in sys.modules


def test_answers_of_another_shape_are_refused(honest: Path, elsewhere: Store) -> None:
    """What providers answered is read as carefully as the runs."""
    whole = {"identity": "ab" * 20, "repeat": 0, "time": 5.0, "said": {"credits": 7}}
    for spoiled in ({**whole, "identity": "x"}, {**whole, "repeat": -1}, {**whole, "more": 1}, {}, 7):
        found = {**contents(honest), "answers.jsonl": json.dumps(spoiled).encode()}
        refuses(rewritten(honest, found), elsewhere)
