"""Pictures saved with their run: in the file, beside it, or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from inpaint_nb import images
from inpaint_nb.edit import (
    EditRequest,
    Finished,
    ImagineRequest,
    PressRequest,
    RemotePicture,
    Result,
    picturefile,
)
from inpaint_nb.errors import InputError
from inpaint_nb.masks import Mask
from inpaint_nb.secret import Secret

SIZE = (40, 30)
BOX = Mask.rectangle(SIZE, (4, 4, 20, 20)) - Mask.ellipse(SIZE, (8, 8, 16, 16))


def noise(mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, SIZE, os.urandom(SIZE[0] * SIZE[1] * len(mode)))


def made(mode: str = "RGB", count: int = 1, request: object = None, **more: object) -> Result:
    """The result of an edit that changes everything in its mask."""
    asked = EditRequest(noise(mode), BOX, "a fox", count=count, seed=7, params={"strength": 0.5})
    finished = Finished(tuple(noise(mode) for _ in range(count)), cost=2.0, remote={"seed": 11})
    more = {"job_id": "job1", "source": "'photo.jpg'", "seconds": 1.5, **more}
    return Result.compose(request or asked, finished, "painter", **more)


def carried_by(path: Path) -> object:
    return picturefile.read(path, images.load(path))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_png_carries_its_run_and_nothing_is_lost(mode: str, tmp_path: Path) -> None:
    """Pixels and alpha are exact; prompt, mask, seeds, parent, report, times and versions are in the file."""
    result = made(mode)
    path = result.save(tmp_path / "fox.png")
    assert path == tmp_path / "fox.png"
    assert list(tmp_path.iterdir()) == [path]
    assert images.digest(images.load(path)) == images.digest(result.image)
    carried = carried_by(path)
    assert carried == result.carried()
    assert (carried.prompt, carried.params, carried.seed, carried.used_seed) == (
        "a fox",
        {"strength": 0.5},
        7,
        11,
    )
    assert Mask.from_record(dict(carried.operations)) == BOX
    assert (carried.mask, carried.parent) == (BOX.digest, images.digest(result.parent))
    assert carried.report["changed_outside"] == 0
    assert (carried.seconds, carried.cost, carried.job_id, carried.source) == (
        1.5,
        2.0,
        "job1",
        "'photo.jpg'",
    )
    assert carried.versions.keys() == {"inpaint_nb", "pillow", "python"}


def test_any_reader_of_png_files_finds_the_text(tmp_path: Path) -> None:
    """Pillow shows it as the text `inpaint_nb`, which is JSON; a colour profile stays beside it."""
    result = made()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result.image.info["icc_profile"] = profile
    with Image.open(result.save(tmp_path / "fox.png")) as image:
        said = json.loads(image.text["inpaint_nb"])
        assert image.info["icc_profile"] == profile
    assert (said["format"], said["version"], said["prompt"]) == ("inpaint_nb", 1, "a fox")


def test_each_picture_of_several_carries_its_own_report(tmp_path: Path) -> None:
    """`index` chooses the picture, and the file says which one it is; one that is not there is refused."""
    result = made(count=3)
    carried = carried_by(result.save(tmp_path / "second.png", 1))
    assert (carried.index, carried.pictures, carried.picture) == (1, 3, images.digest(result.images[1]))
    assert carried_by(result.save(tmp_path / "last.png", -1)).index == 2
    with pytest.raises(InputError, match="There is no picture 3"):
        result.save(tmp_path / "none.png", 3)


@pytest.mark.parametrize("kind", ["webp", "tif", "tiff", "jpg", "JPEG"])
def test_other_formats_have_their_run_beside_them(kind: str, tmp_path: Path) -> None:
    """A JSON file of the same name says it; all but JPEG keep every pixel."""
    result = made()
    path = result.save(tmp_path / f"fox.{kind}")
    assert {each.name for each in tmp_path.iterdir()} == {path.name, f"{path.name}.json"}
    carried = carried_by(path)
    assert (carried.prompt, carried.picture) == ("a fox", images.digest(result.image))
    assert (images.digest(images.load(path)) == carried.picture) == (not kind.lower().startswith("jp"))


def test_a_run_beside_another_picture_is_not_used(tmp_path: Path) -> None:
    """Where the picture was changed, what lies beside it is about something else; the reason is told."""
    path = made().save(tmp_path / "fox.jpg")
    noise().save(path)
    problems: list[str] = []
    assert picturefile.read(path, images.load(path), problems.append) is None
    assert problems == ["the picture was changed after it was saved"]


def test_a_picture_that_another_program_wrote_again_still_fits(tmp_path: Path) -> None:
    """A PNG that was made smaller has other bytes and the same pixels: what lies beside it is about it."""
    path = made().save(tmp_path / "fox.png", sidecar=True)
    with Image.open(path) as image:
        image.copy().save(path)
    assert carried_by(path).prompt == "a fox"


def test_json_beside_a_png_is_written_on_demand(tmp_path: Path) -> None:
    """`sidecar` writes the same run beside the file, to be read by people."""
    result = made()
    path = result.save(tmp_path / "fox.png", sidecar=True)
    said = json.loads((tmp_path / "fox.png.json").read_text("utf-8"))
    assert said["prompt"] == "a fox"
    assert said["picture"] == carried_by(path).picture


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif"])
def test_strip_leaves_no_trace(kind: str, tmp_path: Path) -> None:
    """No byte of prompt, mask, job or our name is in the file, and nothing lies beside it."""
    plain = made()
    path = plain.save(tmp_path / f"fox.{kind}")
    assert plain.save(path, strip=True, overwrite=True) == path
    assert list(tmp_path.iterdir()) == [path]
    content = path.read_bytes()
    traces = [b"inpaint", b"a fox", b"painter", b"job1", b"iTXt", BOX.digest.encode()]
    assert [trace for trace in traces if trace in content] == []
    assert picturefile.read(path, images.load(path)) is None


def test_a_picture_is_not_written_over(tmp_path: Path) -> None:
    """Another picture of the same name stays as it is, until that is asked for; the same pixels may be saved again."""
    first, other = made(), made()
    path = first.save(tmp_path / "fox.png")
    before = path.read_bytes()
    first.save(path)
    with pytest.raises(InputError, match=r"There is a 'fox.png' already"):
        other.save(path)
    assert path.read_bytes() == before
    other.save(path, overwrite=True)
    assert carried_by(path).picture == images.digest(other.image)


def test_somebody_elses_json_is_not_written_over(tmp_path: Path) -> None:
    """What lies beside the picture and is not ours is as safe as the picture."""
    (tmp_path / "fox.jpg.json").write_text('{"taken": "by a phone"}', "utf-8")
    with pytest.raises(InputError, match=r"There is a 'fox.jpg.json' already"):
        made().save(tmp_path / "fox.jpg")
    assert [each.name for each in tmp_path.iterdir()] == ["fox.jpg.json"]


def test_a_run_of_an_earlier_picture_is_taken_away(tmp_path: Path) -> None:
    """Written over without a sidecar, the picture does not keep that of the one before; anybody else's stays."""
    made().save(tmp_path / "fox.png", sidecar=True)
    made().save(tmp_path / "fox.png", overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["fox.png"]
    (tmp_path / "fox.png.json").write_text("[1, 2]", "utf-8")
    made().save(tmp_path / "fox.png", overwrite=True)
    assert (tmp_path / "fox.png.json").read_text("utf-8") == "[1, 2]"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("fox", "names no picture"),
        ("fox.gif", "names no picture"),
        ("nowhere/fox.png", "Cannot write"),
        ("folder.png", "already|Cannot write"),
    ],
)
def test_what_cannot_be_written_is_said(name: str, says: str, tmp_path: Path) -> None:
    """An unknown ending, a folder that is missing, a folder of that name: one error, and no file left."""
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=says):
        made().save(tmp_path / name)
    assert [each.name for each in tmp_path.iterdir()] == ["folder.png"]


