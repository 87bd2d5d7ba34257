"""Named masks against the plainest model of them: for each name a list of masks and a place in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from inpaint_nb import Mask, Session

SIZE = (16, 12)
NAMES = ("mask", "sky", "hat")

boxes = st.builds(
    lambda x, y, width, height: Mask.rectangle(SIZE, (x, y, x + width, y + height)),
    st.integers(0, 8),
    st.integers(0, 6),
    st.integers(1, 8),
    st.integers(1, 6),
)
steps = st.one_of(
    st.tuples(st.sampled_from(["add", "take", "set"]), boxes),
    st.tuples(st.sampled_from(["undo", "redo"]), st.none()),
    st.tuples(st.just("go"), st.integers(0, 12)),
    st.tuples(st.just("use"), st.sampled_from(NAMES)),
)


class Model:
    """What the session should do, with no thought given to speed or threads."""

    def __init__(self) -> None:
        self.masks = {name: [Mask.empty(SIZE)] for name in NAMES}
        self.place = dict.fromkeys(NAMES, 0)
        self.active = NAMES[0]

    @property
    def mask(self) -> Mask:
        return self.masks[self.active][self.place[self.active]]

    def change(self, mask: Mask) -> None:
        kept = self.masks[self.active][: self.place[self.active] + 1]
        self.masks[self.active] = [*kept, mask]
        self.place[self.active] = len(kept)

    def go(self, to: int) -> None:
        if 0 <= to < len(self.masks[self.active]):
            self.place[self.active] = to


def did(session: Session, model: Model, what: str, value: object) -> None:
    """Does one thing to both."""
    match what, value:
        case "use", str(name):
            session.use_mask(name)
            model.active = name
        case "undo", _:
            session.undo()
            model.go(model.place[model.active] - 1)
        case "redo", _:
            session.redo()
            model.go(model.place[model.active] + 1)
        case "go", int(number):
            to = number % len(session.history)
            session.go_to(to)
            model.go(to)
        case _, Mask() as box:
            before = session.mask
            after = {"add": before | box, "take": before - box, "set": box}[what]
            session.mask = after
            if after is not before:
                model.change(after)


def begun() -> tuple[Session, Model]:
    session = Session(Image.new("RGB", SIZE))
    for name in NAMES[1:]:
        session.masks[name] = Mask.empty(SIZE)
    return session, Model()


@given(st.lists(steps, max_size=30))
@settings(deadline=None, max_examples=80)
def test_every_mask_is_where_its_own_history_says(done: list[tuple[str, object]]) -> None:
    """After any changes, switches, undo, redo and jumps, every mask and every history is the model's."""
    session, model = begun()
    for each in done:
        did(session, model, *each)
        assert session.mask == model.mask
        assert [step.mask for step in session.history] == model.masks[model.active]
        assert session.history.position == model.place[model.active]
        assert session.can_undo == (model.place[model.active] > 0)
    for name in NAMES:
        assert session.masks[name] == model.masks[name][model.place[name]]


@given(st.lists(steps, max_size=20))
@settings(deadline=None, max_examples=40)
def test_undo_all_is_the_start_and_redo_all_the_end(done: list[tuple[str, object]]) -> None:
    """In each mask, whatever happened in the others; and `go_to` is as many undos or redos."""
    session, model = begun()
    for each in done:
        did(session, model, *each)
    for name in NAMES:
        session.use_mask(name)
        ends = session.history[0], session.history[-1]
        while session.can_undo:
            session.undo()
        assert session.mask is ends[0].mask
        assert session.mask.is_empty
        while session.can_redo:
            session.redo()
        assert session.mask is ends[1].mask
        session.go_to(0)
        assert not session.can_undo


@given(st.lists(steps, max_size=20), st.integers(0, 20), st.integers(0, 20))
@settings(deadline=None, max_examples=40)
def test_a_jump_there_and_back_changes_nothing(done: list[tuple[str, object]], first: int, then: int) -> None:
    """Going to any step and back leaves the mask and every step as they were."""
    session, model = begun()
    for each in done:
        did(session, model, *each)
    before, masks = session.history, dict(session.masks)
    for number in (first, then):
        session.go_to(number % len(before))
    session.go_to(before[before.position])
    assert session.history == before
    assert dict(session.masks) == masks
