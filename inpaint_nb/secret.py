"""Keys that do not show themselves, and texts with everything that looks like a key taken out."""

from __future__ import annotations

import re
import unicodedata
import weakref
from typing import NoReturn

REMOVED = "[key removed]"
LONGEST_TEXT = 500  # characters of a foreign text that are shown
LONGEST_READ = 20_000  # characters of a foreign text that are looked at
SHORTEST_SECRET = 6  # a shorter one would be found in every second word

# Source: PROVIDERS.md §2.2; observed. Keys are `sk-…` or JWTs. A living `Secret` is taken out whatever its form.
_KEYS = re.compile(
    r"\bsk-[\w*-]{6,}|\beyJ[\w-]*(?:\.[\w-]+){1,2}|(?i:\bbearer\s+(?=\S*\d)[\w.~+/=*-]{8,})",
)
_IN_QUERIES = re.compile(
    r"\b((?:api[_-]?)?(?:key|token|secret|password|sig|signature)=)[^\s&\"'<>]+", re.IGNORECASE
)


class Secret:
    """A key that no repr, format or pickle shows; `http` calls `reveal` when it signs. Equal keys are equal secrets."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= SHORTEST_SECRET:
            _living[id(self)] = self

    def reveal(self) -> str:
        """The key itself, to be put where it is needed and into no variable."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('…')"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A key is not pickled: it would lie in a file.")


_living: weakref.WeakValueDictionary[int, Secret] = weakref.WeakValueDictionary()


def without_keys(text: str) -> str:
    """The text with everything that is a key of this process, or looks like one, replaced; else as it is."""
    for secret in sorted(_living.values(), key=lambda one: -len(one.reveal())):
        text = text.replace(secret.reveal(), REMOVED)
    return _IN_QUERIES.sub(rf"\1{REMOVED}", _KEYS.sub(REMOVED, text))


def scrub(text: object, longest: int = LONGEST_TEXT) -> str:
    """One line of foreign text that is safe to show and to store: no key, no control character, not too long.

    It is still text: what shows it as HTML escapes it.
    """
    line = " ".join("".join(map(_harmless, str(text)[:LONGEST_READ])).split())
    line = without_keys(line)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _harmless(character: str) -> str:
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":  # escapes and line breaks
            return " "
        case "Cs" | "Co":  # halves of a surrogate pair, which no file can hold
            return "\ufffd"
        case "Cf" if character not in "\u200c\u200d":  # they turn text around; joiners make emoji
            return ""
    return character