def test_a_see_through_picture_is_no_jpeg(tmp_path: Path) -> None:
    """What JPEG would lose is refused, with what to use."""
    with pytest.raises(InputError, match="see-through") as refused:
        made("RGBA").save(tmp_path / "fox.jpg")
    assert ".png" in refused.value.hint


def test_strip_and_sidecar_contradict_each_other(tmp_path: Path) -> None:
    """A file cannot be stripped and told about at once."""
    with pytest.raises(InputError, match="stripped"):
        made().save(tmp_path / "fox.png", strip=True, sidecar=True)


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("'photo.jpg'", True),
        ("'data/photo.jpg'", True),
        ("'/home/ada/secret project/photo.jpg'", False),
        ("'~/photo.jpg'", False),
        (r"'C:\\Users\\ada\\photo.jpg'", False),
        ("'https://example.org/photo.jpg?token=abcdefgh'", False),
        ("import inpaint_nb as inp\n\ninp.fetch('1', provider='x').result().images[0]", False),
        ("photo", False),
        ("", False),
    ],
)
def test_only_a_path_within_the_folder_is_handed_on(source: str, kept: bool, tmp_path: Path) -> None:
    """A path from the root or from home, an address or code stays where it was recorded."""
    assert carried_by(made(source=source).save(tmp_path / "fox.png")).source == (source if kept else "")


