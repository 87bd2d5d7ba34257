"""What a session promises: one picture, its mask with undo, its runs, and the way on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image
from studio import Account, Studio

import inpaint_nb as inp
from inpaint_nb import InputError, Mask, OutcomeUnknown, Session, SettingsError
from inpaint_nb.edit import RemotePicture
from inpaint_nb.providers import registry
from inpaint_nb.store import open_store

SIZE = (64, 48)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
DOT = Mask.stroke(SIZE, [(40, 30)], 5)


@pytest.fixture
def session() -> Session:
    return Session(Image.effect_noise(SIZE, 40).convert("RGB"))


def test_undo_and_redo_go_over_everything_that_changed_the_mask(session: Session) -> None:
    """Assignments and edits are undone one by one and redone in order."""
    session.mask = BOX
    session.edit(lambda mask: mask | DOT)
    session.undo()
    assert session.mask == BOX
    session.undo()
    assert session.mask.is_empty
    session.undo()
    session.redo()
    session.redo()
    assert session.mask == BOX | DOT


def test_a_new_change_ends_redo(session: Session) -> None:
    """After an undo, painting anew leaves nothing to redo."""
    session.mask = BOX
    session.undo()
    session.mask = DOT
    session.redo()
    assert session.mask == DOT
    assert not session.can_redo


def test_no_edit_is_lost_between_threads(session: Session) -> None:
    """Edits from many threads at once all arrive."""
    dots = [Mask.rectangle(SIZE, (x, 0, x + 1, 1)) for x in range(40)]
    threads = [
        threading.Thread(target=session.edit, args=(lambda mask, dot=dot: mask | dot,)) for dot in dots
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.mask == Mask.rectangle(SIZE, (0, 0, 40, 1))


def test_a_mask_of_another_size_is_refused_and_nothing_is_lost(session: Session) -> None:
    """The error names both sizes, and the mask stays as it was."""
    session.mask = BOX
    with pytest.raises(InputError, match=r"10 × 10 .* 64 × 48"):
        session.mask = Mask.full((10, 10))
    assert session.mask == BOX


def test_something_else_than_a_mask_is_refused(session: Session) -> None:
    """A picture is no mask; the hint says how to make one."""
    with pytest.raises(InputError, match="from_image"):
        session.mask = Image.new("L", SIZE)  # type: ignore[assignment]


def test_a_run_gives_pictures_and_keeps_the_mask(session: Session) -> None:
    """After a run the pictures are there and the mask is still painted."""
    session.mask = BOX
    result = session.run("a fox", count=2, seed=1).result(60)
    assert session.result is result
    assert session.images == result.images
    assert len(session.images) == 2
    assert session.mask == BOX
    assert session.prompt == "a fox"


def test_defaults_of_the_session_hold_for_every_run() -> None:
    """Parameters given when the session was opened are used where a run names none."""
    session = Session(Image.new("RGB", SIZE, "teal"), mask=BOX, params={"count": 2, "feather_px": 3})
    request = session.run(count=3).request
    assert (request.count, request.feather_px) == (3, 3)


def test_what_cannot_be_asked_is_refused_before_there_is_a_job(session: Session) -> None:
    """An empty mask gives an InputError and no job."""
    with pytest.raises(InputError):
        session.run()
    assert session.jobs == []


def test_an_unknown_provider_is_refused_and_the_old_one_stays(session: Session) -> None:
    """The error lists the providers there are."""
    with pytest.raises(SettingsError, match="local"):
        session.provider = "lokal"
    assert session.provider == "local"


def test_use_goes_on_from_a_result_with_the_mask_kept(session: Session) -> None:
    """The result's picture becomes the one to edit; the mask stays painted, and undo still works."""
    session.mask = BOX
    result = session.run(count=2, seed=1).result(60)
    session.use(result, 1)
    assert session.image is result.images[1]
    assert session.mask == BOX
    session.undo()
    assert session.mask.is_empty


def test_use_of_a_picture_of_another_size_starts_an_empty_mask(session: Session) -> None:
    """There is nothing to undo to: the old masks do not fit."""
    session.mask = BOX
    session.use(Image.new("RGB", (20, 10)))
    assert session.mask == Mask.empty((20, 10))
    assert not session.can_undo


def test_use_of_a_picture_that_is_not_there_is_refused(session: Session) -> None:
    """The error says how many there are and from where they are counted."""
    session.mask = BOX
    result = session.run(seed=1).result(60)
    with pytest.raises(InputError, match=r"1 picture.*\n.*from 0"):
        session.use(result, 1)


