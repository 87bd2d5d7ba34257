"""What was worked out from masks, for as long as the masks live: many requests may share one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary, ref

from inpaint_nb.masks import Mask

T = TypeVar("T")
P = ParamSpec("P")

_ITSELF = object()  # an answer that is the mask: kept as it is, it would keep the mask alive for ever


class _Answer(NamedTuple):
    mask: ref[Mask]  # equal masks may be made of different operations
    asked: object
    answer: Any


def remembered(work: Callable[Concatenate[Mask, P], T]) -> Callable[Concatenate[Mask, P], T]:
    """`work`, which remembers its last answer for each mask; nobody may change what it gives. Any thread may ask."""
    kept: WeakKeyDictionary[Mask, _Answer] = WeakKeyDictionary()

    def remembering(mask: Mask, /, *args: P.args, **kwargs: P.kwargs) -> T:
        asked = args, tuple(kwargs.items())
        known = kept.get(mask)
        if known is not None and known.mask() is mask and known.asked == asked:
            return cast(T, mask if known.answer is _ITSELF else known.answer)
        answer = work(mask, *args, **kwargs)
        kept.pop(mask, None)  # an equal one would stay the key, and take this with it when it goes
        kept[mask] = _Answer(ref(mask), asked, _ITSELF if answer is mask else answer)
        return answer

    remembering.__doc__ = work.__doc__
    return remembering
