"""Several named masks in one session: each kept, each with its own history, each usable in a run."""

from __future__ import annotations

import threading

import pytest
from PIL import Image

from inpaint_nb import InputError, Mask, Session
from inpaint_nb.edit import EditRequest

SIZE = (64, 48)
BOX = Mask.rectangle(SIZE, (8, 8, 24, 24))
DOT = Mask.stroke(SIZE, [(40, 30)], 5)
DISC = Mask.ellipse(SIZE, (30, 10, 60, 40))


@pytest.fixture
def session() -> Session:
    return Session(Image.effect_noise(SIZE, 40).convert("RGB"), mask=BOX)


def test_there_is_one_mask_at_first(session: Session) -> None:
    """Its name is "mask", and it is the session's mask."""
    assert dict(session.masks) == {"mask": BOX}
    assert session.masks.active == "mask"


def test_masks_are_switched_and_each_keeps_its_pixels(session: Session) -> None:
    """`session.mask` is the one in use; the other one waits unchanged."""
    session.masks["sky"] = DOT
    session.use_mask("sky")
    session.edit(lambda mask: mask | DISC)
    assert session.mask == DOT | DISC
    session.use_mask("mask")
    assert session.mask == BOX
    assert list(session.masks.items()) == [("mask", BOX), ("sky", DOT | DISC)]


def test_each_mask_keeps_its_own_undo(session: Session) -> None:
    """Undo goes back in the mask that is worked on, and in no other."""
    session.mask = DISC
    session.masks["sky"] = DOT
    session.use_mask("sky")
    assert not session.can_undo
    session.mask = DISC
    session.undo()
    assert (session.mask, session.can_redo) == (DOT, True)
    session.use_mask("mask")
    assert not session.can_redo
    session.undo()
    assert session.mask == BOX
    session.use_mask("sky")
    session.redo()
    assert session.mask == DISC


def test_setting_a_mask_by_its_name_can_be_undone(session: Session) -> None:
    """It is a step of that mask's own history, whichever is worked on."""
    session.masks["sky"] = DOT
    session.masks["sky"] = DISC
    assert session.mask == BOX
    session.use_mask("sky")
    session.undo()
    assert session.mask == DOT


def test_a_run_uses_the_mask_it_names(session: Session) -> None:
    """The job has that mask, or the one that is given; the mask worked on stays."""
    session.masks["sky"] = DOT
    assert session.run(mask="sky", seed=1).result(60).mask == DOT
    assert session.run(mask=DISC, seed=1).result(60).mask == DISC
    assert session.run(seed=1).result(60).mask == BOX
    assert session.masks.active == "mask"


def test_a_run_with_a_mask_that_is_not_there_starts_nothing(session: Session) -> None:
    """The error offers the name that is meant; prompt and jobs stay as they were."""
    session.masks["sky"] = DOT
    with pytest.raises(InputError, match="Did you mean 'sky'"):
        session.run("a hat", mask="sku")
    assert (session.prompt, session.jobs) == ("", [])


def test_renaming_keeps_place_and_history(session: Session) -> None:
    """The mask has another name and nothing else is different."""
    session.mask = DISC
    session.masks["sky"] = DOT
    session.masks.rename("mask", "hat")
    assert list(session.masks) == ["hat", "sky"]
    assert session.masks.active == "hat"
    session.undo()
    assert session.mask == BOX


def test_a_removed_mask_comes_back_with_its_history(session: Session) -> None:
    """Another one is worked on meanwhile; brought back, it stands in its place, under a free name."""
    session.mask = DISC
    session.masks["sky"] = DOT
    del session.masks["mask"]
    assert session.mask == DOT
    session.masks["mask"] = DOT
    assert session.masks.restore() == "mask 2"
    assert list(session.masks) == ["mask 2", "sky", "mask"]
    session.use_mask("mask 2")
    session.undo()
    assert session.mask == BOX


def test_the_last_mask_cannot_be_removed(session: Session) -> None:
    """The error says how to clear it instead."""
    with pytest.raises(InputError, match=r"Mask\.empty"):
        del session.masks["mask"]
    assert session.mask == BOX


@pytest.mark.parametrize("name", ["", " sky", "a\nb", 7, "x" * 61])
def test_names_are_words(session: Session, name: object) -> None:
    """Anything else is refused in one sentence, for a new mask and for another name."""
    with pytest.raises(InputError, match="name"):
        session.masks[name] = DOT  # type: ignore[index]
    with pytest.raises(InputError, match="name"):
        session.masks.rename("mask", name)  # type: ignore[arg-type]
    assert list(session.masks) == ["mask"]


def test_two_masks_never_have_one_name(session: Session) -> None:
    """Renaming to a name that is taken is refused, and both masks stay."""
    session.masks["sky"] = DOT
    with pytest.raises(InputError, match="already"):
        session.masks.rename("sky", "mask")
    assert dict(session.masks) == {"mask": BOX, "sky": DOT}


def test_a_missing_name_is_a_key_error_too(session: Session) -> None:
    """The masks behave as any mapping does, and the error lists the names there are."""
    assert session.masks.get("sky") is None
    assert "sky" not in session.masks
    with pytest.raises(KeyError):
        session.masks["zzz"]
    with pytest.raises(InputError, match="There are: mask"):
        session.use_mask("zzz")


