"""Whatever a user holds becomes one upright picture, or one clear sentence."""

from __future__ import annotations

import io
import random
import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from inpaint_nb import images
from inpaint_nb.errors import InputError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WHITE = b"XYZ \0\0\0\0" + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)  # D50, as profiles write it
COLOURS = Image.fromarray(np.arange(6 * 5 * 4, dtype=np.uint8).reshape(6, 5, 4) * 2)  # RGBA, alpha included


def profile(space, kind, between, **tags):
    """An ICC profile with nothing but the tags."""
    contents = [content + bytes(-len(content) % 4) for content in tags.values()]
    offsets = [132 + 12 * len(tags) + sum(map(len, contents[:n])) for n in range(len(tags))]
    table = struct.pack(">I", len(tags)) + b"".join(
        struct.pack(">4sII", name.encode(), offset, len(content))
        for name, offset, content in zip(tags, offsets, tags.values(), strict=True)
    )
    body = table + b"".join(contents)
    head = struct.pack(">I4sI4s4s4s", 128 + len(body), bytes(4), 0x02400000, kind, space, between)
    return (head + bytes(12) + b"acsp" + bytes(28) + WHITE[8:]).ljust(128, b"\0") + body


def gray_profile(gamma=2.2):
    """An ICC profile of gray pictures with a gamma."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    return profile(b"GRAY", b"mntr", b"XYZ ", wtpt=WHITE, kTRC=curve)


def saved(image, format="PNG", **options):
    """The picture as a file's bytes."""
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def same(first, second):
    """Whether two pictures are equal in mode and pixels."""
    return first.mode == second.mode and np.array_equal(np.asarray(first), np.asarray(second))


def refused(source, **options):
    """The error that loading ends in."""
    with pytest.raises(InputError) as caught:
        images.load(source, **options)
    assert "\n" not in caught.value.message
    return caught.value


# --- what can be handed in -------------------------------------------------------------------------------


def test_every_kind_of_source_gives_the_same_picture(tmp_path):
    """A path as str or Path, a URL, bytes, a file object, a PIL image and an array give one picture."""
    data = saved(COLOURS)
    path = tmp_path / "colours.png"
    path.write_bytes(data)
    sources = [
        str(path),
        path,
        data,
        bytearray(data),
        memoryview(data),
        io.BytesIO(data),
        COLOURS,
        np.asarray(COLOURS),
    ]
    for source in sources:
        assert same(images.load(source), COLOURS)
    with path.open("rb") as file:
        assert same(images.load(file), COLOURS)
    assert same(images.load("https://example.org/colours.png", download=lambda url: data), COLOURS)


def test_the_home_folder_may_be_written_as_a_tilde(tmp_path, monkeypatch):
    """`~` in a path is the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    COLOURS.save(tmp_path / "colours.png")
    assert same(images.load("~/colours.png"), COLOURS)


def test_a_file_object_is_read_whole_and_left_where_it_was():
    """The position of a file object does not matter, and loading does not move it."""
    file = io.BytesIO(saved(COLOURS))
    file.seek(10)
    assert same(images.load(file), COLOURS)
    assert file.tell() == 10


def test_a_stream_that_cannot_seek_is_read():
    """A file object that can only be read forward will do."""

    class Stream(io.RawIOBase):
        def __init__(self):
            self.rest = io.BytesIO(saved(COLOURS))

        def read(self, size=-1):
            return self.rest.read(size)

    assert same(images.load(Stream()), COLOURS)


FILES = [
    ("PNG", "RGBA", {}),
    ("PNG", "L", {}),
    ("PNG", "1", {}),
    ("JPEG", "RGB", {"quality": 100, "subsampling": 0}),
    ("JPEG", "L", {"quality": 100}),
    ("WEBP", "RGBA", {"lossless": True, "exact": True}),
    ("TIFF", "RGB", {}),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    ("TIFF", "RGBA", {}),
    ("BMP", "RGB", {}),
    ("GIF", "L", {}),
    ("PPM", "RGB", {}),
]


@pytest.mark.parametrize(("format", "mode", "options"), FILES)
def test_every_file_format_is_read(format, mode, options):
    """The usual formats come as L, RGB or RGBA with the pixels that Pillow reads."""
    original = COLOURS.convert(mode)
    image = images.load(saved(original, format, **options))
    assert image.mode in ("L", "RGB", "RGBA")
    difference = np.asarray(image.convert("RGBA"), int) - np.asarray(original.convert("RGBA"), int)
    assert np.abs(difference).max() <= (3 if format == "JPEG" else 0)
    assert image.info == {}


# --- modes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("L", "L"),
        ("LA", "RGBA"),
        ("La", "RGBA"),
        ("P", "RGB"),
        ("PA", "RGBA"),
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("RGBa", "RGBA"),
        ("RGBX", "RGB"),
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("LAB", "RGB"),
        ("HSV", "RGB"),
        ("I", "L"),
        ("I;16", "L"),
        ("F", "L"),
    ],
)
def test_every_mode_becomes_plain(mode, expected):
    """Every mode becomes L, RGB or RGBA with the colours that it shows, and the caller's picture stays."""
    source = _in_mode(mode)
    before = source.tobytes()
    image = images.load(source)
    assert image.mode == expected
    assert image.size == source.size
    assert (source.mode, source.tobytes()) == (mode, before)
    assert np.abs(np.asarray(image.convert("L"), int) - 128).max() <= 2


