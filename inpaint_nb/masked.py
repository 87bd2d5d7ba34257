"""A picture with what is painted on it: its named masks, undo, and the masks that follow from the one worked on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from PIL import Image

from inpaint_nb.chain import Chain
from inpaint_nb.edit import EditRequest, FeatherSide
from inpaint_nb.images import Size
from inpaint_nb.jobs import meant_mask
from inpaint_nb.masks import Mask
from inpaint_nb.maskset import Masks, checked_size
from inpaint_nb.params import Params
from inpaint_nb.timeline import History, HistoryStep

if TYPE_CHECKING:
    from inpaint_nb.sources import Opened


class Masked(Chain):
    """A chain of jobs on one picture and its masks. Each mask keeps its own history; one of them is worked on."""

    _picture: Opened

    def _begin_masks(self, mask: Mask, params: Mapping[str, object]) -> None:
        self._masks = Masks(mask, self._lock, self._tell)
        self._other_sizes: dict[Size, Masks] = {}
        self.params = params

    @property
    def image(self) -> Image.Image:
        """The picture, upright, in mode L, RGB or RGBA; `use` changes it."""
        return self._picture.image

    @property
    def params(self) -> Params:
        """What each run is asked beside picture, mask and prompt, where `run` is not told otherwise."""
        return self._params

    @params.setter
    def params(self, params: Mapping[str, object]) -> None:
        self._params = Params(params, lambda: self._tell("params"))
        self._tell("params")

    # ------------------------------------------------------------------ masks

    @property
    def masks(self) -> Masks:
        """The masks by name, in order; "mask" is the first one's name until it is given another."""
        return self._masks

    def use_mask(self, name: str) -> None:
        """Goes on with the mask of this name, and its own history. Raises InputError where there is none."""
        self._masks.use(name)

    @property
    def mask(self) -> Mask:
        """What to change, of the masks the one worked on; setting it can be undone.

        Raises InputError for a mask of another size.
        """
        return self._masks.timeline.mask

    @mask.setter
    def mask(self, mask: Mask) -> None:
        checked_size(mask, self.image.size)
        self.edit(lambda _: mask)

    def edit(self, change: Callable[[Mask], Mask], title: str = "") -> None:
        """Sets the mask to `change(mask)` as one undoable step, whatever other threads do meanwhile.

        `title` is what the history calls it, where the change's own words say too little.
        """
        with self._lock:
            is_changed = self._masks.timeline.edit(change, title)
        if is_changed:
            self._tell("mask")

    @property
    def sent_mask(self) -> Mask:
        """What a run would ask the provider to change: hard, with the feather of `params` outside the mask added."""
        return self._edit_request().sent_mask

    @property
    def blend_mask(self) -> Mask:
        """How strongly a run would lay each pixel of the answer over the picture, with the feather of `params`."""
        return self._edit_request().blend_mask

    def _edit_request(self) -> EditRequest:
        px, side = self.params.get("feather_px", 0), self.params.get("feather", "inside")
        meant = meant_mask(self.mask, self.capabilities)
        return EditRequest(self.image, meant, feather_px=float(str(px)), feather=cast(FeatherSide, side))

    def _asked_mask(self, mask: str | Mask | None) -> Mask:
        """The mask of a run: the one worked on, one by its name, or the one given."""
        if mask is None:
            return self.mask
        return self._masks[mask] if isinstance(mask, str) else checked_size(mask, self.image.size)

    def _fit_masks(self, size: Size) -> None:
        """Other masks for a picture of another size: the ones it had before, else an empty one."""
        if size == self._masks.size:
            return
        self._other_sizes[self._masks.size] = self._masks
        known = self._other_sizes.pop(size, None)
        self._masks = Masks(Mask.empty(size), self._lock, self._tell) if known is None else known

    # ------------------------------------------------------------------ undo

    @property
    def can_undo(self) -> bool:
        return self._masks.timeline.can_undo

    @property
    def can_redo(self) -> bool:
        return self._masks.timeline.can_redo

    def undo(self) -> None:
        """Goes back to the mask before the last change; does nothing at the beginning."""
        self._move(-1)

    def redo(self) -> None:
        """Takes the last undo back; does nothing when there is none."""
        self._move(1)

    @property
    def history(self) -> History:
        """The steps of the mask that is worked on, named, with the current one marked."""
        with self._lock:
            return self._masks.timeline.history()

    def go_to(self, step: int | HistoryStep) -> None:
        """Goes to a step of the mask's history, by its number or as `history` gave it; those after it can be redone.

        Raises InputError where there is no such step.
        """
        with self._lock:
            is_other = self._masks.timeline.go_to(step)
        if is_other:
            self._tell("mask")

    def _move(self, by: int) -> None:
        with self._lock:
            is_other = self._masks.timeline.move(by)
        if is_other:
            self._tell("mask")
