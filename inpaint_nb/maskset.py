"""The named masks of one picture: one is worked on, each keeps its own history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, MutableMapping
from difflib import get_close_matches
from typing import Literal

from inpaint_nb.errors import InputError
from inpaint_nb.images import Size
from inpaint_nb.masks import Mask
from inpaint_nb.timeline import Timeline

FIRST = "mask"
LONGEST_NAME = 60

Told = Literal["mask", "masks"]


class NoSuchMask(InputError, KeyError):
    """No mask has this name."""


class Masks(MutableMapping[str, Mask]):
    """Masks by name, in the order they were added; setting one is a step of its own history.

    `masks["sky"] = mask` adds one or changes it, `del masks["sky"]` removes it, `masks.restore()` brings back what was
    removed last. Safe to use from any thread.
    """

    def __init__(self, first: Mask, lock: threading.RLock, tell: Callable[[Told], None]) -> None:
        """`tell` is called after each change: "mask" where the mask that is worked on is another one."""
        self._lock, self._tell = lock, tell
        self._timelines = {FIRST: Timeline(first)}
        self._removed: list[tuple[int, str, Timeline]] = []
        self._active = FIRST

    # ------------------------------------------------------------------ the mapping

    def __getitem__(self, name: str) -> Mask:
        return self._timeline(name).mask

    def __setitem__(self, name: str, mask: Mask) -> None:
        checked_size(mask, self.size)
        with self._lock:
            if name in self._timelines:
                self._timelines[name].edit(lambda _: mask)
            else:
                self._timelines[self._checked_name(name)] = Timeline(mask)
            is_active = name == self._active
        self._tell("mask" if is_active else "masks")

    def __delitem__(self, name: str) -> None:
        with self._lock:
            timeline = self._timeline(name)
            if len(self._timelines) == 1:
                raise InputError(
                    f"{name!r} is the only mask, and it stays.",
                    "Clear it: session.mask = Mask.empty(session.image.size).",
                )
            place = list(self._timelines).index(name)
            self._removed.append((place, name, timeline))
            del self._timelines[name]
            was_active = name == self._active
            if was_active:
                self._active = list(self._timelines)[max(0, place - 1)]
        self._tell("mask" if was_active else "masks")

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._timelines))

    def __len__(self) -> int:
        return len(self._timelines)

    def __contains__(self, name: object) -> bool:
        return name in self._timelines

    def __repr__(self) -> str:
        marks = ("▸" if name == self._active else " " for name in self)
        lines = (f"{mark} {name}: {self[name]!r}" for mark, name in zip(marks, self, strict=True))
        return "\n".join(lines)

    # ------------------------------------------------------------------ names

    @property
    def size(self) -> Size:
        """(width, height) of each."""
        return self.timeline.mask.size

    @property
    def active(self) -> str:
        """The name of the mask that is worked on."""
        return self._active

    @property
    def timeline(self) -> Timeline:
        """The mask that is worked on, with its history; to be touched under the lock only."""
        with self._lock:
            return self._timelines[self._active]

    def use(self, name: str) -> None:
        """Goes on with another mask. Raises InputError for a name that is not there."""
        with self._lock:
            self._timeline(name)
            is_other = name != self._active
            self._active = name
        if is_other:
            self._tell("mask")

    def rename(self, old: str, new: str) -> None:
        """Gives a mask another name; it keeps its place and its history."""
        with self._lock:
            self._timeline(old)
            if new == old:
                return
            name = self._checked_name(new)
            self._timelines = {(name if key == old else key): each for key, each in self._timelines.items()}
            self._active = name if self._active == old else self._active
        self._tell("masks")

    def restore(self) -> str:
        """Brings back the mask that was removed last, history and all, and gives its name, which may be a new one."""
        with self._lock:
            if not self._removed:
                raise InputError("No mask was removed.")
            place, name, timeline = self._removed.pop()
            name = self.free_name(name)
            entries = list(self._timelines.items())
            entries.insert(place, (name, timeline))
            self._timelines = dict(entries)
        self._tell("masks")
        return name

    def free_name(self, stem: str = FIRST) -> str:
        """`stem`, or the first of "stem 2", "stem 3" … that no mask has."""
        name, number = stem, 1
        while name in self._timelines:
            number += 1
            name = f"{stem} {number}"
        return name

    def _timeline(self, name: str) -> Timeline:
        try:
            return self._timelines[name]
        except (KeyError, TypeError):
            close = get_close_matches(str(name), self._timelines)
            hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(self._timelines)}."
            raise NoSuchMask(f"No mask is called {name!r}.", hint) from None

    def _checked_name(self, name: object) -> str:
        if not isinstance(name, str) or not name.strip() or name != name.strip() or not name.isprintable():
            raise InputError(
                f"A mask's name must be words, not {name!r}.", 'For example session.masks["sky"].'
            )
        if len(name) > LONGEST_NAME:
            raise InputError(f"The name of a mask may have {LONGEST_NAME} characters; this has {len(name)}.")
        if name in self._timelines:
            raise InputError(f"There is a mask called {name!r} already.", "Give it another name.")
        return name


def checked_size(mask: Mask, size: Size) -> Mask:
    """The mask itself; raises InputError when it is not one or has another size than the picture."""
    if not isinstance(mask, Mask):
        raise InputError(
            f"A mask must be an inpaint_nb.Mask, not {type(mask).__name__}.",
            "Make one with Mask.from_image(...) or Mask.from_array(...).",
        )
    if mask.size != size:
        raise InputError(
            f"The mask is {mask.size[0]} × {mask.size[1]} pixels, and the picture {size[0]} × {size[1]}.",
            "Make the mask with the picture's own size: session.image.size.",
        )
    return mask