def _in_mode(mode):
    """A gray of 128 in any mode."""
    match mode:
        case "I;16":
            return Image.fromarray(np.full((3, 4), 128 * 257, np.uint16))
        case "La":
            return Image.new("LA", (4, 3), (128, 255)).convert("La")
        case "P":
            return Image.new("L", (4, 3), 128).convert("P")
        case "PA":
            return Image.new("RGBA", (4, 3), (128, 128, 128, 255)).convert("PA")
    return Image.new("RGB", (4, 3), (128, 128, 128)).convert(mode)


def test_black_and_white_become_gray():
    """A picture of single bits becomes 0 and 255."""
    image = images.load(Image.fromarray(np.array([[True, False]])))
    assert np.asarray(image).tolist() == [[255, 0]]


def test_a_transparent_palette_keeps_its_alpha():
    """A palette whose colours carry alpha becomes RGBA, and the caller's palette stays as it was."""
    source = Image.new("P", (2, 1))
    source.putpalette([255, 0, 0, 0, 0, 255])
    source.putpixel((1, 0), 1)
    source = Image.open(io.BytesIO(saved(source, transparency=b"\x80\xff")))
    image = images.load(source)
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 128), (0, 0, 255, 255)]
    assert source.im.getpalette("RGBA", "RGBA")[:4] == b"\xff\0\0\xff"


@pytest.mark.parametrize(("mode", "key", "value"), [("L", 7, 7), ("RGB", (1, 2, 3), (1, 2, 3)), ("1", 1, 1)])
def test_a_transparent_colour_becomes_alpha(mode, key, value):
    """The one colour that a PNG calls transparent gets alpha 0, every other 255."""
    source = Image.new(mode, (2, 1))
    source.putpixel((0, 0), value)
    image = images.load(saved(source, transparency=key))
    assert image.getchannel("A").tobytes() == b"\0\xff"


def test_a_transparent_sixteen_bit_gray_becomes_alpha():
    """The transparent value of a 16-bit PNG is compared before the depth is reduced."""
    source = Image.fromarray(np.array([[1000, 1001]], np.uint16))
    image = images.load(saved(source, transparency=1000))
    assert np.asarray(image).tolist() == [[[4, 4, 4, 0], [4, 4, 4, 255]]]


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_not_cut_off(format):
    """The full range 0 to 65535 becomes 0 to 255, rounded."""
    ramp = np.arange(0, 65536, 13, dtype=np.uint16).reshape(1, -1)
    image = images.load(saved(Image.fromarray(ramp), format))
    assert np.array_equal(np.asarray(image), np.rint(ramp / 257))


@pytest.mark.parametrize(
    ("dtype", "top", "scale"),
    [
        ("int32", 255, 1),
        ("int32", 65535, 1 / 257),
        ("float32", 1, 255),
        ("float32", 255, 1),
        ("float32", 65535, 1 / 257),
    ],
)
def test_modes_without_a_range_take_the_smallest_that_fits(dtype, top, scale):
    """I and F pictures run to 1 (F only), 255 or 65535, whichever first holds every value."""
    values = np.array([[0, top / 2, top]]).astype(dtype)
    image = images.load(Image.fromarray(values))
    assert np.asarray(image).tolist() == np.rint(values.astype(float) * scale).tolist()


