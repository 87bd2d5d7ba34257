"""How two results differ: in words, parameters, masks and pixels."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from inpaint_nb import images
from inpaint_nb.edit import EditRequest, Result, edit_of, picture_index
from inpaint_nb.edit.ancestry import resized
from inpaint_nb.errors import InputError
from inpaint_nb.lineage import comparison
from inpaint_nb.lineage.comparison import How, Pair
from inpaint_nb.lineage.heat import Heat, heat
from inpaint_nb.masks import Mask

_WORDS = re.compile(r"\s*(?:\w+|[^\w\s])\s*|\s+")


@dataclass(frozen=True, eq=False, repr=False)
class Diff:
    """What is different in `b` from `a`. A notebook shows it as a table with both pictures and the heat map.

    `words` are the pieces of both prompts in order, and what became of each. `params` has what differs in parameters
    and settings by name, as a pair; None is what was not set. `mask_overlap` is the intersection over the union of both
    masks, from 0 to 1, None where one has no mask. `heat` compares the pixels; a picture of another size than the first
    was brought to that size for it, and `resized_from` says from which.
    """

    a: Image.Image
    b: Image.Image
    words: tuple[tuple[str, How], ...]
    params: Mapping[str, Pair]
    providers: tuple[str, str]
    mask_overlap: float | None
    heat: Heat
    resized_from: tuple[int, int] | None = None

    @property
    def added(self) -> list[str]:
        """The words of the second prompt that the first has not."""
        return comparison.only(self.words, "added")

    @property
    def removed(self) -> list[str]:
        """The words of the first prompt that the second has not."""
        return comparison.only(self.words, "removed")

    @property
    def image(self) -> Image.Image:
        """The heat map: the brighter a pixel, the more it differs."""
        return self.heat.image

    def __repr__(self) -> str:
        return f"<Diff: {'; '.join(comparison.sentences(self))}>"

    def _repr_html_(self) -> str:
        return comparison.page(self)


def diff(a: object, b: object, *, index: int | tuple[int, int] = 0) -> Diff:
    """How `b` differs from `a`: results, or pictures, which have pixels only.

    `index` is which picture of each, from 0; a pair for one of each. Raises InputError for anything else.
    """
    at = index if isinstance(index, tuple) else (index, index)
    first, second = _picture(a, at[0]), _picture(b, at[1])
    fitted = second if second.size == first.size else second.resize(first.size, Image.Resampling.LANCZOS)
    return Diff(
        a=first,
        b=second,
        words=words_between(_prompt(a), _prompt(b)),
        params=_differing(_asked(a), _asked(b)),
        providers=(_provider(a), _provider(b)),
        mask_overlap=overlap(_mask(a), _mask(b)),
        heat=heat(first, fitted),
        resized_from=None if fitted is second else second.size,
    )


def words_between(before: str, after: str) -> tuple[tuple[str, How], ...]:
    """The pieces of both texts in order, each word with the space behind it, and what became of each.

    What is not "removed" is the second text, letter by letter; space alone makes no word another one.
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = difflib.SequenceMatcher(None, _bare(old), _bare(new), autojunk=False)
    pieces: list[tuple[str, How]] = []
    for tag, start, end, begin, stop in matcher.get_opcodes():
        if tag == "equal":
            pieces += [(word, "same") for word in new[begin:stop]]
            continue
        pieces += [(word, "removed") for word in old[start:end]]
        pieces += [(word, "added") for word in new[begin:stop]]
    return tuple(pieces)


def _bare(words: Sequence[str]) -> list[str]:
    return [word.strip() for word in words]


def overlap(first: Mask | None, second: Mask | None) -> float | None:
    """Intersection over union of what the masks cover at all; 1 for two empty ones, None where one is missing.

    A mask of another size than the first is mapped by the nearest pixel.
    """
    if first is None or second is None:
        return None
    one, other = first.to_array() > 0, resized(second.to_array(), first.size) > 0
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 1.0


def _picture(source: object, index: int) -> Image.Image:
    if isinstance(source, Result):
        return source.images[picture_index(index, len(source.composited))]
    if isinstance(source, Image.Image):
        return images.load(source)
    raise InputError(f"A {type(source).__name__} cannot be compared.", "Give two results, or two pictures.")


def _prompt(source: object) -> str:
    return source.prompt if isinstance(source, Result) else ""


def _provider(source: object) -> str:
    return source.provider if isinstance(source, Result) else ""


def _mask(source: object) -> Mask | None:
    return source.mask if isinstance(source, Result) else None


def _asked(source: object) -> dict[str, object]:
    """The parameters and settings by name, without those at their defaults."""
    if not isinstance(source, Result):
        return {}
    edit = edit_of(source.request)
    asked: dict[str, object] = {**source.params, "seed": source.seed}
    return asked if edit is None else asked | _settings(edit)


def _settings(edit: EditRequest) -> dict[str, object]:
    feather = {"feather_px": edit.feather_px, "feather": edit.feather} if edit.feather_px else {}
    return {"count": edit.count, **feather}


def _differing(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, Pair]:
    pairs = {name: (before.get(name), after.get(name)) for name in (*before, *after)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
