"""What replay does without: keys, providers, files, addresses and answers; and what is clicked meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from photos import noise
from replays import BOX, HOLE, SIZE, fox, pixels
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, NotRecorded, SettingsError, jobs, settings
from inpaint_nb.providers import register_provider
from inpaint_nb.providers.messages import Account as Credits
from inpaint_nb.providers.messages import Made
from inpaint_nb.providers.recorded import Recorded
from inpaint_nb.store import open_store

pytestmark = pytest.mark.usefixtures("account", "again")


# ---------------------------------------------------------------------- without the provider


def test_replay_needs_no_key(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider whose key is missing is stood in for: sessions open, requests are checked, and answered or not."""
    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    provider = inp.provider("imaginepro", rate_limits=False)
    session = inp.Session(noise(SIZE), mask=HOLE, provider=provider)
    assert (session.provider, session.capabilities.needs_key) == ("imaginepro", True)
    with pytest.raises(InputError, match="edits only pictures that it made"):
        session.run("a hat")
    with pytest.raises(NotRecorded, match="'a fox'"):
        session.imagine("a fox")
    with pytest.raises(InputError, match="no option 'rate_limit'"):
        inp.provider("imaginepro", rate_limit=False)
    with pytest.raises(InputError, match="paths"):
        inp.provider("imaginepro", paths="neither")