@pytest.mark.parametrize(
    "mode", ["L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "I;16", "F"]
)
def test_every_mode_is_turned(mode):
    """EXIF orientation is applied in every mode, and the caller's picture keeps its own."""
    source = _in_mode(mode)
    source.getexif()[0x0112] = 6
    assert images.load(source).size == (3, 4)
    assert (source.size, source.getexif()[0x0112]) == ((4, 3), 6)


@pytest.mark.parametrize("value", [-1.0, 70000.0, np.nan, np.inf])
def test_deep_pictures_outside_every_range_are_refused(value):
    """Values that no range holds are refused in words."""
    error = refused(Image.fromarray(np.array([[0, value]], np.float32)))
    assert "values" in error.message
    assert error.hint


def test_cmyk_follows_its_profile():
    """A CMYK profile decides the colours, which then are sRGB without a profile."""
    lightness = [255, 0] + [128, 0] * 7  # white paper, black where there is black ink, else the middle
    table = b"".join(
        [
            b"mft1\0\0\0\0\4\3\2\0",  # four channels in, three out, two points for each
            struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536),
            bytes(range(256)) * 4,
            b"".join(bytes([light, 128, 128]) for light in lightness),  # Lab without a colour
            bytes(range(256)) * 3,
        ]
    )
    source = Image.new("CMYK", (2, 2), (0, 255, 255, 0))
    source.info["icc_profile"] = profile(b"CMYK", b"prtr", b"Lab ", wtpt=WHITE, A2B0=table)
    image = images.load(source)
    assert image.mode == "RGB"
    assert max(abs(value - 119) for value in image.getpixel((0, 0))) <= 2
    assert image.info == {}


def test_cmyk_without_a_usable_profile_is_converted():
    """CMYK without a profile becomes RGB; with a profile that cannot be used it still does."""
    source = Image.new("CMYK", (2, 2), (0, 255, 255, 0))
    plain = images.load(source)
    assert plain.getpixel((0, 0)) == (255, 0, 0)
    source.info["icc_profile"] = SRGB[:16] + b"CMYK" + SRGB[20:]
    tagged = images.load(source)
    assert same(tagged, plain)
    assert tagged.info == {}


# --- profiles --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_a_colour_profile_is_kept(mode, format):
    """The profile of a colour picture comes along, and nothing else of `info`."""
    if (mode, format) in {("RGBA", "JPEG"), ("P", "JPEG"), ("P", "WEBP")}:
        mode = "RGB"
    data = saved(COLOURS.convert("RGB").convert(mode), format, icc_profile=SRGB, dpi=(72, 72))
    assert images.load(data).info == {"icc_profile": SRGB}


def test_a_gray_profile_is_kept_with_gray():
    """A gray picture keeps a gray profile and drops one that describes colours."""
    gray = COLOURS.convert("L")
    assert images.load(saved(gray, icc_profile=gray_profile())).info == {"icc_profile": gray_profile()}
    assert images.load(saved(gray, icc_profile=SRGB)).info == {}


@pytest.mark.parametrize(("gamma", "expected"), [(1.0, 188), (2.2, 128)])
def test_a_gray_profile_is_followed_where_gray_becomes_colour(gamma, expected):
    """Gray with alpha becomes RGBA, which a gray profile does not describe: it is turned into sRGB."""
    source = Image.new("LA", (2, 2), (128, 77))
    image = images.load(saved(source, icc_profile=gray_profile(gamma)))
    assert image.mode == "RGBA"
    assert image.info == {}
    *colour, alpha = image.getpixel((0, 0))
    assert max(abs(value - expected) for value in colour) <= 2
    assert alpha == 77


# --- the caller's things stay the caller's ---------------------------------------------------------------


def test_a_picture_in_memory_is_left_alone():
    """The caller's picture keeps pixels and `info`, and drawing on the result does not reach it."""
    source = COLOURS.copy()
    source.info.update(icc_profile=SRGB, dpi=(72, 72))
    image = images.load(source)
    image.paste((9, 9, 9, 9), (0, 0, *image.size))
    image.info["mark"] = 1
    assert same(source, COLOURS)
    assert source.info == {"icc_profile": SRGB, "dpi": (72, 72)}


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_no_memory_is_shared_with_an_array(channels):
    """Writing to the array afterwards does not change the picture, and the other way round."""
    array = np.zeros((4, 5, channels), np.uint8)
    image = images.load(array)
    array[:] = 255
    assert not np.asarray(image).any()
    image.putpixel((0, 0), 7 if channels == 1 else (7,) * channels)
    assert array.min() == 255