def test_a_mask_of_another_size_gets_no_name(session: Session) -> None:
    """The error names both sizes."""
    with pytest.raises(InputError, match=r"10 × 10 .* 64 × 48"):
        session.masks["sky"] = Mask.full((10, 10))


def test_masks_come_back_with_a_picture_of_their_size(session: Session) -> None:
    """After a picture of another size, the old masks are there again, undo included."""
    session.mask = DISC
    session.masks["sky"] = DOT
    session.use(Image.new("RGB", (20, 10)))
    assert dict(session.masks) == {"mask": Mask.empty((20, 10))}
    session.start_over()
    assert dict(session.masks) == {"mask": DISC, "sky": DOT}
    session.undo()
    assert session.mask == BOX


def test_the_history_names_each_step_and_marks_the_current_one(session: Session) -> None:
    """Steps are called by what was done, those undone included."""
    session.edit(lambda mask: mask | DOT)
    session.edit(lambda mask: mask.grow(8))
    session.edit(lambda mask: (mask - DISC).feather(2))
    session.mask = Mask.empty(SIZE)
    session.mask = BOX
    session.edit(lambda mask: mask | DISC, "import hat.png")
    session.undo()
    assert [step.title for step in session.history] == [
        "start",
        "add a dot",
        "grow by 8 px",
        "2 changes",
        "clear",
        "add a rectangle",
        "import hat.png",
    ]
    assert session.history.position == 5
    assert session.history[5].is_current
    assert "▸ 5 add a rectangle" in repr(session.history)


def test_replacing_a_mask_says_so(session: Session) -> None:
    """A mask that was not made of the one before is called another mask."""
    session.mask = DOT
    session.mask = DISC.grow(2).shrink(1) | BOX
    assert [step.title for step in session.history] == ["start", "set to a dot", "set to another mask"]


def test_go_to_any_step_and_back(session: Session) -> None:
    """By number or by the step itself; what lies after it can be redone, and a new change forgets it."""
    session.mask = DOT
    session.mask = DISC
    session.go_to(0)
    assert (session.mask, session.can_undo, session.can_redo) == (BOX, False, True)
    session.go_to(session.history[2])
    assert session.mask == DISC
    session.go_to(1)
    session.edit(lambda mask: mask | BOX)
    assert [step.mask for step in session.history] == [BOX, DOT, DOT | BOX]


@pytest.mark.parametrize("step", [-1, 3, True, "1"])
def test_a_step_that_is_not_there_is_refused(session: Session, step: object) -> None:
    """The error says which numbers there are."""
    session.mask = DOT
    with pytest.raises(InputError, match="0 to 1"):
        session.go_to(step)  # type: ignore[arg-type]


def test_a_step_of_another_history_is_refused(session: Session) -> None:
    """A step that was taken from a list of before, and is gone, or of another mask, leads nowhere."""
    session.mask = DOT
    old = session.history[1]
    session.undo()
    session.mask = DISC
    with pytest.raises(InputError, match="no longer"):
        session.go_to(old)
    assert session.mask == DISC


def test_what_changes_is_told_apart(session: Session) -> None:
    """Views hear "mask" where the mask worked on is another one, and "masks" where only names or others are."""
    told: list[str] = []
    session.on_change(told.append)
    session.masks["sky"] = DOT
    session.masks.rename("sky", "hat")
    session.use_mask("hat")
    session.use_mask("hat")
    session.go_to(0)
    del session.masks["hat"]
    assert told == ["masks", "masks", "mask", "mask"]


def test_no_mask_is_lost_between_threads(session: Session) -> None:
    """Threads that add, rename and switch at once leave every mask with its pixels."""
    dots = {f"dot {x}": Mask.rectangle(SIZE, (x, 0, x + 1, 1)) for x in range(30)}

    def add(name: str, mask: Mask) -> None:
        session.masks[name] = mask
        session.use_mask(name)
        session.masks.rename(name, f"{name}!")
        session.use_mask("mask")
        assert session.mask.size == SIZE

    threads = [threading.Thread(target=add, args=each) for each in dots.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert dict(session.masks) == {"mask": BOX, **{f"{name}!": mask for name, mask in dots.items()}}


@pytest.mark.parametrize("side", ["inside", "ring"])
def test_sent_and_blended_masks_are_those_of_the_request(session: Session, side: str) -> None:
    """They are what a run with the session's feather has, bit for bit."""
    session.params.update(feather_px=4, feather=side)
    request = session.run(seed=1).request
    assert isinstance(request, EditRequest)
    assert session.sent_mask == request.sent_mask
    assert session.blend_mask == request.blend_mask
    assert session.blend_mask != session.sent_mask


def test_changed_parameters_are_told(session: Session) -> None:
    """Whatever is done to the parameters, views hear of it; they compare and unpack as a dict does."""
    told: list[str] = []
    session.on_change(told.append)
    session.params["feather_px"] = 3
    session.params.setdefault("count", 2)
    session.params.pop("count")
    assert (told, session.params, {**session.params}) == (
        ["params"] * 3,
        {"feather_px": 3},
        {"feather_px": 3},
    )