def test_a_chain_of_edits_prints_code_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Running the code of a result made from a result gives the same pixels."""
    monkeypatch.chdir(tmp_path)
    Image.effect_noise(SIZE, 40).convert("RGB").save("photo.png")
    session = inp.open("photo.png", mask=BOX)
    session.use(session.run(seed=3).result(60))
    session.mask = DOT
    second = session.run(seed=4).result(60)
    scope: dict[str, object] = {}
    exec(second.code(), scope)
    assert scope["result"].image.tobytes() == second.image.tobytes()  # type: ignore[attr-defined]


def test_a_failing_listener_harms_nobody(session: Session, caplog: pytest.LogCaptureFixture) -> None:
    """Its error is logged, and the next listener still hears."""
    heard: list[str] = []

    def fail(change: str) -> None:
        raise RuntimeError(change)

    session.on_change(fail)
    stop = session.on_change(heard.append)
    session.mask = BOX
    stop()
    session.prompt = "a fox"
    assert heard == ["mask"]
    assert "listener" in caplog.text


def test_listeners_hear_of_a_result_once(session: Session) -> None:
    """One run that ends well is told as one result, after which the pictures are there."""
    heard: list[int] = []
    session.on_change(lambda change: heard.append(len(session.images)) if change == "result" else None)
    session.mask = BOX
    session.run(seed=1).result(60)
    assert heard == [1]


def test_its_repr_is_one_short_line(session: Session) -> None:
    """It names size, share of the mask, provider and results."""
    session.mask = BOX
    assert repr(session) == "<Session 64 × 48, 8.3% masked, local, 0 results>"


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    """A provider that makes pictures and edits only its own, findable by name during one test."""
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(Studio, "account", Account())
    registry.register_provider(Studio)
    return Studio()


def test_a_picture_at_a_provider_is_opened_by_its_id(studio: Studio) -> None:
    """It is fetched, edited where it lives, and its code fetches it again."""
    inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.open("studio:job-2")
    assert (session.provider, session.image.getpixel((0, 0))) == ("studio", (0, 128, 0))
    assert session.remote == RemotePicture("studio", "job-2", None, ("Paint", "Zoom"))
    session.mask = Mask.rectangle(session.image.size, (4, 4, 12, 12))
    result = session.run("a hat").result(10)
    assert result.request.remote == session.remote  # type: ignore[union-attr]
    assert "inp.fetch('job-2', provider='studio').result().images[0]" in result.code()


def test_a_configured_provider_opens_its_own_pictures(studio: Studio) -> None:
    """`provider=` of that name is asked for the picture and edits it; one of another name edits it elsewhere."""
    inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.open("studio:job-2", provider=Studio(desk="south"))
    session.mask = Mask.full(session.image.size)
    assert open_store().record(session.run().result(10).job_id).options == {"desk": "south"}
    assert inp.open("studio:job-2", provider="local").provider == "local"


def test_a_sheet_of_candidates_cannot_be_opened_by_its_id(studio: Studio) -> None:
    """The error says which button leads to a picture that can be edited."""
    inp.imagine("a fox", provider=studio).result(10)
    with pytest.raises(InputError, match="press one of U1, U2, U3, U4"):
        inp.open("studio:job-1")


def test_going_on_from_a_result_keeps_where_it_lives(studio: Studio) -> None:
    """use() of a result is edited at its provider; start_over() goes back to the first one."""
    large = inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.open(large, provider=studio, mask=Mask.full(large.image.size))
    again = session.run().result(10)
    session.use(again, 2)
    assert session.remote == RemotePicture("studio", "job-3", 2, again.actions)
    with pytest.raises(InputError, match=r"upscale\(2\)"):
        session.run()
    session.use(session.upscale(2).result(10))
    assert session.remote == RemotePicture("studio", "job-4", None, ("Paint", "Zoom"))
    session.start_over()
    assert session.remote == large.remote_picture()


def test_buttons_of_a_session_are_its_jobs(studio: Studio) -> None:
    """A press is a job of the session, and its result the newest; without a result there is nothing to press."""
    large = inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.open(large, provider=studio)
    with pytest.raises(InputError, match="no result yet"):
        session.upscale(0)
    job = session.press("Zoom", result=large)
    assert job.result(10) is session.result
    assert session.jobs == [job]
    with pytest.raises(InputError, match="There are U1"):
        session.press("Zoom")


def test_a_spending_limit_refuses_before_anything_is_sent(studio: Studio) -> None:
    """Estimates count until the provider tells the cost; unknown costs pass until the limit is used up."""
    large = inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    session = inp.open(large, provider=studio, mask=Mask.full(large.image.size), spending_limit=9)
    session.run().result(10)  # the studio cannot tell what an edit costs
    assert session.spent == 0
    session.upscale(0).result(10)
    assert session.spent == 5
    sent = len(studio.account.asked)
    with pytest.raises(InputError, match=r"about 5, and 5 of this session's limit of 9"):
        session.press("Zoom")
    session.spending_limit = 5
    with pytest.raises(InputError, match="cost something"):
        session.run()
    assert (len(studio.account.asked), len(session.jobs)) == (sent, 2)
    session.spending_limit = None
    session.press("Zoom").result(10)
    assert session.spent == 10


def test_free_runs_pass_any_limit_and_a_limit_is_a_number(session: Session) -> None:
    """The local engine costs nothing, so it runs under a limit of 0."""
    session.spending_limit = 0
    session.mask = BOX
    session.run().result(60)
    with pytest.raises(InputError, match="a number from 0"):
        session.spending_limit = -1


def test_a_failed_job_counts_once_it_had_reached_the_provider(studio: Studio) -> None:
    """An answer that was lost may have been paid; what was refused before is not."""
    large = inp.imagine("a fox", provider=studio).result(10).upscale(1).result(10)
    lost = Studio(loses=1, hides=True)
    session = inp.open(large, provider=lost, spending_limit=9)
    lost_large = inp.fetch("job-2", provider=lost).result(10)
    assert isinstance(session.press("Zoom", result=lost_large).exception(10), OutcomeUnknown)
    assert session.spent == 5