def test_the_first_frame_is_taken():
    """Of an animation the first frame is loaded; of one that is open in PIL, the frame it stands at."""
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert images.load(data).convert("RGB").getpixel((0, 0)) == (255, 0, 0)
    opened = Image.open(io.BytesIO(data))
    opened.seek(1)
    assert images.load(opened).convert("RGB").getpixel((0, 0)) == (0, 0, 255)


def test_a_damaged_exif_block_is_no_reason_to_refuse():
    """A picture whose EXIF cannot be read is taken as upright."""
    data = saved(COLOURS.convert("RGB"), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x05\x01\x12")
    with pytest.warns(UserWarning, match="EXIF"):
        assert images.load(data).size == COLOURS.size


def test_threads_may_share_one_lazy_picture(tmp_path):
    """A PIL image that has not read its file yet is loaded by many threads at once."""
    path = tmp_path / "large.png"
    Image.effect_noise((600, 500), 50).save(path)
    expected = images.digest(images.load(path))
    digests = []
    with Image.open(path) as lazy:
        threads = [
            threading.Thread(target=lambda: digests.append(images.digest(images.load(lazy))))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert digests == [expected] * 8


# --- what is refused -------------------------------------------------------------------------------------

NO_PICTURES = {
    "empty": (b"", "is empty"),
    "text": ("Über den Wolken\n".encode(), "is text"),
    "svg": (b'<?xml version="1.0"?>\n<!-- made by hand -->\n<svg xmlns="x"></svg>', "an SVG drawing"),
    "page": (b"<!DOCTYPE html><html><body>404</body></html>", "a web page"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC photograph"),
    "pdf": (b"%PDF-1.7\n", "a PDF document"),
    "zeros": (bytes(500), "unknown kind"),
    "noise": (random.Random(1).randbytes(500), "unknown kind"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "is text"),
    "only a signature": (b"\x89PNG\r\n\x1a\n", "cut off or damaged"),
}


@pytest.mark.parametrize("case", NO_PICTURES)
def test_no_picture_is_named_for_what_it_is(case, tmp_path):
    """A file that holds no picture is refused by name, says what it is, and what can be read."""
    data, words = NO_PICTURES[case]
    path = tmp_path / "given.png"
    path.write_bytes(data)
    for source, name in ((path, str(path)), (data, "The given data")):
        error = refused(source)
        assert name in error.message
        assert words in error.message
        assert error.hint


@pytest.mark.parametrize(("format", "mode", "options"), FILES)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about the metadata
def test_a_cut_off_file_is_refused(format, mode, options, part):
    """A file of which a part is missing is refused, whatever its format; none becomes a half gray picture."""
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (50, 60, 4), np.uint8)).convert(mode)
    data = saved(noise, format, **options)
    assert "cut off or damaged" in refused(data[: int(len(data) * part)]).message


def test_a_missing_file_names_its_neighbours(tmp_path, monkeypatch):
    """A path that is not there names files with a name like it, whatever their capitals."""
    COLOURS.save(tmp_path / "Colours.png")
    error = refused(str(tmp_path / "colors.png"))
    assert "No such file" in error.message
    assert "Colours.png" in error.hint
    monkeypatch.chdir(tmp_path)
    assert "'Colours.png'" in refused("colours.jpg").hint
    assert "no folder" in refused("nowhere/colours.png").hint


@pytest.mark.parametrize(
    "name", ["", "x" * 5000, "a\0b", "data:image/png;base64," + "A" * 9000, "two\nlines"]
)
def test_strange_names_are_refused_shortly(name, tmp_path, monkeypatch):
    """A text that can be no path is refused in a short sentence of one line."""
    monkeypatch.chdir(tmp_path)
    error = refused(name)
    assert len(error.message) < 250


def test_a_folder_is_refused(tmp_path):
    """A folder is called a folder."""
    assert "is a folder" in refused(tmp_path).message


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="only where devices are files")
def test_a_device_is_refused():
    """A device, which may never end, is not read."""
    assert "not a file" in refused("/dev/zero").message


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([[0, np.nan]]), "NaN"),
        (np.array([[0, np.inf]]), "NaN or infinite"),
        (np.array([[0, 1.5]]), "0 to 1.5"),
        (np.array([[-0.5, 1]]), "-0.5 to 1"),
        (np.array([[0, 255]]), "int64"),
        (np.array([[0, 1j]]), "complex128"),
        (np.array([["a", "b"]]), "U1"),
        (np.array([[None]]), "object"),
        (np.zeros((0, 5), np.uint8), "no pixels"),
        (np.zeros((5, 0, 3)), "no pixels"),
        (np.zeros((4, 5, 0), np.uint8), "shape (4, 5, 0)"),
        (np.zeros(5, np.uint8), "shape (5,)"),
        (np.zeros((), np.uint8), "shape ()"),
        (np.zeros((3, 40, 50), np.uint8), "shape (3, 40, 50)"),
        (np.zeros((1, 4, 5, 3), np.uint8), "shape (1, 4, 5, 3)"),
        (np.broadcast_to(np.uint8(0), (20000, 20000)), "million"),
    ],
)
def test_arrays_that_are_no_pictures_are_refused(array, words):
    """A wrong type, shape or value is named, with a way to put it right."""
    error = refused(array)
    assert words in error.message
    assert error.hint


