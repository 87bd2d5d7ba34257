"""What the hand asks for is done to the mask: gestures, commands, and previews that are taken or forgotten."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image

from inpaint_nb.masks import Mask
from inpaint_nb.notebook import tools
from inpaint_nb.notebook.gestures import Gesture
from inpaint_nb.notebook.keys import PANEL_ACTIONS
from inpaint_nb.notebook.proposals import Change, Proposals, words_of
from inpaint_nb.notebook.tools import Wish
from inpaint_nb.notebook.turns import Turns

Answer = Callable[[], None]


class Doing:
    """Does one thing after the other, in the order in which the hand asked, and calls each `answer` when all is drawn.

    What takes long is done by a worker, so that messages are heard meanwhile. Any thread may ask; callbacks come one
    at a time.
    """

    def __init__(
        self,
        *,
        now: Callable[[], tuple[Image.Image, Mask]],
        show: Callable[[Mask | None, str], None],
        tell: Callable[[str], None],
        on_edit: Callable[[Change], None],
        on_history: Mapping[str, Callable[[], None]],
        on_action: Callable[[str], None],
    ) -> None:
        """`now` gives picture and mask, `show` is that of `Proposals`; `tell` says why something came to nothing."""
        self._now, self._tell = now, tell
        self._on_edit, self._on_history, self._on_action = on_edit, on_history, on_action
        self._turns = Turns(lambda error: tell(words_of(error)))
        self._proposals = Proposals(now, show, on_edit, tell)

    def gesture(self, gesture: Gesture, answer: Answer) -> None:
        """Adds, subtracts or intersects what was drawn."""
        self._tell("")
        self._turns.take(lambda: self._draw(gesture), answer, lambda: self._takes_long(gesture))

    def command(self, name: str, px: int, answer: Answer) -> None:
        """Changes the mask as a whole, goes through its history, or hands on what is no matter of the mask."""
        if name in tools.COMMANDS:
            self._turns.take(
                lambda: self._on_edit(lambda mask: tools.command(mask, name, px)),
                answer,
                lambda: self._takes_long(name),
            )
        elif name in self._on_history:
            self._turns.take(self._on_history[name], answer)
        else:
            self._act(name, answer)

    def propose(self, wish: Wish, answer: Answer) -> None:
        """Begins to show what would come of a wish."""
        self._tell("")
        self._turns.take(lambda: self._proposals.ask(wish, answer))

    def settle(self, is_taken: bool, answer: Answer) -> None:
        """Takes the preview, as one step, or takes it away; what is still being made is waited for, or called off."""
        if not is_taken:
            self._proposals.forget()
        self._turns.take(
            lambda: self._proposals.settle(is_taken), answer, lambda: is_taken and self._proposals.is_making
        )

    def then(self, work: Callable[[], None]) -> None:
        """Calls `work` when all before it is done."""
        self._turns.take(work)

    def forget(self) -> None:
        """Takes the preview away, if there is one: the mask it would have changed is another one now."""
        self._proposals.forget()

    def _draw(self, gesture: Gesture) -> None:
        """What it covers is found before the mask's owner is asked: others may need the mask meanwhile."""
        image, mask = self._now()
        shape = tools.shape_of(gesture, mask, image)
        self._on_edit(lambda now: tools.combined(now, shape, gesture.mode))

    def _takes_long(self, what: Gesture | str) -> bool:
        return tools.takes_long(what, self._now()[0].size)

    def _act(self, name: str, answer: Answer) -> None:
        """It waits for nothing: a run is cancelled while a selection is being made."""
        try:
            if name in PANEL_ACTIONS:
                self._on_action(name)
        finally:
            answer()