def test_a_key_is_asked_for_when_something_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cached without a key is fine until there is no record; then the missing key is told, and replay's is not."""
    monkeypatch.delenv("IMAGINEPRO_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="no API key"):
        inp.imagine("a fox", provider="imaginepro", mode="cached")
    with pytest.raises(SettingsError, match="no API key"):
        inp.imagine("a fox", provider="imaginepro")


def test_what_stands_in_has_what_the_provider_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its profile can be read; the key it was given is not looked at, and a key function is not called."""
    monkeypatch.setenv("INPAINT_NB_MODE", "replay")
    provider = inp.provider("lotimage", api_key=lambda: pytest.fail("the key was asked for"))
    assert isinstance(provider, Recorded)
    assert provider.profile.to_record()["progress"]
    assert provider.options["mask_field"] is None
    assert repr(provider) == "<lotimage, recorded>"
    with pytest.raises(AttributeError, match="brush"):
        _ = provider.brush
    with pytest.raises(InputError):
        inp.provider("lotimage", profile={"progress": {"url": "/fetch"}})


def test_a_class_that_cannot_be_made_without_its_key_is_stood_in_for() -> None:
    """A third party's provider may look for its key itself; in replay it need not find one."""

    class Keyed(Studio):
        name = "keyed"

        def __init__(self) -> None:
            raise LookupError("KEYED_API_KEY")

    register_provider(Keyed)
    with pytest.raises(NotRecorded):
        inp.imagine("a fox", provider="keyed", mode="replay")
    with pytest.raises(LookupError):
        inp.imagine("a fox", provider="keyed")


def test_a_provider_that_is_not_installed_is_told() -> None:
    """Nobody knows what it can be asked, so its records are not replayed without it."""
    with pytest.raises(SettingsError, match="There is no provider 'paintbox'"):
        inp.imagine("a fox", provider="paintbox", mode="replay")


# ---------------------------------------------------------------------- by hand


def test_a_click_runs_live_in_a_replay(account: Account, again: Callable[[], None]) -> None:
    """Run and the buttons of a session that is replayed make the real provider and use it."""
    fox()
    again()
    chain = inp.Chain(provider="studio", mode="replay")
    back = chain.imagine("a fox").result(timeout=10)
    with settings.by_hand():
        pressed = chain.upscale(0).result(timeout=10)
        again_live = chain.imagine("a fox").result(timeout=10)
    assert (back.is_recorded, pressed.is_recorded, again_live.is_recorded) == (True, False, False)
    assert len(account.asked) == 3
    assert again_live.repeat == 1


def test_clicks_leave_the_numbers_of_cells_alone() -> None:
    """What is clicked between two cells takes no number from the second, and never hides what is in the store."""
    with settings.by_hand():
        clicked = fox()
    first = fox()
    with settings.by_hand():
        more = [fox().repeat for _ in range(2)]
    second = fox()
    assert (clicked.repeat, first.repeat, more, second.repeat) == (0, 0, [1, 2], 1)


# ---------------------------------------------------------------------- sources


def test_a_file_that_is_gone_is_what_it_was(tmp_path: Path) -> None:
    """In replay a path that is not here is the picture its newest run began with; a file that is here is read."""
    photo = noise(SIZE)
    photo.save(tmp_path / "photo.png")
    live = inp.inpaint(tmp_path / "photo.png", HOLE, seed=3, repeat=0).result(timeout=60)
    (tmp_path / "photo.png").unlink()
    with pytest.raises(InputError, match="No such file"):
        inp.inpaint(tmp_path / "photo.png", HOLE, seed=3, repeat=0)
    back = inp.inpaint(str(tmp_path / "photo.png"), HOLE, seed=3, repeat=0, mode="replay").result(timeout=60)
    assert pixels(back) == pixels(live)
    with pytest.raises(NotRecorded, match=r"other\.png"):
        inp.open(tmp_path / "other.png", mode="replay")


def test_an_address_is_not_asked_in_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A URL is the picture that was downloaded then; nothing is downloaded."""
    url, photo = "https://example.org/photo.png", noise(SIZE)
    jobs.submit(photo, HOLE, seed=3, source=repr(url)).result(timeout=60)
    session = inp.open(url, mask=HOLE, seed=3, mode="replay")
    assert session.image.tobytes() == photo.tobytes()
    assert session.run(repeat=0).result(timeout=60).is_recorded
    with pytest.raises(NotRecorded, match="another"):
        inp.open("https://example.org/another.png", mode="replay")


def test_a_picture_at_a_provider_is_opened_from_the_store(
    account: Account, again: Callable[[], None]
) -> None:
    """`PROVIDER:ID` is answered by the record of its fetch."""
    large = fox().upscale(0).result(timeout=10)
    name = f"studio:{large.remote_id}"
    inp.open(name)
    account.made.clear()
    again()
    session = inp.open(name, mode="replay", mask=BOX, prompt="a hat")
    assert session.image.tobytes() == large.image.tobytes()
    with pytest.raises(NotRecorded, match="'a hat'"):
        session.run()


# ---------------------------------------------------------------------- questions


def test_questions_are_answered_as_they_were(account: Account, again: Callable[[], None]) -> None:
    """The account's answers are recorded, each in its turn, and come back in replay; without one it is told."""
    register_provider(Teller)
    live = [inp.account(Teller()), inp.account(Teller()), inp.check_prompt("a fox", provider=Teller())]
    lines = inp.provider_history(provider=Teller())
    open_store().close()
    again()
    inp.use_mode("replay")
    try:
        assert [inp.account("teller"), inp.account("teller")] == live[:2]
        assert inp.check_prompt("a fox", provider="teller") == live[2] == "a fox: fine"
        assert inp.provider_history(provider="teller") == lines
        with pytest.raises(NotRecorded, match=r"'check_prompt' \(prompt='a cat'\) of 'teller'"):
            inp.check_prompt("a cat", provider="teller")
        with pytest.raises(InputError, match="checks prompts"):
            inp.check_prompt("a fox", provider="local")
    finally:
        inp.use_mode(None)


class Teller(Studio):
    """A studio that answers questions, each time another number of credits."""

    name = "teller"
    left = 100.0

    async def account(self, http: object) -> Credits:  # type: ignore[override]
        Teller.left -= 1
        return Credits("basic", 200.0, Teller.left, None, "2026-12-31")

    async def check_prompt(self, prompt: str, http: object) -> str:
        return f"{prompt}: fine"

    async def history(self, http: object, page: int, size: int) -> list[object]:
        return [Made("job-1", "imagine", "", "a fox", "https://example.org/1.png", "2026-11-23T08:00:00Z")]


# ---------------------------------------------------------------------- pictures


def test_what_the_provider_sent_is_read_when_it_is_looked_at() -> None:
    """`raw` of a result that is brought back is read once, at the first look; what is gone by then is told."""
    photo = noise(SIZE)
    live = inp.inpaint(photo, HOLE, feather_px=3, repeat=0).result(timeout=60)
    back = inp.inpaint(photo, HOLE, feather_px=3, repeat=0, mode="replay").result(timeout=60)
    assert (len(back.raw), repr(back.raw)) == (1, "<LatePictures: 1, 0 read>")
    assert back.raw[0] is back.raw[-1]
    assert [image.tobytes() for image in back.raw[:1]] == [live.raw[0].tobytes()]
    late = inp.inpaint(photo, HOLE, feather_px=3, repeat=0, mode="replay").result(timeout=60)
    open_store().files.remove(open_store().record(live.job_id).raw[0])
    with pytest.raises(inp.StoreError, match="no readable picture"):
        _ = late.raw[0]
    assert late.image.tobytes() == live.image.tobytes()