def test_an_array_with_the_channels_first_gets_the_cure():
    """The hint for channels first is the call that moves them."""
    assert "numpy.moveaxis" in refused(np.zeros((3, 40, 50), np.uint8)).hint


@pytest.mark.parametrize("source", [None, 3, 2.5, [1, 2], {}, object(), int])
def test_other_things_are_refused(source):
    """What is no picture at all is named by its type, and the hint lists what will do."""
    error = refused(source)
    assert type(source).__name__ in error.message
    assert "path" in error.hint


def test_text_files_and_closed_files_are_refused(tmp_path):
    """A file opened as text, and one that was closed, are refused with the way to open it."""
    path = tmp_path / "colours.png"
    path.write_bytes(saved(COLOURS))
    with path.open(encoding="latin-1") as text, path.open(encoding="utf-8") as not_text:
        errors = [refused(text), refused(not_text), refused(io.StringIO("text"))]
    for error in [*errors, refused(text)]:
        assert "'rb'" in error.hint


def test_a_closed_picture_is_refused(tmp_path):
    """A PIL image whose file was closed before it was read, and one without pixels, are refused."""
    path = tmp_path / "colours.png"
    COLOURS.save(path)
    with Image.open(path) as lazy:
        pass
    assert "cannot be read" in refused(lazy).message
    assert "no pixels" in refused(Image.new("RGB", (0, 5))).message


@pytest.mark.parametrize("url", ["ftp://example.org/a.png", "file:///etc/passwd", "s3://bucket/a.png"])
def test_other_addresses_are_refused(url):
    """Only http and https are downloaded, and nothing is asked of `download` for the rest."""
    calls = []
    assert "http" in refused(url, download=calls.append).hint
    assert calls == []


def test_a_url_needs_a_download():
    """Where nothing can be downloaded, an address is refused."""
    assert "downloaded" in refused("https://example.org/a.png").message


def test_what_a_url_gave_is_named_without_its_query():
    """An address that gives no picture is named, its query and its user left out."""
    error = refused("https://me:key@example.org/a.png?token=secret", download=lambda url: b"<html>")
    assert "example.org/a.png is a web page" in error.message
    assert "secret" not in str(error)
    assert "key" not in str(error)
    assert "is empty" in refused("http://[broken?token=secret", download=lambda url: b"").message


def test_a_failed_download_is_told_as_it_is():
    """What `download` raises reaches the caller unchanged."""
    failure = InputError("example.org cannot be reached.")

    def download(url):
        raise failure

    assert refused("https://example.org/a.png", download=download) is failure


# --- bombs -----------------------------------------------------------------------------------------------


def bomb(width, height):
    """A small PNG whose header promises many pixels."""
    data = bytearray(saved(Image.new("1", (8, 8))))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


