"""Short names for the values of an axis, each its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

LONGEST_LABEL = 48  # characters
_HEAD = LONGEST_LABEL // 3  # of a label that keeps both ends


def labels_of(texts: Sequence[str]) -> tuple[str, ...]:
    """A label for each text: the text in one line, shortened where it is long, never the same twice.

    Long texts keep their beginning; where that does not tell them apart, their end too.
    """
    plain = [" ".join(text.split()) or "(empty)" for text in texts]
    short = [_beginning(text) for text in plain]
    unclear = {label for label, count in Counter(short).items() if count > 1}
    told = [_both_ends(text) if label in unclear else label for text, label in zip(plain, short, strict=True)]
    return tuple(_numbered(told))


def _beginning(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1].rstrip()}…"


def _both_ends(text: str) -> str:
    if len(text) <= LONGEST_LABEL:
        return text
    return f"{text[:_HEAD].rstrip()}…{text[_HEAD + 1 - LONGEST_LABEL :].lstrip()}"


def _numbered(labels: Sequence[str]) -> Iterator[str]:
    """The labels, a number behind each that was there before."""
    taken: set[str] = set(labels)
    seen: set[str] = set()
    for label in labels:
        if label in seen:
            number = 2
            while f"{label} ({number})" in taken:
                number += 1
            label = f"{label} ({number})"
            taken.add(label)
        seen.add(label)
        yield label
