"""The local engine: quality on known pictures, seeds, blobs, fallback, cancel."""

import asyncio
import threading
from contextlib import aclosing

import numpy as np
import pytest
from PIL import Image

import inpaint_nb as inp
from inpaint_nb.edit import EditRequest, Finished, Notice, Progress, Submitted, composite
from inpaint_nb.errors import InputError, SettingsError
from inpaint_nb.http import Client
from inpaint_nb.masks import Mask
from inpaint_nb.providers import patchmatch
from inpaint_nb.providers.cuts import find_pieces
from inpaint_nb.providers.local import LocalProvider


def story(request, engine="auto", resume=False):
    """Every event of a run."""

    async def collect():
        provider = LocalProvider(engine)
        events = provider.resume("", request, Client()) if resume else provider.run(request, Client())
        return [event async for event in events]

    return asyncio.run(collect())


def fill(image, mask, engine="auto", **more):
    """The first picture of a run, as an array."""
    return np.asarray(story(EditRequest(image, mask, **more), engine)[-1].images[0])


def stripes(size, period_px=8):
    columns = (np.arange(size[0]) // period_px % 2 * 255).astype(np.uint8)
    return Image.fromarray(np.broadcast_to(columns, size[::-1])).convert("RGB")


def psnr(filled, truth, mask):
    error = (filled.astype(float) - np.asarray(truth, float))[mask.to_array() > 0]
    return 10 * np.log10(255**2 / max(float((error**2).mean()), 1e-9))


def sharpness(picture, where):
    """The mean strength of the Laplacian at the pixels `where`."""
    grey = np.asarray(Image.fromarray(picture).convert("L"), float)
    around = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(np.abs(4 * grey[1:-1, 1:-1] - around)[where[1:-1, 1:-1]].std())


SIZE = (256, 256)
HOLE = Mask.ellipse(SIZE, (90, 100, 160, 160))


@pytest.mark.parametrize("engine", ["patchmatch", "smooth"])
def test_a_flat_picture_stays_flat(engine):
    """One colour all over is continued exactly."""
    flat = Image.new("RGB", SIZE, (12, 200, 99))
    assert (fill(flat, HOLE, engine) == np.asarray(flat)).all()


@pytest.mark.parametrize("period_px", [4, 8])
def test_stripes_are_continued(period_px):
    """Stripes go on through the hole: 40 dB and more once 6 px from its edge, which PatchMatch blurs a little."""
    striped = stripes(SIZE, period_px)
    filled = fill(striped, HOLE, seed=1)
    assert psnr(filled, striped, HOLE.shrink(6)) >= 40
    assert psnr(filled, striped, HOLE) >= 20
    assert psnr(fill(striped, HOLE, "smooth"), striped, HOLE) <= 9


@pytest.mark.parametrize("engine", ["patchmatch", "smooth"])
def test_a_gradient_is_continued(engine):
    """A smooth gradient goes on through the hole: 45 dB with PatchMatch, and no step with the plain fill."""
    gradient = Image.linear_gradient("L").convert("RGB")
    assert psnr(fill(gradient, HOLE, engine, seed=1), gradient, HOLE) >= (
        45 if engine == "patchmatch" else 30
    )


@pytest.mark.parametrize("engine", ["patchmatch", "smooth"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_size_and_mode_come_back_and_nothing_changes_outside(engine, mode):
    """In L, RGB and RGBA the raw picture already equals the parent outside the mask, alpha everywhere."""
    photo = inp.sample().convert(mode)
    if mode == "RGBA":
        photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    mask = Mask.ellipse(photo.size, (324, 228, 408, 330))
    raw = story(EditRequest(photo, mask, seed=1), engine)[-1].images[0]
    _, report = composite(photo, raw, mask, mask)
    assert (raw.mode, raw.size, report.raw_changed_outside) == (mode, photo.size, 0)
    assert report.changed_inside > 1000
    if mode == "RGBA":
        assert raw.getchannel("A").tobytes() == photo.getchannel("A").tobytes()


@pytest.mark.parametrize("size", [(16, 16), (17, 300), (1, 40), (40, 1), (1500, 90)])
@pytest.mark.parametrize("corner", ["first", "last"])
@pytest.mark.parametrize("engine", ["patchmatch", "smooth"])
def test_masks_at_the_border_of_pictures_of_odd_shapes(size, corner, engine):
    """A mask that touches the picture's edge works on tiny, thin and long pictures."""
    photo = Image.effect_noise(size, 50).convert("RGB")
    half = max(1, size[0] // 2), max(1, size[1] // 2)
    box = (0, 0, *half) if corner == "first" else (size[0] - half[0], size[1] - half[1], *size)
    mask = Mask.rectangle(size, box)
    filled = fill(photo, mask, engine, seed=1)
    assert (filled[mask.to_array() == 0] == np.asarray(photo)[mask.to_array() == 0]).all()


def test_one_known_pixel_of_a_large_picture_is_enough():
    """Where shrinking leaves no wholly known pixel, the colour that is known fills the hole."""
    size = (1200, 900)
    photo = Image.new("RGB", size, (200, 30, 60))
    filled = fill(photo, Mask.full(size) - Mask.rectangle(size, (600, 450, 601, 451)), seed=1)
    assert np.abs(filled.astype(int) - (200, 30, 60)).max() <= 4


def test_a_picture_masked_all_over_is_refused_in_words():
    """With nothing to fill from, an InputError says so before anything is submitted."""
    with pytest.raises(InputError, match="The whole picture is masked"):
        story(EditRequest(Image.new("RGB", SIZE), Mask.full(SIZE)))


def test_a_large_fill_is_as_sharp_as_its_surroundings():
    """A hole filled at a smaller size gets its fine detail back."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(60, 200, (75, 75, 3), dtype=np.uint8)).resize((1500, 1500), 3)
    grain = rng.integers(-25, 26, (1500, 1500, 1))
    photo = Image.fromarray((np.asarray(coarse) + grain).clip(0, 255).astype(np.uint8))
    mask = Mask.ellipse(photo.size, (500, 500, 900, 900))
    filled = fill(photo, mask, seed=1)
    inside = mask.shrink(8).to_array() == 255
    assert sharpness(filled, inside) >= 0.7 * sharpness(np.asarray(photo), inside)


def test_the_same_seed_gives_the_same_picture():
    """A seed makes a run repeatable; the one that was used is told where none was given."""
    photo = inp.sample()
    mask = Mask.ellipse(photo.size, (324, 228, 408, 330))
    first = story(EditRequest(photo, mask))[-1]
    again = story(EditRequest(photo, mask, seed=first.remote["seed"]))[-1]
    assert first.images[0].tobytes() == again.images[0].tobytes()


def test_a_seed_gives_the_same_picture_whatever_else_runs():
    """The library's seed belongs to the process: fills with other seeds, before and meanwhile, change nothing."""
    striped = stripes(SIZE, 4)
    alone = fill(striped, HOLE, seed=1)
    noise = Image.effect_noise((120, 120), 60).convert("RGB")
    others = [
        threading.Thread(
            target=fill, args=(noise, Mask.ellipse(noise.size, (30, 30, 90, 90))), kwargs={"seed": n}
        )
        for n in range(3)
    ]
    for other in others:
        other.start()
    beside = fill(striped, HOLE, seed=1)
    for other in others:
        other.join()
    assert (beside == alone).all()


LONG = Mask.stroke((1600, 1600), [(60, 40), (1540, 1560)], 12)


def grainy(size, seed=0):
    """Soft colours with fine grain, like a photograph of a wall."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(60, 200, (size[1] // 80, size[0] // 80, 3), dtype=np.uint8))
    values = np.asarray(coarse.resize(size, 3)) + rng.integers(-25, 26, (*size[::-1], 1))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def test_a_long_stroke_is_filled_piece_by_piece_and_sharp():
    """A stroke across a large picture is filled in pieces, each with its stage, as sharp as the picture."""
    photo = grainy(LONG.size)
    events = story(EditRequest(photo, LONG, seed=1))
    filled = np.asarray(events[-1].images[0])
    stages = [event.stage for event in events if isinstance(event, Progress)]
    count = len(find_pieces(LONG))
    assert count > 3
    assert stages[1:] == [f"filling {number} of {count}" for number in range(1, count + 1)]
    inside = LONG.to_array() > 0
    assert (filled[~inside] == np.asarray(photo)[~inside]).all()
    assert sharpness(filled, inside) >= 0.8 * sharpness(np.asarray(photo), inside)


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_pieces_of_a_stroke_keep_mode_and_alpha(mode):
    """A stroke in pieces changes nothing outside, and no alpha, in L and RGBA too."""
    photo = grainy(LONG.size).convert(mode)
    if mode == "RGBA":
        photo.putalpha(Image.linear_gradient("L").resize(photo.size))
    raw = story(EditRequest(photo, LONG, seed=1), "smooth")[-1].images[0]
    _, report = composite(photo, raw, LONG, LONG)
    assert (raw.mode, raw.size, report.raw_changed_outside) == (mode, photo.size, 0)
    if mode == "RGBA":
        assert raw.getchannel("A").tobytes() == photo.getchannel("A").tobytes()


def test_no_seam_shows_where_two_pieces_meet():
    """Across the line between two pieces the fill steps no more than elsewhere along the stroke."""
    size = (2400, 300)
    photo, mask = grainy(size), Mask.rectangle(size, (100, 130, 2300, 170))
    filled = fill(photo, mask, seed=1).astype(int)
    steps = np.abs(np.diff(filled[130:170], axis=1)).mean(axis=(0, 2))
    meetings = [piece.box[0] for piece in find_pieces(mask)[1:]]
    assert len(meetings) >= 3
    assert max(steps[x - 1] for x in meetings) <= 1.5 * np.median(steps[100:2300])


@pytest.mark.parametrize(
    "mask", [LONG, Mask.ellipse((1600, 1600), (500, 500, 900, 903))], ids=["long", "large"]
)
def test_nothing_of_the_old_content_is_left(mask):
    """What was in the hole before has no part in the fill, wherever the shrunk pixels' borders lie."""
    photo = grainy(mask.size)
    other = photo.copy()
    other.paste((0, 255, 0), (0, 0), mask.to_image())
    assert (fill(photo, mask, seed=1) == fill(other, mask, seed=1)).all()


def test_several_pictures_differ_and_continue_the_seed():
    """`count` gives different candidates; picture i of seed s is the first picture of seed s + i."""
    photo = inp.sample()
    mask = Mask.ellipse(photo.size, (324, 228, 408, 330))
    pictures = [image.tobytes() for image in story(EditRequest(photo, mask, count=3, seed=5))[-1].images]
    assert len(set(pictures)) == 3
    assert story(EditRequest(photo, mask, seed=6))[-1].images[0].tobytes() == pictures[1]


@pytest.mark.parametrize("seed", [-1, 0, 2**32, 10**30])
def test_any_whole_number_is_a_seed(seed):
    """Seeds below zero and beyond 32 bits are taken."""
    assert fill(stripes((64, 64)), Mask.rectangle((64, 64), (20, 20, 40, 40)), seed=seed).shape == (64, 64, 3)


def test_candidates_that_cannot_differ_are_announced():
    """Where the surroundings leave one answer, a notice says why all pictures are the same."""
    flat = Image.new("RGB", SIZE, (9, 9, 9))
    events = story(EditRequest(flat, HOLE, count=2))
    assert any("one answer" in event.text for event in events if isinstance(event, Notice))


def test_progress_names_each_stage():
    """Looking around, then each fill with its number; the end holds every picture."""
    size = (600, 300)
    mask = Mask.ellipse(size, (20, 20, 50, 50)) | Mask.ellipse(size, (520, 200, 560, 240))
    events = story(EditRequest(stripes(size), mask, count=2, seed=1))
    assert isinstance(events[0], Submitted)
    assert [event.stage for event in events if isinstance(event, Progress)] == [
        "looking around",
        "filling 1 of 4",
        "filling 2 of 4",
        "filling 3 of 4",
        "filling 4 of 4",
    ]
    assert isinstance(events[-1], Finished)
    assert len(events[-1].images) == 2


def test_the_plain_fill_takes_over_and_says_so(monkeypatch):
    """Where the native library is missing, a smooth fill takes its place, and a notice says so."""
    monkeypatch.setattr("patchmatch.patchmatch_available", False)
    events = story(EditRequest(stripes(SIZE), HOLE))
    notices = [event.text for event in events if isinstance(event, Notice)]
    assert len(notices) == 1
    assert "PatchMatch cannot be used here" in notices[0]
    assert events[-1].remote["engine"] == "smooth"


def test_patchmatch_alone_is_refused_where_it_is_missing(monkeypatch):
    """Who insists on PatchMatch gets an error where it is missing, not another engine."""
    monkeypatch.setattr("patchmatch.patchmatch_available", False)
    with pytest.raises(SettingsError, match="PatchMatch cannot be used"):
        story(EditRequest(stripes(SIZE), HOLE), "patchmatch")


def test_a_package_that_is_not_there_is_told_by_its_error(monkeypatch):
    """Without the package itself, the reason is the import's own error."""
    monkeypatch.setitem(__import__("sys").modules, "patchmatch", None)
    assert "ModuleNotFoundError" in patchmatch.why_missing()


def test_an_unknown_engine_is_refused():
    """The option `engine` takes three words."""
    with pytest.raises(InputError, match="engine cannot be 'magic'"):
        inp.provider("local", engine="magic")


def test_resuming_runs_again():
    """A local job has nothing remote: picking it up runs it again, to the same end."""
    request = EditRequest(stripes((64, 64)), Mask.rectangle((64, 64), (20, 20, 40, 40)), seed=4)
    first, again = story(request)[-1], story(request, resume=True)[-1]
    assert first.images[0].tobytes() == again.images[0].tobytes()


def test_a_run_stops_between_stages():
    """A run that is closed after a stage does no further one."""
    asked = []

    async def begin():
        request = EditRequest(stripes((64, 64)), Mask.rectangle((64, 64), (20, 20, 40, 40)), count=8)
        async with aclosing(LocalProvider().run(request, Client())) as events:
            async for event in events:
                asked.append(event)
                if isinstance(event, Progress) and event.stage == "filling 2 of 8":
                    break

    asyncio.run(begin())
    assert asked[-1].stage == "filling 2 of 8"


def test_a_run_stops_between_the_pieces_of_a_stroke():
    """A run that is closed after a piece fills no further one, and the picture that was handed in is untouched."""
    photo = grainy(LONG.size)
    before, asked = photo.tobytes(), []

    async def begin():
        async with aclosing(LocalProvider("smooth").run(EditRequest(photo, LONG), Client())) as events:
            async for event in events:
                asked.append(event)
                if isinstance(event, Progress) and event.stage.startswith("filling 2 of"):
                    break

    asyncio.run(begin())
    assert asked[-1].stage.startswith("filling 2 of")
    assert photo.tobytes() == before


def test_the_quality_sets_the_working_size():
    """ "fine" works at a larger size than "draft", so a large fill comes out different."""
    photo = inp.sample()
    mask = Mask.ellipse(photo.size, (200, 100, 450, 250))
    draft, fine = [fill(photo, mask, seed=1, params={"quality": quality}) for quality in ("draft", "fine")]
    assert (draft != fine).any()


def test_a_feathered_ring_is_filled_too():
    """What the feather reaches is filled, so that the blend has something to blend."""
    photo = inp.sample()
    request = EditRequest(photo, Mask.ellipse(photo.size, (324, 228, 408, 330)), feather_px=6, feather="ring")
    raw = story(request)[-1].images[0]
    _, report = composite(photo, raw, request.blend_mask, request.mask)
    assert report.changed_ring > 0
    assert report.raw_changed_outside == 0