def test_an_address_among_the_parameters_is_left_out_and_named(tmp_path: Path) -> None:
    """A webhook's address may hold a token; the file says only that there was such a parameter."""
    params = {"webhookOverride": "https://example.org/hook/abc", "ref": "x", "deep": [{"a": "http://h"}]}
    result = made(request=EditRequest(noise(), BOX, "a fox", params=params))
    path = result.save(tmp_path / "fox.png")
    carried = carried_by(path)
    assert (carried.params, carried.left_out) == ({"ref": "x"}, ("deep", "webhookOverride"))


def test_no_key_is_in_a_file(tmp_path: Path) -> None:
    """A living key is taken out wherever it was put: prompt, parameter, label; also what only looks like one."""
    key = Secret("7f3Qz9LkV0aXw2Rt")
    prompt, params = f"a fox {key.reveal()}", {"note": "sk-0123456789abcdef", "more": [key.reveal()]}
    result = made(request=EditRequest(noise(), BOX, prompt, params=params))
    result.save(tmp_path / "fox.png", sidecar=True)
    with Image.open(tmp_path / "fox.png") as image:
        texts = [image.text["inpaint_nb"], (tmp_path / "fox.png.json").read_text("utf-8")]
    for text in texts:
        assert "[key removed]" in text
        assert "7f3Qz9Lk" not in text
        assert "sk-0123" not in text


def test_every_kind_of_run_is_carried(tmp_path: Path) -> None:
    """A first picture and a pressed button, alone or bringing out a candidate of an edit."""
    remote = RemotePicture("painter", "remote-1", 2, ("U1", "V1"))
    edit = EditRequest(noise(), BOX, "a fox", count=4, feather_px=3, feather="ring", ref="job0")
    kinds = [
        ImagineRequest("a fox", {"ar": "3:2"}),
        PressRequest(remote, "V1", "bluer", parent=noise()),
        PressRequest(remote, "U1", edit=edit),
    ]
    for number, request in enumerate(kinds):
        result = made(request=request)
        carried = carried_by(result.save(tmp_path / f"{number}.png"))
        assert carried.kind == ("press" if number else "imagine")
        assert (carried.prompt, carried.label) == (request.prompt, getattr(request, "label", None))
        again = carried.target
        assert again is None or (again["remote_id"], again["index"]) == ("remote-1", 2)
    assert carried.edit == {"prompt": "a fox", "params": {}, "ref": "job0"}
    assert (carried.count, carried.feather_px, carried.feather) == (4, 3, "ring")


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nothing of an unfinished write is left in the folder."""
    for _ in range(3):
        made().save(tmp_path / "fox.png", overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["fox.png"]
