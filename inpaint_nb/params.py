"""What runs are asked by name and value, told of when it changes."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping


class Params(UserDict[str, object]):
    """Names and values; `told` is called after each change."""

    def __init__(self, values: Mapping[str, object], told: Callable[[], None]) -> None:
        self._told: Callable[[], None] = lambda: None
        super().__init__(values)
        self._told = told

    def __setitem__(self, name: str, value: object) -> None:
        super().__setitem__(name, value)
        self._told()

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self._told()