def test_too_many_pixels_are_refused_by_the_header():
    """A file that promises more pixels than the limit is refused before it is decoded, with both numbers."""
    error = refused(bomb(60000, 60000))
    assert "60000 × 60000" in error.message
    assert str(images.MAX_PIXELS // 1_000_000) in error.message


def test_a_lazy_picture_is_measured_too():
    """A PIL image that has not read its pixels yet is refused by its size."""

    class Lazy(Image.Image):
        size = (60000, 60000)

    assert "60000" in refused(Lazy()).message


@pytest.mark.parametrize("format", ["PNG", "TIFF"])
def test_large_pictures_come_without_a_warning(format):
    """Between Pillow's warning and our limit a picture loads in silence."""
    side = 9600  # 92 million pixels, more than Image.MAX_IMAGE_PIXELS
    data = saved(Image.new("1", (side, side)), format)
    assert images.load(data).size == (side, side)


# --- out again -------------------------------------------------------------------------------------------


def test_png_keeps_everything():
    """A PNG has the exact pixels, alpha and the profile, at any level."""
    image = images.load(saved(COLOURS, icc_profile=SRGB))
    for level in (0, 1, 2, 9):
        again = images.load(images.encode_png(image, level))
        assert images.digest(again) == images.digest(image)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1, 1), (3000, 2500), (2500000, 1), (1, 5000), (70, 30011)])
def test_png_of_many_stripes_is_a_png(mode, size):
    """Large pictures, whose stripes are deflated side by side, are PNG files whose checksums hold."""
    channels = len(mode)
    array = np.random.default_rng(1).integers(0, 9, (size[1], size[0], channels), np.uint8)
    image = Image.fromarray(array.squeeze(2) if channels == 1 else array)
    data = images.encode_png(image)
    with Image.open(io.BytesIO(data)) as opened:
        assert same(opened, image)
    start = data.index(b"IDAT")
    length = int.from_bytes(data[start - 4 : start], "big")
    rows = zlib.decompress(data[start + 4 : start + 4 + length])  # refuses a wrong checksum
    assert len(rows) == size[1] * (size[0] * channels + 1)


def test_jpeg_keeps_the_profile_and_lays_alpha_on_white():
    """A JPEG has the profile, and white where the picture is transparent."""
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    image.info["icc_profile"] = SRGB
    again = images.load(images.encode_jpeg(image))
    assert again.mode == "RGB"
    assert min(again.getpixel((8, 8))) >= 253
    assert again.info == {"icc_profile": SRGB}


def test_the_digest_sees_mode_size_pixels_and_profile():
    """Pictures with the same bytes but another mode, shape or profile have other digests."""
    raw = bytes(range(24))
    pictures = [
        Image.frombytes(*args, raw)
        for args in [("L", (24, 1)), ("L", (1, 24)), ("RGB", (8, 1)), ("RGBA", (6, 1))]
    ]
    tagged = pictures[2].copy()
    tagged.info["icc_profile"] = SRGB
    other = pictures[2].copy()
    other.info["dpi"] = (72, 72)
    assert len({images.digest(picture) for picture in [*pictures, tagged]}) == 5
    assert images.digest(other) == images.digest(pictures[2])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_thumbnails_keep_mode_and_profile(mode):
    """A thumbnail has the mode and the profile of its picture, and is a picture of its own."""
    image = images.load(saved(COLOURS.convert(mode), icc_profile=gray_profile() if mode == "L" else SRGB))
    for longest in (3, 100):
        small = images.thumbnail(image, longest)
        assert (small.mode, small.info) == (mode, image.info)
        assert small is not image


def test_transparent_colours_do_not_bleed_into_thumbnails():
    """Colours under full transparency do not colour the border of what is seen."""
    image = Image.new("RGBA", (40, 40), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 23, 40))
    small = np.asarray(images.thumbnail(image, 10))
    seen = small[small[:, :, 3] > 0]
    assert (seen[:, 1] <= 2).all()


def test_the_sample_is_a_photograph():
    """The picture that ships is a small RGB photograph, and each call gives a copy of its own."""
    first, second = images.sample(), images.sample()
    assert (first.mode, first.size) == ("RGB", (600, 400))
    assert len(first.getcolors(1_000_000)) > 10_000
    first.paste("black", (0, 0, 600, 400))
    assert not same(first, second)


def test_the_licence_of_the_sample_is_stated():
    """Every file beside the licences is listed in them, and the sample is small."""
    folder = Path(images.__file__).parent.parent / "data"
    licences = (folder / "LICENSES.md").read_text(encoding="utf-8")
    files = [file for file in folder.iterdir() if file.name != "LICENSES.md"]
    assert files
    assert all(f"`{file.name}`" in licences for file in files)
    assert "CC0" in licences
    assert (folder / "coffee.jpg").stat().st_size < 120_000
